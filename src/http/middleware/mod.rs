//! What happens around every request, one concern a file; [`stack`](super::stack) says in which order.

pub(super) mod exchange;
pub(super) mod foreign;
pub(super) mod guard;
