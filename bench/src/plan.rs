//! How long to measure what.

use std::time::Duration;

use clap::ValueEnum;

use crate::{load::Window, measure::Scenario};

/// The lengths of one run.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Traffic before anything is measured, so that sessions have their plans and pages were written once.
    pub warm_up: Window,
    /// pgbench with each of [`Self::client_counts`], to find its best.
    pub scan: Window,
    /// The numbers of clients to try pgbench with.
    pub client_counts: &'static [usize],
    /// One contender in one round.
    pub round: Window,
    /// The same for less important contenders.
    pub short: Window,
    /// How many rounds.
    pub rounds: usize,
    /// How many rounds of purchases where two builds are compared, which may differ by a few percent only.
    pub compare_rounds: usize,
    /// Requests of a lone client on each side in one round.
    pub lone_requests: usize,
    /// Ledger entries of the longest history.
    pub entries: u64,
    /// Customers of the overdue list.
    pub debtors: u64,
    /// Ledger entries of each of them.
    pub debts: u64,
    /// Entries of the customers whose statements are asked for.
    pub statements: [u64; 2],
    /// Open charges of one customer.
    pub charges: u64,
    /// Customers whose debt is aged, and the ledger entries of each.
    pub aged: (u64, u64),
    /// Customers of the business that attacks.
    pub attackers_debtors: u64,
    /// Hostile clients, each with a connection.
    pub hostile_clients: usize,
    /// Whether to compare new installations.
    pub fresh: bool,
}

const fn window(warm_up_ms: u64, measured_ms: u64) -> Window {
    Window { warm_up: Duration::from_millis(warm_up_ms), measured: Duration::from_millis(measured_ms) }
}

impl Plan {
    /// About ten minutes.
    pub const FULL: Self = Self {
        warm_up: window(0, 2_000),
        scan: window(1_000, 1_000),
        client_counts: &[4, 8, 16, 32, 64],
        round: window(500, 2_000),
        short: window(500, 1_500),
        rounds: 3,
        compare_rounds: 7,
        lone_requests: 500,
        entries: 1_000_000,
        debtors: 10_000,
        debts: 100,
        statements: [10_000, 1_000_000],
        charges: 100_000,
        aged: (100_000, 10),
        attackers_debtors: 50_000,
        hostile_clients: 4_096,
        fresh: true,
    };

    /// About two minutes.
    pub const QUICK: Self = Self {
        warm_up: window(0, 1_000),
        scan: window(1_000, 1_000),
        client_counts: &[16],
        round: window(200, 800),
        short: window(200, 500),
        rounds: 1,
        compare_rounds: 1,
        lone_requests: 100,
        entries: 20_000,
        debtors: 500,
        debts: 100,
        statements: [1_000, 20_000],
        charges: 2_000,
        aged: (2_000, 10),
        attackers_debtors: 2_000,
        hostile_clients: 256,
        fresh: false,
    };
}

impl Plan {
    /// How many steps of progress there are, about.
    pub fn steps(&self, only: &[Scenario], builds: usize) -> u64 {
        let rounds = self.rounds;
        let of = |scenario: Scenario| match scenario {
            Scenario::Steady => 2 * self.client_counts.len() + 6 * rounds,
            Scenario::FlashSale => 8 * rounds,
            Scenario::HotCustomer | Scenario::Mixed | Scenario::Neighbours | Scenario::Hostile => 2 * rounds,
            Scenario::Connections | Scenario::Lone | Scenario::HalfLoad => 1 + rounds,
            Scenario::Fairness => builds * (1 + 8 * rounds),
            Scenario::Growth => 2 + rounds,
            Scenario::Overdue => 2 + builds,
            Scenario::Reads => builds + 6 * self.client_counts.len() + 6 * (1 + builds) * rounds + 1 + rounds,
            Scenario::Reports => 3 + 6 * rounds,
            Scenario::Fresh if self.fresh => 3 + 2 * rounds,
            Scenario::Fresh => 0,
        };
        let wanted = Scenario::value_variants().iter().filter(|scenario| scenario.is_in(only));
        let compared = match builds {
            1 => 0,
            _ => 2 + 7 * self.compare_rounds,
        };
        // And the first shop, and the audit.
        (wanted.map(|scenario| of(*scenario)).sum::<usize>() + compared + 2) as u64
    }
}
