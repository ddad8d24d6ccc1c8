//! The data folder: where its parts lie, and who owns them. `lib.rs` describes the layout.

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::unistd::geteuid;

use super::account::{Account, name_of};
use super::{LocalPostgresError, Program, Progress, Result};

const NEW_DATA_PREFIX: &str = "postgresql.new-";

/// A data folder that exists; its path is absolute and free of links.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
    program: Program,
}

impl Folder {
    /// Opens the folder of `program`, and makes it if it is missing.
    pub fn open(path: &Path, program: Program) -> Result<Self> {
        make_with_parents(path)?;
        let root = path.canonicalize().map_err(LocalPostgresError::io("open the data folder", path))?;
        if root.join("PG_VERSION").exists() {
            let why = format!("is itself PostgreSQL's data directory, made by something else than {}", program.name);
            return Err(LocalPostgresError::Unrecognised { path: root, why });
        }
        Ok(Self { root, program })
    }

    /// The program that the folder belongs to.
    pub fn program(&self) -> &Program {
        &self.program
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// PostgreSQL's own data directory (`PGDATA`).
    pub fn data(&self) -> PathBuf {
        self.root.join("postgresql")
    }

    pub fn lock(&self) -> PathBuf {
        self.root.join(format!("{}.lock", self.program.name))
    }

    pub fn log(&self) -> PathBuf {
        self.root.join("postgresql.log")
    }

    pub fn socket(&self) -> PathBuf {
        self.root.join("socket")
    }

    /// A name for an unfinished data directory. No other attempt has the same name.
    pub fn new_data(&self) -> PathBuf {
        self.root.join(format!("{NEW_DATA_PREFIX}{}", uuid::Uuid::now_v7().simple()))
    }

    /// The data directories that were never finished.
    pub fn unfinished_data(&self) -> Result<Vec<PathBuf>> {
        let entries = fs::read_dir(&self.root).map_err(LocalPostgresError::io("list", &self.root))?;
        let is_unfinished = |name: &OsStr| name.as_encoded_bytes().starts_with(NEW_DATA_PREFIX.as_bytes());
        Ok(entries.flatten().filter(|entry| is_unfinished(&entry.file_name())).map(|entry| entry.path()).collect())
    }

    /// The user id that owns the data, if there is data.
    pub fn data_owner(&self) -> Result<Option<u32>> {
        owner(&self.data())
    }

    /// Fails if this process is not root and a part that it has to write belongs to another user.
    pub fn check_owner(&self, account: &Account) -> Result<()> {
        if geteuid().is_root() {
            return Ok(());
        }
        for path in [self.data(), self.lock(), self.socket()] {
            if let Some(uid) = owner(&path)?.filter(|uid| *uid != account.uid) {
                let us = account.name.clone();
                let program = self.program.name;
                return Err(LocalPostgresError::OtherOwner { program, path, owner: name_of(uid), us });
            }
        }
        Ok(())
    }

    /// The major version of PostgreSQL that made the data, or `None` when there is no data yet.
    pub fn data_version(&self) -> Result<Option<u32>> {
        let data = self.data();
        let file = data.join("PG_VERSION");
        match fs::read_to_string(&file) {
            Ok(text) => text.trim().parse().map(Some).map_err(|_| {
                let why = format!("does not contain the version of a PostgreSQL that {} knows", self.program.name);
                LocalPostgresError::Unrecognised { path: file, why }
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // This crate gives a data directory this name only when it is complete. So somebody else made this one.
                if fs::read_dir(&data).is_ok_and(|mut entries| entries.next().is_some()) {
                    let why = "is not empty, but not a PostgreSQL data directory either".to_owned();
                    return Err(LocalPostgresError::Unrecognised { path: data, why });
                }
                Ok(None)
            }
            Err(error) => Err(LocalPostgresError::io("read", &file)(error)),
        }
    }

    /// Makes the account the owner of the data. After a restore, or in another container, it may not be.
    pub fn give_data_to(&self, account: &Account, progress: Progress<'_>) -> Result<()> {
        let data = self.data();
        if owner(&data)? == Some(account.uid) {
            return Ok(());
        }
        progress(&format!("giving {} to the account {}", data.display(), account.name));
        let mut pending = vec![data];
        while let Some(path) = pending.pop() {
            let kind = path.symlink_metadata().map_err(LocalPostgresError::io("look at", &path))?.file_type();
            if kind.is_dir() {
                let entries = fs::read_dir(&path).map_err(LocalPostgresError::io("list", &path))?;
                pending.extend(entries.flatten().map(|entry| entry.path()));
            }
            account.give(&path)?;
        }
        Ok(())
    }
}

/// Makes a folder that only `account` and root may enter. Fails if the folder exists.
pub(super) fn make_private(path: &Path, account: &Account) -> io::Result<Result<()>> {
    fs::DirBuilder::new().mode(0o700).create(path)?;
    Ok(account.give(path))
}

/// Makes the missing folders of a path. Everybody may enter them, whatever the umask is, because PostgreSQL's account
/// has to pass through.
fn make_with_parents(path: &Path) -> Result<()> {
    let is_missing = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
    let missing: Vec<&Path> = path.ancestors().take_while(is_missing).collect();
    for folder in missing.into_iter().rev() {
        match fs::create_dir(folder) {
            Ok(()) => fs::set_permissions(folder, Permissions::from_mode(0o755))
                .map_err(LocalPostgresError::io("set the mode of", folder))?,
            // Another start made it first. The lock decides between the two.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(LocalPostgresError::io("make the folder", folder)(error)),
        }
    }
    Ok(())
}

fn owner(path: &Path) -> Result<Option<u32>> {
    match path.symlink_metadata() {
        Ok(found) => Ok(Some(found.uid())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(LocalPostgresError::io("look at", path)(error)),
    }
}
