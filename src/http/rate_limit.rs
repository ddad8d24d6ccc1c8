//! A limit on the requests of one business, so that it cannot use up the server for the others. Off unless configured.

use std::{
    num::NonZeroU32,
    sync::atomic::{AtomicU32, Ordering},
};

use governor::{
    DefaultKeyedRateLimiter, Quota,
    clock::{Clock, DefaultClock},
};

use super::error::HttpError;
use crate::domain::BusinessId;

/// After this many requests, the limiter forgets every business that has its full rate back.
const SWEEP_EVERY_REQUESTS: u32 = 65_536;

/// Requests per second, and how many may come at once after a time without requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Requests per second in the long run.
    pub per_second: NonZeroU32,
    /// Requests at once.
    pub burst: NonZeroU32,
}

/// A rate per business. It counts the requests to this process only: it protects the process and is not a quota to bill by.
pub struct RateLimiter {
    limiter: Option<DefaultKeyedRateLimiter<BusinessId>>,
    clock: DefaultClock,
    requests: AtomicU32,
}

impl RateLimiter {
    /// Without a rate, every request passes.
    #[must_use]
    pub fn new(rate: Option<Rate>) -> Self {
        let limiter =
            rate.map(|rate| DefaultKeyedRateLimiter::keyed(Quota::per_second(rate.per_second).allow_burst(rate.burst)));
        Self { limiter, clock: DefaultClock::default(), requests: AtomicU32::new(0) }
    }

    /// Counts one request, or says when the next one can pass.
    pub fn check(&self, business_id: BusinessId) -> Result<(), HttpError> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        if self.requests.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY_REQUESTS == SWEEP_EVERY_REQUESTS - 1 {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
        limiter.check_key(&business_id).map_err(|refused| {
            let retry_after = refused.wait_time_from(self.clock.now());
            HttpError::RateLimited { retry_after }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::{Rate, RateLimiter, SWEEP_EVERY_REQUESTS};
    use crate::{domain::BusinessId, http::error::HttpError};

    #[test]
    fn a_business_that_asks_too_much_is_told_when_to_come_back_and_others_are_served() {
        // One in a thousand seconds could not be told in whole requests per second; three at once is the limit here.
        let rate = Rate { per_second: NonZeroU32::MIN, burst: NonZeroU32::new(3).unwrap() };
        let limiter = RateLimiter::new(Some(rate));
        let (busy, quiet) = (BusinessId::new(), BusinessId::new());
        let refused = (0..4).filter_map(|_| limiter.check(busy).err()).collect::<Vec<_>>();
        assert!(matches!(&refused[..], [HttpError::RateLimited { retry_after }] if retry_after.as_millis() <= 1_000));
        assert!(limiter.check(quiet).is_ok());
    }

    #[test]
    fn quiet_businesses_are_forgotten_now_and_then_and_not_at_every_request() {
        // A business is quiet a nanosecond after its request.
        let rate = Rate { per_second: NonZeroU32::new(1_000_000_000).unwrap(), burst: NonZeroU32::MIN };
        let limiter = RateLimiter::new(Some(rate));
        let remembered = || limiter.limiter.as_ref().unwrap().len();
        for requests in 1..SWEEP_EVERY_REQUESTS {
            limiter.check(BusinessId::new()).unwrap();
            assert_eq!(remembered(), requests as usize);
        }
        limiter.check(BusinessId::new()).unwrap();
        assert!(remembered() <= 2, "{} are left", remembered());
    }

    #[test]
    fn without_a_rate_everything_passes() {
        let limiter = RateLimiter::new(None);
        let business_id = BusinessId::new();
        assert!((0..1_000).all(|_| limiter.check(business_id).is_ok()));
    }
}
