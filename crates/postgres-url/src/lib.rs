//! PostgreSQL connection URLs as people really paste them, with TLS that means what libpq means by it.
//!
//! - [`ConnectionUrl`] reads the URL and says what it asks for.
//! - [`Environment`] is what else libpq would read: `PGHOST`, `PGPASSWORD`, the password file, service files.
//! - [`tls`] makes the connector that does what the URL says about TLS.
//!
//! Nothing here opens a connection, and nothing here knows what is stored behind the URL.

mod connection_url;
mod environment;
pub mod tls;

pub use connection_url::{ConnectionUrl, ConnectionUrlError};
pub use environment::Environment;
