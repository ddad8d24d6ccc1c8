//! Why a connection string cannot be used. No message contains any part of a password.

use std::path::PathBuf;

/// Why a connection string cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConnectionUrlError {
    /// Neither a URL nor pairs.
    #[error(
        "expected postgresql://user:password@host:5432/database, or pairs such as \
         host=localhost dbname=database user=user"
    )]
    Unreadable,
    /// The part between `//` and the next `/` is ambiguous, almost always because of a special character in a password.
    #[error(
        "the part with user, password and host cannot be read; write special characters in a password \
         percent-encoded: / as %2F, ? as %3F, # as %23, @ as %40, : as %3A, % as %25"
    )]
    Authority,
    /// A `%` that is not followed by two hexadecimal digits, or that does not decode to UTF-8.
    #[error("a percent-encoding is broken; a literal % is written %25")]
    PercentEncoding,
    /// The string is Supabase's template, still with its placeholder.
    #[error("it still holds the placeholder [YOUR-PASSWORD]; put the password in its place")]
    PasswordPlaceholder,
    /// A parameter that is neither understood nor known to be harmless.
    #[error("parameter {shown} is not known", shown = shown_name(*.position, .name.as_deref()))]
    UnknownParameter {
        /// Which one, counted from 1.
        position: usize,
        /// Its name; `None` after a password, because the name may then be a piece of the password.
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
    /// The value of a variable that stands for a parameter.
    #[error("{variable}: {error}")]
    Variable {
        /// The variable.
        variable: &'static str,
        /// What is wrong with the parameter.
        error: Box<ConnectionUrlError>,
    },
    /// A parameter in a service file.
    #[error("{}, service `{service}`: {error}", .file.display())]
    Service {
        /// The service.
        service: String,
        /// The file.
        file: PathBuf,
        /// What is wrong with the parameter.
        error: Box<ConnectionUrlError>,
    },
    /// No service file has the service.
    #[error(
        "no service file defines the service `{name}`; it is looked for in PGSERVICEFILE (or else in ~/.pg_service.conf), \
         and then in pg_service.conf in PGSYSCONFDIR"
    )]
    ServiceNotFound {
        /// The service.
        name: String,
    },
    /// A password file or a service file cannot be read.
    #[error("cannot read {}: {reason}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Others than its owner may read or write the password file.
    #[error("the password file {file} is open to other users; make it private: chmod 600 {file}", file = .path.display())]
    OpenPasswordFile {
        /// The file.
        path: PathBuf,
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
