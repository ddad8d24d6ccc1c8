//! What a route, a function and a table need elsewhere. Each test names everything that is missing at once, with the file to
//! edit, so that a half-added one is not told by one failing test after another.
//!
//! `docs/adding-an-endpoint.md` says what to write there.

mod functions;
mod project;
mod routes;
mod tables;

/// Fails with one line for each thing that is missing.
#[track_caller]
fn assert_complete(missing: &[String]) {
    assert!(missing.is_empty(), "{} things are missing:\n- {}", missing.len(), missing.join("\n- "));
}
