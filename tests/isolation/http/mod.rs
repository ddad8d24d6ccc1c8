//! Over HTTP: another business's id answers byte for byte as one that does not exist.

mod answers;
mod callers;
mod cases;
mod deleted;
mod description;
mod keys;
mod probes;
mod probing;
mod world;
