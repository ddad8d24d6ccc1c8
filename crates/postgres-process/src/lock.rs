//! The lock that lets only one process at a time run a data folder.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::process;

use super::folder::Folder;
use super::{LocalPostgresError, Result};

/// The lock is held for as long as this value lives. The kernel releases it when the process ends, however it ends. No
/// child inherits it, because the file is opened close-on-exec. The file itself stays: if it were removed, two processes
/// could lock two different files.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
}

impl Lock {
    /// Takes the lock, or says which process has it. Does not wait.
    pub fn take(folder: &Folder) -> Result<Self> {
        let path = folder.lock();
        let failed = |doing| LocalPostgresError::io(doing, &path);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let mut file = options.open(&path).map_err(failed("open the lock file"))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let pid = fs::read_to_string(&path).unwrap_or_default().trim().to_owned();
                let pid = if pid.is_empty() { "unknown".to_owned() } else { pid };
                let (program, folder) = (folder.program().name, folder.root().to_owned());
                return Err(LocalPostgresError::AlreadyRunning { program, folder, pid });
            }
            Err(TryLockError::Error(error)) => return Err(failed("lock")(error)),
        }
        file.set_len(0).and_then(|()| writeln!(file, "{}", process::id())).map_err(failed("write"))?;
        Ok(Self { file })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing is not enough: a child that another thread has just forked holds the file open until it calls exec.
        let _ = self.file.unlock();
    }
}
