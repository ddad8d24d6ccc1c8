//! The one test binary. Every test runs on a database of its own.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on should stop")]

mod schema;
mod support;
