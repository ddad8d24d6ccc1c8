//! The clients: they send, retry, give up, vanish, and write down everything.

pub mod choice;
pub mod connection;
pub mod line;
pub mod memory;
pub mod resolve;
pub mod shopper;
pub mod traffic;
pub mod vanishing;
pub mod wire;
