//! What all clients of a chapter share: the businesses, the addresses of the servers, what answers have shown, and counters.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use uuid::Uuid;

use super::memory::{KnownCredit, KnownOrder, Memory};
use crate::{
    history::{Action, Answer, Business, Entry, EntryKind, Key, Moment, Order, Request},
    world::cast::Cast,
};

/// How many orders of a business are remembered, to be read again and to be returned.
const ORDERS: usize = 256;
/// How many returns of a business.
const RETURNS: usize = 64;
/// How many charges of a customer, and how many credits. The fewer, the more clients name the same one.
const CHARGES: usize = 12;
const CREDITS: usize = 6;

/// Shared by all clients of a chapter.
pub struct Traffic {
    /// Who there is.
    pub cast: Cast,
    /// Where the servers are that are up, as far as is known.
    addresses: Mutex<Vec<SocketAddr>>,
    began: Instant,
    next_key: AtomicU64,
    next_client: AtomicU32,
    is_over: AtomicBool,
    /// By business.
    orders: Vec<Memory<KnownOrder>>,
    returns: Vec<Memory<Uuid>>,
    /// By customer.
    charges: HashMap<Uuid, Memory<(Uuid, i64)>>,
    credits: HashMap<Uuid, Memory<KnownCredit>>,
    /// The last known balance of a customer or stock of a product. It may be out of date, and only helps to choose.
    heard: HashMap<Uuid, AtomicI64>,
    written: Mutex<Vec<Request>>,
    /// By server: when the latest purchase was sent that it has accepted.
    accepted: Mutex<HashMap<SocketAddr, Moment>>,
    /// How it goes.
    pub counts: Counts,
}

/// Counters of answers so far.
#[derive(Debug, Default)]
#[expect(missing_docs, reason = "the names say it all")]
pub struct Counts {
    pub requests: AtomicU64,
    pub accepted: AtomicU64,
    pub refused: AtomicU64,
    pub unknown: AtomicU64,
}

impl Traffic {
    /// For `cast`, with keys from `first_key` on.
    #[must_use]
    pub fn new(cast: Cast, first_key: u64) -> Self {
        let heard = cast.businesses.iter().flat_map(|business| {
            let customers = business.customers.iter().map(|customer| (customer.id, AtomicI64::new(0)));
            customers.chain(business.products.iter().map(|product| (product.id, AtomicI64::new(product.stock))))
        });
        let customers = || cast.businesses.iter().flat_map(|business| business.customers.iter().map(|known| known.id));
        Self {
            addresses: Mutex::default(),
            began: Instant::now(),
            next_key: AtomicU64::new(first_key),
            next_client: AtomicU32::new(0),
            is_over: AtomicBool::new(false),
            orders: cast.businesses.iter().map(|_| Memory::of(ORDERS)).collect(),
            returns: cast.businesses.iter().map(|_| Memory::of(RETURNS)).collect(),
            charges: customers().map(|id| (id, Memory::of(CHARGES))).collect(),
            credits: customers().map(|id| (id, Memory::of(CREDITS))).collect(),
            heard: heard.collect(),
            written: Mutex::default(),
            accepted: Mutex::default(),
            counts: Counts::default(),
            cast,
        }
    }

    /// Now.
    pub fn now(&self) -> Moment {
        self.at(Instant::now())
    }

    /// A moment of this chapter.
    pub fn at(&self, instant: Instant) -> Moment {
        let since = instant.saturating_duration_since(self.began);
        Moment(since.as_nanos().try_into().unwrap_or(u64::MAX))
    }

    /// A key that no request has used.
    pub fn new_key(&self) -> Key {
        Key(self.next_key.fetch_add(1, Relaxed))
    }

    /// A number that no client has.
    pub fn new_client(&self) -> u32 {
        self.next_client.fetch_add(1, Relaxed)
    }

    /// Tells all clients to finish their current request.
    pub fn end(&self) {
        self.is_over.store(true, Relaxed);
    }

    /// Whether all clients are to finish.
    pub fn is_over(&self) -> bool {
        self.is_over.load(Relaxed)
    }

    /// Says where servers are from now on.
    pub fn set_addresses(&self, addresses: Vec<SocketAddr>) {
        *lock(&self.addresses) = addresses;
    }

    /// A server, if there is one.
    pub fn any_address(&self, rng: &mut ChaCha8Rng) -> Option<SocketAddr> {
        lock(&self.addresses).choose(rng).copied()
    }

    /// Whether a server is believed to be there.
    pub fn is_current(&self, address: SocketAddr) -> bool {
        lock(&self.addresses).contains(&address)
    }

    /// A business.
    pub fn business(&self, number: usize) -> &Business {
        &self.cast.businesses[number]
    }

    /// An order that some answer showed.
    pub fn known_order(&self, business: usize, rng: &mut ChaCha8Rng) -> Option<KnownOrder> {
        self.orders[business].any(rng)
    }

    /// A return that some answer showed.
    pub fn known_return(&self, business: usize, rng: &mut ChaCha8Rng) -> Option<Uuid> {
        self.returns[business].any(rng)
    }

    /// A charge of a customer, and its amount.
    pub fn known_charge(&self, customer: Uuid, rng: &mut ChaCha8Rng) -> Option<(Uuid, i64)> {
        self.charges.get(&customer)?.any(rng)
    }

    /// A payment or an adjustment of a customer.
    pub fn known_credit(&self, customer: Uuid, rng: &mut ChaCha8Rng) -> Option<KnownCredit> {
        self.credits.get(&customer)?.any(rng)
    }

    /// What was last heard of a customer's balance or a product's stock.
    pub fn heard(&self, id: Uuid) -> i64 {
        self.heard.get(&id).map_or(0, |value| value.load(Relaxed))
    }

    /// Remembers what an answer told, and counts it.
    pub fn learn(&self, request: &Request, rng: &mut ChaCha8Rng) {
        self.counts.requests.fetch_add(1, Relaxed);
        let hear = |id: Uuid, value: i64| {
            if let Some(heard) = self.heard.get(&id) {
                heard.store(value, Relaxed);
            }
        };
        match &request.answer {
            Answer::Unknown => {
                self.counts.unknown.fetch_add(1, Relaxed);
            }
            Answer::Purchased { order, replayed } => {
                hear(order.customer, order.balance_after);
                for line in &order.lines {
                    hear(line.product, self.heard(line.product) - line.quantity);
                }
                self.remember_order(request.business, order, rng);
                self.counts.accepted.fetch_add(u64::from(!replayed), Relaxed);
            }
            Answer::Recorded { entry, .. } => {
                hear(entry.customer, entry.balance_after);
                self.remember_entry(entry, rng);
            }
            Answer::Returned { goods, .. } => {
                hear(goods.customer, goods.balance_after);
                for line in &goods.lines {
                    hear(line.product, self.heard(line.product) + line.restocked);
                }
                self.returns[request.business].keep(goods.id, rng);
            }
            Answer::Restocked { movement, .. } => hear(movement.product, movement.stock_after),
            Answer::Customer { id, balance, .. } => hear(*id, *balance),
            Answer::Product { id, stock, .. } => hear(*id, *stock),
            Answer::InsufficientStock(shortages) => {
                for shortage in shortages {
                    hear(shortage.product, shortage.available);
                }
            }
            Answer::CreditLimitExceeded { balance, .. } => {
                if let Action::Purchase { customer, .. } | Action::Adjust { customer, .. } = &request.action {
                    hear(*customer, *balance);
                }
            }
            _ => {}
        }
        self.counts.refused.fetch_add(u64::from(request.is_refused_purchase()), Relaxed);
    }

    /// A server has accepted a purchase that was sent then.
    pub fn accepted_by(&self, server: SocketAddr, sent: Moment) {
        let mut accepted = lock(&self.accepted);
        let latest = accepted.entry(server).or_insert(sent);
        *latest = sent.max(*latest);
    }

    fn remember_order(&self, business: usize, order: &Order, rng: &mut ChaCha8Rng) {
        let lines = order.lines.iter().map(|line| (line.line_no, line.quantity)).collect();
        self.orders[business].keep(KnownOrder { id: order.id, lines }, rng);
        if let Some(charges) = self.charges.get(&order.customer) {
            charges.keep((order.id, order.total), rng);
        }
    }

    fn remember_entry(&self, entry: &Entry, rng: &mut ChaCha8Rng) {
        if entry.kind.is_charge()
            && let Some(charges) = self.charges.get(&entry.customer)
        {
            charges.keep((entry.id, entry.amount), rng);
        }
        let is_payment = entry.kind == EntryKind::Payment;
        if (is_payment || EntryKind::ADJUSTMENTS.contains(&entry.kind))
            && let Some(credits) = self.credits.get(&entry.customer)
        {
            credits.keep(KnownCredit { id: entry.id, is_payment }, rng);
        }
    }

    /// Hands in what a client has written down.
    pub fn hand_in(&self, requests: Vec<Request>) {
        lock(&self.written).extend(requests);
    }

    /// Everything that was handed in.
    pub fn take_written(&self) -> Vec<Request> {
        std::mem::take(&mut *lock(&self.written))
    }

    /// Waits until every server has accepted a purchase that was sent after `since`; nothing if one has not within
    /// `patience`.
    pub async fn accepted_everywhere(&self, since: Instant, patience: Duration) -> Option<Instant> {
        let (since, began) = (self.at(since), Instant::now());
        while began.elapsed() < patience {
            let accepted = lock(&self.accepted).clone();
            let addresses = lock(&self.addresses).clone();
            if addresses.iter().all(|server| accepted.get(server).is_some_and(|sent| *sent >= since)) {
                return Some(Instant::now());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        None
    }
}

/// A poisoned lock means that another task panicked while it held a plain value: the value is whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
