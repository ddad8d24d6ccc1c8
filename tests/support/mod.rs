//! What the tests share.

pub mod actor;
pub mod audit;
pub mod by_hand;
pub mod client;
pub mod cluster;
pub mod contents;
pub mod contract;
pub mod fresh_database;
pub mod gate;
pub mod interleaving;
pub mod proxy;
pub mod purchase_batch;
pub mod seed;
pub mod server;
pub mod sessions;
pub mod shop;
pub mod source;
pub mod tables;
pub mod temp_folder;
pub mod two_businesses;
