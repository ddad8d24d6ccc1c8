//! A PostgreSQL of our own: started on a kept data folder from the binaries this machine has, and stopped again.
//!
//! For `serve` without a `DATABASE_URL`, for `demo` and for the tests. It hands back a URL and knows nothing of what
//! is stored behind it: no schema, no roles of ours, no tenant.
//!
//! The data folder looks like this, and nothing else in it is touched:
//!
//! | entry | what | owner, mode |
//! | --- | --- | --- |
//! | `tallystick.lock` | held locked by the one process that runs this folder; contains its pid | us, 0600 |
//! | `postgresql/` | PostgreSQL's data directory | the PostgreSQL account, 0700 |
//! | `postgresql.new-…/` | an `initdb` under way, or one that never finished | the PostgreSQL account, 0700 |
//! | `socket/` | the Unix socket, when its path is short enough | the PostgreSQL account, 0700 |
//! | `postgresql.log` | PostgreSQL's own log, one older one beside it | us, 0600 |
//!
//! The PostgreSQL account is ourselves, unless we are root: see `account.rs`.
//!
//! Invariants:
//! - durability is PostgreSQL's default (`fsync` on, checksums on); only a caller's explicit setting can change it;
//! - no TCP port is opened. The socket trusts whoever reaches it, which is sound because its folder is open to the
//!   PostgreSQL account and root alone, and both could read the data files anyway;
//! - at most one process runs a folder; a signal is only ever sent to a process that is proven to be its postmaster.

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
mod socket;
mod watchdog;

use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

pub use error::LocalPostgresError;

use account::Account;
use find::Binaries;
use folder::Folder;
use lock::Lock;
use process::Postmaster;
use socket::SocketDir;
use watchdog::Watchdog;

/// The name of the superuser that `initdb` makes. It has no password: whoever reaches the socket may be anyone.
pub const SUPERUSER: &str = "postgres";

/// The oldest and the newest PostgreSQL that tallystick runs on.
pub const SUPPORTED_MAJORS: std::ops::RangeInclusive<u32> = 15..=18;

/// How often a process and its files are looked at while something is awaited.
const POLL_INTERVAL: Duration = Duration::from_millis(10);

type Result<T> = std::result::Result<T, LocalPostgresError>;

/// Told what is going on whenever it could take a while: one short sentence a call, no line break.
pub type Progress<'a> = &'a (dyn Fn(&str) + Sync);

/// What to start.
#[derive(Debug, Clone)]
pub struct LocalPostgresOptions {
    /// The folder to keep everything in. Made when missing.
    pub data_dir: PathBuf,
    /// The folder of `postgres` and `initdb`; without it, `PATH` and the usual places are searched.
    pub bin_dir: Option<PathBuf>,
    /// Settings in addition to PostgreSQL's defaults, as for `postgres -c name=value`.
    pub settings: Vec<(String, String)>,
    /// What becomes of PostgreSQL when this process ends without stopping it.
    pub lifetime: Lifetime,
}

impl LocalPostgresOptions {
    /// A durable PostgreSQL on `data_dir`, with default settings and whatever binaries are found.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self { data_dir: data_dir.into(), bin_dir: None, settings: Vec::new(), lifetime: Lifetime::Kept }
    }
}

/// What becomes of PostgreSQL when the process that started it is killed, or exits without running destructors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lifetime {
    /// It runs on. The next start on the folder stops it first.
    #[default]
    Kept,
    /// It is stopped as by [`LocalPostgres::stop`], by a small watchdog process. The data stays.
    WithParent,
    /// It is stopped at once and the whole data folder is removed; so it is by [`LocalPostgres::stop`] and on drop.
    /// For tests: never point it at a folder that holds anything else.
    Temporary,
}

/// A running PostgreSQL. Dropping it stops it too, but blocks the thread for as long as that takes: prefer
/// [`stop`](Self::stop).
#[derive(Debug)]
pub struct LocalPostgres {
    folder: Folder,
    binaries: Binaries,
    // These do the work of the destructor, in this order: the folder is free only when nothing of ours runs on it.
    postmaster: Postmaster,
    socket_dir: SocketDir,
    watchdog: Option<Watchdog>,
    _lock: Lock,
}

impl LocalPostgres {
    /// Starts PostgreSQL on `options.data_dir` and returns when it accepts connections.
    ///
    /// An empty folder is initialised first. A PostgreSQL that an earlier, killed process left running on the folder
    /// is stopped first. Dropping the future stops whatever was started.
    ///
    /// # Errors
    /// Every [`LocalPostgresError`] says what to do about it.
    pub async fn start(options: LocalPostgresOptions, progress: Progress<'_>) -> Result<Self> {
        let folder = Folder::open(&options.data_dir)?;
        let account = Account::choose(folder.data_owner()?)?;
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

    /// The folder of the binaries in use; `psql` and `pgbench` may lie there too.
    #[must_use]
    pub fn bin_dir(&self) -> &Path {
        &self.binaries.dir
    }

    /// The major version in use, 15 to 18.
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

    /// Waits until PostgreSQL has ended by itself, which it should never do.
    pub async fn exited(&mut self) -> Result<ExitStatus> {
        self.postmaster.exited().await
    }

    /// Ends all sessions, writes everything down and stops ("fast shutdown"); returns when the process is gone.
    ///
    /// # Errors
    /// When PostgreSQL is still there after more than a minute, and an immediate shutdown.
    pub async fn stop(mut self) -> Result<()> {
        self.postmaster.stop().await?;
        if let Some(watchdog) = self.watchdog.take() {
            watchdog.dismiss().await;
        }
        Ok(())
    }
}
