//! The API, over real HTTP.

mod availability;
mod contention;
mod creations;
mod customers;
mod description_check;
mod extremes;
mod fields;
mod heads;
mod idempotency;
mod infrastructure;
mod late_delivery;
mod long_orders;
mod openapi;
mod pagination;
mod payments;
mod platform;
mod products;
mod purchase_refusals;
mod purchases;
mod queries;
mod records;
mod round_trips;
mod scopes;
mod stock_movements;
mod unknown_outcome;
mod versions;
