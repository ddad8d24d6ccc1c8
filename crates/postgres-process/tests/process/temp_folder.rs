//! Folders that are removed at the end of a test.

use std::fs;
use std::path::{Path, PathBuf};

/// A path under `/tmp` that nobody else has, short enough for a socket, and open to the account PostgreSQL runs as.
/// At first the folder does not exist. Dropping this removes it.
pub struct TempFolder(PathBuf);

impl TempFolder {
    pub fn new() -> Self {
        let name = uuid::Uuid::now_v7().simple().to_string();
        Self(Path::new("/tmp").join(format!("postgres-process-test-{name}")))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TempFolder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
