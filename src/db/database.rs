//! The handle on the database that handlers and commands hold.

use std::sync::Arc;

use postgres_url::ConnectionUrl;

use super::{
    combining::{Combiner, CombiningSettings},
    pool::{Pool, PoolSettings, PoolSetupError},
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
    pub(super) combiner: Option<Arc<Combiner>>,
}

impl Database {
    /// A handle on the database at `url` that counts into `metrics`. No connection is opened before it is needed.
    pub fn open(url: &ConnectionUrl, settings: &PoolSettings, metrics: Arc<Metrics>) -> Result<Self, PoolSetupError> {
        Ok(Self { pool: Pool::new(url, settings)?, metrics, combiner: None })
    }

    /// The same, combining purchases that wait for a connection into one call.
    #[must_use]
    pub fn combining(self, settings: CombiningSettings) -> Self {
        Self { combiner: Some(Combiner::new(settings)), ..self }
    }

    /// Tells what the pool and the queues hold whenever it is asked, for metrics. It keeps them and nothing else alive.
    pub fn pool_probe(&self) -> impl Fn() -> PoolStatus + Send + Sync + 'static {
        let (pool, combiner) = (self.pool.clone(), self.combiner.clone());
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
