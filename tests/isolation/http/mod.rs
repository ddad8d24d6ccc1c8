//! Over HTTP: another business's id gets, byte for byte, the answer for an id that does not exist.

mod answers;
mod callers;
mod cases;
mod deleted;
mod description;
mod keys;
mod probes;
mod probing;
mod world;
