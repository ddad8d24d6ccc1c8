//! What happens around every request, one concern a file. [`layers`](super::layers) says in which order.

pub(super) mod declared_queries;
pub(super) mod framework_errors;
pub(super) mod limits_and_panics;
pub(super) mod request_lifecycle;
