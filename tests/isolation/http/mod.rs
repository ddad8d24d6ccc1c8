//! Over HTTP: another business's id answers byte for byte as one that does not exist.

mod answers;
mod callers;
pub mod cases;
mod deleted;
pub mod description;
pub mod keys;
mod probes;
mod probing;
mod world;
