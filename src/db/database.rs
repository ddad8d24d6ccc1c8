//! The handle on the database that handlers and commands hold.

use std::sync::Arc;

use postgres_url::ConnectionUrl;

use super::{
    call::{Call, rows::Answer, runner::CallRunner},
    combining::{Combiner, CombiningSettings},
    connection::{PoolSettings, PoolSetupError},
};
use crate::{
    error::Result,
    metrics::{Metrics, PoolStatus},
};

/// PostgreSQL, as this program uses it: one Rust function per SQL function. Clones share the pool.
#[derive(Clone)]
pub struct Database {
    pub(super) calls: CallRunner,
    pub(super) combiner: Option<Arc<Combiner>>,
}

impl Database {
    /// A handle on the database at `url` that counts into `metrics`. It opens a connection only when one is needed.
    pub fn open(url: &ConnectionUrl, settings: &PoolSettings, metrics: Arc<Metrics>) -> Result<Self, PoolSetupError> {
        Ok(Self { calls: CallRunner::open(url, settings, metrics)?, combiner: None })
    }

    /// The same, but purchases that wait for a connection are combined into one call.
    #[must_use]
    pub fn combining(self, settings: CombiningSettings) -> Self {
        Self { combiner: Some(Combiner::new(settings)), ..self }
    }

    /// A function that tells what the pool and the queues hold, for metrics. It keeps only them alive.
    pub fn pool_probe(&self) -> impl Fn() -> PoolStatus + Send + Sync + 'static {
        let (pool, combiner) = (self.calls.pool.clone(), self.combiner.clone());
        move || {
            let status = pool.status();
            PoolStatus {
                size: status.size as u64,
                available: status.available as u64,
                waiting: status.waiting as u64,
                purchases_waiting: combiner.as_ref().map_or(0, |combiner| combiner.waiting()) as u64,
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
