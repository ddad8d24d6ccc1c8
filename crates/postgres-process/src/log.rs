//! PostgreSQL's own log. This process opens the file and PostgreSQL inherits it, so PostgreSQL needs no write access to
//! the folder.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::{LocalPostgresError, Result};

/// The next start renames a log that is larger than this, and overwrites the log that was renamed before.
const KEPT_BYTES: u64 = 16 * 1024 * 1024;

/// How many lines of the log an error message quotes.
const QUOTED_LINES: usize = 20;

/// The log, and its length when this start began.
#[derive(Debug)]
pub(super) struct Log {
    path: PathBuf,
    begin: u64,
}

impl Log {
    /// Opens the log for appending.
    pub fn open(path: PathBuf) -> Result<(Self, File)> {
        if path.metadata().is_ok_and(|found| found.len() > KEPT_BYTES) {
            let older = path.with_extension("log.1");
            fs::rename(&path, &older).map_err(LocalPostgresError::io("move the log to", &older))?;
        }
        let mut options = OpenOptions::new();
        options.append(true).create(true).mode(0o600);
        let file = options.open(&path).map_err(LocalPostgresError::io("open the log", &path))?;
        let begin = file.metadata().map_err(LocalPostgresError::io("look at", &path))?.len();
        Ok((Self { path, begin }, file))
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The last lines that were written since this log was opened, for a message. A log that cannot be read gives the reason.
    pub fn tail(&self) -> String {
        let mut bytes = Vec::new();
        let read = File::open(&self.path).and_then(|mut file| {
            file.seek(SeekFrom::Start(self.begin))?;
            file.read_to_end(&mut bytes)
        });
        if let Err(error) = read {
            return format!("(it cannot be read: {error})");
        }
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<&str> = text.lines().collect();
        lines.get(lines.len().saturating_sub(QUOTED_LINES)..).unwrap_or_default().join("\n")
    }
}
