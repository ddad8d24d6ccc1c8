//! One business's purchases that wait, and which of them go into the next call. Pure bookkeeping: no clock, no I/O.

use std::{
    collections::{HashSet, VecDeque},
    hash::Hash,
};

/// How much one business may do at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LaneLimits {
    /// Calls under way at once, from 1.
    pub calls: usize,
    /// Those of them that wait for no customer, and so may keep other businesses waiting, from 1.
    pub turns: usize,
    /// Purchases that wait, beyond which more are refused.
    pub waiting: usize,
    /// Purchases in one call, from 1.
    pub batch_purchases: usize,
    /// Lines in one call; a purchase of more goes alone.
    pub batch_lines: usize,
}

/// With whom a purchase may be decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Company {
    /// With any other.
    Anybody,
    /// With purchases of its customer only: somebody else held the customer's row, and the call will wait for it.
    OwnCustomer,
    /// With none: the call that it was part of failed, and nobody knows because of whom.
    Nobody,
}

/// A purchase as far as the lane must know it.
#[derive(Debug)]
pub struct Entry<T, C, K> {
    /// Names it, among all that ever were in a lane of this server: its request may outlive the lane.
    pub ticket: u64,
    /// Who buys: never in two calls at once, which would only wait for each other.
    pub customer: C,
    /// Its idempotency key: never twice in one call.
    pub key: K,
    /// How many lines it has.
    pub lines: usize,
    /// With whom it may go.
    pub company: Company,
    /// The rest of it.
    pub item: T,
}

/// What one call is to decide.
#[derive(Debug)]
pub struct Taken<T, C, K> {
    /// In the order of their arrival; at least one.
    pub entries: Vec<Entry<T, C, K>>,
    /// Whether the call waits for a customer whose row somebody else holds.
    pub wait: bool,
}

/// The queue of one business.
#[derive(Debug)]
pub struct Lane<T, C, K> {
    waiting: VecDeque<Entry<T, C, K>>,
    customers_under_way: HashSet<C>,
    calls: usize,
    waiting_calls: usize,
    turns: usize,
}

impl<T, C, K> Default for Lane<T, C, K> {
    fn default() -> Self {
        Self { waiting: VecDeque::new(), customers_under_way: HashSet::new(), calls: 0, waiting_calls: 0, turns: 0 }
    }
}

impl<T, C: Copy + Eq + Hash, K: Clone + Eq + Hash> Lane<T, C, K> {
    /// Puts a purchase at the end of the queue, unless the queue is full; says whether it did.
    pub fn enqueue(&mut self, entry: Entry<T, C, K>, limits: &LaneLimits) -> bool {
        let has_room = self.waiting.len() < limits.waiting;
        if has_room {
            self.waiting.push_back(entry);
        }
        has_room
    }

    /// Whether one more call may be made. If so, it counts as under way until [`end_call`](Self::end_call).
    pub fn begin_call(&mut self, limits: &LaneLimits) -> bool {
        let begins = self.calls < limits.calls && !self.waiting.is_empty();
        self.calls += usize::from(begins);
        begins
    }

    /// What a call that has begun is to decide now; nothing if all that waits must wait for another call.
    pub fn take(&mut self, limits: &LaneLimits) -> Option<Taken<T, C, K>> {
        // One call at least is kept for those who need not wait for anybody.
        let may_wait = self.waiting_calls < limits.calls.saturating_sub(1).max(1);
        let has_turn = self.turns < limits.turns;
        let first = self.waiting.iter().position(|entry| {
            let may_go = if entry.company == Company::Anybody { has_turn } else { may_wait };
            may_go && !self.customers_under_way.contains(&entry.customer)
        })?;
        let first = self.waiting.remove(first)?;
        let (company, customer) = (first.company, first.customer);
        let mut lines = first.lines;
        let mut keys = HashSet::from([first.key.clone()]);
        let mut entries = vec![first];
        let mut left = Vec::new();
        while let Some(entry) = self.waiting.pop_front() {
            let fits = entries.len() < limits.batch_purchases && lines + entry.lines <= limits.batch_lines;
            let goes =
                fits && match (company, entry.company) {
                    (Company::Anybody, Company::Anybody) => !self.customers_under_way.contains(&entry.customer),
                    (Company::OwnCustomer, Company::Anybody | Company::OwnCustomer) => entry.customer == customer,
                    _ => false,
                } && keys.insert(entry.key.clone());
            if goes {
                lines += entry.lines;
                entries.push(entry);
            } else {
                left.push(entry);
            }
            if entries.len() == limits.batch_purchases || company == Company::Nobody {
                break;
            }
        }
        for entry in left.into_iter().rev() {
            self.waiting.push_front(entry);
        }
        self.customers_under_way.extend(entries.iter().map(|entry| entry.customer));
        let wait = company != Company::Anybody;
        *if wait { &mut self.waiting_calls } else { &mut self.turns } += 1;
        Some(Taken { entries, wait })
    }

    /// What `take` gave is decided, but for `undecided`, which go back to the head of the queue. Without customers, it gave
    /// nothing.
    pub fn decided(&mut self, customers: impl IntoIterator<Item = C>, wait: bool, undecided: Vec<Entry<T, C, K>>) {
        let mut taken = 0;
        for customer in customers {
            self.customers_under_way.remove(&customer);
            taken = 1;
        }
        *if wait { &mut self.waiting_calls } else { &mut self.turns } -= taken;
        for entry in undecided.into_iter().rev() {
            self.waiting.push_front(entry);
        }
    }

    /// A call that had begun is over.
    pub fn end_call(&mut self) {
        self.calls -= 1;
    }

    /// Takes a purchase out of the queue, if it is still there and `which` says so.
    pub fn withdraw(&mut self, ticket: u64, which: impl Fn(Company) -> bool) -> Option<T> {
        let place = self.waiting.iter().position(|entry| entry.ticket == ticket && which(entry.company))?;
        self.waiting.remove(place).map(|entry| entry.item)
    }

    /// Everything that waits, for good.
    pub fn drain(&mut self) -> impl Iterator<Item = T> {
        self.waiting.drain(..).map(|entry| entry.item)
    }

    /// Whether there is nothing to remember.
    pub fn is_idle(&self) -> bool {
        self.calls == 0 && self.waiting.is_empty()
    }

    /// How many calls are under way.
    pub fn calls(&self) -> usize {
        self.calls
    }

    /// How many purchases wait.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }
}

#[cfg(test)]
mod tests;
