//! Purchases, from the handler's call to the database's.
//!
//! The way goes in one direction: this entry, the [`queue`] that groups waiting purchases of one business, and [`batch`],
//! the one call of the SQL function that decides them. [`outcome`] reads its answer.

mod batch;
mod outcome;
mod queue;

pub use queue::{PurchaseQueueSettings, QueueLimits};

pub(super) use batch::PURCHASE;
pub(super) use queue::PurchaseQueues;

use super::{
    database::Database,
    movement::{Movement, metric_label},
};
use crate::{
    domain::{BusinessId, IdempotencyKey, NewPurchase, Order},
    error::Result,
};

impl Database {
    /// Makes a purchase, once per idempotency key: the whole of it, or nothing.
    ///
    /// Without purchase queues each purchase is a call of its own, and competes for a connection like any other call.
    pub async fn purchase(
        &self,
        business_id: BusinessId,
        idempotency_key: IdempotencyKey,
        purchase: NewPurchase,
    ) -> Result<Movement<Order>> {
        let movement = match &self.purchase_queues {
            Some(queues) => queues.purchase(&self.calls, business_id, idempotency_key, purchase).await,
            None => self.calls.purchase_alone(business_id, &idempotency_key, &purchase).await,
        };
        self.calls.metrics.purchase(metric_label(&movement));
        movement
    }
}
