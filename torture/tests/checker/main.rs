//! The checker's own tests: correct histories, of which it must say nothing, and faults, each of which it must name.
#![allow(clippy::result_large_err, reason = "a refusal is an answer, and every answer has the size of the largest")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's helpers fail the test as its body does")]

mod generate;
mod load;
mod mutations;
mod planted;
mod recording;
mod soundness;
mod store;
