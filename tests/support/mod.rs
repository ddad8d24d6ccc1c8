//! What the tests stand on.

pub mod fresh_database;
