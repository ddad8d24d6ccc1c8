//! What a request that happens once per idempotency key returns.

use crate::error::Result;

/// A movement of money or stock, or a record that was created, and whether an earlier request did it.
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
