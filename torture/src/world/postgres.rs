//! The PostgreSQL of a chapter: durable as in production, and killed and started again.

use std::{
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tallystick::{
    db::connection::{DedicatedConnection, connect},
    local_postgres::{Lifetime, LocalPostgres, LocalPostgresOptions, PROGRAM, SUPERUSER},
};

use super::disk::Disk;

/// Few sessions, so that they run out. The log has what helps to find a cause.
const SETTINGS: [(&str, &str); 5] = [
    // Some faults know by its log that they have happened.
    ("lc_messages", "C"),
    ("max_connections", "64"),
    ("log_lock_waits", "off"),
    ("log_min_duration_statement", "-1"),
    ("max_wal_size", "192MB"),
];

/// How long a recovery may take.
const RECOVERY: Duration = Duration::from_mins(1);

/// The database that everything happens in.
pub const DATABASE: &str = "tallystick";

/// A PostgreSQL on a data folder that outlives it.
pub struct Postgres {
    options: LocalPostgresOptions,
    running: Option<LocalPostgres>,
    socket_dir: PathBuf,
    log: PathBuf,
}

impl Postgres {
    /// Starts one on `disk`.
    pub async fn start(disk: &Disk, bin_dir: Option<PathBuf>) -> anyhow::Result<Self> {
        let options = LocalPostgresOptions {
            bin_dir,
            settings: SETTINGS.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
            lifetime: Lifetime::WithParent,
            ..LocalPostgresOptions::new(PROGRAM, disk.data())
        };
        let running = start(&options).await?;
        let (socket_dir, log) = (running.socket_dir().to_owned(), running.log_path());
        Ok(Self { options, running: Some(running), socket_dir, log })
    }

    /// Its socket, for the link.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.socket_dir.join(".s.PGSQL.5432")
    }

    /// Its major version, while it runs.
    pub fn version(&self) -> Option<u32> {
        self.running.as_ref().map(LocalPostgres::major_version)
    }

    /// The superuser's URL, past the link.
    #[must_use]
    pub fn owner_url(&self, database: &str) -> String {
        self.url(SUPERUSER, database)
    }

    /// A role's URL, past the link.
    #[must_use]
    pub fn url(&self, role: &str, database: &str) -> String {
        let host = self.socket_dir.display().to_string().replace('/', "%2F");
        format!("postgresql:///{database}?host={host}&user={role}")
    }

    /// A superuser's session in our database, past the link.
    pub async fn session(&self) -> anyhow::Result<DedicatedConnection> {
        Ok(connect(&self.owner_url(DATABASE).parse()?).await?)
    }

    /// Kills the postmaster and every process of it at the same moment, as the kernel would.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        let postmaster = self.running.take().context("PostgreSQL is not running")?;
        let pid = postmaster.pid();
        // It is stopped first, so that it starts no further process while they are listed.
        kill(Pid::from_raw(pid.cast_signed()), Signal::SIGSTOP)?;
        let children = children(pid);
        ensure!(!children.is_empty(), "PostgreSQL's processes cannot be listed");
        for pid in std::iter::once(pid).chain(children) {
            // The process may have ended by itself.
            let _ = kill(Pid::from_raw(pid.cast_signed()), Signal::SIGKILL);
        }
        drop(postmaster);
        Ok(())
    }

    /// Kills one of the processes that serve `role`, which `pick` chooses, and returns whether there was one.
    ///
    /// The postmaster ends all the others then, and recovers.
    pub fn kill_one_backend(&self, role: &str, pick: impl FnOnce(usize) -> usize) -> anyhow::Result<bool> {
        let postmaster = self.running.as_ref().context("PostgreSQL is not running")?;
        let mark = format!("{role} {DATABASE}");
        let backends: Vec<_> = children(postmaster.pid())
            .into_iter()
            .filter(|pid| fs::read_to_string(format!("/proc/{pid}/cmdline")).is_ok_and(|line| line.contains(&mark)))
            .collect();
        if backends.is_empty() {
            return Ok(false);
        }
        let pid = backends[pick(backends.len())];
        Ok(kill(Pid::from_raw(pid.cast_signed()), Signal::SIGKILL).is_ok())
    }

    /// Starts it again, and returns when it accepts connections: that moment.
    pub async fn start_again(&mut self) -> anyhow::Result<Instant> {
        self.running = Some(start(&self.options).await?);
        Ok(Instant::now())
    }

    /// Whether it has ended by itself.
    async fn has_ended(&mut self) -> bool {
        let Some(running) = self.running.as_mut() else { return true };
        tokio::time::timeout(Duration::from_millis(1), running.exited()).await.is_ok()
    }

    /// Waits until PostgreSQL accepts sessions, which it does not during a recovery, and returns that moment. If PostgreSQL
    /// ends by itself because there is no room for its log, it is started again, as a supervisor would.
    pub async fn accepting(&mut self) -> anyhow::Result<Instant> {
        let began = Instant::now();
        loop {
            if self.has_ended().await {
                self.stop().await?;
                // Again and again, for as long as it finds no room.
                let _ = self.start_again().await;
            }
            match self.session().await {
                Ok(_) => return Ok(Instant::now()),
                Err(error) if began.elapsed() > RECOVERY => return Err(error.context("PostgreSQL does not come back")),
                Err(_) => {}
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Stops it in good order.
    pub async fn stop(&mut self) -> anyhow::Result<()> {
        match self.running.take() {
            Some(running) => Ok(running.stop().await?),
            None => Ok(()),
        }
    }

    /// How often its log holds `text`.
    #[must_use]
    pub fn logged(&self, text: &str) -> usize {
        fs::read(&self.log).map_or(0, |log| String::from_utf8_lossy(&log).matches(text).count())
    }

    /// Its log.
    #[must_use]
    pub fn log(&self) -> &PathBuf {
        &self.log
    }
}

async fn start(options: &LocalPostgresOptions) -> anyhow::Result<LocalPostgres> {
    Ok(LocalPostgres::start(options.clone(), &|_| {}).await?)
}

/// The processes that `pid` has started.
fn children(pid: u32) -> Vec<u32> {
    let list = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect()
}
