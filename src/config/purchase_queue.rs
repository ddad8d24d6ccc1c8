//! How waiting purchases are queued and decided together.

use std::time::Duration;

use clap::{ArgAction, Args, value_parser};

use crate::db::{PurchaseQueueSettings, QueueLimits};

/// The most lines in one call, so that it ends long before its time limit.
const BATCH_LINES: usize = 2_000;

/// How purchases that wait are combined.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Combining purchases")]
pub struct PurchaseQueueArgs {
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

impl PurchaseQueueArgs {
    /// The most connections that purchases use at once.
    #[must_use]
    pub fn connections(&self, pool_size: u32) -> usize {
        self.purchase_connections.unwrap_or((pool_size / 4).max(2)).min(pool_size.max(1)) as usize
    }

    /// The settings of the queues; `None` if combining is off, and then no purchase is queued.
    #[must_use]
    pub fn settings(&self, pool_size: u32, queue_timeout: Duration) -> Option<PurchaseQueueSettings> {
        let call_permits = self.connections(pool_size);
        let limits = QueueLimits {
            // At least two: while one waits for a held row, the other goes on.
            workers: (call_permits / 2).max(2),
            call_permits: (call_permits / 2).max(1),
            queue_length: self.purchase_queue as usize,
            batch_purchases: self.purchase_batch as usize,
            batch_lines: BATCH_LINES,
        };
        self.combine_purchases.then_some(PurchaseQueueSettings { limits, queue_timeout })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(purchase_connections: Option<u32>) -> PurchaseQueueArgs {
        PurchaseQueueArgs { combine_purchases: true, purchase_connections, purchase_batch: 64, purchase_queue: 1 }
    }

    #[test]
    fn purchases_get_a_quarter_of_the_pool_but_two_connections_if_there_are_two() {
        let permits = [1, 2, 3, 8, 12, 16, 100].map(|size| args(None).connections(size));
        assert_eq!(permits, [1, 2, 2, 2, 3, 4, 25]);
    }

    #[test]
    fn one_business_leaves_a_connection_for_the_others_purchases() {
        for (size, permits) in [(1, 1), (2, 1), (8, 1), (12, 1), (16, 2), (100, 12)] {
            let settings = args(None).settings(size, Duration::ZERO).unwrap();
            assert_eq!(settings.limits.call_permits, permits, "{size}");
        }
    }

    #[test]
    fn purchases_get_the_connections_that_the_operator_allows_up_to_the_pools_size() {
        let permits = [1, 2, 3, 16, 1_000].map(|asked| args(Some(asked)).connections(16));
        assert_eq!(permits, [1, 2, 3, 16, 16]);
    }
}
