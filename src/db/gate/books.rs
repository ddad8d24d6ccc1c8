//! Who has a permit, who waits for one, and who is next. It only keeps the books: it reads no clock and does no I/O.
//!
//! Whoever may have a permit has it: after every change, [`Books::serve_next`] is asked until it names nobody. So a call that finds
//! all bounds kept overtakes nobody, and takes its permit at once.

use std::collections::{HashMap, VecDeque};

use super::{
    class::{Class, PerClass},
    limits::GateLimits,
};
use crate::domain::BusinessId;

/// Whose calls they are: a business's, or the platform's.
pub type Caller = Option<BusinessId>;

/// The books. `T` is what is kept of a call that waits.
#[derive(Debug)]
pub struct Books<T> {
    limits: GateLimits,
    /// Permits that are given out.
    given: PerClass<usize>,
    /// Those who have a permit or wait for one.
    callers: HashMap<Caller, Account<T>>,
    /// Those who wait, each once. The first of them that may have a permit is the next, and goes to the end.
    rings: PerClass<VecDeque<Caller>>,
    /// Calls that wait.
    waiting: PerClass<usize>,
    next_ticket: u64,
    /// The class whose turn it is, if the permits are scarce.
    turn: usize,
}

#[derive(Debug)]
struct Account<T> {
    given: PerClass<usize>,
    queues: PerClass<VecDeque<(u64, T)>>,
}

impl<T> Default for Account<T> {
    fn default() -> Self {
        Self { given: PerClass::default(), queues: PerClass::new(|_| VecDeque::new()) }
    }
}

impl<T> Account<T> {
    fn may_have(&self, class: Class, limits: &GateLimits) -> bool {
        let given: usize = self.given.iter().map(|(_, given)| given).sum();
        given < limits.of_a_business && self.given[class] < limits.classes[class].of_a_business
    }

    fn is_idle(&self) -> bool {
        self.given.iter().all(|(_, given)| *given == 0) && self.queues.iter().all(|(_, queue)| queue.is_empty())
    }
}

impl<T> Books<T> {
    pub fn new(limits: GateLimits) -> Self {
        Self {
            limits,
            given: PerClass::default(),
            callers: HashMap::new(),
            rings: PerClass::new(|_| VecDeque::new()),
            waiting: PerClass::default(),
            next_ticket: 0,
            turn: 0,
        }
    }

    /// Gives a permit at once, if every bound allows it. It counts until [`give_back`](Self::give_back).
    pub fn take(&mut self, caller: Caller, class: Class) -> bool {
        let may_have = self.has_room(class)
            && self.callers.get(&caller).is_none_or(|account| account.may_have(class, &self.limits));
        if may_have {
            self.give(caller, class);
        }
        may_have
    }

    /// Whether so many calls wait already that this one must be refused.
    pub fn is_full(&self, caller: Caller, class: Class) -> bool {
        let waiting = self.callers.get(&caller).map_or(0, |account| account.queues[class].len());
        waiting >= self.limits.queue_length
    }

    /// Lets a call wait. Returns the ticket that names it.
    pub fn enqueue(&mut self, caller: Caller, class: Class, call: T) -> u64 {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        let queue = &mut self.callers.entry(caller).or_default().queues[class];
        if queue.is_empty() {
            self.rings[class].push_back(caller);
        }
        queue.push_back((ticket, call));
        self.waiting[class] += 1;
        ticket
    }

    /// Takes a call back that waits. Returns it, unless it waits no longer.
    pub fn withdraw(&mut self, caller: Caller, class: Class, ticket: u64) -> Option<T> {
        let queue = &mut self.callers.get_mut(&caller)?.queues[class];
        let place = queue.iter().position(|(queued, _)| *queued == ticket)?;
        let (_, call) = queue.remove(place)?;
        if queue.is_empty() {
            self.rings[class].retain(|waiting| *waiting != caller);
        }
        self.waiting[class] -= 1;
        self.forget_if_idle(caller);
        Some(call)
    }

    /// Takes a permit back.
    pub fn give_back(&mut self, caller: Caller, class: Class) {
        self.given[class] -= 1;
        if let Some(account) = self.callers.get_mut(&caller) {
            account.given[class] -= 1;
        }
        self.forget_if_idle(caller);
    }

    /// Gives a permit to the call that is next, if any may have one. To be asked until there is none.
    ///
    /// The classes take turns, and within a class the callers do. So neither many calls of one business nor many calls of one
    /// kind come before one call of another.
    pub fn serve_next(&mut self) -> Option<(Caller, Class, T)> {
        let classes = Class::ALL.len();
        for step in 0..classes {
            let class = Class::ALL[(self.turn + step) % classes];
            if !self.has_room(class) {
                continue;
            }
            let may_have =
                |caller: &Caller| self.callers.get(caller).is_some_and(|account| account.may_have(class, &self.limits));
            let Some(place) = self.rings[class].iter().position(may_have) else { continue };
            self.turn = class as usize + 1;
            return self.serve(class, place);
        }
        None
    }

    /// Gives a permit to the first call of the caller at this place in the ring.
    fn serve(&mut self, class: Class, place: usize) -> Option<(Caller, Class, T)> {
        let caller = self.rings[class].remove(place)?;
        let queue = &mut self.callers.get_mut(&caller)?.queues[class];
        let (_, call) = queue.pop_front()?;
        if !queue.is_empty() {
            self.rings[class].push_back(caller);
        }
        self.waiting[class] -= 1;
        self.give(caller, class);
        Some((caller, class, call))
    }

    fn give(&mut self, caller: Caller, class: Class) {
        self.given[class] += 1;
        self.callers.entry(caller).or_default().given[class] += 1;
    }

    /// Whether there is a permit for this class, whoever asks.
    fn has_room(&self, class: Class) -> bool {
        let given: usize = self.given.iter().map(|(_, given)| given).sum();
        given < self.limits.permits && self.given[class] < self.limits.classes[class].permits
    }

    fn forget_if_idle(&mut self, caller: Caller) {
        if self.callers.get(&caller).is_some_and(Account::is_idle) {
            self.callers.remove(&caller);
        }
    }

    /// How many permits of each class are given out.
    pub fn given(&self) -> PerClass<usize> {
        self.given
    }

    /// How many calls of each class wait.
    pub fn waiting(&self) -> PerClass<usize> {
        self.waiting
    }
}

#[cfg(test)]
mod tests;
