//! Connections to PostgreSQL: how to get one, and why there is none.
//!
//! - [`Pool`] lends the server's connections, [`PooledConnection`]s that are ready for a purchase.
//! - [`connect`] opens a [`DedicatedConnection`] outside the pool, for commands and checks.
//! - [`is_behind_a_pooler`] tells whether something else answered in place of PostgreSQL.
//! - [`ServerProcess`] names the process of PostgreSQL that serves a connection, and can end it.
//! - [`explain`] makes a text of the driver's errors that may go into a log.

mod config;
mod dedicated;
mod explain;
mod key_data;
mod pool;
mod pooled;
mod server_process;

pub use dedicated::{ConnectError, DedicatedConnection, Notice, connect};
pub use explain::{explain, explain_fully};
pub use key_data::{UNDECLARED_POOLER, is_behind_a_pooler};
pub use pool::{Connection, Pool, PoolError, PoolSettings, PoolSetupError};
pub use pooled::{PooledConnection, SessionSettings};
pub use server_process::ServerProcess;
