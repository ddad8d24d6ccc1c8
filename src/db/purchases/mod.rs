//! Purchases, from the handler's call to the database's.
//!
//! The way goes in one direction: this entry, the [`queue`] that groups waiting purchases of one business, and [`batch`],
//! the one call of the SQL function that decides them. [`outcome`] reads its answer.

mod batch;
mod outcome;
mod queue;

pub use queue::{PurchaseQueueSettings, QueueLimits};

pub(super) use batch::PURCHASE;

use std::sync::Arc;

use queue::PurchaseQueues;

use super::{
    call::runner::CallRunner,
    movement::{Movement, metric_label},
};
use crate::{
    domain::{Actor, BusinessId, IdempotencyKey, NewPurchase, Order},
    error::Result,
};

/// Where purchases are made. Clones share the queues.
#[derive(Clone, Default)]
pub(super) struct Purchases {
    /// `None` if purchases are not queued. Then each is a call of its own, and competes for a connection like any other call.
    queues: Option<Arc<PurchaseQueues>>,
}

impl Purchases {
    /// With queues, in which purchases that wait for a connection are put together into one call.
    pub(super) fn queued(settings: PurchaseQueueSettings) -> Self {
        Self { queues: Some(PurchaseQueues::new(settings)) }
    }

    /// How many purchases are queued, of all businesses.
    pub(super) fn waiting(&self) -> usize {
        self.queues.as_ref().map_or(0, |queues| queues.len())
    }

    /// Makes a purchase, once per idempotency key: the whole of it, or nothing.
    pub(super) async fn make(
        &self,
        calls: &CallRunner,
        business_id: BusinessId,
        idempotency_key: IdempotencyKey,
        actor: Actor,
        purchase: NewPurchase,
    ) -> Result<Movement<Order>> {
        let movement = match &self.queues {
            Some(queues) => queues.purchase(calls, business_id, idempotency_key, actor, purchase).await,
            None => calls.purchase_alone(business_id, &idempotency_key, &actor, &purchase).await,
        };
        calls.metrics.purchase(metric_label(&movement));
        movement
    }
}
