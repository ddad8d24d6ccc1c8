//! What tests share.

pub mod cluster;
pub mod temp_folder;
