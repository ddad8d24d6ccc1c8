//! The real server as a child process, as an operator would start it: the release binary, settings from the environment,
//! its log (one line a request) in a file.

use std::{
    fs::File,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Output, Stdio},
    time::Duration,
};

use anyhow::{Context, bail, ensure};
use nix::{sys::signal, unistd::Pid};
use tokio::process::{Child, Command};

use crate::bed::{Bed, Database};

/// How long the server may take to listen, and to stop.
const PATIENCE: Duration = Duration::from_secs(20);
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// The server's program.
#[derive(Debug, Clone)]
pub struct Program(PathBuf);

impl Program {
    /// The one that was named, else the one that was built beside this one.
    pub fn find(named: Option<PathBuf>) -> anyhow::Result<Self> {
        let program = match named {
            Some(named) => named,
            None => std::env::current_exe()?.with_file_name("tallystick"),
        };
        ensure!(program.is_file(), "{} is missing: `cargo build --release` makes it", program.display());
        Ok(Self(program))
    }

    /// Starts a server on `database` and waits until it listens.
    pub async fn start(&self, bed: &Bed, database: &Database) -> anyhow::Result<Server> {
        Server::start(&self.0, database, bed.new_file("server.log")).await
    }

    /// Lets `tallystick verify` prove the database.
    pub async fn verify(&self, database: &Database) -> anyhow::Result<Output> {
        let mut command = Command::new(&self.0);
        command.arg("verify").env("TALLYSTICK_MIGRATE_DATABASE_URL", &database.owner_url).kill_on_drop(true);
        command.output().await.with_context(|| format!("cannot run {}", self.0.display()))
    }
}

/// A running server.
pub struct Server {
    child: Child,
    pid: u32,
    log: PathBuf,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Server {
    async fn start(program: &Path, database: &Database, log: PathBuf) -> anyhow::Result<Self> {
        let file = File::create(&log).context("cannot write the server's log")?;
        let child = Command::new(program)
            .arg("serve")
            .env_clear()
            .envs(std::env::vars().filter(|(name, _)| name.starts_with("TALLYSTICK_")))
            .env("DATABASE_URL", &database.server_url)
            .env("TALLYSTICK_LISTEN", "127.0.0.1:0")
            .env("TALLYSTICK_LOG_FORMAT", "json")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(file)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot run {}", program.display()))?;
        let pid = child.id().context("the server ended at once")?;
        let mut server = Self { child, pid, log, address: SocketAddr::from(([127, 0, 0, 1], 0)) };
        server.address = tokio::time::timeout(PATIENCE, server.listening())
            .await
            .with_context(|| format!("the server does not listen: {}", server.said()))??;
        Ok(server)
    }

    async fn listening(&mut self) -> anyhow::Result<SocketAddr> {
        loop {
            let log = self.said();
            let line = log.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
            if let Some(line) = line.into_iter().find(|line| line["message"] == "listening") {
                return line["address"]
                    .as_str()
                    .context("the server does not say where it listens")?
                    .parse()
                    .map_err(Into::into);
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("the server ended with {status}: {log}");
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    /// The log so far.
    fn said(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// The server's process id.
    pub const fn pid(&self) -> u32 {
        self.pid
    }

    /// Asks the server to stop and waits until it has.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        signal::kill(Pid::from_raw(self.pid.cast_signed()), signal::Signal::SIGTERM)?;
        let status = tokio::time::timeout(PATIENCE, self.child.wait()).await.context("the server does not stop")??;
        ensure!(status.success(), "the server ended with {status}");
        Ok(())
    }
}
