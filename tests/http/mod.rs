//! The API, over real HTTP.

mod infrastructure;
mod long_orders;
mod purchases;
