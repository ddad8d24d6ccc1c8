//! What a movement of money or stock comes back with.

use crate::error::Result;

/// A movement of money or stock and whether an earlier request made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded<T> {
    /// The record, the same at every replay.
    pub record: T,
    /// Whether the record is that of an earlier request with the same idempotency key.
    pub replayed: bool,
}

/// What became of a movement, as metrics name it.
pub(super) fn label<T>(recorded: &Result<Recorded<T>>) -> &'static str {
    match recorded {
        Ok(Recorded { replayed: true, .. }) => "replayed",
        Ok(_) => "created",
        Err(error) => error.code().name(),
    }
}
