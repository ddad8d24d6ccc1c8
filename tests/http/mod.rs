//! The API, over real HTTP.

mod infrastructure;
mod openapi;
mod purchases;
