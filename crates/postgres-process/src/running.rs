//! A PostgreSQL that another process runs on a data folder.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use nix::unistd::geteuid;

use super::folder::Folder;
use super::{LocalPostgresError, Program, Result, socket};

/// A PostgreSQL that runs on a data folder, started by another process of the same program. Dropping this changes nothing.
#[derive(Debug)]
pub struct RunningPostgres {
    socket_dir: PathBuf,
}

impl RunningPostgres {
    /// Finds it; `None` if the folder has a database that does not run. Starts and changes nothing.
    ///
    /// # Errors
    /// If the folder has no database, or if this process may not use its socket.
    pub fn find(data_dir: &Path, program: Program) -> Result<Option<Self>> {
        let version = data_dir.join("postgresql/PG_VERSION");
        if !version.try_exists().map_err(LocalPostgresError::io("look at", &version))? {
            return Err(LocalPostgresError::NoDatabase { folder: data_dir.to_owned() });
        }
        let folder = Folder::open(data_dir, program)?;
        let socket_dir = socket::place(&folder);
        let path = socket::path(&socket_dir);
        match UnixStream::connect(&path) {
            Ok(_) => {}
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => {
                return Ok(None);
            }
            Err(error) => return Err(LocalPostgresError::io("connect to", &path)(error)),
        }
        // Anybody can make a folder in /tmp and listen there.
        let found = socket_dir.symlink_metadata().map_err(LocalPostgresError::io("look at", &socket_dir))?;
        let owners = [folder.data_owner()?.unwrap_or_default(), geteuid().as_raw()];
        if !socket_dir.starts_with(folder.root()) && !owners.contains(&found.uid()) {
            return Err(LocalPostgresError::SocketFolderTaken {
                path: socket_dir,
                account: super::account::name_of(owners[0]),
            });
        }
        Ok(Some(Self { socket_dir }))
    }

    /// As [`LocalPostgres::url`](super::LocalPostgres::url).
    #[must_use]
    pub fn url(&self, role: &str, database: &str) -> String {
        socket::url(&self.socket_dir, role, database)
    }
}
