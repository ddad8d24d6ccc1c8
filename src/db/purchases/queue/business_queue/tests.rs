use std::collections::{BTreeMap, BTreeSet};

use rand::{RngExt, SeedableRng, rngs::StdRng};
use uuid::Uuid;

use super::*;
use crate::domain::{PurchaseLine, Quantity};

const LIMITS: QueueLimits =
    QueueLimits { workers: 2, call_permits: 2, queue_length: 100, batch_purchases: 4, batch_lines: 10 };

fn customer_id(number: u64) -> CustomerId {
    Uuid::from_u128(number.into()).into()
}

fn queued(ticket: u64, customer: u64, key: u64) -> QueuedPurchase {
    with_lines(1, ticket, customer, key)
}

fn with_lines(count: usize, ticket: u64, customer: u64, key: u64) -> QueuedPurchase {
    let line = PurchaseLine::usual(Uuid::nil().into(), Quantity::try_from(1).unwrap());
    QueuedPurchase {
        ticket,
        idempotency_key: key.to_string().parse().unwrap(),
        actor: Actor::of_subject("").unwrap(),
        purchase: NewPurchase::usual(customer_id(customer), vec![line; count].try_into().unwrap()),
        own_id: OrderId::new(),
        grouping: Grouping::Any,
        answer: oneshot::channel().0,
        queued_at: Instant::now(),
        span: tracing::Span::none(),
    }
}

impl BusinessQueue {
    /// Plans a call and takes its purchases.
    pub(in crate::db::purchases::queue) fn take_next(&mut self, limits: &QueueLimits) -> Option<(Batch, BatchToken)> {
        let held = self.plan(limits)?;
        self.take(held, limits)
    }
}

/// A queue of these purchases.
fn queue_of(purchases: impl IntoIterator<Item = QueuedPurchase>) -> BusinessQueue {
    let mut queue = BusinessQueue::default();
    for purchase in purchases {
        assert!(queue.enqueue(purchase, &LIMITS));
    }
    queue
}

fn tickets(batch: &Batch) -> Vec<u64> {
    batch.purchases.iter().map(|queued| queued.ticket).collect()
}

/// The next call's batch, which must have these tickets and do this about held rows.
#[track_caller]
fn take(queue: &mut BusinessQueue, expected: &[u64], held: HeldRows) -> (Batch, BatchToken) {
    let (batch, token) = queue.take_next(&LIMITS).expect("there is a batch");
    assert_eq!((&*tickets(&batch), batch.held), (expected, held));
    (batch, token)
}

#[track_caller]
fn take_nothing(queue: &mut BusinessQueue) {
    assert!(queue.take_next(&LIMITS).is_none());
}

const PASS: HeldRows = HeldRows::PassOverCustomers;
const WAIT: HeldRows = HeldRows::Wait;

#[test]
fn the_purchases_that_came_first_go_first() {
    let mut queue = queue_of((1..=6).map(|n| queued(n, n, n)));
    let _first = take(&mut queue, &[1, 2, 3, 4], PASS);
    let _second = take(&mut queue, &[5, 6], PASS);
    take_nothing(&mut queue);
}

#[test]
fn the_first_call_for_a_customer_does_not_wait_for_the_row() {
    let _call = take(&mut queue_of([queued(1, 1, 1)]), &[1], PASS);
    let _call = take(&mut queue_of([queued(1, 1, 1), queued(2, 1, 2)]), &[1, 2], PASS);
}

#[test]
fn a_customer_is_in_one_call_at_a_time() {
    let mut queue = queue_of([queued(1, 7, 1)]);
    let (_, first) = take(&mut queue, &[1], PASS);
    for (ticket, customer) in [(2, 7), (3, 8), (4, 7)] {
        assert!(queue.enqueue(queued(ticket, customer, ticket), &LIMITS));
    }
    let (_, second) = take(&mut queue, &[3], PASS);
    take_nothing(&mut queue);
    queue.finish(second, Vec::new());
    take_nothing(&mut queue);
    queue.finish(first, Vec::new());
    let _third = take(&mut queue, &[2, 4], PASS);
}

#[test]
fn a_key_is_in_a_call_once_and_the_second_purchase_with_it_keeps_its_place() {
    let mut queue = queue_of([queued(1, 1, 9), queued(2, 1, 9), queued(3, 2, 9), queued(4, 2, 4)]);
    let (_, first) = take(&mut queue, &[1, 4], PASS);
    queue.finish(first, Vec::new());
    let _second = take(&mut queue, &[2], PASS);
    let _third = take(&mut queue, &[3], PASS);
}

#[test]
fn a_call_has_no_more_lines_than_the_limit_and_a_purchase_with_more_goes_alone() {
    let long = |ticket, lines| with_lines(lines, ticket, ticket, ticket);
    let mut queue = queue_of([long(1, 6), long(2, 5), long(3, 4), long(4, 500), long(5, 1)]);
    let (_, first) = take(&mut queue, &[1, 3], PASS);
    queue.finish(first, Vec::new());
    let _second = take(&mut queue, &[2, 5], PASS);
    let _third = take(&mut queue, &[4], PASS);
}

#[test]
fn a_purchase_that_was_passed_over_goes_on_with_purchases_of_its_customer_only() {
    let mut queue = queue_of([queued(1, 1, 1), queued(2, 2, 2)]);
    let (mut batch, token) = take(&mut queue, &[1, 2], PASS);
    let passed_over = QueuedPurchase { grouping: Grouping::SameCustomer, ..batch.purchases.remove(0) };
    for (ticket, customer) in [(3, 3), (4, 1)] {
        assert!(queue.enqueue(queued(ticket, customer, ticket), &LIMITS));
    }
    queue.finish(token, vec![passed_over]);
    let _waiting = take(&mut queue, &[1, 4], WAIT);
    // The only worker that may wait for a row does so already.
    let _other = take(&mut queue, &[3], PASS);
}

#[test]
fn the_purchases_of_a_call_that_failed_go_one_by_one() {
    let mut queue = queue_of((1..=3).map(|n| queued(n, n, n)));
    let (batch, token) = take(&mut queue, &[1, 2, 3], PASS);
    let alone = |queued| QueuedPurchase { grouping: Grouping::Alone, ..queued };
    assert!(queue.enqueue(queued(4, 4, 4), &LIMITS));
    queue.finish(token, batch.purchases.into_iter().map(alone).collect());
    let (_, first) = take(&mut queue, &[1], WAIT);
    // One worker is kept for purchases that need not wait for a row.
    let _other = take(&mut queue, &[4], PASS);
    queue.finish(first, Vec::new());
    let (_, second) = take(&mut queue, &[2], WAIT);
    queue.finish(second, Vec::new());
    let _third = take(&mut queue, &[3], WAIT);
}

#[test]
fn a_business_has_no_more_call_permits_than_its_own() {
    let limits = QueueLimits { call_permits: 1, ..LIMITS };
    let mut queue = queue_of((1..=5).map(|n| queued(n, n, n)));
    let (batch, token) = queue.take_next(&limits).unwrap();
    assert_eq!(tickets(&batch), [1, 2, 3, 4]);
    assert!(queue.take_next(&limits).is_none());
    queue.finish(token, Vec::new());
    let (batch, _token) = queue.take_next(&limits).unwrap();
    assert_eq!(tickets(&batch), [5]);
}

#[test]
fn a_planned_call_counts_until_it_is_made_or_given_up() {
    let limits = QueueLimits { call_permits: 1, ..LIMITS };
    let mut queue = queue_of([queued(1, 1, 1), QueuedPurchase { grouping: Grouping::SameCustomer, ..queued(2, 2, 2) }]);
    assert_eq!(queue.plan(&limits), Some(PASS));
    assert_eq!(queue.plan(&limits), Some(WAIT), "the only permit is planned for");
    assert_eq!(queue.plan(&limits), None);
    queue.give_up(PASS);
    assert_eq!(queue.plan(&limits), Some(PASS));
    assert!(queue.withdraw(1, |_| true).is_some());
    assert!(queue.take(PASS, &limits).is_none(), "there is nothing left for it");
    assert!(queue.enqueue(queued(3, 3, 3), &limits));
    assert_eq!(queue.plan(&limits), Some(PASS));
    let (batch, _token) = queue.take(PASS, &limits).unwrap();
    assert_eq!(tickets(&batch), [3], "a call takes only what it was planned for");
}

/// The worker that waits for its turn keeps its plan meanwhile.
#[test]
fn what_was_passed_over_can_be_tried_again_and_what_failed_or_is_new_cannot() {
    let again =
        |ticket, customer| QueuedPurchase { grouping: Grouping::SameCustomer, ..queued(ticket, customer, ticket) };
    let alone = QueuedPurchase { grouping: Grouping::Alone, ..queued(2, 2, 2) };
    let mut queue = queue_of([again(1, 1), alone, queued(3, 3, 3), again(4, 4), again(5, 5)]);
    let limits = QueueLimits { call_permits: 1, ..LIMITS };
    assert_eq!(queue.plan(&limits), Some(WAIT));
    let _other = take(&mut queue, &[3], PASS);
    let (batch, token) = queue.take_again(&limits).unwrap();
    assert_eq!((tickets(&batch), batch.held), (vec![1, 4, 5], HeldRows::PassOverAll));
    assert!(queue.take_again(&limits).is_none() && queue.waits_for_rows(), "the one that failed waits for a row");
    let mut purchases = batch.purchases.into_iter();
    queue.finish(token, vec![purchases.next().unwrap()]);
    assert_eq!(queue.plan(&limits), None, "the plan to wait is kept");
    let (batch, token) = queue.take(WAIT, &limits).unwrap();
    assert_eq!((tickets(&batch), batch.held), (vec![1], WAIT));
    queue.finish(token, Vec::new());
    let (_, token) = take(&mut queue, &[2], WAIT);
    assert!(!queue.waits_for_rows());
    queue.finish(token, Vec::new());
    assert!(queue.plan(&limits).is_none());
}

#[test]
fn where_held_products_are_expected_a_call_waits_for_none() {
    let mut queue = queue_of((1..=3).map(|n| with_lines(6, n, n, n)));
    queue.expect_held_products(true);
    let (_, token) = take(&mut queue, &[1], HeldRows::PassOverAll);
    queue.expect_held_products(false);
    let _second = take(&mut queue, &[2], PASS);
    take_nothing(&mut queue);
    // It counts as what it was planned as.
    queue.finish(token, Vec::new());
    let _third = take(&mut queue, &[3], PASS);
}

#[test]
fn a_single_worker_decides_purchases_that_wait_for_a_row_too() {
    let limits = QueueLimits { workers: 1, ..LIMITS };
    let mut queue = queue_of([QueuedPurchase { grouping: Grouping::SameCustomer, ..queued(1, 1, 1) }]);
    let (batch, _token) = queue.take_next(&limits).unwrap();
    assert_eq!(tickets(&batch), [1]);
}

#[test]
fn the_queue_and_the_workers_are_bounded() {
    let limits = QueueLimits { queue_length: 2, ..LIMITS };
    let mut queue = BusinessQueue::default();
    assert!(!queue.start_worker(&limits), "nothing is queued");
    assert!(queue.enqueue(queued(1, 1, 1), &limits) && queue.enqueue(queued(2, 2, 2), &limits));
    assert!(!queue.enqueue(queued(3, 3, 3), &limits));
    assert!(queue.start_worker(&limits) && queue.start_worker(&limits));
    assert!(!queue.start_worker(&limits));
    queue.end_worker();
    assert!(queue.start_worker(&limits));
}

#[test]
fn only_a_purchase_that_is_still_queued_can_be_withdrawn() {
    let mut queue = queue_of([queued(1, 1, 1), QueuedPurchase { grouping: Grouping::Alone, ..queued(2, 2, 2) }]);
    assert!(queue.withdraw(2, |grouping| grouping == Grouping::Any).is_none());
    assert!(queue.withdraw(2, |_| true).is_some());
    assert!(queue.withdraw(2, |_| true).is_none());
    let _call = take(&mut queue, &[1], PASS);
    assert!(queue.withdraw(1, |_| true).is_none());
}

#[test]
fn a_queue_is_idle_when_it_is_empty_and_has_no_worker() {
    let mut queue = BusinessQueue::default();
    assert!(queue.is_idle());
    assert!(queue.enqueue(queued(1, 1, 1), &LIMITS));
    assert!(!queue.is_idle());
    assert!(queue.start_worker(&LIMITS));
    let (_, token) = take(&mut queue, &[1], PASS);
    assert!(!queue.is_idle());
    queue.finish(token, Vec::new());
    queue.end_worker();
    assert!(queue.is_idle());
}

/// Workers that start, take, fail, pass over and end at random: each purchase is decided or withdrawn once, and none is
/// left in the queue.
#[test]
fn whatever_happens_every_purchase_is_decided_once_and_the_queue_forgets_it() {
    let seed: u64 = rand::random();
    println!("seed {seed}");
    for round in 0..200 {
        let mut rng = StdRng::seed_from_u64(seed.wrapping_add(round));
        let workers = rng.random_range(1..=4);
        let limits = QueueLimits {
            workers,
            call_permits: rng.random_range(1..=workers),
            queue_length: rng.random_range(1..=40),
            batch_purchases: rng.random_range(1..=8),
            batch_lines: rng.random_range(1..=20),
        };
        Simulation::new(limits).run(&mut rng);
    }
}

#[derive(Default)]
struct SimulatedWorker {
    /// What its call will do, while it waits for its turn.
    planned: Option<HeldRows>,
    /// What it is deciding.
    call: Option<(Batch, BatchToken)>,
}

struct Simulation {
    limits: QueueLimits,
    queue: BusinessQueue,
    workers: Vec<SimulatedWorker>,
    /// The tickets that must be in the queue, with their customers.
    expected: BTreeMap<u64, CustomerId>,
    next_ticket: u64,
}

impl Simulation {
    fn new(limits: QueueLimits) -> Self {
        Self { limits, queue: BusinessQueue::default(), workers: Vec::new(), expected: BTreeMap::new(), next_ticket: 0 }
    }

    fn run(mut self, rng: &mut StdRng) {
        for _ in 0..300 {
            match rng.random_range(0..10) {
                0..5 => self.arrive(rng),
                5 => self.leave(rng),
                _ => self.step(rng, true),
            }
        }
        // No more purchases arrive, and nothing fails: the workers that are left decide all that is queued.
        while !self.workers.is_empty() {
            self.step(rng, false);
        }
        assert!(self.expected.is_empty(), "left behind: {:?} in {:?}", self.expected, self.queue);
        assert!(
            self.queue.is_idle()
                && self.queue.customers_in_calls.is_empty()
                && self.queue.calls_on_held_rows + self.queue.call_permits == 0
        );
    }

    fn arrive(&mut self, rng: &mut StdRng) {
        let (ticket, customer) = (self.next_ticket, rng.random_range(0..5));
        self.next_ticket += 1;
        let lines = if rng.random_ratio(1, 20) { 500 } else { rng.random_range(1..=4) };
        let new = with_lines(lines, ticket, customer, rng.random_range(0..12));
        let full = self.queue.len() >= self.limits.queue_length;
        assert_eq!(self.queue.enqueue(new, &self.limits), !full);
        if !full {
            self.expected.insert(ticket, customer_id(customer));
        }
        if self.queue.start_worker(&self.limits) {
            self.workers.push(SimulatedWorker::default());
        }
        assert!(self.workers.len() <= self.limits.workers);
    }

    fn leave(&mut self, rng: &mut StdRng) {
        if self.next_ticket > 0 {
            let ticket = rng.random_range(0..self.next_ticket);
            assert_eq!(self.queue.withdraw(ticket, |_| true).is_some(), self.expected.remove(&ticket).is_some());
        }
    }

    /// One of the workers goes on: it plans and takes a batch, or looks again, or its call ends.
    fn step(&mut self, rng: &mut StdRng, may_fail: bool) {
        if self.workers.is_empty() {
            return;
        }
        let index = rng.random_range(0..self.workers.len());
        if let Some((batch, token)) = self.workers[index].call.take() {
            self.decide(rng, batch, token, may_fail);
            return;
        }
        let planned = self.workers[index].planned.take().or_else(|| self.queue.plan(&self.limits));
        let Some(planned) = planned else {
            self.queue.end_worker();
            self.workers.swap_remove(index);
            return;
        };
        let looks_again = planned == HeldRows::Wait && rng.random_ratio(1, 3);
        let taken =
            if looks_again { self.queue.take_again(&self.limits) } else { self.queue.take(planned, &self.limits) };
        if let Some((batch, _)) = &taken {
            self.check(batch);
            for queued in &batch.purchases {
                let expected = self.expected.remove(&queued.ticket);
                assert_eq!(expected, Some(queued.customer()), "taken twice, or after it was withdrawn");
            }
        }
        let waits = looks_again && (taken.is_some() || self.queue.waits_for_rows());
        if looks_again && !waits {
            self.queue.give_up(planned);
        }
        self.workers[index] = SimulatedWorker { planned: waits.then_some(planned), call: taken };
    }

    fn decide(&mut self, rng: &mut StdRng, batch: Batch, token: BatchToken, may_fail: bool) {
        let failed = may_fail && batch.purchases.len() > 1 && rng.random_ratio(1, 5);
        let held_customer = customer_id(rng.random_range(0..5));
        let undecided = batch.purchases.into_iter().filter_map(|queued| {
            let grouping = if failed {
                Grouping::Alone
            } else if may_fail && batch.held != HeldRows::Wait && queued.customer() == held_customer {
                Grouping::SameCustomer
            } else {
                return None;
            };
            Some(QueuedPurchase { grouping, ..queued })
        });
        let undecided: Vec<_> = undecided.collect();
        self.expected.extend(undecided.iter().map(|queued| (queued.ticket, queued.customer())));
        self.queue.finish(token, undecided);
    }

    /// Holds a new batch against the limits and against the batches of the other workers.
    fn check(&self, batch: &Batch) {
        let purchases = &batch.purchases;
        assert!(!purchases.is_empty() && purchases.len() <= self.limits.batch_purchases);
        let lines: usize = purchases.iter().map(QueuedPurchase::line_count).sum();
        assert!(purchases.len() == 1 || lines <= self.limits.batch_lines);
        assert!(purchases.is_sorted_by_key(|queued| queued.ticket) || purchases[0].grouping != Grouping::Any);
        let keys: BTreeSet<_> = purchases.iter().map(|queued| queued.idempotency_key.as_str()).collect();
        assert_eq!(keys.len(), purchases.len(), "a key twice");
        let customers: BTreeSet<_> = purchases.iter().map(QueuedPurchase::customer).collect();
        let others = || self.workers.iter().filter_map(|worker| worker.call.as_ref()).map(|(other, _)| other);
        for other in others() {
            assert!(other.purchases.iter().all(|queued| !customers.contains(&queued.customer())), "in two calls");
        }
        let calls = |held: HeldRows| others().chain([batch]).filter(|other| other.held == held).count();
        assert!(calls(HeldRows::PassOverCustomers) <= self.limits.call_permits, "it takes other businesses' permits");
        assert!(
            calls(HeldRows::Wait) <= self.limits.workers.saturating_sub(1).max(1),
            "no worker is left for the other purchases"
        );
        match purchases[0].grouping {
            Grouping::Alone => assert_eq!(purchases.len(), 1),
            Grouping::SameCustomer if batch.held == HeldRows::Wait => assert_eq!(customers.len(), 1),
            Grouping::SameCustomer => {
                assert!(purchases.iter().all(|queued| queued.grouping == Grouping::SameCustomer));
            }
            Grouping::Any => assert!(purchases.iter().all(|queued| queued.grouping == Grouping::Any)),
        }
    }
}
