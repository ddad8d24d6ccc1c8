//! The handle on the database that handlers and commands hold.

use std::sync::Arc;

use super::{
    connection_url::ConnectionUrl,
    pool::{Pool, PoolSettings},
    purchases::{PurchaseQueueSettings, PurchaseQueues},
    tls::TlsError,
};
use crate::{
    error::{Error, Result},
    metrics::{Metrics, PoolStatus},
};

/// PostgreSQL, as this program uses it: one Rust function per SQL function. Clones share the pool.
#[derive(Clone)]
pub struct Database {
    pub(super) pool: Pool,
    pub(super) metrics: Arc<Metrics>,
    /// `None` if purchases are not queued: each is then a call like any other.
    pub(super) purchase_queues: Option<Arc<PurchaseQueues>>,
}

impl Database {
    /// A handle on the database at `url` that counts into `metrics`. No connection is opened before it is needed.
    pub fn open(url: &ConnectionUrl, settings: &PoolSettings, metrics: Arc<Metrics>) -> Result<Self, TlsError> {
        Ok(Self { pool: Pool::new(url, settings)?, metrics, purchase_queues: None })
    }

    /// The same, with queues in which purchases that wait for a connection are put together into one call.
    #[must_use]
    pub fn with_purchase_queues(self, settings: PurchaseQueueSettings) -> Self {
        Self { purchase_queues: Some(PurchaseQueues::new(settings)), ..self }
    }

    /// Tells what the pool and the queues hold whenever it is asked, for metrics. It keeps them and nothing else alive.
    pub fn pool_probe(&self) -> impl Fn() -> PoolStatus + Send + Sync + 'static {
        let (pool, queues) = (self.pool.clone(), self.purchase_queues.clone());
        move || {
            let status = pool.status();
            PoolStatus {
                size: status.size as u64,
                available: status.available as u64,
                waiting: status.waiting as u64,
                purchases_waiting: queues.as_ref().map_or(0, |queues| queues.len()) as u64,
            }
        }
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

/// SQL and Rust disagree about a function's outcomes: the program does not fit the database.
pub(super) fn unknown_outcome(outcome: &str) -> Error {
    Error::internal(anyhow::anyhow!("a function returned the unknown outcome {outcome:?}"))
}

/// A token was accepted for a business that does not exist.
pub(super) fn business_is_gone() -> Error {
    Error::Forbidden("the business of these credentials does not exist")
}
