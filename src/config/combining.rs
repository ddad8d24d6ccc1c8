//! How purchases that wait are combined.

use std::time::Duration;

use clap::{ArgAction, Args, value_parser};

use crate::db::{CombiningSettings, LaneLimits};

/// The most lines in one call, so that it ends long before its time limit.
const BATCH_LINES: usize = 2_000;

/// How purchases that wait are combined.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Combining purchases")]
pub struct CombiningArgs {
    /// Whether purchases of one business that wait for a connection are decided together, in one transaction
    #[arg(
        long, env = "TALLYSTICK_COMBINE_PURCHASES", default_value_t = true, action = ArgAction::Set, value_name = "BOOL"
    )]
    pub combine_purchases: bool,
    /// The most connections that purchases use at once, and one business's half of them; the fewer, the more purchases are
    /// decided together [default: a quarter of the pool, at least 2]
    #[arg(long, env = "TALLYSTICK_PURCHASE_CONNECTIONS", value_name = "N", value_parser = value_parser!(u32).range(1..=1_000))]
    pub purchase_connections: Option<u32>,
    /// The most purchases that are decided together
    #[arg(long, env = "TALLYSTICK_PURCHASE_BATCH", default_value_t = 64, value_name = "N", value_parser = value_parser!(u32).range(1..=500))]
    pub purchase_batch: u32,
    /// The most purchases of one business that may wait; more are answered `overloaded`
    #[arg(long, env = "TALLYSTICK_PURCHASE_QUEUE", default_value_t = 2_048, value_name = "N", value_parser = value_parser!(u32).range(1..=1_000_000))]
    pub purchase_queue: u32,
}

impl CombiningArgs {
    /// The settings, unless combining is off. A purchase waits in the queue for as long as a call waits for a connection.
    #[must_use]
    pub fn settings(&self, pool_size: u32, wait_timeout: Duration) -> Option<CombiningSettings> {
        let calls = self.purchase_connections.unwrap_or((pool_size / 4).max(2)).min(pool_size.max(1)) as usize;
        let limits = LaneLimits {
            // Two at least: one may wait for a row that somebody else holds, without a turn, while the other goes on.
            calls: (calls / 2).max(2),
            turns: (calls / 2).max(1),
            waiting: self.purchase_queue as usize,
            batch_purchases: self.purchase_batch as usize,
            batch_lines: BATCH_LINES,
        };
        self.combine_purchases.then_some(CombiningSettings { calls, limits, wait_timeout })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calls(purchase_connections: Option<u32>, pool_size: u32) -> usize {
        let args =
            CombiningArgs { combine_purchases: true, purchase_connections, purchase_batch: 64, purchase_queue: 1 };
        args.settings(pool_size, Duration::ZERO).unwrap().calls
    }

    #[test]
    fn purchases_get_a_quarter_of_the_pool_but_two_connections_if_there_are_two() {
        assert_eq!([1, 2, 3, 8, 12, 16, 100].map(|size| calls(None, size)), [1, 2, 2, 2, 3, 4, 25]);
    }

    #[test]
    fn one_business_leaves_a_connection_for_the_others_purchases() {
        for (size, turns) in [(1, 1), (2, 1), (8, 1), (12, 1), (16, 2), (100, 12)] {
            let args = CombiningArgs {
                combine_purchases: true,
                purchase_connections: None,
                purchase_batch: 64,
                purchase_queue: 1,
            };
            assert_eq!(args.settings(size, Duration::ZERO).unwrap().limits.turns, turns, "{size}");
        }
    }

    #[test]
    fn purchases_get_what_the_operator_says_as_far_as_the_pool_goes() {
        assert_eq!([1, 2, 3, 16, 1_000].map(|asked| calls(Some(asked), 16)), [1, 2, 3, 16, 16]);
    }
}
