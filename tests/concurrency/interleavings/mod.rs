//! The races that matter, as scripts (the notation is [`crate::support::interleaving`]'s).

mod corrections;
mod credits;
mod customers;
mod keys;
mod locks;
mod pairs;
mod products;
mod returns;
