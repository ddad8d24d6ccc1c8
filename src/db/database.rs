//! The handle on the database that handlers and commands hold.

use std::{sync::Arc, time::Instant};

use postgres_url::ConnectionUrl;
use tokio::sync::Mutex;

use super::{
    call::{Call, rows::Answer, runner::CallRunner},
    connection::{PoolSettings, PoolSetupError},
    gate::{Class, Gate, GateLimits},
    movement::Movement,
    purchases::{PurchaseQueueSettings, Purchases},
};
use crate::{
    domain::{Actor, BusinessId, IdempotencyKey, NewPurchase, Order},
    error::Result,
    metrics::{ClassStatus, Metrics, PoolStatus},
};

/// PostgreSQL, as this program uses it: one Rust function per SQL function. Clones share the pools.
#[derive(Clone)]
pub struct Database {
    pub(super) calls: CallRunner,
    purchases: Purchases,
    /// When the last probe with a good answer began.
    last_good_probe: Arc<Mutex<Option<Instant>>>,
}

impl Database {
    /// A handle on the database at `url` that counts into `metrics`. It opens a connection only when one is needed.
    pub fn open(url: &ConnectionUrl, settings: &PoolSettings, metrics: Arc<Metrics>) -> Result<Self, PoolSetupError> {
        let calls = CallRunner::open(url, settings, metrics)?;
        Ok(Self { calls, purchases: Purchases::default(), last_good_probe: Arc::default() })
    }

    /// The same, with other bounds of the gate before the pool.
    #[must_use]
    pub fn with_gate(mut self, limits: GateLimits, settings: &PoolSettings) -> Self {
        self.calls.gate = Gate::new(limits, settings.wait_timeout, Arc::clone(&self.calls.metrics));
        self
    }

    /// The same, with queues in which purchases that wait for a connection are put together into one call.
    #[must_use]
    pub fn with_purchase_queues(self, settings: PurchaseQueueSettings) -> Self {
        Self { purchases: Purchases::queued(settings), ..self }
    }

    /// A function that tells what the pool and the queues hold, for metrics. It keeps only them alive.
    pub fn pool_probe(&self) -> impl Fn() -> PoolStatus + Send + Sync + 'static {
        let (pool, aside, reports) = (self.calls.pool.clone(), self.calls.aside.clone(), self.calls.reports.clone());
        let (gate, purchases) = (self.calls.gate.clone(), self.purchases.clone());
        move || {
            let (status, (given, waiting)) = (pool.status(), gate.status());
            let waiting_calls: usize = waiting.iter().map(|(_, waiting)| waiting).sum();
            PoolStatus {
                size: status.size as u64,
                available: status.available as u64,
                waiting: (waiting_calls + status.waiting + aside.status().waiting + reports.status().waiting) as u64,
                purchases_waiting: purchases.waiting() as u64,
                classes: Class::ALL.map(|class| ClassStatus {
                    class: class.name(),
                    running: given[class] as u64,
                    waiting: waiting[class] as u64,
                }),
            }
        }
    }

    /// Makes a purchase, once per idempotency key: the whole of it, or nothing.
    pub async fn purchase(
        &self,
        business_id: BusinessId,
        idempotency_key: IdempotencyKey,
        actor: Actor,
        purchase: NewPurchase,
    ) -> Result<Movement<Order>> {
        self.purchases.make(&self.calls, business_id, idempotency_key, actor, purchase).await
    }

    /// Whether a call can be made now. Anybody may ask, and credentials are looked up on the same connections. So one probe asks
    /// at a time, and its good answer counts for all who asked before it began.
    pub async fn ready(&self) -> Result<()> {
        let asked = Instant::now();
        let mut last_good = self.last_good_probe.lock().await;
        if last_good.is_some_and(|began| began >= asked) {
            return Ok(());
        }
        let began = Instant::now();
        self.run(Call::probe("ready", "SELECT 1")).await?;
        *last_good = Some(began);
        Ok(())
    }

    /// Refuses new calls.
    pub fn close(&self) {
        self.calls.pool.close();
        self.calls.aside.close();
        self.calls.reports.close();
    }

    /// Runs `call` to its end.
    pub(super) async fn run(&self, call: Call) -> Result<Answer> {
        self.calls.run(call).await
    }
}
