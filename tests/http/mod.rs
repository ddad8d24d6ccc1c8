//! The API, over real HTTP.

mod customers;
mod fields;
mod idempotency;
mod infrastructure;
mod openapi;
mod payments;
mod products;
mod purchase_refusals;
mod purchases;
mod stock_movements;
