//! What a movement of money or stock returns.

use crate::error::Result;

/// A movement of money or stock, and whether an earlier request made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement<T> {
    /// The record, the same at every replay.
    pub record: T,
    /// Whether an earlier request with the same idempotency key made the record.
    pub replayed: bool,
}

/// What became of a movement, as metrics call it.
pub(super) fn metric_label<T>(movement: &Result<Movement<T>>) -> &'static str {
    match movement {
        Ok(Movement { replayed: true, .. }) => "replayed",
        Ok(_) => "created",
        Err(error) => error.code().name(),
    }
}
