//! Where the database is, and how long to wait for it.

use std::{path::PathBuf, time::Duration};

use anyhow::ensure;
use clap::Args;

use super::{Secret, duration::parse_timeout};

/// How to reach and use the database.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Database")]
pub struct DatabaseArgs {
    /// The PostgreSQL to use, as a role that cannot bypass the rules; without it, one is started on the data folder
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub database_url: Option<Secret>,
    /// Where the PostgreSQL that is started without a database URL keeps its data
    #[arg(long, env = "TALLYSTICK_DATA_DIR", value_name = "FOLDER")]
    pub data_dir: Option<PathBuf>,
    /// The folder of PostgreSQL's programs, if they are not where they usually are
    #[arg(long, env = "TALLYSTICK_POSTGRES_BIN", value_name = "FOLDER")]
    pub postgres_bin: Option<PathBuf>,
    /// The most database connections at once; two more are kept for credentials and probes
    #[arg(long, env = "TALLYSTICK_POOL_SIZE", default_value_t = 16, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub pool_size: u32,
    /// How long to wait for a free connection before answering `overloaded`
    #[arg(long, env = "TALLYSTICK_POOL_WAIT_TIMEOUT", default_value = "2s", value_name = "TIME", value_parser = parse_timeout)]
    pub pool_wait_timeout: Duration,
    /// How long one database call may take
    #[arg(long, env = "TALLYSTICK_STATEMENT_TIMEOUT", default_value = "5s", value_name = "TIME", value_parser = parse_timeout)]
    pub statement_timeout: Duration,
    /// How long one database call may wait for a row that another one holds
    #[arg(long, env = "TALLYSTICK_LOCK_TIMEOUT", default_value = "2s", value_name = "TIME", value_parser = parse_timeout)]
    pub lock_timeout: Duration,
}

impl DatabaseArgs {
    /// The database URL, if one is set and not empty.
    #[must_use]
    pub fn url(&self) -> Option<&Secret> {
        self.database_url.as_ref().filter(|url| !url.is_empty())
    }

    pub(super) fn check(&self) -> anyhow::Result<()> {
        ensure!(
            self.lock_timeout <= self.statement_timeout,
            "--lock-timeout ({:?}) is longer than --statement-timeout ({:?}), so it could never be reached",
            self.lock_timeout,
            self.statement_timeout
        );
        Ok(())
    }
}
