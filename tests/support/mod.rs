//! What the tests stand on.

pub mod audit;
pub mod client;
pub mod cluster;
pub mod fresh_database;
pub mod interleaving;
pub mod server;
pub mod shop;
pub mod temp_folder;
