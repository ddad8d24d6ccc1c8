//! Many purchases in one call. While a connection for purchases is free, a purchase goes at once and alone; else it waits in
//! its business's lane, and the business's next call takes what waits there. So a call decides the more, the busier the
//! business is, and nobody ever waits for company. What a purchase is, only PostgreSQL knows: this groups, `purchase_batch`
//! decides.
//!
//! A purchase that still waits can be taken back: its client left, or has waited for too long. A call runs to its end,
//! whoever leaves. If it fails, those that were in it and still wait are decided each by itself, unless it may have taken
//! effect all the same.

mod lane;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use tokio::sync::{Semaphore, oneshot};
use tracing::Instrument;

pub use lane::LaneLimits;
use lane::{Company, Entry, Lane, Taken};

use super::{
    call::runner::CallRunner as Database, connection::PoolError, movement::Movement as Recorded, purchases::NewPurchase,
};
use crate::{
    domain::{BusinessId, CustomerId, IdempotencyKey, Order, OrderId},
    error::{Error, Result},
};

/// How purchases are combined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CombiningSettings {
    /// Calls under way at once, of all businesses together, from 1.
    pub calls: usize,
    /// What one business may do at once.
    pub limits: LaneLimits,
    /// How long a purchase may wait before a call takes it.
    pub wait_timeout: Duration,
}

/// A purchase that waits for its answer.
pub(super) struct Asked {
    pub(super) purchase: NewPurchase,
    /// The id of the order if this request makes it, so that a later try tells it from another request's.
    pub(super) own_id: OrderId,
    answer: oneshot::Sender<Result<Recorded<Order>>>,
    since: Instant,
    span: tracing::Span,
}

type PurchaseEntry = Entry<Asked, CustomerId, IdempotencyKey>;
type PurchaseLane = Lane<Asked, CustomerId, IdempotencyKey>;

/// What became of one purchase of a call.
pub(super) enum Decision {
    Decided(Result<Recorded<Order>>),
    /// Somebody else holds the customer's row or a product's, and the call did not wait for it.
    Busy,
}

/// The lanes of all businesses that have something under way.
pub(super) struct Combiner {
    lanes: Mutex<HashMap<BusinessId, PurchaseLane>>,
    /// First come, first served: so the businesses take turns.
    turns: Semaphore,
    next_ticket: AtomicU64,
    settings: CombiningSettings,
}

impl Combiner {
    pub(super) fn new(settings: CombiningSettings) -> Arc<Self> {
        let turns = Semaphore::new(settings.calls);
        Arc::new(Self { lanes: Mutex::default(), turns, next_ticket: AtomicU64::default(), settings })
    }

    /// How many purchases wait for a call to take them, of all businesses.
    pub(super) fn waiting(&self) -> usize {
        self.lanes().values().map(Lane::waiting).sum()
    }

    /// Makes a purchase in whatever company.
    pub(super) async fn purchase(
        self: &Arc<Self>,
        database: &Database,
        business_id: BusinessId,
        purchase: NewPurchase,
    ) -> Result<Recorded<Order>> {
        let (answer, answered) = oneshot::channel();
        let ticket = self.enqueue(database, business_id, purchase, answer)?;
        // Dropped with the request, if the client leaves.
        let mut place = Place { combiner: self, business_id, ticket: Some(ticket) };
        // Dropped before the place: a call that puts its purchase back there either sees that nobody waits, or is seen.
        let mut answered = answered;
        let answer = match tokio::time::timeout(self.settings.wait_timeout, &mut answered).await {
            Ok(answer) => answer,
            Err(_) if place.give_up() => return Err(Error::Overloaded),
            Err(_) => answered.await,
        };
        place.ticket = None;
        answer.map_err(|_| Error::internal(anyhow::anyhow!("a purchase was left without an answer")))?
    }

    fn enqueue(
        self: &Arc<Self>,
        database: &Database,
        business_id: BusinessId,
        purchase: NewPurchase,
        answer: oneshot::Sender<Result<Recorded<Order>>>,
    ) -> Result<u64> {
        let ticket = self.next_ticket.fetch_add(1, Relaxed);
        let (customer, key) = (purchase.customer_id, purchase.idempotency_key.clone());
        let lines = purchase.lines.len();
        let span = tracing::Span::current();
        let item = Asked { purchase, own_id: OrderId::new(), answer, since: Instant::now(), span };
        let entry = Entry { ticket, customer, key, lines, company: Company::Anybody, item };
        let mut all = self.lanes();
        let lane = all.entry(business_id).or_default();
        if !lane.enqueue(entry, &self.settings.limits) {
            return Err(Error::Overloaded);
        }
        if lane.begin_call(&self.settings.limits) {
            self.spawn_call(database, business_id);
        }
        Ok(ticket)
    }

    /// Starts a call that has begun.
    fn spawn_call(self: &Arc<Self>, database: &Database, business_id: BusinessId) {
        tokio::spawn(Arc::clone(self).work(database.clone(), business_id));
    }

    /// Makes calls for a business for as long as there is something for them.
    async fn work(self: Arc<Self>, database: Database, business_id: BusinessId) {
        let combiner = Arc::clone(&self);
        let mut call = UnderWay { combiner: self, business_id, customers: Vec::new(), wait: false, over: false };
        while !call.over {
            // What it is for is taken afterwards: who comes while it waits for its turn and a connection comes along.
            let turn = combiner.turns.acquire().await;
            let connection = match database.pool.get().await {
                Ok(connection) => connection,
                Err(error) => {
                    call.without_connection(&error);
                    continue;
                }
            };
            let Some(entries) = call.take() else { return };
            // Who waits for a row that somebody else holds does not keep the others waiting.
            let _turn = turn.ok().filter(|_| !call.wait);
            // Nor does it keep those who are left: the call that could take them may have ended when there was nothing for it.
            if call.wait && combiner.with_lane(business_id, |lane| lane.begin_call(&combiner.settings.limits)) {
                combiner.spawn_call(&database, business_id);
            }
            for entry in &entries {
                database.metrics.purchase_taken(entry.item.since.elapsed());
            }
            database.metrics.purchase_batch(entries.len());
            let batch: Vec<_> = entries.iter().map(|entry| (entry.item.own_id, &entry.item.purchase)).collect();
            let deciding = database.purchase_batch(connection, business_id, &batch, Some(call.wait));
            // A call for one belongs to its request's trace.
            let span = if let [only] = &*entries { only.item.span.clone() } else { tracing::Span::none() };
            let mut decisions = deciding.instrument(span).await;
            if decisions.as_ref().is_err_and(has_no_effect)
                && !call.wait
                && batch.len() > 1
                && let Ok(connection) = database.pool.get().await
            {
                // Perhaps for a product that somebody holds: whoever buys another need not wait for it.
                decisions = database.purchase_batch(connection, business_id, &batch, None).await;
            }
            call.decided(answer(entries, decisions));
        }
    }

    fn lanes(&self) -> MutexGuard<'_, HashMap<BusinessId, PurchaseLane>> {
        // Nothing that is done under the lock can leave a lane half changed.
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something to a lane, and forgets the lane if there is nothing left to remember.
    fn with_lane<R>(&self, business_id: BusinessId, act: impl FnOnce(&mut PurchaseLane) -> R) -> R {
        let mut all = self.lanes();
        let lane = all.entry(business_id).or_default();
        let result = act(lane);
        if lane.is_idle() {
            all.remove(&business_id);
        }
        result
    }
}

/// Answers those who were decided; gives back who must be asked about again.
fn answer(entries: Vec<PurchaseEntry>, decisions: Result<Vec<Decision>>) -> Vec<PurchaseEntry> {
    let alone = entries.len() == 1;
    let decisions: Vec<Decision> = match decisions {
        Ok(decisions) => decisions,
        Err(error) if alone => vec![Decision::Decided(Err(error))],
        Err(error) if !has_no_effect(&error) => {
            let unavailable = || Error::DatabaseUnavailable(anyhow::anyhow!("in a call for many: {error:?}"));
            entries.iter().map(|_| Decision::Decided(Err(unavailable()))).collect()
        }
        Err(_) => {
            let by_itself = |entry| Entry { company: Company::Nobody, ..entry };
            return entries.into_iter().map(by_itself).collect();
        }
    };
    let mut undecided = Vec::new();
    for (entry, decision) in entries.into_iter().zip(decisions) {
        match decision {
            // Whoever has left by now learns it by asking again.
            Decision::Decided(result) => drop(entry.item.answer.send(result)),
            Decision::Busy => undecided.push(Entry { company: Company::OwnCustomer, ..entry }),
        }
    }
    undecided
}

/// Whether nothing has come of a call that failed, nor will: then its purchases may be asked about again. What may have
/// happened, or may yet, must not be asked about behind its back; nor is a database asked again that cannot work now.
const fn has_no_effect(error: &Error) -> bool {
    !matches!(error, Error::DatabaseUnavailable(_))
}

/// A purchase's place in its lane, given up when its request ends without an answer.
struct Place<'a> {
    combiner: &'a Combiner,
    business_id: BusinessId,
    ticket: Option<u64>,
}

impl Place<'_> {
    /// Gives the place up if nothing has been tried there yet; says whether it was so.
    fn give_up(&mut self) -> bool {
        self.withdraw(|company| company == Company::Anybody)
    }

    fn withdraw(&mut self, which: impl Fn(Company) -> bool) -> bool {
        let Some(ticket) = self.ticket else { return false };
        let withdrawn = self.combiner.with_lane(self.business_id, |lane| lane.withdraw(ticket, which));
        self.ticket = self.ticket.filter(|_| withdrawn.is_none());
        withdrawn.is_some()
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.withdraw(|_| true);
    }
}

/// A call that counts among its business's calls until it is over.
struct UnderWay {
    combiner: Arc<Combiner>,
    business_id: BusinessId,
    customers: Vec<CustomerId>,
    wait: bool,
    over: bool,
}

impl UnderWay {
    /// What to decide now; if nothing, the call is over.
    fn take(&mut self) -> Option<Vec<PurchaseEntry>> {
        let limits = self.combiner.settings.limits;
        let taken = self.combiner.with_lane(self.business_id, |lane| {
            let taken = lane.take(&limits);
            if taken.is_none() {
                lane.end_call();
            }
            taken
        });
        let Some(Taken { entries, wait }) = taken else {
            self.over = true;
            return None;
        };
        self.customers = entries.iter().map(|entry| entry.customer).collect();
        self.wait = wait;
        Some(entries)
    }

    /// Who left in the meantime is not asked about again. Looked at under the lock, under which he would give up his place.
    fn decided(&mut self, mut undecided: Vec<PurchaseEntry>) {
        let (customers, wait) = (std::mem::take(&mut self.customers), std::mem::take(&mut self.wait));
        self.combiner.with_lane(self.business_id, |lane| {
            undecided.retain(|entry| !entry.item.answer.is_closed());
            lane.decided(customers, wait, undecided);
        });
    }

    /// While others have a connection, they take what waits. Without any, and none to be had, it is refused.
    fn without_connection(&mut self, error: &PoolError) {
        let overloaded = matches!(error, PoolError::Overloaded { .. });
        let (over, refused) = self.combiner.with_lane(self.business_id, |lane| {
            if overloaded && lane.waiting() > 0 {
                // Who has waited for too long leaves by himself.
                return (false, Vec::new());
            }
            let refused = if lane.calls() == 1 { lane.drain().collect() } else { Vec::new() };
            lane.end_call();
            (true, refused)
        });
        self.over = over;
        for asked in refused {
            drop(asked.answer.send(Err(Error::DatabaseUnavailable(anyhow::anyhow!("{error}")))));
        }
    }
}

impl Drop for UnderWay {
    /// A call that ended in a panic: its purchases' requests hear that they were left without an answer.
    fn drop(&mut self) {
        if !self.over {
            self.decided(Vec::new());
            self.combiner.with_lane(self.business_id, PurchaseLane::end_call);
        }
    }
}

#[cfg(test)]
mod tests;
