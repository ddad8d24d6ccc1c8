//! What a run does: which faults, how often, for how long, from which seed.

use std::{collections::VecDeque, time::Duration};

use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::faults::Fault;

/// A run.
#[derive(Debug, Clone)]
pub struct Plan {
    /// All choices follow from it; what happens first on a busy machine does not.
    pub seed: u64,
    /// Each fault so many times.
    pub cycles: usize,
    /// Which faults.
    pub faults: Vec<Fault>,
    /// How many clients there are.
    pub clients: usize,
    /// Goes on until so many purchases were answered, if the faults take less.
    pub purchases: u64,
    /// Injects no further fault after so long.
    pub time_limit: Option<Duration>,
    /// After so many requests a chapter ends: it is checked, and the next begins with other businesses.
    pub chapter_requests: u64,
}

/// The faults still to come.
pub struct Schedule {
    plain: VecDeque<Fault>,
    on_small_disk: VecDeque<Fault>,
}

impl Schedule {
    /// Every fault of a plan as often as it says, in rounds: each round has every fault once, in an order of its own.
    pub fn new(plan: &Plan, rng: &mut ChaCha8Rng) -> Self {
        let mut schedule = Self { plain: VecDeque::new(), on_small_disk: VecDeque::new() };
        for _ in 0..plan.cycles {
            let mut round = plan.faults.clone();
            round.shuffle(rng);
            for fault in round {
                let queue = if fault.needs_small_disk() { &mut schedule.on_small_disk } else { &mut schedule.plain };
                queue.push_back(fault);
            }
        }
        schedule
    }

    /// Leaves out a fault that cannot be had here.
    pub fn leave_out(&mut self, leave: impl Fn(Fault) -> bool) {
        self.plain.retain(|fault| !leave(*fault));
        self.on_small_disk.retain(|fault| !leave(*fault));
    }

    /// How many faults are left.
    #[must_use]
    pub fn left(&self) -> usize {
        self.plain.len() + self.on_small_disk.len()
    }

    /// Whether the next chapter needs a disk that can be filled up: those come last.
    #[must_use]
    pub fn wants_small_disk(&self) -> bool {
        self.plain.is_empty() && !self.on_small_disk.is_empty()
    }

    /// The next fault of a chapter.
    pub fn next(&mut self, on_small_disk: bool) -> Option<Fault> {
        if on_small_disk { self.on_small_disk.pop_front() } else { self.plain.pop_front() }
    }

    /// Nothing more is to come.
    pub fn clear(&mut self) {
        self.plain.clear();
        self.on_small_disk.clear();
    }
}
