//! Reads `DATABASE_URL` as people really paste it.
//!
//! libpq, Prisma, Supabase, node-postgres and JDBC users all write connection strings that `tokio-postgres` refuses,
//! so this module reads them itself and hands over a ready [`Config`] with the decisions that the driver cannot take:
//! how far TLS is verified, and whether a transaction pooler stands in between.
//!
//! - A parameter that would make the connection safer is honoured or refused, never ignored: a mistyped `sslmode` must
//!   not silently turn verification off.
//! - Nothing here prints a password: not errors, not [`Display`](fmt::Display), not [`Debug`](fmt::Debug).
//! - No connection is opened here.

mod interpret;
mod split;

use std::{fmt, path::PathBuf, str::FromStr};

use tokio_postgres::{Config, config::Host};

/// Where PostgreSQL is and how to get in, read from a URL or from `key=value` pairs.
///
/// `Display` and `Debug` show host, port, database and user only.
#[derive(Clone)]
pub struct ConnectionUrl {
    config: Config,
    tls: TlsSettings,
    transaction_pooler: bool,
    connection_limit: Option<usize>,
    ignored: Vec<String>,
}

/// How the connection is encrypted and what is verified, in libpq's words, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TlsMode {
    /// Plain text. Always so over a Unix socket.
    Disable,
    /// Encrypt if the server offers it, verify nothing. libpq's default, and ours.
    Prefer,
    /// Encrypt or fail, verify nothing.
    Require,
    /// Encrypt, and the certificate must come from a trusted root; its name may be any.
    VerifyCa,
    /// Encrypt, and the certificate must come from a trusted root and name the host.
    VerifyFull,
}

/// Which certificate authorities are trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RootCertificates {
    /// Those that the operating system trusts.
    System,
    /// Those in this PEM file (`sslrootcert=/path`).
    File(PathBuf),
}

/// A certificate by which this program identifies itself (`sslcert` and `sslkey`), both as PEM files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientCertificate {
    /// The certificate, followed by its intermediates.
    pub certificate: PathBuf,
    /// Its private key, not encrypted.
    pub key: PathBuf,
}

/// Everything that decides about TLS on one connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsSettings {
    /// How much is encrypted and verified.
    pub mode: TlsMode,
    /// What `VerifyCa` and `VerifyFull` trust.
    pub roots: RootCertificates,
    /// This program's own certificate, if the server wants one.
    pub client_certificate: Option<ClientCertificate>,
    /// TLS from the first byte (`sslnegotiation=direct`, PostgreSQL 17 and newer); needs ALPN.
    pub direct: bool,
}

/// Why a connection string cannot be used. Never contains any part of a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConnectionUrlError {
    /// Neither a URL nor pairs.
    #[error(
        "expected postgresql://user:password@host:5432/database, or pairs such as \
         host=localhost dbname=database user=user"
    )]
    Unreadable,
    /// The part between `//` and the next `/` is ambiguous; almost always a special character in a password.
    #[error(
        "the part with user, password and host cannot be read; write special characters in a password \
         percent-encoded: / as %2F, ? as %3F, # as %23, @ as %40, : as %3A, % as %25"
    )]
    Authority,
    /// A `%` that is not followed by two hexadecimal digits, or that does not decode to UTF-8.
    #[error("a percent-encoding is broken; a literal % is written %25")]
    PercentEncoding,
    /// Supabase's template was pasted with its placeholder.
    #[error("it still holds the placeholder [YOUR-PASSWORD]; put the password in its place")]
    PasswordPlaceholder,
    /// A parameter that is neither understood nor known to be harmless.
    #[error("parameter {shown} is not known", shown = shown_name(*.position, .name.as_deref()))]
    UnknownParameter {
        /// Which one, counted from 1.
        position: usize,
        /// Its name, unless a password came before it: then it may be a piece of that.
        name: Option<String>,
    },
    /// A parameter that is understood but not offered.
    #[error("parameter `{name}` is not supported: {instead}")]
    UnsupportedParameter {
        /// The parameter.
        name: &'static str,
        /// What to do instead.
        instead: &'static str,
    },
    /// A parameter with a value that makes no sense.
    #[error("parameter `{name}` must be {expected}")]
    InvalidValue {
        /// The parameter.
        name: &'static str,
        /// What it may be.
        expected: &'static str,
    },
    /// Parameters that contradict each other.
    #[error("{0}")]
    Contradiction(&'static str),
}

fn shown_name(position: usize, name: Option<&str>) -> String {
    name.map_or_else(
        || format!("number {position} (not shown, it may be a piece of the password)"),
        |name| format!("`{name}`"),
    )
}

impl ConnectionUrl {
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

    /// Whether the URL says `pgbouncer=true`: a pooler hands every transaction to another server process.
    ///
    /// Then nothing may be left in a session: no settings, and no named prepared statement unless the pooler tracks
    /// them (`PgBouncer` from 1.21 with `max_prepared_statements`; Supabase's pooler does not promise it).
    #[must_use]
    pub const fn transaction_pooler(&self) -> bool {
        self.transaction_pooler
    }

    /// How many connections the URL allows (`connection_limit=…`, Prisma's name).
    #[must_use]
    pub const fn connection_limit(&self) -> Option<usize> {
        self.connection_limit
    }

    /// Parameters that mean something to other programs and nothing here; worth one line in the log.
    #[must_use]
    pub fn ignored(&self) -> &[String] {
        &self.ignored
    }

    /// The hosts and ports in the order they are tried, as `host:port`; a directory stands for the Unix socket in it.
    #[must_use]
    pub fn addresses(&self) -> Vec<String> {
        let names: Vec<String> = if self.config.get_hosts().is_empty() {
            self.config.get_hostaddrs().iter().map(ToString::to_string).collect()
        } else {
            self.config.get_hosts().iter().map(host_text).collect()
        };
        names.iter().enumerate().map(|(index, name)| format!("{name}:{}", self.port(index))).collect()
    }

    /// The database, which is named like the user when the URL does not say.
    #[must_use]
    pub fn database(&self) -> Option<&str> {
        self.config.get_dbname().or_else(|| self.config.get_user())
    }

    /// The role, or nothing when the operating system's user name decides.
    #[must_use]
    pub fn user(&self) -> Option<&str> {
        self.config.get_user()
    }

    fn port(&self, index: usize) -> u16 {
        let ports = self.config.get_ports();
        ports.get(index).or_else(|| ports.first()).copied().unwrap_or(5432)
    }
}

fn host_text(host: &Host) -> String {
    match host {
        Host::Tcp(name) if name.contains(':') => format!("[{name}]"),
        Host::Tcp(name) => name.clone(),
        Host::Unix(directory) => directory.display().to_string().replace('/', "%2F"),
    }
}

impl FromStr for ConnectionUrl {
    type Err = ConnectionUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        interpret::interpret(&split::split(text)?)
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
