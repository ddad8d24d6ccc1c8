//! A worker makes the calls of one business, one after the other, for as long as its queue has purchases for them.

use std::{pin::pin, sync::Arc};

use tokio::time::sleep;
use tracing::Instrument;

use super::{
    PurchaseQueues,
    business_queue::{Batch, BatchToken, BusinessQueue, Grouping, QueuedPurchase},
};
use crate::{
    db::{
        call::{
            held::HeldRows,
            runner::{CallRunner, LONGEST_PAUSE, LOOK_AGAIN, Place},
        },
        connection::{Connection, PoolError},
        gate::Class,
        purchases::{batch::BatchItem, outcome::Decision},
    },
    domain::BusinessId,
    error::{Error, Result},
};

/// One of a business's workers. It counts among them until it has ended.
pub(super) struct Worker {
    queues: Arc<PurchaseQueues>,
    calls: CallRunner,
    business_id: BusinessId,
    /// What its next call will do about held rows, once it is planned and until it is made.
    planned: Option<HeldRows>,
    /// Of the batch that its call is deciding.
    token: Option<BatchToken>,
    pub(super) ended: bool,
}

impl Worker {
    /// A worker that its business's queue has counted already.
    pub(super) fn new(queues: &Arc<PurchaseQueues>, calls: &CallRunner, business_id: BusinessId) -> Self {
        Self { queues: Arc::clone(queues), calls: calls.clone(), business_id, planned: None, token: None, ended: false }
    }

    /// Starts it in a task of its own, so that no client can interrupt its calls.
    pub(super) fn spawn(self) {
        tokio::spawn(self.run());
    }

    async fn run(mut self) {
        while !self.ended {
            self.make_one_call().await;
        }
    }

    async fn make_one_call(&mut self) {
        let Some(held) = self.plan() else { return };
        let place = if held == HeldRows::Wait {
            // This call may wait for as long as a row is held. Another worker takes what is still queued: the one that could
            // have done so may have ended when it found nothing to take.
            self.start_another();
            let Some(place) = self.turn().await else { return self.give_up() };
            place
        } else {
            self.calls.workers_place(self.business_id, Class::Purchases).await
        };
        let connection = match place.connect().await {
            Ok(connection) => connection,
            Err(error) => return self.without_connection(&error),
        };
        // Taken only now, so that purchases that arrive while the worker waits for permit and connection join the batch.
        let Some(batch) = self.take() else { return };
        self.decide(&place, connection, batch).await;
    }

    /// The place for a call that waits for held rows, as soon as it is this worker's turn. Others may wait for rows that are held
    /// for long. Meanwhile the worker looks again from time to time whether its rows are free, and keeps its place in the line.
    /// `None` if no purchase waits for a row any more.
    async fn turn(&mut self) -> Option<Place> {
        let calls = self.calls.clone();
        let mut turn = pin!(calls.workers_place(self.business_id, Class::HeldRows));
        let mut pause = LOOK_AGAIN;
        loop {
            tokio::select! {
                biased;
                place = &mut turn => return Some(place),
                () = sleep(pause) => {}
            }
            // Its turn may come while it waits to look again. Nobody else could use that permit meanwhile.
            let place = tokio::select! {
                biased;
                place = &mut turn => return Some(place),
                place = calls.workers_place(self.business_id, Class::Purchases) => place,
            };
            self.look_again(&place).await;
            if !self.queues.with_queue(self.business_id, |queue| queue.waits_for_rows()) {
                return None;
            }
            pause = (2 * pause).min(LONGEST_PAUSE);
        }
    }

    /// Makes a call for the purchases that were passed over. It waits for no row.
    async fn look_again(&mut self, place: &Place) {
        // Without a connection there is nothing to see. That there is none shows when the worker has its turn.
        let Ok(connection) = place.connect().await else { return };
        let limits = self.queues.settings.limits;
        let again = self.queues.with_queue(self.business_id, |queue| queue.take_again(&limits));
        let Some((batch, token)) = again else { return };
        self.token = Some(token);
        self.decide(place, connection, batch).await;
    }

    /// Starts one more worker, if the business may have one and there is something for it.
    fn start_another(&self) {
        let limits = self.queues.settings.limits;
        if self.queues.with_queue(self.business_id, |queue| queue.start_worker(&limits)) {
            Self::new(&self.queues, &self.calls, self.business_id).spawn();
        }
    }

    async fn decide(&mut self, place: &Place, connection: Connection, batch: Batch) {
        let metrics = &self.calls.metrics;
        for queued in &batch.purchases {
            metrics.purchase_taken(queued.queued_at.elapsed());
        }
        metrics.purchase_batch(batch.purchases.len());
        let decisions = self.call(place, connection, &batch).await;
        self.finish(answer(batch.purchases, decisions));
    }

    async fn call(&self, place: &Place, connection: Connection, batch: &Batch) -> Result<Vec<Decision>> {
        let items: Vec<_> = batch.purchases.iter().map(batch_item).collect();
        // A call for one purchase belongs to that request's trace.
        let span = if let [only] = &*batch.purchases { only.span.clone() } else { tracing::Span::none() };
        let calling = self.calls.purchase_batch(place, connection, self.business_id, &items, batch.held);
        let decisions = calling.instrument(span).await;
        self.learn_of_held_products(batch.held, &decisions);
        if decisions.as_ref().is_err_and(has_no_effect)
            && batch.held == HeldRows::PassOverCustomers
            && items.len() > 1
            && let Ok(connection) = place.connect().await
        {
            // It may have failed at a product that somebody holds. Purchases of other products need not wait for that.
            let held = HeldRows::PassOverAll;
            return self.calls.purchase_batch(place, connection, self.business_id, &items, held).await;
        }
        decisions
    }

    /// A call that waits for a held product keeps one of the permits for purchases, which other businesses need, too. So after
    /// one that waited in vain, the business's next calls pass over held products, until a row that was waited for is free.
    fn learn_of_held_products(&self, held: HeldRows, decisions: &Result<Vec<Decision>>) {
        let expects = match (held, decisions) {
            (HeldRows::PassOverCustomers, Err(Error::Overloaded)) => true,
            (HeldRows::Wait, Ok(_)) => false,
            _ => return,
        };
        self.queues.with_queue(self.business_id, |queue| queue.expect_held_products(expects));
    }

    /// Plans its next call. If there is nothing to call for, the worker has ended.
    pub(super) fn plan(&mut self) -> Option<HeldRows> {
        let limits = self.queues.settings.limits;
        self.planned = self.queues.with_queue(self.business_id, |queue| {
            let held = queue.plan(&limits);
            if held.is_none() {
                queue.end_worker();
            }
            held
        });
        self.ended = self.planned.is_none();
        self.planned
    }

    /// Takes what the planned call is to decide. There may be nothing left.
    pub(super) fn take(&mut self) -> Option<Batch> {
        let limits = self.queues.settings.limits;
        let held = self.planned.take()?;
        let (batch, token) = self.queues.with_queue(self.business_id, |queue| queue.take(held, &limits))?;
        self.token = Some(token);
        Some(batch)
    }

    /// Makes no call of what it planned.
    fn give_up(&mut self) {
        if let Some(held) = self.planned.take() {
            self.queues.with_queue(self.business_id, |queue| queue.give_up(held));
        }
    }

    /// Puts undecided purchases back, but for those whose client has disconnected. Whether it has is looked up under the
    /// lock, because a disconnecting client takes the same lock to withdraw.
    fn finish(&mut self, mut undecided: Vec<QueuedPurchase>) {
        let Some(token) = self.token.take() else { return };
        self.queues.with_queue(self.business_id, |queue| {
            undecided.retain(|queued| !queued.answer.is_closed());
            queue.finish(token, undecided);
        });
    }

    /// There was no connection. If all are busy, the worker tries again while purchases are queued; each of those leaves
    /// by itself when its time is over. If there are none to be had, the business's last worker refuses all that is queued.
    pub(super) fn without_connection(&mut self, error: &PoolError) {
        self.give_up();
        let all_are_busy = matches!(error, PoolError::Overloaded { .. });
        let (ended, refused) = self.queues.with_queue(self.business_id, |queue| {
            if all_are_busy && queue.len() > 0 {
                return (false, Vec::new());
            }
            let refused = if queue.workers() == 1 { queue.drain().collect() } else { Vec::new() };
            queue.end_worker();
            (true, refused)
        });
        self.ended = ended;
        for queued in refused {
            drop(queued.answer.send(Err(Error::DatabaseUnavailable(anyhow::anyhow!("{error}")))));
        }
    }
}

impl Drop for Worker {
    /// After a panic. The requests of its batch hear that they were left without an answer.
    fn drop(&mut self) {
        if !self.ended {
            self.give_up();
            self.finish(Vec::new());
            self.queues.with_queue(self.business_id, BusinessQueue::end_worker);
        }
    }
}

fn batch_item(queued: &QueuedPurchase) -> BatchItem<'_> {
    let QueuedPurchase { own_id, idempotency_key, actor, purchase, .. } = queued;
    BatchItem { own_id: *own_id, idempotency_key, actor, purchase }
}

/// Answers the purchases that were decided, and gives back the others.
fn answer(purchases: Vec<QueuedPurchase>, decisions: Result<Vec<Decision>>) -> Vec<QueuedPurchase> {
    let is_alone = purchases.len() == 1;
    let decisions: Vec<Decision> = match decisions {
        Ok(decisions) => decisions,
        Err(error) if is_alone => vec![Decision::Decided(Err(error))],
        Err(error) if !has_no_effect(&error) => {
            let unavailable = || Error::DatabaseUnavailable(anyhow::anyhow!("in a call for many: {error:?}"));
            purchases.iter().map(|_| Decision::Decided(Err(unavailable()))).collect()
        }
        Err(_) => {
            let alone = |queued| QueuedPurchase { grouping: Grouping::Alone, ..queued };
            return purchases.into_iter().map(alone).collect();
        }
    };
    let mut undecided = Vec::new();
    for (queued, decision) in purchases.into_iter().zip(decisions) {
        match decision {
            // A client that has disconnected learns the result by sending the request again.
            Decision::Decided(result) => drop(queued.answer.send(result)),
            Decision::PassedOver => undecided.push(QueuedPurchase { grouping: Grouping::SameCustomer, ..queued }),
        }
    }
    undecided
}

/// True if the failed call has no effect, now or later. After `DatabaseUnavailable` it may still commit, so its purchases
/// are not sent again; nor could the database answer them.
const fn has_no_effect(error: &Error) -> bool {
    !matches!(error, Error::DatabaseUnavailable(_))
}
