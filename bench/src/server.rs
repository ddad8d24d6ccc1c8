//! The real server as a child process, as an operator would start it: the release binary, settings from the environment,
//! its log (one line a request) in a file.

use std::{fs::File, net::SocketAddr, path::PathBuf, process::Stdio, sync::Arc, time::Duration};

use anyhow::{Context, bail, ensure};
use nix::{sys::signal, unistd::Pid};
use tokio::process::{Child, Command};

use crate::{bed::Bed, database::Database, load::Target};

/// The setting that turns combining off.
const COMBINING: &str = "TALLYSTICK_COMBINE_PURCHASES";

/// How long the server may take to listen, and to stop.
const PATIENCE: Duration = Duration::from_secs(20);
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Whether purchases of one business that wait are decided together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Combining {
    /// The server's default.
    On,
    /// One transaction per purchase.
    Off,
}

/// A running server.
pub struct Server {
    child: Child,
    log: PathBuf,
    /// What the load needs to know of it.
    pub target: Target,
}

impl Server {
    /// Starts the server of the build that installed `database`, and waits until it listens.
    pub async fn start(bed: &Bed, database: &Database, combining: Combining) -> anyhow::Result<Self> {
        Self::start_for(bed, database, combining, None).await
    }

    /// The same with another number of connections that the server allows.
    pub async fn start_for(
        bed: &Bed,
        database: &Database,
        combining: Combining,
        max_connections: Option<usize>,
    ) -> anyhow::Result<Self> {
        let mut command = database.program.command();
        command
            .arg("serve")
            .env_remove(COMBINING)
            .env("DATABASE_URL", &database.server_url)
            .env("TALLYSTICK_LISTEN", "127.0.0.1:0")
            .env("TALLYSTICK_OPERATOR_LISTEN", "127.0.0.1:0")
            .env("TALLYSTICK_LOG_FORMAT", "json");
        if combining == Combining::Off {
            command.env(COMBINING, "false");
        }
        if let Some(connections) = max_connections {
            command.env("TALLYSTICK_MAX_CONNECTIONS", connections.to_string());
        }
        let mut server = Self::spawn(command, bed.new_file("server.log")).await?;
        server.target.api_keys = Arc::clone(&database.api_keys);
        server.target.postmaster = bed.postmaster();
        Ok(server)
    }

    async fn spawn(mut command: Command, log: PathBuf) -> anyhow::Result<Self> {
        let file = File::create(&log).context("cannot write the server's log")?;
        let child = command
            .stdout(Stdio::null())
            .stderr(file)
            .spawn()
            .with_context(|| format!("cannot run {}", command.as_std().get_program().display()))?;
        let pid = child.id().context("the server ended at once")?;
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let target = Target { address, metrics_address: address, api_keys: Arc::default(), pid, postmaster: 0 };
        let mut server = Self { child, log, target };
        (server.target.address, server.target.metrics_address) = tokio::time::timeout(PATIENCE, server.listening())
            .await
            .with_context(|| format!("the server does not listen: {}", server.said()))??;
        Ok(server)
    }

    /// Where the server listens, and where it shows its metrics: builds before the operator's listener do that in one place.
    async fn listening(&mut self) -> anyhow::Result<(SocketAddr, SocketAddr)> {
        loop {
            let log = self.said();
            let line = log.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
            if let Some(line) = line.into_iter().find(|line| line["message"] == "listening") {
                let address = line["address"].as_str().context("the server does not say where it listens")?.parse()?;
                let metrics = line["operator_address"].as_str().map(str::parse).transpose()?;
                return Ok((address, metrics.unwrap_or(address)));
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

    /// Asks the server to stop and waits until it has.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        signal::kill(Pid::from_raw(self.target.pid.cast_signed()), signal::Signal::SIGTERM)?;
        let status = tokio::time::timeout(PATIENCE, self.child.wait()).await.context("the server does not stop")??;
        ensure!(status.success(), "the server ended with {status}");
        Ok(())
    }
}
