//! The one gate before the pool. Whoever wants a connection of the pool first gets a permit here, in turn with the other
//! businesses. So no business takes the connections from another, however many calls it makes and whatever they cost.
//!
//! - A [`Permit`] stands for one connection. Its holder may replace a lost connection without a second permit.
//! - Each [`Class`] of calls has its share of the permits, and so has each business ([`GateLimits`]).
//! - Where permits are scarce, a business's calls wait in a queue of its own. Free permits go round the businesses that wait.
//! - A call that finds its queue full, or waits for too long, is refused as overload. Nothing of it has happened.
//!
//! [`books`] decides, and knows no clock. This module waits.

mod books;
mod class;
mod limits;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

pub use books::Caller;
pub use class::{Class, PerClass};
pub use limits::{ClassLimits, DEFAULT_QUEUE_LENGTH, GateLimits};

use books::Books;

use crate::{
    error::{Error, Result},
    metrics::Metrics,
};

/// The gate. Clones share it.
#[derive(Clone)]
pub struct Gate(Arc<Shared>);

struct Shared {
    books: Mutex<Books<oneshot::Sender<Permit>>>,
    wait_timeout: Duration,
    metrics: Arc<Metrics>,
}

/// The right to one connection of the pool. Dropping it gives it to the next call.
#[must_use = "dropping it gives it back"]
pub struct Permit {
    gate: Gate,
    caller: Caller,
    class: Class,
}

/// A call that waits for its permit. Dropping it takes the call out of the queue.
struct WaitingCall {
    gate: Gate,
    caller: Caller,
    class: Class,
    ticket: u64,
    given: oneshot::Receiver<Permit>,
}

/// What a call gets at once.
enum Asked {
    Permit(Permit),
    /// A place in the queue.
    Queued(WaitingCall),
    /// Nothing: its queue is full.
    Full,
}

impl Gate {
    /// A gate that nobody has passed yet. A call waits for at most `wait_timeout`.
    pub fn new(limits: GateLimits, wait_timeout: Duration, metrics: Arc<Metrics>) -> Self {
        Self(Arc::new(Shared { books: Mutex::new(Books::new(limits)), wait_timeout, metrics }))
    }

    /// A permit, as soon as it is this caller's turn. A full queue, or too long a wait, is [`Error::Overloaded`].
    pub async fn enter(&self, caller: Caller, class: Class) -> Result<Permit> {
        let mut waiting = match self.ask(caller, class, true) {
            Asked::Permit(permit) => return Ok(permit),
            Asked::Full => return Err(Error::Overloaded),
            Asked::Queued(waiting) => waiting,
        };
        let began = Instant::now();
        let given = tokio::time::timeout(self.0.wait_timeout, &mut waiting.given).await;
        self.0.metrics.gate_passed(class.name(), began.elapsed());
        match given {
            Ok(Ok(permit)) => Ok(permit),
            _ => Err(Error::Overloaded),
        }
    }

    /// The same without any bound, for a worker: there are few of them, and each knows by itself when nobody needs it any more.
    pub async fn enter_patiently(&self, caller: Caller, class: Class) -> Permit {
        let began = Instant::now();
        loop {
            match self.ask(caller, class, false) {
                Asked::Permit(permit) => return permit,
                Asked::Queued(mut waiting) => {
                    if let Ok(permit) = (&mut waiting.given).await {
                        self.0.metrics.gate_passed(class.name(), began.elapsed());
                        return permit;
                    }
                }
                // Only a bounded queue is full, and the gate keeps a waiting call's sender.
                Asked::Full => tokio::task::yield_now().await,
            }
        }
    }

    /// How many permits of each class are given out, and how many calls wait for one.
    #[must_use]
    pub fn status(&self) -> (PerClass<usize>, PerClass<usize>) {
        let books = self.lock();
        (books.given(), books.waiting())
    }

    fn ask(&self, caller: Caller, class: Class, is_bounded: bool) -> Asked {
        let mut books = self.lock();
        if books.take(caller, class) {
            drop(books);
            self.0.metrics.gate_passed(class.name(), Duration::ZERO);
            return Asked::Permit(Permit { gate: self.clone(), caller, class });
        }
        if is_bounded && books.is_full(caller, class) {
            return Asked::Full;
        }
        let (sender, given) = oneshot::channel();
        let ticket = books.enqueue(caller, class, sender);
        Asked::Queued(WaitingCall { gate: self.clone(), caller, class, ticket, given })
    }

    /// Takes a permit back, and gives permits to all whose turn it is now.
    fn give_back(&self, caller: Caller, class: Class) {
        let mut next = Vec::new();
        {
            let mut books = self.lock();
            books.give_back(caller, class);
            next.extend(std::iter::from_fn(|| books.serve_next()));
        }
        // Not under the lock: a permit that nobody receives any more comes back at once.
        for (caller, class, call) in next {
            drop(call.send(Permit { gate: self.clone(), caller, class }));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Books<oneshot::Sender<Permit>>> {
        // A panic under this lock leaves no account half changed, so a poisoned lock is as good as any.
        self.0.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.gate.give_back(self.caller, self.class);
    }
}

impl Drop for WaitingCall {
    fn drop(&mut self) {
        // If it is queued no longer, it has got a permit. That permit is the caller's, or is dropped with the channel.
        let withdrawn = self.gate.lock().withdraw(self.caller, self.class, self.ticket);
        drop(withdrawn);
    }
}

#[cfg(test)]
mod tests;
