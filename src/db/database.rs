//! The handle on the database that handlers and commands hold.

use std::sync::Arc;

use super::{
    connection_url::ConnectionUrl,
    pool::{Pool, PoolSettings, PoolStatus},
    tls::TlsError,
};
use crate::{
    error::{Error, Result},
    metrics::Metrics,
};

/// The hot statements: what every new connection prepares before it is lent.
pub const HOT_STATEMENTS: &[&str] =
    &[super::purchases::PURCHASE, super::payments::PAYMENT_RECORD, super::api_keys::API_KEY_FIND];

/// A movement of money or stock and whether an earlier request made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded<T> {
    /// The record, the same at every replay.
    pub record: T,
    /// Whether the record is that of an earlier request with the same idempotency key.
    pub replayed: bool,
}

/// PostgreSQL, as this program uses it: one Rust function per SQL function. Clones share the pool.
#[derive(Clone)]
pub struct Database {
    pub(super) pool: Pool,
    pub(super) metrics: Arc<Metrics>,
}

impl Database {
    /// A handle on the database at `url` that counts into `metrics`. No connection is opened before it is needed.
    pub fn open(url: &ConnectionUrl, settings: &PoolSettings, metrics: Arc<Metrics>) -> Result<Self, TlsError> {
        Ok(Self { pool: Pool::new(url, settings)?, metrics })
    }

    /// The pool at this moment, for metrics.
    #[must_use]
    pub fn pool_status(&self) -> PoolStatus {
        self.pool.status()
    }

    /// Whether a call can be made now.
    pub async fn ready(&self) -> Result<()> {
        self.run(super::call::Call::platform("ready", "SELECT 1")).await.map(drop)
    }

    /// Refuses new calls.
    pub fn close(&self) {
        self.pool.close();
    }
}

/// What became of a movement, as metrics name it.
pub(super) fn label<T>(recorded: &Result<Recorded<T>>) -> &'static str {
    match recorded {
        Ok(Recorded { replayed: true, .. }) => "replayed",
        Ok(_) => "created",
        Err(error) => error.code(),
    }
}

/// SQL and Rust disagree about a function's outcomes: the program does not fit the database.
pub(super) fn unknown_outcome(outcome: &str) -> Error {
    Error::internal(anyhow::anyhow!("a function returned the unknown outcome {outcome:?}"))
}

/// A token was accepted for a business that does not exist.
pub(super) fn business_is_gone() -> Error {
    Error::Forbidden("the business of these credentials does not exist")
}
