//! A limit on failed attempts to authenticate, for each origin of requests.
//!
//! An origin may fail so often a minute, and as often at once after a quiet minute. Only failures count.
//!
//! The number of origins that are remembered is bounded. All others share one allowance. So guesses from ever new addresses
//! neither take more memory nor are answered more often.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// The most origins that are remembered.
const MAX_ORIGINS: usize = 10_000;
/// How often origins without a recent failure are looked for, if no more can be remembered.
const SWEEP_INTERVAL: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);

/// Where requests come from: an IPv4 address, or the /64 network of an IPv6 address. Whoever has one address of such a
/// network usually has all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Origin(IpAddr);

impl From<IpAddr> for Origin {
    fn from(address: IpAddr) -> Self {
        const NETWORK: u128 = !0 << 64;
        match address.to_canonical() {
            IpAddr::V6(address) => Self(Ipv6Addr::from_bits(address.to_bits() & NETWORK).into()),
            address @ IpAddr::V4(_) => Self(address),
        }
    }
}

/// Counts failed attempts.
pub(super) struct Attempts {
    /// In a minute, and at once. `None`: not limited.
    allowance: Option<NonZeroU32>,
    failed: Mutex<Failed>,
}

/// Until when each origin's failures count. An origin whose time is over has its whole allowance.
struct Failed {
    origins: HashMap<Origin, Instant>,
    /// For the origins that are not remembered.
    others: Instant,
    swept: Instant,
}

impl Attempts {
    /// Without an `allowance`, nothing is limited.
    pub(super) fn new(allowance: Option<NonZeroU32>) -> Self {
        let now = Instant::now();
        Self { allowance, failed: Mutex::new(Failed { origins: HashMap::new(), others: now, swept: now }) }
    }

    /// Whether an origin may fail once more. The error is how long it takes until it may.
    pub(super) fn check(&self, origin: Origin) -> Result<(), Duration> {
        self.check_at(origin, Instant::now())
    }

    fn check_at(&self, origin: Origin, now: Instant) -> Result<(), Duration> {
        let Some(allowance) = self.allowance else { return Ok(()) };
        let until = self.lock().until(origin, now);
        let excess = (until + cost(allowance)).saturating_duration_since(now).saturating_sub(MINUTE);
        if excess.is_zero() { Ok(()) } else { Err(excess) }
    }

    /// Counts an attempt that failed.
    pub(super) fn count(&self, origin: Origin) {
        self.count_at(origin, Instant::now());
    }

    fn count_at(&self, origin: Origin, now: Instant) {
        let Some(allowance) = self.allowance else { return };
        let mut failed = self.lock();
        let until = failed.until(origin, now) + cost(allowance);
        failed.set(origin, until, now);
    }

    /// Takes back an attempt that was counted before its outcome was known.
    pub(super) fn take_back(&self, origin: Origin) {
        self.take_back_at(origin, Instant::now());
    }

    fn take_back_at(&self, origin: Origin, now: Instant) {
        let Some(allowance) = self.allowance else { return };
        let mut failed = self.lock();
        let until = failed.until(origin, now);
        failed.set(origin, until.checked_sub(cost(allowance)).map_or(now, |until| until.max(now)), now);
    }

    fn lock(&self) -> MutexGuard<'_, Failed> {
        // Nothing panics while it holds the lock, and half a change of these figures would harm nobody.
        self.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Failed {
    fn until(&self, origin: Origin, now: Instant) -> Instant {
        let shares = self.origins.len() >= MAX_ORIGINS;
        let until = self.origins.get(&origin).copied().or(shares.then_some(self.others));
        until.map_or(now, |until| until.max(now))
    }

    fn set(&mut self, origin: Origin, until: Instant, now: Instant) {
        if self.origins.len() < MAX_ORIGINS || self.origins.contains_key(&origin) {
            self.origins.insert(origin, until);
            return;
        }
        self.others = until;
        if now.saturating_duration_since(self.swept) >= SWEEP_INTERVAL {
            self.origins.retain(|_, until| *until > now);
            self.swept = now;
        }
    }
}

/// How long one failure counts.
fn cost(allowance: NonZeroU32) -> Duration {
    MINUTE / allowance.get()
}

#[cfg(test)]
mod tests {
    use std::{
        net::{IpAddr, Ipv4Addr},
        num::NonZeroU32,
        time::{Duration, Instant},
    };

    use super::{Attempts, MAX_ORIGINS, Origin};

    fn origin(address: &str) -> Origin {
        address.parse::<IpAddr>().unwrap().into()
    }

    fn numbered(number: usize) -> Origin {
        IpAddr::from(Ipv4Addr::from_bits(u32::try_from(number).unwrap())).into()
    }

    fn three_a_minute() -> Attempts {
        Attempts::new(NonZeroU32::new(3))
    }

    /// Fails, if the origin may.
    fn fail(attempts: &Attempts, origin: Origin, now: Instant) -> Result<(), Duration> {
        attempts.check_at(origin, now).inspect(|()| attempts.count_at(origin, now))
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn an_origin_may_fail_so_often_and_then_again_when_it_is_told() {
        let (attempts, here, now) = (three_a_minute(), origin("192.0.2.1"), Instant::now());
        for _ in 0..3 {
            assert_eq!(fail(&attempts, here, now), Ok(()));
        }
        assert_eq!(fail(&attempts, here, now), Err(seconds(20)));
        assert_eq!(fail(&attempts, origin("192.0.2.2"), now), Ok(()), "others are not told to wait");
        let later = now + seconds(20);
        assert_eq!(fail(&attempts, here, later), Ok(()));
        assert_eq!(fail(&attempts, here, later + seconds(1)), Err(seconds(19)));
        let much_later = later + seconds(600);
        assert!((0..3).all(|_| fail(&attempts, here, much_later).is_ok()), "no more than a minute is saved up");
        assert_eq!(fail(&attempts, here, much_later), Err(seconds(20)));
    }

    #[test]
    fn an_ipv6_network_of_64_bits_is_one_origin_and_a_mapped_address_its_ipv4_one() {
        assert_eq!(origin("2001:db8:1:2::1"), origin("2001:db8:1:2:ffff:ffff:ffff:ffff"));
        assert_ne!(origin("2001:db8:1:2::1"), origin("2001:db8:1:3::1"));
        assert_eq!(origin("::ffff:192.0.2.1"), origin("192.0.2.1"));
        assert_ne!(origin("192.0.2.1"), origin("192.0.2.2"));
    }

    #[test]
    fn a_flood_of_origins_shares_one_allowance_and_takes_no_more_memory() {
        let (attempts, now) = (three_a_minute(), Instant::now());
        let passed = (0..2 * MAX_ORIGINS).filter(|number| fail(&attempts, numbered(*number), now).is_ok()).count();
        assert_eq!(passed, MAX_ORIGINS + 3);
        assert_eq!(attempts.lock().origins.len(), MAX_ORIGINS);
        assert_eq!(fail(&attempts, numbered(7), now), Ok(()), "who is remembered has its own allowance");

        // A minute later, nobody's failures count any longer, and others are remembered.
        let later = now + seconds(61);
        assert_eq!(fail(&attempts, numbered(3 * MAX_ORIGINS), later), Ok(()));
        assert_eq!(attempts.lock().origins.len(), 0);
        assert_eq!(fail(&attempts, numbered(3 * MAX_ORIGINS), later), Ok(()));
        assert_eq!(attempts.lock().origins.len(), 1);
    }

    #[test]
    fn without_an_allowance_nothing_is_limited_or_remembered() {
        let attempts = Attempts::new(None);
        let here = origin("192.0.2.1");
        assert!((0..1_000).all(|_| fail(&attempts, here, Instant::now()).is_ok()));
        assert_eq!(attempts.lock().origins.len(), 0);
    }
}
