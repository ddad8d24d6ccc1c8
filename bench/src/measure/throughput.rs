//! How many purchases a second: over HTTP, and of the same call by pgbench at its best, in turns.

use anyhow::Context;
use hdrhistogram::Histogram;
use serde::Serialize;

use super::{Ratio, mean};
use crate::{
    cpu::Cost,
    load::{Load, Shop, Window, histogram},
    pgbench::{Pgbench, Ran},
    progress::Progress,
};

/// The numbers of clients to try pgbench with.
pub const CLIENT_COUNTS: [usize; 7] = [1, 2, 4, 8, 16, 32, 64];

/// How long to measure what.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Each number of clients, to find pgbench's best.
    pub scan: Window,
    /// Each side of each round.
    pub round: Window,
    /// How many rounds.
    pub rounds: u32,
}

/// What came of it.
#[derive(Debug, Serialize)]
pub struct Throughput {
    /// Over HTTP, purchases a second.
    pub api_per_second: f64,
    /// By pgbench at its best, purchases a second.
    pub pgbench_per_second: f64,
    /// How many clients pgbench did best with.
    pub pgbench_clients: usize,
    /// Over HTTP / by pgbench.
    pub ratio: Ratio,
    /// Another server's purchases a second, and this server's / its.
    pub other: Option<Other>,
    /// How long a purchase over HTTP took, in milliseconds, while all connections were busy.
    pub latency_ms: Latency,
    /// Processor time of a purchase over HTTP.
    pub api_cost: Option<Cost>,
    /// Processor time of a purchase by pgbench.
    pub pgbench_cost: Option<Cost>,
}

/// Another build of the server, measured in the same rounds.
#[derive(Debug, Serialize)]
pub struct Other {
    /// Purchases a second.
    pub per_second: f64,
    /// This server / that.
    pub ratio: Ratio,
    /// Its processor time per purchase.
    pub cost: Option<Cost>,
}

/// Percentiles.
#[derive(Debug, Serialize)]
pub struct Latency {
    pub p50: f64,
    pub p90: f64,
    pub p99: f64,
    pub p99_9: f64,
    pub max: f64,
}

/// Measures in turns; `other` is another server on the same database, if there is one to compare with.
pub async fn measure(
    load: &Load,
    other: Option<&Load>,
    pgbench: &mut Pgbench,
    plan: Plan,
    progress: &Progress,
) -> anyhow::Result<Throughput> {
    let best = two_best(pgbench, plan.scan, progress).await?;
    let mut api = Vec::new();
    let mut others = Vec::new();
    let mut direct = [Vec::new(), Vec::new()];
    let mut latencies = histogram()?;
    for round in 1..=plan.rounds {
        progress.step(format!("purchases, round {round} of {}", plan.rounds));
        let driven = load.drive(Shop::FULL, plan.round).await?;
        latencies.add(driven.latencies)?;
        api.push(Ran { per_second: driven.per_second, cost: driven.cost });
        for (clients, runs) in best.iter().zip(&mut direct) {
            runs.push(pgbench.run(*clients, plan.round).await?);
        }
        if let Some(other) = other {
            let driven = other.drive(Shop::FULL, plan.round).await?;
            others.push(Ran { per_second: driven.per_second, cost: driven.cost });
        }
    }
    let [first, second] = direct;
    let (pgbench_clients, direct) = if rate(&first) >= rate(&second) { (best[0], first) } else { (best[1], second) };
    Ok(Throughput {
        api_per_second: rate(&api),
        pgbench_per_second: rate(&direct),
        pgbench_clients,
        ratio: ratio(&api, &direct),
        other: other.map(|_| Other { per_second: rate(&others), ratio: ratio(&api, &others), cost: cost(&others) }),
        latency_ms: Latency::of(&latencies),
        api_cost: cost(&api),
        pgbench_cost: cost(&direct),
    })
}

/// The two numbers of clients that pgbench does best with: a short look picks them, the rounds decide between them.
async fn two_best(pgbench: &mut Pgbench, window: Window, progress: &Progress) -> anyhow::Result<[usize; 2]> {
    let mut rates = Vec::new();
    for clients in CLIENT_COUNTS {
        progress.step(format!("pgbench with {clients} clients"));
        rates.push((pgbench.run(clients, window).await?.per_second, clients));
    }
    rates.sort_by(|one, other| other.0.total_cmp(&one.0));
    let counts: Vec<usize> = rates.into_iter().take(2).map(|(_, clients)| clients).collect();
    counts.try_into().ok().context("there are at least two numbers of clients")
}

fn rate(runs: &[Ran]) -> f64 {
    mean(runs.iter().map(|run| run.per_second))
}

fn ratio(ours: &[Ran], others: &[Ran]) -> Ratio {
    Ratio::of(ours.iter().zip(others).map(|(this, that)| (this.per_second, that.per_second)))
}

fn cost(runs: &[Ran]) -> Option<Cost> {
    let costs: Vec<Cost> = runs.iter().filter_map(|run| run.cost).collect();
    (!costs.is_empty()).then(|| Cost {
        load_us: mean(costs.iter().map(|cost| cost.load_us)),
        server_us: mean(costs.iter().map(|cost| cost.server_us)),
        postgres_us: mean(costs.iter().map(|cost| cost.postgres_us)),
    })
}

impl Latency {
    fn of(latencies: &Histogram<u64>) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "less than a minute, in microseconds")]
        let at = |quantile| latencies.value_at_quantile(quantile) as f64 / 1_000.0;
        Self { p50: at(0.5), p90: at(0.9), p99: at(0.99), p99_9: at(0.999), max: at(1.0) }
    }
}
