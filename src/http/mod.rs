//! The HTTP layer: authenticates, parses and validates, calls the database, and turns the outcome into a response.
//!
//! It decides no price, balance, limit or lock, and contains no SQL. Reading order for one request:
//! [`server`] (connection) → [`router`] → [`layers`] (around every request) → [`extract`] → [`routes`] → JSON or [`problem`].

pub mod client_address;
pub mod cors;
pub mod error;
pub mod extract;
pub mod layers;
pub mod memory;
pub mod openapi;
pub mod problem;
pub mod rate_limit;
pub mod router;
pub mod routes;
pub mod server;
pub mod state;

mod middleware;
