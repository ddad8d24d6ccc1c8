//! Exactly one process runs a data folder.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::process;

use super::folder::Folder;
use super::{LocalPostgresError, Result};

/// Held for as long as the value lives. The kernel releases it when we die, however we die, and no child inherits it:
/// files are opened close-on-exec. The file itself stays, since removing it would let two processes lock two files.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
}

impl Lock {
    /// Takes the lock or says who has it. Does not wait.
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
                return Err(LocalPostgresError::AlreadyRunning { folder: folder.root().to_owned(), pid });
            }
            Err(TryLockError::Error(error)) => return Err(failed("lock")(error)),
        }
        file.set_len(0).and_then(|()| writeln!(file, "{}", process::id())).map_err(failed("write"))?;
        Ok(Self { file })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing alone is not enough: a child that another thread is just forking has the file open until it execs.
        let _ = self.file.unlock();
    }
}
