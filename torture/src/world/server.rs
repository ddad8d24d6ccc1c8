//! A tallystick server as a child process, as an operator would start it; killed, stopped and started again.

use std::{
    fs::{self, File},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context, bail, ensure};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::process::{Child, Command};

/// How long a server may take to listen, and to stop.
const PATIENCE: Duration = Duration::from_secs(30);
const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// What platforms' routes take.
pub const ADMIN_TOKEN: &str = "torture-admin-token-of-sufficient-length";

/// How to start a server.
#[derive(Debug, Clone)]
pub struct ServerOptions {
    /// The program.
    pub program: PathBuf,
    /// Where its database is, through a link.
    pub database_url: String,
    /// Its log, to which every life of it adds.
    pub log: PathBuf,
    /// A library that shifts its clock, and by how much, as libfaketime wants it.
    pub clock: Option<(PathBuf, String)>,
}

/// One life of a server.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Server {
    /// Starts a server and waits until it listens.
    pub async fn start(options: &ServerOptions) -> anyhow::Result<Self> {
        let log =
            File::options().create(true).append(true).open(&options.log).context("cannot write a server's log")?;
        let begins_at = log.metadata()?.len();
        let mut command = Command::new(&options.program);
        command
            .arg("serve")
            .env_clear()
            .env("DATABASE_URL", &options.database_url)
            .env("TALLYSTICK_ADMIN_TOKEN", ADMIN_TOKEN)
            .env("TALLYSTICK_LISTEN", "127.0.0.1:0")
            .env("TALLYSTICK_LOG", "warn,tallystick::commands::serve=info")
            .env("TALLYSTICK_LOG_FORMAT", "json")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .kill_on_drop(true);
        if let Some((library, shift)) = &options.clock {
            command.env("LD_PRELOAD", library).env("FAKETIME", shift).env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        }
        let child = command.spawn().with_context(|| format!("cannot run {}", options.program.display()))?;
        let mut server = Self { child, address: SocketAddr::from(([127, 0, 0, 1], 0)) };
        server.address = server.listening(&options.log, begins_at).await?;
        Ok(server)
    }

    async fn listening(&mut self, log: &Path, begins_at: u64) -> anyhow::Result<SocketAddr> {
        let began = Instant::now();
        loop {
            let said = fs::read(log).unwrap_or_default();
            let said = said.get(usize::try_from(begins_at)?..).unwrap_or_default();
            let said = String::from_utf8_lossy(said);
            let line = said.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
            if let Some(line) = line.into_iter().find(|line| line["message"] == "listening") {
                return Ok(line["address"].as_str().context("the server does not say where it listens")?.parse()?);
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("a server ended with {status} before it listened: {said}");
            }
            ensure!(began.elapsed() < PATIENCE, "a server does not listen: {said}");
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    /// Whether it still runs.
    pub fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Kills it.
    pub async fn kill(mut self) -> anyhow::Result<()> {
        Ok(self.child.kill().await?)
    }

    /// Asks it to stop and waits until it has.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        let pid = self.child.id().context("a server has ended by itself")?;
        kill(Pid::from_raw(pid.cast_signed()), Signal::SIGTERM)?;
        let status = tokio::time::timeout(PATIENCE, self.child.wait()).await.context("a server does not stop")??;
        ensure!(status.success(), "a server ended with {status}");
        Ok(())
    }
}
