//! Folders that are removed at the end of the test.

use std::fs;
use std::path::{Path, PathBuf};

/// A path under `/tmp` that nobody else has, short enough for a socket, and open to the account PostgreSQL runs as.
/// Nothing is there at first. Dropping it removes whatever is there then.
pub struct TempFolder(PathBuf);

impl TempFolder {
    pub fn new() -> Self {
        Self(unique_path())
    }

    /// The same, with the folder there.
    pub fn created() -> Self {
        let folder = Self::new();
        fs::create_dir(folder.path()).unwrap();
        folder
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

/// A path under `/tmp` that nobody else has.
pub fn unique_path() -> PathBuf {
    let name = uuid::Uuid::now_v7().simple().to_string();
    Path::new("/tmp").join(format!("tallystick-test-{name}"))
}
