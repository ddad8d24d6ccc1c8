//! What a run does: which faults, how often, for how long, from which seed.

use std::{collections::VecDeque, time::Duration};

use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::faults::Fault;

/// A run.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Decides all random choices, but not what happens first on a busy machine.
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

/// The faults still to come. Those that fill a disk have chapters of their own, in turns with the others.
pub struct Schedule {
    plain: VecDeque<Fault>,
    on_small_disk: VecDeque<Fault>,
    is_small_disks_turn: bool,
}

/// A chapter ends after so many faults at most, so that each sort of disk has its turn.
const CHAPTER_FAULTS: usize = 400;
const SMALL_DISK_FAULTS: usize = 20;

impl Schedule {
    /// Every fault of a plan as often as it says, in rounds: each round has every fault once, in an order of its own.
    pub fn new(plan: &Plan, rng: &mut ChaCha8Rng) -> Self {
        let mut schedule = Self { plain: VecDeque::new(), on_small_disk: VecDeque::new(), is_small_disks_turn: false };
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

    /// Leaves out a fault that is impossible on this machine.
    pub fn leave_out(&mut self, leave: impl Fn(Fault) -> bool) {
        self.plain.retain(|fault| !leave(*fault));
        self.on_small_disk.retain(|fault| !leave(*fault));
    }

    /// How many faults are left.
    #[must_use]
    pub fn left(&self) -> usize {
        self.plain.len() + self.on_small_disk.len()
    }

    /// Whether the next chapter needs a disk that can be filled up.
    #[must_use]
    pub fn wants_small_disk(&self) -> bool {
        !self.on_small_disk.is_empty() && (self.is_small_disks_turn || self.plain.is_empty())
    }

    /// The faults of the next chapter, which are taken one after the other as far as it comes; the rest is put back.
    pub fn take(&mut self, on_small_disk: bool) -> VecDeque<Fault> {
        self.is_small_disks_turn = !on_small_disk;
        let (queue, most) = if on_small_disk {
            (&mut self.on_small_disk, SMALL_DISK_FAULTS)
        } else {
            (&mut self.plain, CHAPTER_FAULTS)
        };
        let most = most.min(queue.len());
        queue.drain(..most).collect()
    }

    /// Puts back what a chapter did not come to.
    pub fn put_back(&mut self, faults: VecDeque<Fault>) {
        for fault in faults.into_iter().rev() {
            let queue = if fault.needs_small_disk() { &mut self.on_small_disk } else { &mut self.plain };
            queue.push_front(fault);
        }
    }
}
