//! Everything between this program and PostgreSQL.
//!
//! - [`connection_url`], [`tls`], [`connect`] [`session`] and [`pool`] get a connection, and say why there is none.
//! - [`migrate`] installs and upgrades the schema; [`role_check`] refuses to serve with a role that could bypass it.
//! - [`sqlstate`] and [`retry`] decide what a failed call means and whether it is worth another try; [`fence`] sees to it
//!   that a call whose connection was lost cannot take effect behind the next try's back.
//! - [`Database`] is what the rest of the program holds; `call` is how each of its functions reaches PostgreSQL, and
//!   each area has a file with one Rust function per SQL function.
//!
//! Nothing here knows HTTP. Rules about money, stock and tenants live in `sql/`, not here.

pub mod connect;
pub mod connection_url;
pub mod fence;
pub mod migrate;
pub mod pool;
pub mod retry;
pub mod role_check;
pub mod session;
pub mod sqlstate;
pub mod tls;

mod api_keys;
mod businesses;
mod call;
mod customers;
mod database;
mod ledger;
mod orders;
mod payments;
mod products;
mod purchases;
mod recorded;
mod stock_movements;
mod types;

pub use database::Database;
pub use purchases::{PurchaseQueueSettings, QueueLimits};
pub use recorded::Recorded;

use database::{business_is_gone, unknown_outcome};

/// What every new connection prepares before it is lent, so that its first purchase is one round trip.
pub const HOT_STATEMENTS: &[&str] = &[purchases::PURCHASE, payments::PAYMENT_RECORD, api_keys::API_KEY_FIND];
