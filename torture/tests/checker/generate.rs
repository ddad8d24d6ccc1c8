//! Makes correct histories: clients that overlap, and a store that decides each request at one moment, or a crowd of
//! purchases together. Answers get lost, with and without the effect, before it and long after it; requests are tried
//! again by whoever; keys are used again for something else; ids of other businesses are tried.

mod actions;

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap, HashSet},
};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tallystick_torture::{
    books::Books,
    history::{Action, Answer, Business, Customer, EntryKind, History, Key, Moment, Order, Product, Request},
};
use uuid::Uuid;

use crate::store::Store;

/// How large.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub businesses: usize,
    pub customers: usize,
    pub products: usize,
    pub clients: u32,
    pub requests: usize,
}

/// When PostgreSQL's clock begins.
const START_US: i64 = 1_700_000_000_000_000;

/// Small and hot.
pub const SMALL: Size = Size { businesses: 2, customers: 2, products: 3, clients: 6, requests: 150 };

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Send(u32),
    Execute(usize),
    /// Decides the purchases of a business that wait.
    Batch(usize),
    Answer(usize),
}

/// By number of the line.
type Quantities = Vec<(i64, i64)>;

/// What some client has heard of: each with the business that knows it.
#[derive(Default)]
struct Learned {
    /// With the quantities of the lines, by number.
    orders: Vec<(usize, Uuid, Quantities)>,
    returns: Vec<(usize, Uuid)>,
    /// With the customer and the amount.
    charges: Vec<(Uuid, Uuid, i64)>,
    /// Payments and adjustments, and whether it is a payment.
    credits: Vec<(usize, Uuid, bool)>,
}

/// Between requests and answers.
struct Simulation {
    rng: ChaCha8Rng,
    size: Size,
    businesses: Vec<Business>,
    store: Store,
    requests: Vec<Request>,
    /// Of each request, the id of what it makes.
    own: Vec<Uuid>,
    given_up: Vec<bool>,
    /// Executions that are still to come.
    to_come: Vec<u32>,
    events: BinaryHeap<Reverse<(u64, usize, Event)>>,
    sequence: usize,
    waiting: Vec<Vec<usize>>,
    /// What some client has heard of.
    learned: Learned,
    keyed: Vec<usize>,
    next_key: u64,
    next_stock_key: u64,
    /// PostgreSQL's clock.
    clock: i64,
}

/// A correct history and its books.
pub fn generate(seed: u64, size: Size) -> (History, Books) {
    Script::new(seed, size).finish()
}

/// A correct history, to which requests can be added one after the other.
pub struct Script {
    simulation: Simulation,
    now: u64,
}

impl Script {
    pub fn new(seed: u64, size: Size) -> Self {
        let mut simulation = Simulation::new(seed, size);
        let now = simulation.run();
        Self { simulation, now }
    }

    /// Sends a request after all others were answered, and has it answered.
    pub fn send(&mut self, client: u32, business: usize, action: Action) -> usize {
        self.now += 1_000;
        let index = self.simulation.add(client, business, action, self.now);
        self.simulation.clock += 10;
        self.simulation.to_come[index] = 1;
        self.simulation.execute(index, self.now);
        self.now = self.simulation.requests[index].answered.0;
        index
    }

    pub fn answer(&self, index: usize) -> &Answer {
        &self.simulation.requests[index].answer
    }

    pub fn action(&self, index: usize) -> Action {
        self.simulation.requests[index].action.clone()
    }

    pub fn business(&self, index: usize) -> &Business {
        &self.simulation.businesses[index]
    }

    /// A key that was not used before.
    pub fn key(&mut self) -> Key {
        self.simulation.next_key = self.simulation.next_key.max(self.simulation.next_stock_key);
        self.simulation.next_stock_key = self.simulation.next_key + 1;
        self.simulation.key()
    }

    pub fn finish(self) -> (History, Books) {
        let Simulation { businesses, requests, store, .. } = self.simulation;
        let books = store.into_books(&businesses);
        (History { businesses, requests }, books)
    }
}

impl Learned {
    fn order(&mut self, business: usize, order: &Order) {
        let lines = order.lines.iter().map(|line| (line.line_no, line.quantity)).collect();
        self.orders.push((business, order.id, lines));
        self.charges.push((order.customer, order.id, order.total));
    }
}

impl Simulation {
    fn new(seed: u64, size: Size) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut ids = 0u128;
        let mut next_id = || {
            ids += 1;
            Uuid::from_u128(ids << 64)
        };
        let businesses: Vec<Business> = (0..size.businesses)
            .map(|_| Business {
                id: next_id(),
                customers: (0..size.customers)
                    .map(|_| Customer { id: next_id(), credit_limit: rng.random_range(0..60) })
                    .collect(),
                products: (0..size.products)
                    .map(|_| Product { id: next_id(), price: rng.random_range(0..6), stock: rng.random_range(0..30) })
                    .collect(),
            })
            .collect();
        let store = Store::new(&businesses, &mut next_id);
        Self {
            waiting: vec![Vec::new(); size.businesses],
            rng,
            size,
            store,
            businesses,
            requests: Vec::with_capacity(size.requests),
            own: Vec::new(),
            given_up: Vec::new(),
            to_come: Vec::new(),
            events: BinaryHeap::new(),
            sequence: 0,
            learned: Learned::default(),
            keyed: Vec::new(),
            next_key: 0,
            next_stock_key: 0,
            clock: START_US,
        }
    }

    /// Until nothing is to come; says when that was.
    fn run(&mut self) -> u64 {
        for client in 0..self.size.clients {
            self.at(u64::from(client), Event::Send(client));
        }
        let mut now = 0;
        while let Some(Reverse((time, _, event))) = self.events.pop() {
            now = time;
            match event {
                Event::Send(client) if self.requests.len() < self.size.requests => self.send(client, now),
                Event::Send(_) => {}
                Event::Execute(index) => {
                    self.clock += self.rng.random_range(1..50);
                    self.execute(index, now);
                }
                Event::Batch(business) => self.batch(business, now),
                Event::Answer(index) => {
                    self.learn(index);
                    let client = self.requests[index].client;
                    let pause = self.rng.random_range(1..300);
                    self.at(now + pause, Event::Send(client));
                }
            }
        }
        self.resolve(now)
    }

    fn at(&mut self, time: u64, event: Event) {
        self.sequence += 1;
        self.events.push(Reverse((time, self.sequence, event)));
    }

    fn add(&mut self, client: u32, business: usize, action: Action, now: u64) -> usize {
        let (sent, answered) = (Moment(now), Moment(now));
        self.requests.push(Request { client, business, sent, answered, action, answer: Answer::Unknown });
        // As the server makes them: when a request comes in.
        self.own.push(Uuid::from_u128(((1 << 32) + self.requests.len() as u128) << 64));
        self.given_up.push(false);
        self.to_come.push(0);
        self.requests.len() - 1
    }

    fn send(&mut self, client: u32, now: u64) {
        let business = self.rng.random_range(0..self.businesses.len());
        let (business, action) = self.action(business);
        let index = self.add(client, business, action, now);
        if key(&self.requests[index].action).is_some() {
            self.keyed.push(index);
        }
        let soon = now + self.rng.random_range(1..400);
        if self.rng.random_bool(0.12) {
            self.given_up[index] = true;
            self.requests[index].answered = Moment(soon);
            self.at(soon, Event::Answer(index));
            if self.rng.random_bool(0.7) {
                let late = if self.rng.random_bool(0.5) { 400 } else { 8_000 };
                let when = now + self.rng.random_range(1..late);
                self.to_come[index] = 1;
                self.at(when, Event::Execute(index));
            }
        } else if matches!(self.requests[index].action, Action::Purchase { .. }) && self.rng.random_bool(0.6) {
            self.to_come[index] = 1;
            if self.waiting[business].is_empty() {
                self.at(soon, Event::Batch(business));
            }
            self.waiting[business].push(index);
        } else {
            self.to_come[index] = 1;
            self.at(soon, Event::Execute(index));
            if self.rng.random_bool(0.1) {
                // The server lost its connection and asks again.
                self.to_come[index] = 2;
                let again = soon + self.rng.random_range(1..300);
                self.at(again, Event::Execute(index));
            }
        }
    }

    fn batch(&mut self, business: usize, now: u64) {
        self.clock += self.rng.random_range(1..50);
        let (mut customers, mut keys) = (HashSet::new(), HashSet::new());
        for index in std::mem::take(&mut self.waiting[business]) {
            let Action::Purchase { key, customer, .. } = self.requests[index].action else { continue };
            if customers.insert(customer) && keys.insert(key) {
                self.execute(index, now);
            } else {
                self.waiting[business].push(index);
            }
        }
        if !self.waiting[business].is_empty() {
            let soon = now + self.rng.random_range(1..200);
            self.at(soon, Event::Batch(business));
        }
    }

    fn execute(&mut self, index: usize, now: u64) {
        let answer = self.store.execute(&self.requests[index], self.own[index], self.clock);
        self.to_come[index] -= 1;
        if !self.given_up[index] && self.to_come[index] == 0 {
            let answered = now + self.rng.random_range(1..300);
            self.requests[index].answer = answer;
            self.requests[index].answered = Moment(answered);
            self.at(answered, Event::Answer(index));
        }
    }

    fn learn(&mut self, index: usize) {
        let request = &self.requests[index];
        let (business, learned) = (request.business, &mut self.learned);
        match &request.answer {
            Answer::Purchased { order, .. } => learned.order(business, order),
            Answer::Orders(orders) => orders.iter().for_each(|order| learned.order(business, order)),
            Answer::Returned { goods, .. } => learned.returns.push((business, goods.id)),
            Answer::Recorded { entry, .. } => {
                if entry.kind.is_charge() {
                    learned.charges.push((entry.customer, entry.id, entry.amount));
                }
                let is_payment = entry.kind == EntryKind::Payment;
                if is_payment || EntryKind::ADJUSTMENTS.contains(&entry.kind) {
                    learned.credits.push((business, entry.id, is_payment));
                }
            }
            _ => {}
        }
    }

    /// Every key that nobody has heard of is sent again.
    fn resolve(&mut self, mut now: u64) -> u64 {
        let mut open: HashMap<(usize, bool, Key), (bool, usize)> = HashMap::new();
        for index in self.keyed.clone() {
            let request = &self.requests[index];
            let (stock, key) = key(&request.action).expect("it has one");
            let known = open.entry((request.business, stock, key)).or_insert((false, index));
            known.0 |= request.answer != Answer::Unknown;
        }
        let mut open: Vec<usize> = open.into_values().filter(|state| !state.0).map(|state| state.1).collect();
        open.sort_unstable();
        for index in open {
            now += 1;
            let request = self.requests[index].clone();
            let again = self.add(u32::MAX, request.business, request.action, now);
            self.clock += 1;
            self.to_come[again] = 1;
            self.execute(again, now);
            now = self.requests[again].answered.0;
        }
        self.requests.iter().map(|request| request.answered.0).fold(now, u64::max)
    }
}

fn key(action: &Action) -> Option<(bool, Key)> {
    Some((action.moves_stock(), action.key()?))
}
