//! The arrivals of an open loop: when each request should start, whether or not a connection is free.
//!
//! A latency counts from the start that the schedule intended. If it counted from the sending of the request, it would leave
//! out the time that a request waits for a free connection, which customers notice.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::sync::Semaphore;

/// How long the clock's thread sleeps at least. Tokio's timers are coarser: they count milliseconds.
const SHORTEST_NAP: Duration = Duration::from_micros(100);

/// Evenly spaced starts from a moment on.
#[derive(Debug, Clone, Copy)]
pub struct Schedule {
    begin: Instant,
    per_second: f64,
    total: u64,
}

impl Schedule {
    /// So many a second, from `begin` and for so long.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of requests")]
    pub fn new(begin: Instant, per_second: f64, lasts: Duration) -> Self {
        Self { begin, per_second, total: (per_second * lasts.as_secs_f64()).floor() as u64 }
    }

    /// When request `number` (from 0) should start. `None` after the last one.
    #[expect(clippy::cast_precision_loss, reason = "a number of requests")]
    pub fn start_of(&self, number: u64) -> Option<Instant> {
        (number < self.total).then(|| self.begin + Duration::from_secs_f64(number as f64 / self.per_second))
    }

    /// How many should have started by `now`.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of requests")]
    pub fn due_by(&self, now: Instant) -> u64 {
        match now.checked_duration_since(self.begin) {
            None => 0,
            Some(since) => ((since.as_secs_f64() * self.per_second).floor() as u64 + 1).min(self.total),
        }
    }
}

/// A running schedule. It gives each arrival to the connection that has been free the longest, or else to the first one
/// that becomes free.
pub struct Arrivals {
    schedule: Schedule,
    due: Arc<Semaphore>,
    next: AtomicU64,
}

impl Arrivals {
    /// Starts the clock, on a thread of its own, for so many connections.
    pub fn begin(schedule: Schedule, connections: usize) -> Self {
        let due = Arc::new(Semaphore::new(0));
        let arrivals = Self { schedule, due: Arc::clone(&due), next: AtomicU64::new(0) };
        std::thread::spawn(move || {
            let mut announced = 0;
            while let Some(start) = schedule.start_of(announced) {
                let now = Instant::now();
                let due_now = schedule.due_by(now);
                if due_now > announced {
                    due.add_permits(usize::try_from(due_now - announced).unwrap_or(0));
                    announced = due_now;
                } else {
                    std::thread::sleep((start - now).max(SHORTEST_NAP));
                }
            }
            // Each connection learns that there is no more.
            due.add_permits(connections);
        });
        arrivals
    }

    /// Waits for the next arrival that no connection has taken, and returns its intended start. `None` after the last.
    pub async fn next(&self) -> Option<Instant> {
        self.due.acquire().await.ok()?.forget();
        self.schedule.start_of(self.next.fetch_add(1, Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Arrivals, Schedule};

    #[test]
    fn starts_are_evenly_spaced_and_end() {
        let begin = Instant::now();
        let schedule = Schedule::new(begin, 100.0, Duration::from_secs(1));
        assert_eq!(schedule.start_of(0), Some(begin));
        assert_eq!(schedule.start_of(50), Some(begin + Duration::from_millis(500)));
        assert_eq!(schedule.start_of(100), None);
        assert_eq!(schedule.due_by(begin), 1);
        assert_eq!(schedule.due_by(begin + Duration::from_millis(45)), 5);
        assert_eq!(schedule.due_by(begin + Duration::from_secs(9)), 100);
    }

    #[tokio::test]
    async fn a_late_start_counts_from_its_intended_start() {
        let begin = Instant::now().checked_sub(Duration::from_mins(1)).unwrap();
        // All ten should have started a minute ago.
        let arrivals = Arrivals::begin(Schedule::new(begin, 10.0, Duration::from_secs(1)), 2);
        for number in 0..10 {
            let start = arrivals.next().await.unwrap();
            assert_eq!(start, begin + Duration::from_secs_f64(f64::from(number) / 10.0));
            assert!(start.elapsed() >= Duration::from_secs(59));
        }
        assert_eq!((arrivals.next().await, arrivals.next().await), (None, None));
    }
}
