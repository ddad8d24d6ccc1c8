//! Where the database is, and how long to wait for it.

use std::time::Duration;

use anyhow::ensure;
use clap::Args;
use postgres_url::{ConnectionUrl, ConnectionUrlError, Environment};

use super::{EmbeddedArgs, Place, Secret, duration::parse_timeout, embedded::place};

/// What `serve` says if no setting names its database.
const NO_DATABASE: &str = "set DATABASE_URL to the database to serve (DATABASE_URL=postgresql:// if PGSERVICE or PGHOST \
    and the like name it), or say --embedded (TALLYSTICK_EMBEDDED=true) for a PostgreSQL that tallystick starts and keeps \
    in a data folder";

/// How to reach and use the database.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Database")]
pub struct DatabaseArgs {
    /// The PostgreSQL to use, as a role that cannot bypass the rules
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub database_url: Option<Secret>,
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
    /// The PostgreSQL that this program starts itself.
    #[command(flatten)]
    pub embedded: EmbeddedArgs,
}

/// Reads a database URL. What it leaves out is taken, as by `psql`, from a service file, from variables such as `PGHOST` and
/// `PGPASSWORD`, and from the password file.
pub fn connection_url(text: &str) -> Result<ConnectionUrl, ConnectionUrlError> {
    ConnectionUrl::read(text, &Environment::of_this_process())
}

impl DatabaseArgs {
    /// The database URL, if one is set and not empty.
    #[must_use]
    pub fn url(&self) -> Option<&Secret> {
        self.database_url.as_ref().filter(|url| !url.is_empty())
    }

    /// Which database to serve.
    pub fn place(&self) -> anyhow::Result<Place<'_>> {
        place(self.url().map(Secret::expose), self.embedded.embedded, NO_DATABASE)
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
