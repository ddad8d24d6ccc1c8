//! What happens at the same time.
//!
//! - [`interleavings`]: two or three sessions, statement by statement, in one exact order.
//! - The rest is load, over HTTP, from many clients at once.

mod interleavings;
