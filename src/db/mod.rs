//! Everything between this program and PostgreSQL, but for the installation of the schema.
//!
//! - [`connection`] gets a connection, and says why there is none.
//! - [`gate`] says whose turn it is to have one.
//! - [`call`] sends one SQL function's call, and decides what a failure means and whether to send it again.
//! - [`Database`] is what the rest of the program holds. Each resource has a file with one Rust function per SQL function.
//!
//! Nothing here knows HTTP. Rules about money, stock and tenants live in `sql/`, not here.

pub mod call;
pub mod connection;
pub mod gate;

mod adjustments;
mod aging;
mod allocations;
mod api_keys;
mod businesses;
mod customers;
mod database;
mod entries;
mod ledger;
mod movement;
mod orders;
mod payments;
mod products;
mod proofs;
mod purchases;
mod returns;
mod reversals;
mod statements;
mod stock_movements;

pub use database::Database;
pub use entries::EntryFilter;
pub use movement::Movement;
pub use proofs::Heads;
pub use purchases::{PurchaseQueueSettings, QueueLimits};
pub use reversals::Reversed;
pub use statements::{ChargePart, StatementPlan};

/// The statements that every new connection prepares before it is lent, so that its first purchase takes one round trip.
pub const HOT_STATEMENTS: &[&str] = &[purchases::PURCHASE, payments::PAYMENT_RECORD];
