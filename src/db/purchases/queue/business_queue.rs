//! The queue of one business, and the choice of which queued purchases go into the next call. It only keeps the books: it
//! reads no clock and does no I/O.

use std::{
    collections::{HashSet, VecDeque},
    time::Instant,
};

use tokio::sync::oneshot;

use crate::{
    db::{call::held::HeldRows, movement::Movement},
    domain::{Actor, CustomerId, IdempotencyKey, NewPurchase, Order, OrderId},
    error::Result,
};

/// How much one business may do at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueLimits {
    /// Workers, each of which makes one call at a time, from 1.
    pub workers: usize,
    /// Calls that do not wait for a held row, from 1.
    pub call_permits: usize,
    /// Purchases in the queue, beyond which more are refused.
    pub queue_length: usize,
    /// Purchases in one call, from 1.
    pub batch_purchases: usize,
    /// Lines in one call; a purchase with more goes alone.
    pub batch_lines: usize,
}

/// Which other purchases may share a purchase's call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grouping {
    /// Any others.
    Any,
    /// Only purchases of the same customer: an earlier call passed this one over, and the next waits for the held row.
    SameCustomer,
    /// None: the call that this one was part of failed, and nothing tells which of its purchases made it fail.
    Alone,
}

/// Which other purchases share a call with its first one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Others {
    /// Those that no call has tried yet.
    Any,
    /// Those of this customer.
    Customer(CustomerId),
    /// Those that were passed over before.
    PassedOver,
    None,
}

/// A purchase in the queue, and whom to answer.
#[derive(Debug)]
pub(super) struct QueuedPurchase {
    /// Identifies it among all purchases that this server ever queued: its request may outlive its business's queue.
    pub(super) ticket: u64,
    pub(super) idempotency_key: IdempotencyKey,
    pub(super) actor: Actor,
    pub(super) purchase: NewPurchase,
    /// The order's id if this request makes it.
    pub(super) own_id: OrderId,
    pub(super) grouping: Grouping,
    /// Closed once the client has disconnected.
    pub(super) answer: oneshot::Sender<Result<Movement<Order>>>,
    pub(super) queued_at: Instant,
    /// The span of its request.
    pub(super) span: tracing::Span,
}

impl QueuedPurchase {
    fn customer(&self) -> CustomerId {
        self.purchase.customer_id
    }

    fn line_count(&self) -> usize {
        self.purchase.lines.len()
    }

    /// What its next call does about held rows.
    fn held_rows(&self) -> HeldRows {
        if self.grouping == Grouping::Any { HeldRows::PassOverCustomers } else { HeldRows::Wait }
    }
}

/// What one call is to decide.
#[derive(Debug)]
pub(super) struct Batch {
    /// In the order of their arrival; at least one.
    pub(super) purchases: Vec<QueuedPurchase>,
    /// What the call does about held rows.
    pub(super) held: HeldRows,
}

/// What the queue remembers of a batch until its call ends. It cannot be copied, so a batch is finished once.
#[derive(Debug)]
#[must_use = "without `finish`, the customers of the batch could never buy again"]
pub(super) struct BatchToken {
    customers: Vec<CustomerId>,
    /// What the call was planned to do about held rows; `None` if it was made without a plan, to look again.
    planned: Option<HeldRows>,
}

/// The queue of one business.
#[derive(Debug, Default)]
pub(super) struct BusinessQueue {
    queue: VecDeque<QueuedPurchase>,
    /// Two calls at once never have the same customer: they would only wait for each other.
    customers_in_calls: HashSet<CustomerId>,
    workers: usize,
    /// Calls that wait for held rows, with those that are planned.
    calls_on_held_rows: usize,
    /// All other calls, with those that are planned.
    call_permits: usize,
    /// Whether a call gave up because it met a product that somebody holds. Then the next calls wait for no product.
    expects_held_products: bool,
}

impl BusinessQueue {
    /// Appends a purchase unless the queue is full. Returns whether it did.
    pub(super) fn enqueue(&mut self, purchase: QueuedPurchase, limits: &QueueLimits) -> bool {
        let has_room = self.queue.len() < limits.queue_length;
        if has_room {
            self.queue.push_back(purchase);
        }
        has_room
    }

    /// Whether one more worker may start. If so, it counts until [`end_worker`](Self::end_worker).
    pub(super) fn start_worker(&mut self, limits: &QueueLimits) -> bool {
        let starts = self.workers < limits.workers && !self.queue.is_empty();
        self.workers += usize::from(starts);
        starts
    }

    /// A worker has ended.
    pub(super) fn end_worker(&mut self) {
        self.workers -= 1;
    }

    /// What the next call will do about held rows; `None` if every purchase must wait for another call's end. The call counts
    /// from now on, until it is finished, [taken](Self::take) in vain, or given up.
    pub(super) fn plan(&mut self, limits: &QueueLimits) -> Option<HeldRows> {
        // At least one worker is kept for purchases that need not wait for a held row.
        let may_wait_for_rows = self.calls_on_held_rows < limits.workers.saturating_sub(1).max(1);
        let may_use_permit = self.call_permits < limits.call_permits;
        let may_go = |held| if held == HeldRows::Wait { may_wait_for_rows } else { may_use_permit };
        let next = self.queue.iter().find(|queued| may_go(queued.held_rows()) && self.is_free(queued))?;
        let held = next.held_rows();
        *self.calls(held) += 1;
        Some(held)
    }

    /// A planned call will not be made.
    pub(super) fn give_up(&mut self, held: HeldRows) {
        *self.calls(held) -= 1;
    }

    /// Takes the purchases of a planned call out of the queue; `None` if there are none left for it.
    pub(super) fn take(&mut self, planned: HeldRows, limits: &QueueLimits) -> Option<(Batch, BatchToken)> {
        let first = self.queue.iter().position(|queued| queued.held_rows() == planned && self.is_free(queued));
        let Some(first) = first.and_then(|position| self.queue.remove(position)) else {
            self.give_up(planned);
            return None;
        };
        let others = match first.grouping {
            Grouping::Any => Others::Any,
            Grouping::SameCustomer => Others::Customer(first.customer()),
            Grouping::Alone => Others::None,
        };
        let held = match planned {
            HeldRows::PassOverCustomers if self.expects_held_products => HeldRows::PassOverAll,
            planned => planned,
        };
        Some(self.take_with(first, others, held, Some(planned), limits))
    }

    /// Takes purchases that an earlier call passed over, for a call that passes over held rows again: some may be free by now.
    /// The worker that makes it has planned to wait for a held row, and still waits for its turn.
    pub(super) fn take_again(&mut self, limits: &QueueLimits) -> Option<(Batch, BatchToken)> {
        let first = self
            .queue
            .iter()
            .position(|queued| queued.grouping == Grouping::SameCustomer && self.is_free(queued))
            .and_then(|position| self.queue.remove(position))?;
        Some(self.take_with(first, Others::PassedOver, HeldRows::PassOverAll, None, limits))
    }

    fn take_with(
        &mut self,
        first: QueuedPurchase,
        others: Others,
        held: HeldRows,
        planned: Option<HeldRows>,
        limits: &QueueLimits,
    ) -> (Batch, BatchToken) {
        let purchases = self.fill_batch(first, others, limits);
        let customers: Vec<_> = purchases.iter().map(QueuedPurchase::customer).collect();
        self.customers_in_calls.extend(&customers);
        (Batch { purchases, held }, BatchToken { customers, planned })
    }

    /// A call has ended. The purchases that it left undecided go back to the head of the queue.
    pub(super) fn finish(&mut self, token: BatchToken, undecided: Vec<QueuedPurchase>) {
        let BatchToken { customers, planned } = token;
        for customer in customers {
            self.customers_in_calls.remove(&customer);
        }
        if let Some(planned) = planned {
            self.give_up(planned);
        }
        for purchase in undecided.into_iter().rev() {
            self.queue.push_front(purchase);
        }
    }

    /// The count that a call belongs to.
    fn calls(&mut self, held: HeldRows) -> &mut usize {
        match held {
            HeldRows::Wait => &mut self.calls_on_held_rows,
            HeldRows::PassOverCustomers | HeldRows::PassOverAll => &mut self.call_permits,
        }
    }

    /// Whether no call works for the purchase's customer.
    fn is_free(&self, queued: &QueuedPurchase) -> bool {
        !self.customers_in_calls.contains(&queued.customer())
    }

    /// Takes the purchases that share the call of `first`; the rest keep their places.
    fn fill_batch(&mut self, first: QueuedPurchase, others: Others, limits: &QueueLimits) -> Vec<QueuedPurchase> {
        let mut line_count = first.line_count();
        let mut keys = HashSet::from([first.idempotency_key.clone()]);
        let mut batch = vec![first];
        let mut rest = Vec::new();
        while others != Others::None
            && batch.len() < limits.batch_purchases
            && let Some(queued) = self.queue.pop_front()
        {
            let joins = line_count + queued.line_count() <= limits.batch_lines
                && self.may_join(&queued, others)
                // The second purchase with a key waits for the next call, where it is a replay.
                && keys.insert(queued.idempotency_key.clone());
            if joins {
                line_count += queued.line_count();
                batch.push(queued);
            } else {
                rest.push(queued);
            }
        }
        for queued in rest.into_iter().rev() {
            self.queue.push_front(queued);
        }
        batch
    }

    /// Whether a purchase may share a call that `others` may share.
    fn may_join(&self, queued: &QueuedPurchase, others: Others) -> bool {
        match (others, queued.grouping) {
            (Others::Any, Grouping::Any) | (Others::PassedOver, Grouping::SameCustomer) => self.is_free(queued),
            (Others::Customer(customer), Grouping::Any | Grouping::SameCustomer) => queued.customer() == customer,
            _ => false,
        }
    }

    /// Whether a purchase waits for a call that waits for held rows.
    pub(super) fn waits_for_rows(&self) -> bool {
        self.queue.iter().any(|queued| queued.held_rows() == HeldRows::Wait)
    }

    /// Says whether the next calls should expect products that somebody holds, and wait for none.
    pub(super) fn expect_held_products(&mut self, expects: bool) {
        self.expects_held_products = expects;
    }

    /// Removes a purchase if it is still queued and `which` accepts its grouping.
    pub(super) fn withdraw(&mut self, ticket: u64, which: impl Fn(Grouping) -> bool) -> Option<QueuedPurchase> {
        let position = self.queue.iter().position(|queued| queued.ticket == ticket && which(queued.grouping))?;
        self.queue.remove(position)
    }

    /// Empties the queue.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = QueuedPurchase> {
        self.queue.drain(..)
    }

    /// Whether there is nothing to remember.
    pub(super) fn is_idle(&self) -> bool {
        self.workers == 0 && self.queue.is_empty()
    }

    /// How many workers have started and not ended.
    pub(super) fn workers(&self) -> usize {
        self.workers
    }

    /// How many purchases are in the queue.
    pub(super) fn len(&self) -> usize {
        self.queue.len()
    }
}

#[cfg(test)]
mod tests;
