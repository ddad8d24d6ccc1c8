//! The handle on the database that handlers and commands hold.

use std::sync::Arc;

use postgres_url::ConnectionUrl;

use super::{
    call::{Call, rows::Answer, runner::CallRunner},
    connection::{PoolSettings, PoolSetupError},
    purchases::{PurchaseQueueSettings, PurchaseQueues},
};
use crate::{
    error::Result,
    metrics::{Metrics, PoolStatus},
};

/// PostgreSQL, as this program uses it: one Rust function per SQL function. Clones share the pool.
#[derive(Clone)]
pub struct Database {
    pub(super) calls: CallRunner,
    /// `None` if purchases are not queued: each is then a call like any other.
    pub(super) purchase_queues: Option<Arc<PurchaseQueues>>,
}

impl Database {
    /// A handle on the database at `url` that counts into `metrics`. It opens a connection only when one is needed.
    pub fn open(url: &ConnectionUrl, settings: &PoolSettings, metrics: Arc<Metrics>) -> Result<Self, PoolSetupError> {
        Ok(Self { calls: CallRunner::open(url, settings, metrics)?, purchase_queues: None })
    }

    /// The same, with queues in which purchases that wait for a connection are put together into one call.
    #[must_use]
    pub fn with_purchase_queues(self, settings: PurchaseQueueSettings) -> Self {
        Self { purchase_queues: Some(PurchaseQueues::new(settings)), ..self }
    }

    /// A function that tells what the pool and the queues hold, for metrics. It keeps only them alive.
    pub fn pool_probe(&self) -> impl Fn() -> PoolStatus + Send + Sync + 'static {
        let (pool, queues) = (self.calls.pool.clone(), self.purchase_queues.clone());
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
        self.run(Call::platform("ready", "SELECT 1")).await.map(drop)
    }

    /// Refuses new calls.
    pub fn close(&self) {
        self.calls.pool.close();
    }

    /// Runs `call` to its end.
    pub(super) async fn run(&self, call: Call) -> Result<Answer> {
        self.calls.run(call).await
    }
}
