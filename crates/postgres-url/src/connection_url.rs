//! Reads connection strings as people really paste them.
//!
//! Users of libpq, Prisma, Supabase, node-postgres and JDBC write connection strings that `tokio-postgres` refuses. So this
//! module reads them itself. It returns a ready [`Config`], and two decisions that the driver cannot take: how far TLS is
//! verified, and whether a transaction pooler stands in between.
//!
//! - A parameter that would make the connection safer is obeyed or refused, never ignored. A mistyped `sslmode` must not
//!   silently turn verification off.
//! - Nothing here prints a password: neither errors, nor [`Display`](fmt::Display), nor [`Debug`](fmt::Debug).
//! - No connection is opened here.
//! - What the string leaves out is taken, as by libpq, from the service that it names, from variables (`PGHOST` …) and, for
//!   the password, from the password file. `text.parse()` looks at no variable.

mod error;
mod interpret;
mod password_file;
mod service_file;
mod split;

use std::{fmt, str::FromStr};

use tokio_postgres::{Config, config::Host};

pub use error::ConnectionUrlError;

use crate::{Environment, tls::TlsSettings};

/// Where PostgreSQL is and how to get in, read from a URL or from `key=value` pairs.
///
/// `Display` and `Debug` show host, port, database and user only.
#[derive(Clone)]
pub struct ConnectionUrl {
    config: Config,
    tls: TlsSettings,
    pooler: Option<bool>,
    connection_limit: Option<usize>,
    ignored: Vec<String>,
}

impl ConnectionUrl {
    /// Reads a connection string, and fills in from `environment` what it leaves out.
    pub fn read(text: &str, environment: &Environment) -> Result<Self, ConnectionUrlError> {
        interpret::interpret(&split::split(text)?, environment)
    }

    /// What `tokio-postgres` needs to connect, with keepalives and time limits already filled in.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// How TLS is to be done.
    #[must_use]
    pub const fn tls(&self) -> &TlsSettings {
        &self.tls
    }

    /// Whether the URL says `pgbouncer=true`: a pooler may give each transaction to another server process.
    ///
    /// Then a session must keep nothing: no settings, and no named prepared statement unless the pooler tracks them
    /// (`PgBouncer` from 1.21 with `max_prepared_statements`; Supabase's pooler does not promise it).
    #[must_use]
    pub const fn transaction_pooler(&self) -> bool {
        matches!(self.pooler, Some(true))
    }

    /// Whether the URL says whether there is a transaction pooler: `pgbouncer=true`, or `pgbouncer=false`. If it does not, a
    /// program should look.
    #[must_use]
    pub const fn declares_pooler(&self) -> bool {
        self.pooler.is_some()
    }

    /// How many connections the URL allows (`connection_limit=…`, as Prisma calls it).
    #[must_use]
    pub const fn connection_limit(&self) -> Option<usize> {
        self.connection_limit
    }

    /// Parameters that mean something to other programs only. A program may log that they have no effect.
    #[must_use]
    pub fn ignored(&self) -> &[String] {
        &self.ignored
    }

    /// The hosts and ports in the order in which they are tried, as `host:port`. A directory stands for its Unix socket.
    #[must_use]
    pub fn addresses(&self) -> Vec<String> {
        let names: Vec<String> = if self.config.get_hosts().is_empty() {
            self.config.get_hostaddrs().iter().map(ToString::to_string).collect()
        } else {
            self.config.get_hosts().iter().map(host_text).collect()
        };
        names.iter().enumerate().map(|(index, name)| format!("{name}:{}", self.port(index))).collect()
    }

    /// The database. If the URL names none, it has the user's name.
    #[must_use]
    pub fn database(&self) -> Option<&str> {
        self.config.get_dbname().or_else(|| self.config.get_user())
    }

    /// The role, or nothing if the operating system's user name decides.
    #[must_use]
    pub fn user(&self) -> Option<&str> {
        self.config.get_user()
    }

    fn port(&self, index: usize) -> u16 {
        let ports = self.config.get_ports();
        ports.get(index).or_else(|| ports.first()).copied().unwrap_or(5432)
    }
}

impl FromStr for ConnectionUrl {
    type Err = ConnectionUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::read(text, &Environment::default())
    }
}

fn host_text(host: &Host) -> String {
    match host {
        Host::Tcp(name) if name.contains(':') => format!("[{name}]"),
        Host::Tcp(name) => name.clone(),
        Host::Unix(directory) => directory.display().to_string().replace('/', "%2F"),
    }
}

impl fmt::Display for ConnectionUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("postgresql://")?;
        if let Some(user) = self.user() {
            write!(formatter, "{user}@")?;
        }
        formatter.write_str(&self.addresses().join(","))?;
        write!(formatter, "/{}", self.database().unwrap_or_default())
    }
}

impl fmt::Debug for ConnectionUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ConnectionUrl({self})")
    }
}

#[cfg(test)]
mod tests;
