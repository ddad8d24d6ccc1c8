//! Many purchases in one call. While the gate has a permit, a purchase goes at once and alone. Otherwise it waits in its
//! business's queue, and the business's next call takes what is queued by then. So batches grow with load, and no purchase
//! is delayed in order to fill a batch. Only PostgreSQL knows what a purchase is: this module groups, SQL decides.
//!
//! A queued purchase is withdrawn when its client disconnects or has waited for too long. A call runs to its end, whoever
//! disconnects. If a call fails and nothing of it has happened, each of its purchases is sent again in a call of its own.

mod business_queue;
mod worker;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

pub use business_queue::QueueLimits;
use business_queue::{BusinessQueue, Grouping, QueuedPurchase};
use worker::Worker;

use crate::{
    db::{call::runner::CallRunner, movement::Movement},
    domain::{Actor, BusinessId, IdempotencyKey, NewPurchase, Order, OrderId},
    error::{Error, Result},
};

/// How purchases are queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PurchaseQueueSettings {
    /// What one business may do at once.
    pub limits: QueueLimits,
    /// How long a purchase may be queued before a call takes it.
    pub queue_timeout: Duration,
}

/// The queues of all businesses that have purchases to decide.
pub(super) struct PurchaseQueues {
    queues: Mutex<HashMap<BusinessId, BusinessQueue>>,
    next_ticket: AtomicU64,
    settings: PurchaseQueueSettings,
}

impl PurchaseQueues {
    pub(super) fn new(settings: PurchaseQueueSettings) -> Arc<Self> {
        Arc::new(Self { queues: Mutex::default(), next_ticket: AtomicU64::default(), settings })
    }

    /// How many purchases are queued, of all businesses.
    pub(super) fn len(&self) -> usize {
        self.lock().values().map(BusinessQueue::len).sum()
    }

    /// Makes a purchase, alone or in a call with others.
    pub(super) async fn purchase(
        self: &Arc<Self>,
        calls: &CallRunner,
        business_id: BusinessId,
        idempotency_key: IdempotencyKey,
        actor: Actor,
        purchase: NewPurchase,
    ) -> Result<Movement<Order>> {
        let mut slot = self.enqueue(calls, business_id, idempotency_key, actor, purchase)?;
        let answer = match tokio::time::timeout(self.settings.queue_timeout, &mut slot.answered).await {
            Ok(answer) => answer,
            Err(_) if slot.withdraw_untried() => return Err(Error::Overloaded),
            Err(_) => (&mut slot.answered).await,
        };
        slot.ticket = None;
        answer.map_err(|_| Error::internal(anyhow::anyhow!("a purchase was left without an answer")))?
    }

    fn enqueue(
        self: &Arc<Self>,
        calls: &CallRunner,
        business_id: BusinessId,
        idempotency_key: IdempotencyKey,
        actor: Actor,
        purchase: NewPurchase,
    ) -> Result<QueueSlot<'_>> {
        let (answer, answered) = oneshot::channel();
        let ticket = self.next_ticket.fetch_add(1, Relaxed);
        let queued = QueuedPurchase {
            ticket,
            idempotency_key,
            actor,
            purchase,
            own_id: OrderId::new(),
            grouping: Grouping::Any,
            answer,
            queued_at: Instant::now(),
            span: tracing::Span::current(),
        };
        let mut all = self.lock();
        let queue = all.entry(business_id).or_default();
        if !queue.enqueue(queued, &self.settings.limits) {
            return Err(Error::Overloaded);
        }
        if queue.start_worker(&self.settings.limits) {
            Worker::new(self, calls, business_id).spawn();
        }
        Ok(QueueSlot { queues: self, business_id, ticket: Some(ticket), answered })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<BusinessId, BusinessQueue>> {
        // A panic under this lock leaves no queue half changed, so a poisoned lock is as good as any.
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes a business's queue under the lock, and forgets the queue once it is idle.
    fn with_queue<R>(&self, business_id: BusinessId, change: impl FnOnce(&mut BusinessQueue) -> R) -> R {
        let mut all = self.lock();
        let queue = all.entry(business_id).or_default();
        let result = change(queue);
        if queue.is_idle() {
            all.remove(&business_id);
        }
        result
    }
}

/// A request's place in its business's queue. It is withdrawn when the request ends without an answer.
struct QueueSlot<'a> {
    queues: &'a PurchaseQueues,
    business_id: BusinessId,
    /// `None` once there is nothing left to withdraw.
    ticket: Option<u64>,
    answered: oneshot::Receiver<Result<Movement<Order>>>,
}

impl QueueSlot<'_> {
    /// Withdraws the purchase if no call has tried it yet. Returns whether it did.
    fn withdraw_untried(&mut self) -> bool {
        self.withdraw(|grouping| grouping == Grouping::Any)
    }

    fn withdraw(&mut self, which: impl Fn(Grouping) -> bool) -> bool {
        let Some(ticket) = self.ticket else { return false };
        let withdrawn = self.queues.with_queue(self.business_id, |queue| queue.withdraw(ticket, which));
        self.ticket = self.ticket.filter(|_| withdrawn.is_none());
        withdrawn.is_some()
    }
}

impl Drop for QueueSlot<'_> {
    fn drop(&mut self) {
        // Closed first. A worker that puts this purchase back then either sees that nobody wants the answer, or puts it
        // back before the withdrawal, which finds it.
        self.answered.close();
        self.withdraw(|_| true);
    }
}

#[cfg(test)]
mod tests;
