//! The races that matter, as scripts (the notation is [`crate::support::interleaving`]'s).

mod corrections;
mod customers;
mod keys;
mod locks;
mod products;
mod returns;
