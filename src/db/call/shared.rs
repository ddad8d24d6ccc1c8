//! Connections that several reads use at the same time.
//!
//! The driver sends a read while the answers of others are still to come, and PostgreSQL answers one after the other. So neither
//! side sleeps and wakes for each read: that is a third of what a read of one record costs PostgreSQL.
//!
//! - Each read is a transaction of its own, with its own tenant context. A failed one changes nothing for those behind it.
//! - Each read has its own permit of the gate. A connection is shared only while somebody reads on it, so at least one permit
//!   stands for it, and there are never more connections in use than permits.
//! - Whoever reads waits behind those who came before. So only reads that take PostgreSQL about as little time as those that share
//!   with them come here ([`Share`]), and [`SharedConnections::take`] spreads them evenly. Nobody joins a connection on which
//!   nothing was answered for a while ([`SILENCE`]), whatever the reason: a locked table, a busy database. Who is on it already
//!   leaves it after longer ([`PATIENCE`]).
//! - Behind a transaction pooler nothing is shared: there the pooler does that.

use std::{
    ops::Deref,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use crate::db::connection::{Connection, Pool, PoolError};

/// How long nobody waits for an answer of any call, over how long a connection may be silent to be joined: 50 ms, with the default
/// settings. A silent one is busy with something that takes longer than a read.
const SILENCE: u32 = 120;
/// The same for how long a read waits on a shared connection: a second. After that it is read again on a connection of its own.
const PATIENCE: u32 = 6;

/// Which reads share connections with each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::db) enum Share {
    /// Reads of one record.
    Records,
    /// Pages of [`SHORT_PAGE`](super::SHORT_PAGE) rows at most.
    Pages,
}

/// A connection that is shared for as long as somebody reads on it.
pub(super) struct SharedConnection {
    connection: Connection,
    began: Instant,
    /// When the last answer came, in microseconds after `began`.
    last_answer_us: AtomicU64,
}

impl SharedConnection {
    fn new(connection: Connection) -> Self {
        Self { connection, began: Instant::now(), last_answer_us: AtomicU64::new(0) }
    }

    /// Notes that an answer has come.
    pub(super) fn has_answered(&self) {
        self.last_answer_us.store(self.age_us(), Ordering::Relaxed);
    }

    fn can_be_joined(&self, silence: Duration) -> bool {
        let silent = self.age_us().saturating_sub(self.last_answer_us.load(Ordering::Relaxed));
        Duration::from_micros(silent) < silence && self.connection.can_be_shared()
    }

    fn age_us(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}

impl Deref for SharedConnection {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

/// The connections that are shared now. Clones share them, too.
#[derive(Clone)]
pub(super) struct SharedConnections {
    records: Arc<Slots<SharedConnection>>,
    pages: Arc<Slots<SharedConnection>>,
    answer_timeout: Duration,
}

impl SharedConnections {
    /// For a pool of so many connections, on which a call waits so long for its answer. There are 4 reads on each connection for
    /// records, if all permits are given to them. Pages take as much of PostgreSQL as the lists of one business.
    pub(super) fn for_pool(size: usize, answer_timeout: Duration) -> Self {
        let quarter = (size / 4).max(1);
        let [records, pages] = [quarter, (quarter.min(4) / 2).max(1)].map(|size| Arc::new(Slots::new(size)));
        Self { records, pages, answer_timeout }
    }

    /// How long a read waits for its answer.
    pub(super) fn patience(&self) -> Duration {
        self.answer_timeout / PATIENCE
    }

    /// A connection of `pool` to read on, with the fewest other reads.
    pub(super) async fn take(&self, pool: &Pool, share: Share) -> Result<Arc<SharedConnection>, PoolError> {
        let slots = match share {
            Share::Records => &self.records,
            Share::Pages => &self.pages,
        };
        let silence = self.answer_timeout / SILENCE;
        let free = match slots.join(|connection| connection.can_be_joined(silence)) {
            // After its end the pool refuses new calls, whatever is still open.
            Joined::Shared(connection) if !pool.is_closed() => return Ok(connection),
            Joined::Shared(_) => None,
            Joined::Free(slot) => Some(slot),
        };
        let connection = Arc::new(SharedConnection::new(pool.get().await?));
        if let Some(slot) = free {
            slots.put(slot, &connection);
        }
        Ok(connection)
    }
}

/// Places for things that several share, and that end with the last one who does.
struct Slots<T>(Mutex<Vec<Weak<T>>>);

enum Joined<T> {
    /// All places are taken; this one has the fewest users.
    Shared(Arc<T>),
    /// The number of a place that nobody uses, or that holds nothing fit.
    Free(usize),
}

impl<T> Slots<T> {
    fn new(size: usize) -> Self {
        Self(Mutex::new((0..size).map(|_| Weak::new()).collect()))
    }

    /// A free place if there is one. Otherwise the thing with the fewest users.
    fn join(&self, is_fit: impl Fn(&T) -> bool) -> Joined<T> {
        let mut fewest: Option<(usize, Arc<T>)> = None;
        // Dropped after the lock: if the others have left meanwhile, that ends the thing.
        let mut others = Vec::new();
        let slots = self.lock();
        for (number, slot) in slots.iter().enumerate() {
            let Some(thing) = slot.upgrade() else { return Joined::Free(number) };
            if !is_fit(&thing) {
                others.push(thing);
                return Joined::Free(number);
            }
            let users = Arc::strong_count(&thing);
            match &mut fewest {
                Some((least, _)) if *least <= users => others.push(thing),
                fewest => others.extend(fewest.replace((users, thing)).map(|(_, thing)| thing)),
            }
        }
        drop(slots);
        fewest.map_or(Joined::Free(0), |(_, thing)| Joined::Shared(thing))
    }

    /// Puts a thing into its place. If somebody else has put one there meanwhile, that one's users keep it to themselves.
    fn put(&self, number: usize, thing: &Arc<T>) {
        if let Some(slot) = self.lock().get_mut(number) {
            *slot = Arc::downgrade(thing);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Weak<T>>> {
        // A panic under this lock leaves no place half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(slots: &Slots<u32>, thing: u32) -> Arc<u32> {
        let Joined::Free(number) = slots.join(|_| true) else { panic!("no place is free for {thing}") };
        let thing = Arc::new(thing);
        slots.put(number, &thing);
        thing
    }

    #[track_caller]
    fn shared(slots: &Slots<u32>) -> Arc<u32> {
        match slots.join(|_| true) {
            Joined::Shared(thing) => thing,
            Joined::Free(number) => panic!("place {number} is free"),
        }
    }

    #[test]
    fn places_are_filled_first_and_then_shared_evenly() {
        let slots = Slots::new(3);
        let _first: Vec<_> = (0..3).map(|thing| put(&slots, thing)).collect();
        let joined: Vec<_> = (0..6).map(|_| shared(&slots)).collect();
        let mut things: Vec<u32> = joined.iter().map(|thing| **thing).collect();
        things.sort_unstable();
        assert_eq!(things, [0, 0, 1, 1, 2, 2]);
    }

    #[test]
    fn a_place_is_free_again_when_its_last_user_has_left() {
        let slots = Slots::new(1);
        let first = put(&slots, 1);
        let second = shared(&slots);
        drop(first);
        assert_eq!(*shared(&slots), 1);
        drop(second);
        assert_eq!(*put(&slots, 2), 2);
    }

    #[test]
    fn what_is_not_fit_is_left_to_those_who_use_it() {
        let slots = Slots::new(1);
        let used = put(&slots, 1);
        let Joined::Free(number) = slots.join(|thing| *thing != 1) else { panic!("it was shared") };
        let other = Arc::new(2);
        slots.put(number, &other);
        assert_eq!(*shared(&slots), 2);
        assert_eq!(Arc::strong_count(&used), 1);
    }

    #[test]
    fn each_pool_has_some_and_a_quarter_of_it_at_most() {
        for (size, records, pages) in [(1, 1, 1), (4, 1, 1), (8, 2, 1), (16, 4, 2), (100, 25, 2)] {
            let shared = SharedConnections::for_pool(size, Duration::from_secs(6));
            assert_eq!((shared.records.lock().len(), shared.pages.lock().len()), (records, pages), "{size}");
        }
    }
}
