//! The API, over real HTTP.

mod infrastructure;
mod purchases;
