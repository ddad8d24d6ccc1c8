//! What clients remember of answers, in order to ask for it again: some of it, mostly what is new.

use std::sync::{Mutex, PoisonError};

use rand::{RngExt, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use uuid::Uuid;

/// An order, and the quantity of each line by its number.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names say it all")]
pub struct KnownOrder {
    pub id: Uuid,
    pub lines: Vec<(i64, i64)>,
}

/// A payment or an adjustment, to be taken back.
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "the names say it all")]
pub struct KnownCredit {
    pub id: Uuid,
    pub is_payment: bool,
}

/// A limited number of things.
pub struct Memory<T> {
    things: Mutex<Vec<T>>,
    room: usize,
}

impl<T: Clone> Memory<T> {
    /// Room for so many.
    #[must_use]
    pub fn of(room: usize) -> Self {
        Self { things: Mutex::default(), room }
    }

    /// Remembers a thing; forgets another one, if there is no room.
    pub fn keep(&self, thing: T, rng: &mut ChaCha8Rng) {
        // A poisoned lock means that another task panicked while it held plain values: they are whole.
        let mut things = self.things.lock().unwrap_or_else(PoisonError::into_inner);
        if things.len() < self.room {
            things.push(thing);
        } else {
            let place = rng.random_range(0..self.room);
            things[place] = thing;
        }
    }

    /// One of them, if there is any.
    pub fn any(&self, rng: &mut ChaCha8Rng) -> Option<T> {
        self.things.lock().unwrap_or_else(PoisonError::into_inner).choose(rng).cloned()
    }
}
