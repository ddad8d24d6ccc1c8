//! What the tests stand on.

pub mod audit;
pub mod client;
pub mod cluster;
pub mod fresh_database;
pub mod gate;
pub mod interleaving;
pub mod seed;
pub mod server;
pub mod shop;
pub mod temp_folder;
