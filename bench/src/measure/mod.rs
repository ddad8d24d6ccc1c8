//! What is measured, one file each. Every figure that counts is a ratio of two measurements taken in turns on one machine.

pub mod compare;
pub mod fairness;
pub mod fresh;
pub mod growth;
pub mod half_load;
pub mod hostile;
pub mod idle;
pub mod lone;
pub mod mixed;
pub mod neighbours;
pub mod overdue;
pub mod reads;
pub mod reports;
pub mod sale;
pub mod steady;

use clap::ValueEnum;
use serde::Serialize;

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scenario {
    /// Purchases of three lines at ten businesses, beside pgbench
    Steady,
    /// All customers buy the same product; and refusals once it is sold out
    #[value(alias = "sold-out")]
    FlashSale,
    /// One customer buys all the time
    HotCustomer,
    /// Purchases, payments, reads and restocks
    Mixed,
    /// 64 to 1,000 connections, busy and idle
    Connections,
    /// The latency of a client that is alone
    Lone,
    /// Latencies at half of the greatest load, in an open loop
    HalfLoad,
    /// A business beside another business's sale
    Neighbours,
    /// A business beside another business that attacks
    Fairness,
    /// Memory and purchases beside hostile clients of every kind
    Hostile,
    /// Purchases after long and short histories, and in large and small tables
    Growth,
    /// The list of overdue customers
    Overdue,
    /// Reads beside pgbench with the same statement, and alone
    Reads,
    /// Statements, the age of all debt and open charges, and purchases beside them
    Reports,
    /// A new installation beside one with statistics
    Fresh,
}

impl Scenario {
    /// Whether to measure it.
    pub fn is_in(self, only: &[Self]) -> bool {
        only.is_empty() || only.contains(&self)
    }
}
