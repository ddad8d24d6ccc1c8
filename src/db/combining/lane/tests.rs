use std::collections::{BTreeMap, BTreeSet};

use rand::{RngExt, SeedableRng, rngs::StdRng};

use super::*;

type TestLane = Lane<(), u32, u32>;
type TestEntry = Entry<(), u32, u32>;

const LIMITS: LaneLimits = LaneLimits { calls: 2, turns: 2, waiting: 100, batch_purchases: 4, batch_lines: 10 };

fn entry(ticket: u64, customer: u32, key: u32) -> TestEntry {
    Entry { ticket, customer, key, lines: 1, company: Company::Anybody, item: () }
}

fn number(ticket: u64) -> u32 {
    ticket.try_into().unwrap()
}

/// A lane in which these wait.
fn lane_of(entries: impl IntoIterator<Item = TestEntry>) -> TestLane {
    let mut lane = TestLane::default();
    for entry in entries {
        assert!(lane.enqueue(entry, &LIMITS));
    }
    lane
}

fn tickets(taken: Option<&Taken<(), u32, u32>>) -> Vec<u64> {
    taken.map(|taken| taken.entries.iter().map(|entry| entry.ticket).collect()).unwrap_or_default()
}

/// What the next call takes, and whether it waits.
fn take(lane: &mut TestLane) -> (Vec<u64>, bool) {
    let taken = lane.take(&LIMITS);
    (tickets(taken.as_ref()), taken.is_some_and(|taken| taken.wait))
}

#[test]
fn who_came_first_goes_first() {
    let mut lane = lane_of((1..=6).map(|n| entry(n, number(n), number(n))));
    assert_eq!(take(&mut lane), (vec![1, 2, 3, 4], false));
    assert_eq!(take(&mut lane), (vec![5, 6], false));
    assert_eq!(take(&mut lane), (vec![], false));
}

#[test]
fn nobody_waits_for_a_customer_at_first() {
    let mut lane = lane_of([entry(1, 1, 1)]);
    assert_eq!(take(&mut lane), (vec![1], false));
    let mut lane = lane_of([entry(1, 1, 1), entry(2, 1, 2)]);
    assert_eq!(take(&mut lane), (vec![1, 2], false));
}

#[test]
fn a_customer_is_in_one_call_at_a_time() {
    let mut lane = lane_of([entry(1, 7, 1)]);
    assert_eq!(take(&mut lane).0, [1]);
    for (ticket, customer) in [(2, 7), (3, 8), (4, 7)] {
        assert!(lane.enqueue(entry(ticket, customer, number(ticket)), &LIMITS));
    }
    assert_eq!(take(&mut lane).0, [3]);
    assert!(take(&mut lane).0.is_empty());
    lane.decided([7], false, Vec::new());
    assert_eq!(take(&mut lane).0, [2, 4]);
}

#[test]
fn a_key_is_in_a_call_once_and_its_second_purchase_keeps_its_place() {
    let mut lane = lane_of([entry(1, 1, 9), entry(2, 1, 9), entry(3, 2, 9), entry(4, 2, 4)]);
    assert_eq!(take(&mut lane).0, [1, 4]);
    lane.decided([1, 2], false, Vec::new());
    assert_eq!(take(&mut lane).0, [2]);
    assert_eq!(take(&mut lane).0, [3]);
}

#[test]
fn a_call_has_no_more_lines_than_it_may_and_an_order_that_is_too_long_goes_alone() {
    let long = |ticket, lines| Entry { lines, ..entry(ticket, number(ticket), number(ticket)) };
    let mut lane = lane_of([long(1, 6), long(2, 5), long(3, 4), long(4, 500), long(5, 1)]);
    assert_eq!(take(&mut lane).0, [1, 3]);
    lane.decided([1, 3], false, Vec::new());
    assert_eq!(take(&mut lane).0, [2, 5]);
    assert_eq!(take(&mut lane).0, [4]);
}

#[test]
fn whom_a_call_passed_over_goes_on_with_its_customers_purchases_only() {
    let mut lane = lane_of([entry(1, 1, 1), entry(2, 2, 2)]);
    let mut taken = lane.take(&LIMITS).unwrap();
    let busy = Entry { company: Company::OwnCustomer, ..taken.entries.remove(0) };
    for (ticket, customer) in [(3, 3), (4, 1)] {
        assert!(lane.enqueue(entry(ticket, customer, number(ticket)), &LIMITS));
    }
    lane.decided([1, 2], taken.wait, vec![busy]);
    assert_eq!(take(&mut lane), (vec![1, 4], true));
    assert_eq!(take(&mut lane), (vec![3], false), "the only call that may wait does already");
}

#[test]
fn the_members_of_a_call_that_failed_go_one_by_one() {
    let mut lane = lane_of((1..=3).map(|n| entry(n, number(n), number(n))));
    let taken = lane.take(&LIMITS).unwrap();
    let alone = taken.entries.into_iter().map(|entry| Entry { company: Company::Nobody, ..entry }).collect();
    assert!(lane.enqueue(entry(4, 4, 4), &LIMITS));
    lane.decided([1, 2, 3], taken.wait, alone);
    assert_eq!(take(&mut lane), (vec![1], true));
    assert_eq!(take(&mut lane), (vec![4], false), "one call is kept for those who need not wait");
    lane.decided([1], true, Vec::new());
    assert_eq!(take(&mut lane), (vec![2], true));
    lane.decided([2], true, Vec::new());
    assert_eq!(take(&mut lane), (vec![3], true));
}

#[test]
fn a_business_has_no_more_turns_than_its_own() {
    let limits = LaneLimits { turns: 1, ..LIMITS };
    let mut lane = lane_of((1..=5).map(|n| entry(n, number(n), number(n))));
    assert_eq!(tickets(lane.take(&limits).as_ref()), [1, 2, 3, 4]);
    assert!(lane.take(&limits).is_none());
    lane.decided([1, 2, 3, 4], false, Vec::new());
    assert_eq!(tickets(lane.take(&limits).as_ref()), [5]);
}

#[test]
fn with_a_single_call_even_those_who_wait_get_their_turn() {
    let limits = LaneLimits { calls: 1, ..LIMITS };
    let mut lane = lane_of([Entry { company: Company::OwnCustomer, ..entry(1, 1, 1) }]);
    assert_eq!(tickets(lane.take(&limits).as_ref()), [1]);
}

#[test]
fn the_queue_and_the_calls_are_bounded() {
    let limits = LaneLimits { waiting: 2, ..LIMITS };
    let mut lane = TestLane::default();
    assert!(!lane.begin_call(&limits), "nothing waits");
    assert!(lane.enqueue(entry(1, 1, 1), &limits) && lane.enqueue(entry(2, 2, 2), &limits));
    assert!(!lane.enqueue(entry(3, 3, 3), &limits));
    assert!(lane.begin_call(&limits) && lane.begin_call(&limits));
    assert!(!lane.begin_call(&limits));
    lane.end_call();
    assert!(lane.begin_call(&limits));
}

#[test]
fn only_what_still_waits_can_be_withdrawn() {
    let mut lane = lane_of([entry(1, 1, 1), Entry { company: Company::Nobody, ..entry(2, 2, 2) }]);
    assert!(lane.withdraw(2, |company| company == Company::Anybody).is_none());
    assert!(lane.withdraw(2, |_| true).is_some());
    assert!(lane.withdraw(2, |_| true).is_none());
    assert_eq!(take(&mut lane).0, [1]);
    assert!(lane.withdraw(1, |_| true).is_none());
}

#[test]
fn a_lane_is_idle_when_nothing_waits_and_no_call_is_under_way() {
    let mut lane = TestLane::default();
    assert!(lane.is_idle());
    assert!(lane.enqueue(entry(1, 1, 1), &LIMITS));
    assert!(!lane.is_idle());
    assert!(lane.begin_call(&LIMITS));
    assert_eq!(take(&mut lane).0, [1]);
    assert!(!lane.is_idle());
    lane.decided([1], false, Vec::new());
    lane.end_call();
    assert!(lane.is_idle());
}

/// Calls that come, take, fail, pass over and end at random: each purchase is decided or withdrawn once, none is stranded.
#[test]
fn whatever_happens_every_purchase_is_decided_once_and_the_lane_forgets_it() {
    let seed: u64 = rand::random();
    println!("seed {seed}");
    for round in 0..200 {
        let mut rng = StdRng::seed_from_u64(seed.wrapping_add(round));
        let calls = rng.random_range(1..=4);
        let limits = LaneLimits {
            calls,
            turns: rng.random_range(1..=calls),
            waiting: rng.random_range(1..=40),
            batch_purchases: rng.random_range(1..=8),
            batch_lines: rng.random_range(1..=20),
        };
        Simulation::new(limits).run(&mut rng);
    }
}

struct Simulation {
    limits: LaneLimits,
    lane: TestLane,
    under_way: Vec<Option<Taken<(), u32, u32>>>,
    waiting: BTreeMap<u64, u32>,
    next: u64,
}

impl Simulation {
    fn new(limits: LaneLimits) -> Self {
        Self { limits, lane: TestLane::default(), under_way: Vec::new(), waiting: BTreeMap::new(), next: 0 }
    }

    fn run(mut self, rng: &mut StdRng) {
        for _ in 0..300 {
            match rng.random_range(0..10) {
                0..5 => self.arrive(rng),
                5 => self.leave(rng),
                _ => self.step(rng, true),
            }
        }
        // Nobody comes any more, and nothing fails: the calls that are under way leave nobody behind.
        while !self.under_way.is_empty() {
            self.step(rng, false);
        }
        assert!(self.waiting.is_empty(), "left behind: {:?} in {:?}", self.waiting, self.lane);
        assert!(
            self.lane.is_idle()
                && self.lane.customers_under_way.is_empty()
                && self.lane.waiting_calls + self.lane.turns == 0
        );
    }

    fn arrive(&mut self, rng: &mut StdRng) {
        let (ticket, customer) = (self.next, rng.random_range(0..5));
        self.next += 1;
        let lines = if rng.random_ratio(1, 20) { 500 } else { rng.random_range(1..=4) };
        let new = Entry { lines, ..entry(ticket, customer, rng.random_range(0..12)) };
        let full = self.lane.waiting() >= self.limits.waiting;
        assert_eq!(self.lane.enqueue(new, &self.limits), !full);
        if !full {
            self.waiting.insert(ticket, customer);
        }
        if self.lane.begin_call(&self.limits) {
            self.under_way.push(None);
        }
        assert!(self.under_way.len() <= self.limits.calls);
    }

    fn leave(&mut self, rng: &mut StdRng) {
        if self.next > 0 {
            let ticket = rng.random_range(0..self.next);
            assert_eq!(self.lane.withdraw(ticket, |_| true).is_some(), self.waiting.remove(&ticket).is_some());
        }
    }

    /// One of the calls goes on: it takes, or it is decided.
    fn step(&mut self, rng: &mut StdRng, may_fail: bool) {
        if self.under_way.is_empty() {
            return;
        }
        let index = rng.random_range(0..self.under_way.len());
        if let Some(taken) = self.under_way[index].take() {
            self.decide(rng, taken, may_fail);
            return;
        }
        let Some(taken) = self.lane.take(&self.limits) else {
            self.lane.end_call();
            self.under_way.swap_remove(index);
            return;
        };
        self.check(&taken);
        for entry in &taken.entries {
            assert_eq!(self.waiting.remove(&entry.ticket), Some(entry.customer), "taken twice, or after it left");
        }
        self.under_way[index] = Some(taken);
    }

    fn decide(&mut self, rng: &mut StdRng, taken: Taken<(), u32, u32>, may_fail: bool) {
        let customers: Vec<_> = taken.entries.iter().map(|entry| entry.customer).collect();
        let failed = may_fail && taken.entries.len() > 1 && rng.random_ratio(1, 5);
        let busy = rng.random_range(0..5);
        let undecided = taken.entries.into_iter().filter_map(|entry| {
            let company = if failed {
                Company::Nobody
            } else if may_fail && !taken.wait && entry.customer == busy {
                Company::OwnCustomer
            } else {
                return None;
            };
            Some(Entry { company, ..entry })
        });
        let undecided: Vec<_> = undecided.collect();
        self.waiting.extend(undecided.iter().map(|entry| (entry.ticket, entry.customer)));
        self.lane.decided(customers, taken.wait, undecided);
    }

    fn check(&self, taken: &Taken<(), u32, u32>) {
        let entries = &taken.entries;
        assert!(!entries.is_empty() && entries.len() <= self.limits.batch_purchases);
        let lines: usize = entries.iter().map(|entry| entry.lines).sum();
        assert!(entries.len() == 1 || lines <= self.limits.batch_lines);
        assert!(entries.is_sorted_by_key(|entry| entry.ticket) || entries[0].company != Company::Anybody);
        let keys: BTreeSet<_> = entries.iter().map(|entry| entry.key).collect();
        assert_eq!(keys.len(), entries.len(), "a key twice");
        let customers: BTreeSet<_> = entries.iter().map(|entry| entry.customer).collect();
        for other in self.under_way.iter().flatten() {
            assert!(other.entries.iter().all(|entry| !customers.contains(&entry.customer)), "a customer in two calls");
        }
        let waits = self.under_way.iter().flatten().filter(|other| other.wait).count() + usize::from(taken.wait);
        let turns = self.under_way.iter().flatten().filter(|other| !other.wait).count() + usize::from(!taken.wait);
        assert!(turns <= self.limits.turns, "it takes the others' turns");
        assert!(waits <= self.limits.calls.saturating_sub(1).max(1), "no call is left for those who need not wait");
        match entries[0].company {
            Company::Nobody => assert_eq!(entries.len(), 1),
            Company::OwnCustomer => assert!(customers.len() == 1 && taken.wait),
            Company::Anybody => assert!(entries.iter().all(|entry| entry.company == Company::Anybody)),
        }
    }
}
