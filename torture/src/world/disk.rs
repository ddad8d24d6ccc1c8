//! Where PostgreSQL keeps its data: a temporary folder, or two small filesystems that can be filled up.

use std::{
    fs::{self, File},
    os::unix::fs::{MetadataExt, PermissionsExt, symlink},
    path::{Path, PathBuf},
};

use anyhow::Context;
use nix::{
    fcntl::{FallocateFlags, fallocate},
    mount::{MntFlags, MsFlags, mount, umount2},
    sys::statvfs::statvfs,
    unistd::{Gid, Uid, chown},
};
use tempfile::TempDir;

/// Room for a chapter's data, and for its write-ahead log.
const DATA_BYTES: u64 = 768 << 20;
const WAL_BYTES: u64 = 320 << 20;

/// What can be filled up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Full {
    /// Tables and indexes.
    Data,
    /// The write-ahead log.
    Wal,
}

/// A temporary folder; removed, and its filesystems unmounted, when dropped.
pub struct Disk {
    folder: TempDir,
    mounted: Vec<PathBuf>,
}

impl Disk {
    /// A plain folder.
    pub fn plain() -> anyhow::Result<Self> {
        let usual = std::env::temp_dir();
        // A socket's path has 107 bytes at most.
        let parent = if usual.as_os_str().len() <= 50 { usual } else { PathBuf::from("/tmp") };
        let folder = tempfile::Builder::new().prefix("tallystick-torture-").tempdir_in(parent)?;
        // PostgreSQL does not run as root, so another user must be able to enter the folder.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
        Ok(Self { folder, mounted: Vec::new() })
    }

    /// A folder with a small filesystem for data and another for the write-ahead log.
    ///
    /// # Errors
    /// Unless this process may mount, as root may outside most containers.
    pub fn small() -> anyhow::Result<Self> {
        let mut disk = Self::plain()?;
        for (name, bytes) in [("data", DATA_BYTES), ("wal", WAL_BYTES)] {
            let at = disk.folder.path().join(name);
            fs::create_dir(&at)?;
            let options = format!("size={bytes},mode=0755");
            mount(Some("tmpfs"), &at, Some("tmpfs"), MsFlags::empty(), Some(options.as_str()))
                .context("cannot mount a small filesystem")?;
            disk.mounted.push(at);
        }
        Ok(disk)
    }

    /// Whether it can be filled up.
    #[must_use]
    pub fn is_small(&self) -> bool {
        !self.mounted.is_empty()
    }

    /// The folder of everything that is not PostgreSQL's.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// PostgreSQL's folder.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Moves the write-ahead log of a stopped PostgreSQL to the filesystem of its own.
    pub fn move_wal(&self) -> anyhow::Result<()> {
        let from = self.data().join("postgresql/pg_wal");
        let to = self.folder.path().join("wal/pg_wal");
        let owner = fs::metadata(&from)?;
        copy_folder(&from, &to)?;
        fs::remove_dir_all(&from)?;
        symlink(&to, &from)?;
        chown(&to, Some(Uid::from_raw(owner.uid())), Some(Gid::from_raw(owner.gid())))?;
        Ok(())
    }

    /// Leaves no byte free. Dropping the ballast frees them again.
    pub fn fill(&self, full: Full) -> anyhow::Result<Ballast> {
        let at = self.folder.path().join(if full == Full::Data { "data" } else { "wal" });
        let path = at.join("ballast");
        let file = File::create(&path)?;
        let stat = statvfs(&at)?;
        let (mut chunk, mut bytes) = (stat.blocks_free() * stat.fragment_size(), 0);
        // PostgreSQL takes room at the same time, and a chunk is allocated as a whole or not at all.
        while chunk >= stat.fragment_size() {
            if fallocate(&file, FallocateFlags::empty(), bytes, chunk.cast_signed()).is_ok() {
                bytes += chunk.cast_signed();
            } else {
                chunk /= 2;
            }
        }
        Ok(Ballast(path))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        for at in &self.mounted {
            if let Err(error) = umount2(at, MntFlags::MNT_DETACH) {
                eprintln!("cannot unmount {}: {error}", at.display());
            }
        }
    }
}

/// A file that fills the disk.
pub struct Ballast(PathBuf);

impl Drop for Ballast {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn copy_folder(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir(to)?;
    fs::set_permissions(to, fs::metadata(from)?.permissions())?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, target, meta) = (entry.path(), to.join(entry.file_name()), entry.metadata()?);
        if meta.is_dir() {
            copy_folder(&source, &target)?;
        } else {
            fs::copy(&source, &target)?;
        }
        chown(&target, Some(Uid::from_raw(meta.uid())), Some(Gid::from_raw(meta.gid())))?;
    }
    Ok(())
}
