//! How often and how soon a failed call is tried again. Pure arithmetic: this neither sleeps nor calls.

use std::time::Duration;

/// Bounded exponential backoff with full jitter.
///
/// The wait before retry `n` (1, 2, …) is drawn evenly from zero to `base * 2^(n-1)`, at most `cap`. Callers that failed
/// together would collide again. A draw from the whole range spreads them best.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// How many times the call is made, the first time included. One means: no retry.
    pub max_attempts: u32,
    /// The longest wait before the first retry.
    pub base: Duration,
    /// The longest wait before any retry.
    pub cap: Duration,
}

impl Backoff {
    /// For a statement that a client waits for: five tries, with at most 300 ms of waiting between them.
    pub const STATEMENT: Self =
        Self { max_attempts: 5, base: Duration::from_millis(20), cap: Duration::from_millis(200) };

    /// How long to wait after `attempts` calls have failed, or nothing if there must not be another one.
    ///
    /// `attempts` counts from 1.
    #[must_use]
    pub fn after(&self, attempts: u32) -> Option<Duration> {
        self.after_with(attempts, rand::random())
    }

    /// As [`after`](Self::after), with a given draw: `jitter` from 0 (no wait) to 1 (the longest wait).
    #[must_use]
    pub fn after_with(&self, attempts: u32, jitter: f64) -> Option<Duration> {
        if attempts >= self.max_attempts {
            return None;
        }
        let doublings = attempts.saturating_sub(1).min(31);
        let longest = self.base.saturating_mul(1 << doublings).min(self.cap);
        Some(longest.mul_f64(jitter.clamp(0.0, 1.0)))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const BACKOFF: Backoff =
        Backoff { max_attempts: 5, base: Duration::from_millis(10), cap: Duration::from_millis(35) };

    #[test]
    fn the_longest_wait_doubles_up_to_the_cap() {
        let longest: Vec<_> = (1..5).filter_map(|attempts| BACKOFF.after_with(attempts, 1.0)).collect();
        assert_eq!(longest, [10, 20, 35, 35].map(Duration::from_millis));
    }

    #[test]
    fn there_is_no_wait_after_the_last_attempt() {
        assert_eq!(BACKOFF.after_with(5, 0.0), None);
        assert_eq!(BACKOFF.after_with(u32::MAX, 0.0), None);
        assert_eq!(Backoff { max_attempts: 1, ..BACKOFF }.after_with(1, 0.0), None);
    }

    #[test]
    fn the_draw_covers_the_range_from_zero() {
        assert_eq!(BACKOFF.after_with(2, 0.0), Some(Duration::ZERO));
        assert_eq!(BACKOFF.after_with(2, 0.5), Some(Duration::from_millis(10)));
    }

    #[test]
    fn a_huge_attempt_number_does_not_overflow() {
        let endless = Backoff { max_attempts: u32::MAX, base: Duration::from_secs(u64::MAX), cap: Duration::MAX };
        assert_eq!(endless.after_with(1_000_000, 0.0), Some(Duration::ZERO));
        assert_eq!(BACKOFF.after_with(4_000_000_000, 1.0), None);
        assert_eq!(
            Backoff { max_attempts: u32::MAX, ..BACKOFF }.after_with(4_000_000_000, 1.0),
            Some(Duration::from_millis(35))
        );
    }

    #[test]
    fn waits_are_drawn_anew_and_end_with_the_last_attempt() {
        let waits: BTreeSet<_> = (0..100).filter_map(|_| BACKOFF.after(1)).collect();
        assert!(waits.len() > 1, "{waits:?}");
        assert_eq!(BACKOFF.after(5), None);
    }

    #[test]
    fn random_waits_stay_within_the_bounds() {
        for attempts in 1..5 {
            for _ in 0..1_000 {
                let wait = BACKOFF.after(attempts);
                assert!(wait <= BACKOFF.after_with(attempts, 1.0) && wait.is_some(), "{attempts}: {wait:?}");
            }
        }
    }
}
