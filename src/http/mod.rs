//! The HTTP layer: authenticates, parses and validates, makes one database call, maps its outcome to a response.
//!
//! It decides no price, balance, limit or lock, and contains no SQL. Reading order for one request:
//! [`server`] (connection) → [`stack`] (what surrounds every request) → [`router`] → `extract` → `routes` → [`problem`] or JSON.

pub mod extract;
pub mod problem;
pub mod rate_limit;
pub mod state;
