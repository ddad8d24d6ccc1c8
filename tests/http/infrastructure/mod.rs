//! What every route can rely on, tested over real HTTP on a server without a database.

mod attempts;
mod bodies;
mod connections;
mod cors;
mod credentials;
mod docs;
mod exposition;
mod forged_tokens;
mod key_cache;
mod key_sets;
mod logs;
mod problems;
mod server;
mod shutdown;
mod signing;
mod smuggling;
mod tokens;
