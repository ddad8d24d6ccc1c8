//! Everything between this program and PostgreSQL.
//!
//! - [`connection_url`], [`tls`], [`connect`] and [`pool`] get a connection, and say why there is none.
//! - [`migrate`] installs and upgrades the schema; [`role_check`] refuses to serve with a role that could bypass it.
//! - [`sqlstate`] and [`retry`] decide what a failed call means and whether it is worth another try.
//!
//! Nothing here knows HTTP. Rules about money, stock and tenants live in `sql/`, not here.

pub mod connect;
pub mod connection_url;
pub mod migrate;
pub mod pool;
pub mod retry;
pub mod role_check;
pub mod sqlstate;
pub mod tls;
