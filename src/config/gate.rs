//! How the connections of the pool are shared.

use clap::{Args, value_parser};

use crate::db::gate::GateLimits;

/// How businesses and kinds of calls share the connections.
#[derive(Debug, Clone, Copy, Args)]
#[command(next_help_heading = "Sharing the database")]
pub struct GateArgs {
    /// The most calls of one business that may wait for a connection, of each kind; more are answered `overloaded`
    #[arg(long, env = "TALLYSTICK_CALL_QUEUE", default_value_t = 256, value_name = "N", value_parser = value_parser!(u32).range(1..=1_000_000))]
    pub call_queue: u32,
    /// The most connections that calls use which wait for a row that another transaction holds, and one business's half of
    /// them [default: a quarter of the pool]
    #[arg(long, env = "TALLYSTICK_HELD_ROW_CONNECTIONS", value_name = "N", value_parser = value_parser!(u32).range(1..=1_000))]
    pub held_row_connections: Option<u32>,
}

impl GateArgs {
    /// The bounds of the gate before a pool of so many connections, of which purchases use at most `purchases`.
    #[must_use]
    pub fn limits(&self, pool_size: u32, purchases: usize) -> GateLimits {
        let held_rows = self.held_row_connections.map(|connections| connections as usize);
        let limits = GateLimits::for_pool(pool_size as usize, purchases, held_rows);
        GateLimits { queue_length: self.call_queue as usize, ..limits }
    }
}
