//! Over HTTP: another business's id gets, byte for byte, the answer for an id that does not exist.

mod answers;
pub mod callers;
pub mod cases;
mod deleted;
pub mod description;
pub mod keys;
mod probes;
mod probing;
pub mod world;
