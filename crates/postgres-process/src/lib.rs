//! Finds a PostgreSQL on this machine, starts it on a data folder, watches it and stops it.
//!
//! A program uses this crate to have a PostgreSQL of its own. The crate returns a URL. It knows nothing of what is stored
//! behind the URL: it makes no schema, no table and no role but the superuser. [`Program`] tells it what to call things.
//!
//! The data folder has these entries, and the crate touches nothing else in it:
//!
//! | entry | content | owner, mode |
//! | --- | --- | --- |
//! | `<program>.lock` | the lock of the one process that runs this folder; contains its process id | this process, 0600 |
//! | `postgresql/` | PostgreSQL's data directory | the PostgreSQL account, 0700 |
//! | `postgresql.new-…/` | an `initdb` that is running, or that never finished | the PostgreSQL account, 0700 |
//! | `socket/` | the Unix socket, if its path is short enough | the PostgreSQL account, 0700 |
//! | `postgresql.log` | PostgreSQL's own log, with one older log beside it | this process, 0600 |
//!
//! The PostgreSQL account is that of this process, unless it is root: see `account.rs`.
//!
//! Invariants:
//! - Durability is PostgreSQL's default (`fsync` on, checksums on). Only an explicit setting of the caller changes it.
//! - No TCP port is opened. The socket trusts everybody who reaches it. That is sound, because only the PostgreSQL account
//!   and root can enter its folder, and both could read the data files anyway.
//! - At most one process runs a folder. A signal goes only to a process that is proven to be the folder's postmaster.

mod account;
mod error;
mod find;
mod folder;
mod init;
mod leftover;
mod lock;
mod log;
mod pid_file;
mod process;
mod running;
mod size;
mod socket;
mod watchdog;

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

pub use error::LocalPostgresError;
pub use running::RunningPostgres;
pub use size::sized_settings;

use account::Account;
use find::Binaries;
use folder::Folder;
use lock::Lock;
use process::Postmaster;
use socket::SocketDir;
use watchdog::Watchdog;

/// The name of the superuser that `initdb` makes. It has no password: a client that reaches the socket may take any role.
pub const SUPERUSER: &str = "postgres";

/// How often to look at a process and its files while waiting for something.
const POLL_INTERVAL: Duration = Duration::from_millis(10);

type Result<T> = std::result::Result<T, LocalPostgresError>;

/// Called before each step that may take a while, with one short sentence that has no line break.
pub type Progress<'a> = &'a (dyn Fn(&str) + Sync);

/// The program that has a PostgreSQL of its own, as file names and messages call it.
#[derive(Debug, Clone)]
pub struct Program {
    /// Its name, usable as a file name: the lock is `<name>.lock`, and messages say "<name> is already running".
    pub name: &'static str,
    /// The oldest and the newest major version of PostgreSQL that the program works with.
    pub majors: RangeInclusive<u32>,
    /// The setting by which the program's user names the folder of the binaries.
    pub bin_dir_setting: &'static str,
    /// What the program's user can do if this machine has no usable PostgreSQL: one or more sentences.
    pub advice_if_missing: &'static str,
}

/// What to start.
#[derive(Debug, Clone)]
pub struct LocalPostgresOptions {
    /// The program that starts it.
    pub program: Program,
    /// The folder to keep everything in. It is made if it is missing.
    pub data_dir: PathBuf,
    /// The folder of `postgres` and `initdb`; without it, `PATH` and the usual places are searched.
    pub bin_dir: Option<PathBuf>,
    /// Settings in addition to PostgreSQL's defaults, as for `postgres -c name=value`.
    pub settings: Vec<(String, String)>,
    /// What becomes of PostgreSQL when this process ends without stopping it.
    pub lifetime: Lifetime,
}

impl LocalPostgresOptions {
    /// A durable PostgreSQL on `data_dir`, with default settings and the first usable binaries.
    pub fn new(program: Program, data_dir: impl Into<PathBuf>) -> Self {
        Self { program, data_dir: data_dir.into(), bin_dir: None, settings: Vec::new(), lifetime: Lifetime::Kept }
    }
}

/// What becomes of PostgreSQL if the process that started it is killed, or exits without running destructors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lifetime {
    /// It keeps running. The next start on the folder stops it first.
    #[default]
    Kept,
    /// A small watchdog process stops it as [`LocalPostgres::stop`] would. The data stays.
    WithParent,
    /// The watchdog stops it at once and removes the whole data folder. [`LocalPostgres::stop`] and dropping remove the
    /// folder, too. For tests: the folder must hold nothing else.
    Temporary,
}

/// A running PostgreSQL. Dropping it stops it, but blocks the thread until it has ended: prefer [`stop`](Self::stop).
#[derive(Debug)]
pub struct LocalPostgres {
    folder: Folder,
    binaries: Binaries,
    // Fields drop in this order. The lock comes last: the folder is free only when nothing runs on it any more.
    postmaster: Postmaster,
    socket_dir: SocketDir,
    watchdog: Option<Watchdog>,
    _lock: Lock,
}

impl LocalPostgres {
    /// Starts PostgreSQL on `options.data_dir` and returns when it accepts connections.
    ///
    /// It initialises an empty folder first. If an earlier, killed process left a PostgreSQL running on the folder, it
    /// stops that one first. Dropping the future stops whatever was started.
    ///
    /// # Errors
    /// Every [`LocalPostgresError`] says what to do about it.
    pub async fn start(options: LocalPostgresOptions, progress: Progress<'_>) -> Result<Self> {
        let folder = Folder::open(&options.data_dir, options.program)?;
        let account = Account::choose(folder.program(), folder.data_owner()?)?;
        folder.check_owner(&account)?;
        let lock = Lock::take(&folder)?;
        account.check_reaches(folder.root())?;
        let socket_dir = socket::place(&folder);
        let mut watchdog = Watchdog::start(options.lifetime, &folder, &socket_dir)?;

        let data_version = folder.data_version()?;
        let binaries = find::find(options.bin_dir.as_deref(), data_version, &folder, &account).await?;
        leftover::stop(&folder, &account, progress).await?;
        if data_version.is_none() {
            progress(&format!("creating a PostgreSQL {} database in {}", binaries.major, folder.root().display()));
            init::create(&folder, &binaries, &account, &options.settings).await?;
        }
        folder.give_data_to(&account, progress)?;
        let socket_dir = socket::prepare(&socket_dir, &folder, &account)?;

        let start = process::Start {
            folder: &folder,
            binaries: &binaries,
            account: &account,
            socket_dir: socket_dir.path(),
            settings: &options.settings,
        };
        let postmaster = start.run(watchdog.as_mut(), progress).await?;
        Ok(Self { folder, binaries, postmaster, socket_dir, watchdog, _lock: lock })
    }

    /// The folder of the Unix socket, for `psql -h`.
    #[must_use]
    pub fn socket_dir(&self) -> &Path {
        self.socket_dir.path()
    }

    /// The number in the socket's name, for `psql -p`. No TCP port is open.
    #[must_use]
    pub fn port(&self) -> u16 {
        socket::PORT
    }

    /// The folder of the binaries in use. It may hold `psql` and `pgbench`, too.
    #[must_use]
    pub fn bin_dir(&self) -> &Path {
        &self.binaries.dir
    }

    /// The major version in use.
    #[must_use]
    pub fn major_version(&self) -> u32 {
        self.binaries.major
    }

    /// The process id of the postmaster.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.postmaster.pid()
    }

    /// The file that PostgreSQL logs to.
    #[must_use]
    pub fn log_path(&self) -> PathBuf {
        self.folder.log()
    }

    /// A URL for `role` and `database` that tokio-postgres, libpq and `psql` understand. It holds no secret.
    #[must_use]
    pub fn url(&self, role: &str, database: &str) -> String {
        socket::url(self.socket_dir.path(), role, database)
    }

    /// Waits until PostgreSQL has ended without being stopped, which should never happen.
    pub async fn exited(&mut self) -> Result<ExitStatus> {
        self.postmaster.exited().await
    }

    /// Ends all sessions, writes a checkpoint and stops ("fast shutdown"). Returns when the process is gone.
    ///
    /// # Errors
    /// If PostgreSQL still runs after more than a minute and an immediate shutdown.
    pub async fn stop(mut self) -> Result<()> {
        self.postmaster.stop().await?;
        if let Some(watchdog) = self.watchdog.take() {
            watchdog.dismiss().await;
        }
        Ok(())
    }
}
