//! What the tests stand on.

pub mod cluster;
pub mod fresh_database;
pub mod temp_folder;
