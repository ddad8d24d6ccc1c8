//! The program that is measured, as an operator would use it: `migrate`, `api-key create`, `serve`, `verify`.

use std::{
    path::PathBuf,
    process::{Output, Stdio},
};

use anyhow::{Context, ensure};
use tokio::process::Command;

use crate::ids::Id;

/// One build of tallystick.
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

    /// A command that is killed with this program. Of the environment it gets tallystick's settings only.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.0);
        command
            .env_clear()
            .envs(std::env::vars().filter(|(name, _)| name.starts_with("TALLYSTICK_")))
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }

    /// Installs this build's schema, as the database's owner.
    pub async fn migrate(&self, owner_url: &str) -> anyhow::Result<()> {
        self.output(self.command().arg("migrate").env("TALLYSTICK_MIGRATE_DATABASE_URL", owner_url)).await.map(drop)
    }

    /// Makes an API key that may read and write.
    pub async fn create_api_key(&self, server_url: &str, business: Id) -> anyhow::Result<String> {
        let mut command = self.command();
        command
            .args(["api-key", "create", "--name", "bench", "--scope", "read", "--scope", "write", "--business"])
            .arg(business.to_string())
            .env("DATABASE_URL", server_url);
        let output = self.output(&mut command).await?;
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }

    /// Lets `tallystick verify` prove a database. Its exit status says what it found.
    pub async fn verify(&self, owner_url: &str) -> anyhow::Result<Output> {
        let mut command = self.command();
        let output = command.arg("verify").env("TALLYSTICK_MIGRATE_DATABASE_URL", owner_url).output().await;
        output.with_context(|| format!("cannot run {}", self.0.display()))
    }

    async fn output(&self, command: &mut Command) -> anyhow::Result<Output> {
        let output = command.output().await.with_context(|| format!("cannot run {}", self.0.display()))?;
        ensure!(output.status.success(), "{}: {}", self.0.display(), String::from_utf8_lossy(&output.stderr).trim());
        Ok(output)
    }
}
