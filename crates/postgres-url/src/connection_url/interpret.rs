//! Gives each parameter its meaning: for the driver, for TLS, for the pool, or none.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use tokio_postgres::{
    Config,
    config::{ChannelBinding, Host, LoadBalanceHosts, SslMode, SslNegotiation, TargetSessionAttrs},
};

use super::{
    ConnectionUrl, ConnectionUrlError,
    password_file::{self, Entry},
    service_file,
    split::Parameter,
};
use crate::{
    Environment,
    tls::{ClientCertificate, RootCertificates, TlsMode, TlsSettings},
};

/// Parameters of other programs that do not change how safe the connection is.
const HARMLESS: &[&str] = &[
    "fallback_application_name",
    "gssdelegation",
    "gsslib",
    "krbsrvname",
    "pool_timeout",
    "schema",
    "single_use_connections",
    "socket_timeout",
    "sslcompression",
    "sslsni",
    "statement_cache_size",
    "supa",
    "uselibpqcompat",
    "workaround",
];

/// The parameters read so far. They depend on each other, so they are put together at the end.
struct Gathered {
    config: Config,
    hosts: Option<String>,
    host_addresses: Option<String>,
    ports: Option<String>,
    ssl_mode: Option<TlsMode>,
    roots: Option<RootCertificates>,
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
    strict: bool,
    direct: bool,
    pooler: Option<bool>,
    password_file: Option<PathBuf>,
    connection_limit: Option<usize>,
    ignored: Vec<String>,
}

/// Puts the layers together, the weakest first, because a later value replaces an earlier one: variables, the service, the
/// string.
pub(super) fn interpret(
    parameters: &[Parameter],
    environment: &Environment,
) -> Result<ConnectionUrl, ConnectionUrlError> {
    let mut gathered = Gathered::new();
    for (variable, parameter) in environment.parameters() {
        gathered
            .take(&[parameter])
            .map_err(|error| ConnectionUrlError::Variable { variable, error: Box::new(error) })?;
    }
    let service = parameters.iter().rev().find(|(name, _)| name == "service").map(|(_, value)| value.as_str());
    if let Some(service) = service.or_else(|| environment.variable("PGSERVICE")).filter(|service| !service.is_empty()) {
        let found = service_file::find(service, environment)?;
        gathered.take(&found.parameters).map_err(|error| ConnectionUrlError::Service {
            service: service.to_owned(),
            file: found.file,
            error: Box::new(error),
        })?;
    }
    gathered.take(parameters)?;
    gathered.finish(environment)
}

impl Gathered {
    fn new() -> Self {
        let mut config = Config::new();
        // If the server vanishes silently, the client notices within a minute. By the kernel's defaults it takes two hours.
        config
            .connect_timeout(Duration::from_secs(5))
            .keepalives_idle(Duration::from_secs(30))
            .keepalives_interval(Duration::from_secs(10))
            .keepalives_retries(3)
            .tcp_user_timeout(Duration::from_secs(30));
        Self {
            config,
            hosts: None,
            host_addresses: None,
            ports: None,
            ssl_mode: None,
            roots: None,
            certificate: None,
            key: None,
            strict: false,
            direct: false,
            pooler: None,
            password_file: None,
            connection_limit: None,
            ignored: Vec::new(),
        }
    }

    /// Takes parameters in order.
    fn take(&mut self, parameters: &[Parameter]) -> Result<(), ConnectionUrlError> {
        for (index, (name, value)) in parameters.iter().enumerate() {
            if self.driver_parameter(name, value)?
                || self.patience_parameter(name, value)?
                || self.tls_parameter(name, value)?
                || self.other_parameter(name, value)?
            {
                continue;
            }
            let after_password = parameters.iter().take(index).any(|(earlier, _)| earlier == "password");
            // A space or an ampersand may have cut a password that was given as a parameter. What follows is not shown then.
            let shown = (!after_password).then(|| name.clone());
            return Err(ConnectionUrlError::UnknownParameter { position: index + 1, name: shown });
        }
        Ok(())
    }

    /// Parameters that go to the driver as they are. Answers whether `name` is one.
    fn driver_parameter(&mut self, name: &str, value: &str) -> Result<bool, ConnectionUrlError> {
        let config = &mut self.config;
        match name {
            "user" => _ = config.user(value),
            "password" if value == "[YOUR-PASSWORD]" => return Err(ConnectionUrlError::PasswordPlaceholder),
            "password" => _ = config.password(value),
            "dbname" => _ = config.dbname(value),
            "host" => self.hosts = Some(value.to_owned()),
            "hostaddr" => self.host_addresses = Some(value.to_owned()),
            "port" => self.ports = Some(value.to_owned()),
            "options" => _ = config.options(value),
            "application_name" => _ = config.application_name(value),
            "target_session_attrs" => {
                config.target_session_attrs(match value {
                    "any" => TargetSessionAttrs::Any,
                    "read-write" | "primary" => TargetSessionAttrs::ReadWrite,
                    "read-only" => TargetSessionAttrs::ReadOnly,
                    _ => return Err(invalid("target_session_attrs", "any, read-write, primary or read-only")),
                });
            }
            "channel_binding" => {
                config.channel_binding(match value {
                    "disable" => ChannelBinding::Disable,
                    "prefer" => ChannelBinding::Prefer,
                    "require" => ChannelBinding::Require,
                    _ => return Err(invalid("channel_binding", "disable, prefer or require")),
                });
            }
            "load_balance_hosts" => {
                config.load_balance_hosts(match value {
                    "disable" => LoadBalanceHosts::Disable,
                    "random" => LoadBalanceHosts::Random,
                    _ => return Err(invalid("load_balance_hosts", "disable or random")),
                });
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Parameters that bound how long to wait for a silent network. Zero keeps the default of this crate, because no wait
    /// may be endless. Answers whether `name` is one.
    fn patience_parameter(&mut self, name: &str, value: &str) -> Result<bool, ConnectionUrlError> {
        let number = |name| value.parse::<u32>().map_err(|_| invalid(name, "a whole number"));
        let seconds = |name| number(name).map(|count| Duration::from_secs(count.into()));
        let config = &mut self.config;
        match name {
            "keepalives" => _ = config.keepalives(number("keepalives")? != 0),
            "connect_timeout"
            | "keepalives_idle"
            | "keepalives_interval"
            | "keepalives_count"
            | "keepalives_retries"
            | "tcp_user_timeout"
                if value == "0" => {}
            "connect_timeout" => _ = config.connect_timeout(seconds("connect_timeout")?),
            "keepalives_idle" => _ = config.keepalives_idle(seconds("keepalives_idle")?),
            "keepalives_interval" => _ = config.keepalives_interval(seconds("keepalives_interval")?),
            "keepalives_count" | "keepalives_retries" => _ = config.keepalives_retries(number("keepalives_count")?),
            // Milliseconds in libpq.
            "tcp_user_timeout" => {
                config.tcp_user_timeout(Duration::from_millis(number("tcp_user_timeout")?.into()));
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Parameters about TLS. Answers whether `name` is one.
    fn tls_parameter(&mut self, name: &str, value: &str) -> Result<bool, ConnectionUrlError> {
        match name {
            "sslmode" => {
                self.ssl_mode = Some(match value {
                    "disable" => TlsMode::Disable,
                    // libpq's `allow` tries plain text first. To try TLS first is not weaker.
                    "allow" | "prefer" => TlsMode::Prefer,
                    // node-postgres says `no-verify` for libpq's `require`.
                    "require" | "no-verify" => TlsMode::Require,
                    "verify-ca" => TlsMode::VerifyCa,
                    "verify-full" => TlsMode::VerifyFull,
                    _ => {
                        return Err(invalid("sslmode", "disable, allow, prefer, require, verify-ca or verify-full"));
                    }
                });
            }
            "sslrootcert" if value == "system" => self.roots = Some(RootCertificates::System),
            "sslrootcert" => self.roots = Some(RootCertificates::File(PathBuf::from(value))),
            "sslcert" => self.certificate = Some(PathBuf::from(value)),
            "sslkey" => self.key = Some(PathBuf::from(value)),
            "sslaccept" => match value {
                "strict" => self.strict = true,
                "accept_invalid_certs" => {}
                _ => return Err(invalid("sslaccept", "strict or accept_invalid_certs")),
            },
            "sslnegotiation" => match value {
                "postgres" => self.direct = false,
                "direct" => self.direct = true,
                _ => return Err(invalid("sslnegotiation", "postgres or direct")),
            },
            // TLS 1.2 is the oldest version that rustls has.
            "ssl_min_protocol_version" if matches!(value, "TLSv1" | "TLSv1.1" | "TLSv1.2") => {}
            "ssl_min_protocol_version" => return Err(invalid("ssl_min_protocol_version", "at most TLSv1.2")),
            "sslpassword" => return Err(unsupported("sslpassword", "store the key without a passphrase")),
            "sslidentity" => return Err(unsupported("sslidentity", "use sslcert and sslkey with PEM files")),
            "sslcrl" => return Err(unsupported("sslcrl", "revocation lists are not read")),
            "sslcrldir" => return Err(unsupported("sslcrldir", "revocation lists are not read")),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Parameters for the pool, and those of other programs. Answers whether `name` is one.
    fn other_parameter(&mut self, name: &str, value: &str) -> Result<bool, ConnectionUrlError> {
        match name {
            "pgbouncer" => {
                self.pooler = match value {
                    "true" => Some(true),
                    "false" => Some(false),
                    _ => return Err(invalid("pgbouncer", "true or false")),
                }
            }
            "connection_limit" => {
                let limit = value.parse().ok().filter(|limit| *limit > 0);
                self.connection_limit = Some(limit.ok_or(invalid("connection_limit", "a whole number above 0"))?);
            }
            "client_encoding" if matches!(value.to_ascii_lowercase().as_str(), "utf8" | "utf-8" | "auto") => {}
            "client_encoding" => return Err(invalid("client_encoding", "UTF8")),
            "gssencmode" if matches!(value, "disable" | "prefer") => {}
            "gssencmode" => return Err(unsupported("gssencmode", "GSSAPI is not available; use TLS")),
            "require_auth" => return Err(unsupported("require_auth", "use sslmode=verify-full")),
            "requirepeer" => return Err(unsupported("requirepeer", "check the socket directory's permissions")),
            // Read before the others: its section comes before them.
            "service" => {}
            "passfile" => self.password_file = Some(PathBuf::from(value)),
            "replication" => return Err(unsupported("replication", "remove it")),
            name if HARMLESS.contains(&name) => self.ignored.push(name.to_owned()),
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn finish(mut self, environment: &Environment) -> Result<ConnectionUrl, ConnectionUrlError> {
        self.put_addresses()?;
        self.look_up_password(environment)?;
        let mode = self.tls_mode()?;
        self.config.ssl_mode(match mode {
            TlsMode::Disable => SslMode::Disable,
            TlsMode::Prefer => SslMode::Prefer,
            TlsMode::Require | TlsMode::VerifyCa | TlsMode::VerifyFull => SslMode::Require,
        });
        if self.direct && mode != TlsMode::Disable {
            if mode < TlsMode::Require {
                return Err(ConnectionUrlError::Contradiction(
                    "sslnegotiation=direct needs sslmode=require or stronger",
                ));
            }
            self.config.ssl_negotiation(SslNegotiation::Direct);
        }
        let client_certificate = match (self.certificate, self.key) {
            (Some(certificate), Some(key)) => Some(ClientCertificate { certificate, key }),
            (None, None) => None,
            _ => return Err(ConnectionUrlError::Contradiction("sslcert and sslkey must be given together")),
        };
        let roots = self.roots.unwrap_or(RootCertificates::System);
        Ok(ConnectionUrl {
            config: self.config,
            tls: TlsSettings { mode, roots, client_certificate, direct: self.direct },
            pooler: self.pooler,
            connection_limit: self.connection_limit,
            ignored: self.ignored,
        })
    }

    fn put_addresses(&mut self) -> Result<(), ConnectionUrlError> {
        for port in self.ports.as_deref().unwrap_or_default().split(',') {
            let port = if port.is_empty() { Ok(5432) } else { port.parse() };
            self.config.port(port.map_err(|_| invalid("port", "a number from 1 to 65535"))?);
        }
        for address in self.host_addresses.as_deref().into_iter().flat_map(|list| list.split(',')) {
            self.config.hostaddr(address.parse().map_err(|_| invalid("hostaddr", "an IP address"))?);
        }
        let hosts = self.hosts.as_deref().filter(|hosts| !hosts.is_empty());
        if hosts.is_none() && self.host_addresses.is_none() {
            let port = self.config.get_ports().first().copied().unwrap_or(5432);
            self.config.host(default_host(port));
        }
        for host in hosts.into_iter().flat_map(|list| list.split(',')) {
            self.config.host(if host.is_empty() { "localhost" } else { host });
        }
        Ok(())
    }

    /// Takes the password from the password file, if nothing else gives one.
    fn look_up_password(&mut self, environment: &Environment) -> Result<(), ConnectionUrlError> {
        if self.config.get_password().is_some_and(|password| !password.is_empty()) {
            return Ok(());
        }
        let default = || Some(environment.home()?.join(".pgpass"));
        let Some(path) = self.password_file.clone().filter(|path| !path.as_os_str().is_empty()).or_else(default) else {
            return Ok(());
        };
        let Some(user) = self.config.get_user().or_else(|| environment.account_name()) else { return Ok(()) };
        let Some(file) = password_file::read(&path)? else { return Ok(()) };
        let database = self.config.get_dbname().unwrap_or(user);
        let hosts: Vec<String> = if self.config.get_hosts().is_empty() {
            self.config.get_hostaddrs().iter().map(ToString::to_string).collect()
        } else {
            self.config.get_hosts().iter().map(name_in_password_file).collect()
        };
        let ports = self.config.get_ports();
        let port = |index: usize| ports.get(index).or_else(|| ports.first()).copied().unwrap_or(5432).to_string();
        let mut passwords = hosts
            .iter()
            .enumerate()
            .map(|(index, host)| password_file::find(&file, Entry { host, port: &port(index), database, user }));
        let first = passwords.next().flatten();
        // The driver has one password for all hosts. No host may see the password of another.
        if passwords.any(|other| other != first) {
            return Err(ConnectionUrlError::Contradiction(
                "the password file has not the same password for every host; name one host, or give the password itself",
            ));
        }
        if let Some(password) = first {
            self.config.password(password);
        }
        Ok(())
    }

    fn tls_mode(&self) -> Result<TlsMode, ConnectionUrlError> {
        // PostgreSQL has no TLS on a Unix socket, and libpq ignores sslmode there.
        let unix = |host: &Host| matches!(host, Host::Unix(_));
        if self.config.get_hostaddrs().is_empty() && self.config.get_hosts().iter().all(unix) {
            return Ok(TlsMode::Disable);
        }
        if self.strict && self.ssl_mode != Some(TlsMode::Disable) {
            return Ok(TlsMode::VerifyFull);
        }
        match (self.ssl_mode, &self.roots) {
            // A URL that names a root wants it to be used. libpq is laxer: it reads the file and verifies nothing.
            (None, Some(_)) => Ok(TlsMode::VerifyFull),
            (Some(mode), Some(RootCertificates::System)) if mode < TlsMode::VerifyFull => {
                Err(ConnectionUrlError::Contradiction(
                    "sslrootcert=system needs sslmode=verify-full: anyone can get a \
                 certificate from a public authority, so only the host name tells servers apart",
                ))
            }
            // As in libpq.
            (Some(TlsMode::Require), Some(RootCertificates::File(_))) => Ok(TlsMode::VerifyCa),
            (mode, _) => Ok(mode.unwrap_or(TlsMode::Prefer)),
        }
    }
}

/// The socket folders of Debian and of upstream.
const SOCKET_FOLDERS: [&str; 2] = ["/var/run/postgresql", "/tmp"];

/// The host as a password file names it: a usual socket folder is `localhost`.
fn name_in_password_file(host: &Host) -> String {
    match host {
        Host::Tcp(name) => name.clone(),
        Host::Unix(folder) if SOCKET_FOLDERS.iter().any(|usual| folder == Path::new(usual)) => "localhost".to_owned(),
        Host::Unix(folder) => folder.display().to_string(),
    }
}

/// Where this machine's PostgreSQL listens if no host is named: in a usual socket folder, else on TCP.
fn default_host(port: u16) -> &'static str {
    SOCKET_FOLDERS
        .into_iter()
        .find(|directory| Path::new(directory).join(format!(".s.PGSQL.{port}")).exists())
        .unwrap_or("localhost")
}

const fn invalid(name: &'static str, expected: &'static str) -> ConnectionUrlError {
    ConnectionUrlError::InvalidValue { name, expected }
}

const fn unsupported(name: &'static str, instead: &'static str) -> ConnectionUrlError {
    ConnectionUrlError::UnsupportedParameter { name, instead }
}
