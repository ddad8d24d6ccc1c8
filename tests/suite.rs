//! The one test binary: one link step, and one temporary PostgreSQL for all tests that need none of their own.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's helpers fail the test as its body does")]

mod cli;
mod complete;
mod concurrency;
mod http;
mod isolation;
mod schema;
mod sql;
mod support;
mod verify;
