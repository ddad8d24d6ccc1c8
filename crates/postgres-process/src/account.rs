//! The account that PostgreSQL runs as: this process's own, or an unprivileged one if this process is root.
//!
//! PostgreSQL refuses to run as root. Root therefore takes the owner of the existing data, else `postgres`, else
//! `nobody`. The account always has an entry in the system's user database, because `initdb` insists on one.

use std::env;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use nix::unistd::{Uid, User, geteuid};

use super::{LocalPostgresError, Program, Result};

/// The only environment variables that PostgreSQL's processes inherit. The others may hold secrets, and `PG…` variables
/// would change what the programs do.
const KEPT_VARIABLES: [&str; 4] = ["PATH", "TZ", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"];

/// The account that PostgreSQL runs as.
#[derive(Debug)]
pub(super) struct Account {
    pub name: String,
    pub uid: u32,
    gid: u32,
    /// Whether this process is root, so that a child has to change to this account.
    is_dropped_to: bool,
}

impl Account {
    /// Chooses the account for `program`; `data_owner` is the user id that owns the existing data, if there is any.
    pub fn choose(program: &Program, data_owner: Option<u32>) -> Result<Self> {
        let us = geteuid();
        if !us.is_root() {
            let user = user(us)?.ok_or(LocalPostgresError::NamelessUser { uid: us.as_raw() })?;
            return Ok(Self::new(user, false));
        }
        if let Some(owner) = data_owner.map(Uid::from_raw).filter(|owner| !owner.is_root())
            && let Some(user) = user(owner)?
        {
            return Ok(Self::new(user, true));
        }
        for name in ["postgres", "nobody"] {
            let found = User::from_name(name).map_err(|errno| unreadable(errno.into()))?;
            if let Some(user) = found.filter(|user| !user.uid.is_root()) {
                return Ok(Self::new(user, true));
            }
        }
        Err(LocalPostgresError::NoAccount { program: program.name })
    }

    fn new(user: User, is_dropped_to: bool) -> Self {
        Self { name: user.name, uid: user.uid.as_raw(), gid: user.gid.as_raw(), is_dropped_to }
    }

    /// A command that runs as this account, without this process's standard input, working directory and environment.
    ///
    /// When the standard library changes the user id, it clears root's supplementary groups too. The child therefore
    /// keeps none of root's rights.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("LC_ALL", "C").current_dir("/").stdin(Stdio::null());
        for name in KEPT_VARIABLES {
            if let Some(value) = env::var_os(name) {
                command.env(name, value);
            }
        }
        if self.is_dropped_to {
            command.uid(self.uid).gid(self.gid);
        }
        command
    }

    /// Makes this account the owner of one file or folder. Of a link, it changes the link and not its target.
    pub fn give(&self, path: &Path) -> Result<()> {
        if !self.is_dropped_to {
            return Ok(());
        }
        std::os::unix::fs::lchown(path, Some(self.uid), Some(self.gid))
            .map_err(LocalPostgresError::io("change the owner of", path))
    }

    /// Fails, naming the folder that is in the way, unless this account can enter `target`.
    pub fn check_reaches(&self, target: &Path) -> Result<()> {
        if !self.is_dropped_to {
            return Ok(());
        }
        // Only an attempt takes access control lists and mount options into account, too.
        let sh = Path::new("/bin/sh");
        match self.command(sh).args(["-c", ":"]).current_dir(target).status() {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(LocalPostgresError::Unreachable {
                account: self.name.clone(),
                closed: self.first_closed(target).to_owned(),
                target: target.to_owned(),
            }),
            Err(error) => Err(LocalPostgresError::io("run", sh)(error)),
        }
    }

    /// The topmost folder on the way to `target` whose mode closes it to this account.
    fn first_closed<'a>(&self, target: &'a Path) -> &'a Path {
        let is_closed = |folder: &&Path| {
            folder.metadata().is_ok_and(|found| {
                let execute = if found.uid() == self.uid {
                    0o100
                } else if found.gid() == self.gid {
                    0o010
                } else {
                    0o001
                };
                found.mode() & execute == 0
            })
        };
        target.ancestors().filter(is_closed).last().unwrap_or(target)
    }
}

/// The name of a user id, or the number itself when it has none.
pub(super) fn name_of(uid: u32) -> String {
    user(Uid::from_raw(uid)).ok().flatten().map_or_else(|| format!("user id {uid}"), |user| user.name)
}

fn user(uid: Uid) -> Result<Option<User>> {
    User::from_uid(uid).map_err(|errno| unreadable(errno.into()))
}

fn unreadable(error: io::Error) -> LocalPostgresError {
    LocalPostgresError::io("read the user database", Path::new("/etc/passwd"))(error)
}
