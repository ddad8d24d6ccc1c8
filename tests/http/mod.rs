//! The API, over real HTTP.

mod purchases;
