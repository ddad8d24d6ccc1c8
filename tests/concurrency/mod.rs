//! What happens at the same time.
//!
//! - [`interleavings`]: two or three sessions, statement by statement, in one exact order.
//! - `credit`, `stock`, `keys`, `deadlocks`, `names`: crowds over HTTP, through two servers on one database, at one point.
//! - `shared_reads`: reads of several businesses on one connection.
//! - `sharing`: one business attacks, and another goes on with its work.
//! - [`purchase_queue`]: purchases that are queued and decided together.
//! - [`races`]: random requests of many kinds at once, which must have a serial outcome ([`history`] says what that is).
//! - [`sequences`]: random requests one after the other, whose every answer must be the [`model`]'s.

mod account;
mod actions;
mod cast;
mod credit;
mod crowd;
mod deadlocks;
mod history;
mod interleavings;
mod keys;
mod mix;
mod model;
mod names;
mod purchase_queue;
mod races;
mod sequences;
mod shared_reads;
mod sharing;
mod stock;
