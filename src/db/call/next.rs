//! What follows a try of a call that failed. Pure: it decides, and `call` acts.

use std::time::Duration;

use super::sqlstate::{Failure, Transient};
use crate::db::connection::ServerProcess;

/// What follows a failed try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// The client is answered with an error.
    Refuse,
    /// The call is sent again on the same connection.
    RetryHere {
        /// Why, as metrics name it.
        reason: &'static str,
        /// How long to wait before.
        wait: Duration,
    },
    /// The call is sent again on another connection, once the process that served this one has ended. Until then, that process
    /// may still carry the call out.
    RetryAfterFence {
        /// Why, as metrics name it.
        reason: &'static str,
        /// How long to wait before.
        wait: Duration,
        /// The process to end.
        lost: ServerProcess,
    },
}

impl Next {
    /// What follows a try that ended in `failure` on a connection that `process` served. `wait` is how long to wait before
    /// another try, if the call may be tried again at all.
    pub(super) const fn after(failure: &Failure, process: Option<ServerProcess>, wait: Option<Duration>) -> Self {
        let Some(wait) = wait else { return Self::Refuse };
        match (failure, process) {
            (Failure::Transient(Transient::RolledBack), _) => Self::RetryHere { reason: "rolled_back", wait },
            (Failure::Transient(Transient::Unknown), Some(lost)) => {
                Self::RetryAfterFence { reason: "connection_lost", wait, lost }
            }
            (Failure::StalePlan, _) => Self::RetryHere { reason: "stale_plan", wait },
            // Two requests used one idempotency key or external id first, at the same time. The second try finds the winner's
            // row.
            (Failure::UniqueViolation { .. }, _) => Self::RetryHere { reason: "unique_race", wait },
            // An unknown process cannot be ended. It may still carry the call out after another try was answered.
            (Failure::Transient(Transient::Unknown), None)
            | (Failure::Timeout | Failure::OutOfResources | Failure::Other, _) => Self::Refuse,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAIT: Duration = Duration::from_millis(20);
    const PROCESS: ServerProcess = ServerProcess { pid: 4711, started_us: 1 };

    #[test]
    fn each_failure_is_refused_or_retried_where_nothing_of_the_first_try_can_follow() {
        let here = |reason| Next::RetryHere { reason, wait: WAIT };
        let after_fence = Next::RetryAfterFence { reason: "connection_lost", wait: WAIT, lost: PROCESS };
        let unique_violation = Failure::UniqueViolation { constraint: "orders_key".to_owned() };
        // The failure; what follows it if the process is known; what follows it if not.
        let table = [
            (Failure::Transient(Transient::RolledBack), here("rolled_back"), here("rolled_back")),
            (Failure::Transient(Transient::Unknown), after_fence, Next::Refuse),
            (Failure::StalePlan, here("stale_plan"), here("stale_plan")),
            (unique_violation, here("unique_race"), here("unique_race")),
            (Failure::Timeout, Next::Refuse, Next::Refuse),
            (Failure::OutOfResources, Next::Refuse, Next::Refuse),
            (Failure::Other, Next::Refuse, Next::Refuse),
        ];
        for (failure, with_process, without_process) in table {
            assert_eq!(Next::after(&failure, Some(PROCESS), Some(WAIT)), with_process, "{failure:?}");
            assert_eq!(Next::after(&failure, None, Some(WAIT)), without_process, "{failure:?}");
            assert_eq!(Next::after(&failure, Some(PROCESS), None), Next::Refuse, "no try is left after {failure:?}");
        }
    }
}
