//! The one test binary: one link step, and one PostgreSQL for all tests that need no PostgreSQL of their own.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's helpers fail the test as its body does")]

mod local_postgres;
mod support;
