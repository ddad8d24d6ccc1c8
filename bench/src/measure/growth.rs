//! Whether what has been makes the next purchase slower: a customer with a million ledger entries beside some with a
//! thousand and with ten; and customers with ten while tables are small beside when they are large.

use hdrhistogram::Histogram;
use rand::{SeedableRng, rngs::SmallRng};

use crate::{
    bed::Database,
    client::{Client, Request},
    figures::{Figures, Goal},
    ids::Id,
    server::{Combining, Server},
    stage::Stage,
    stats::{Spread, histogram, mean, quantile_ms, record},
    traffic::{Expected, Planned, Shop},
};

/// Customers with ten entries: enough that each of them stays short while it buys.
const SHORT: std::ops::Range<u64> = 1_000..1_100;
const SHORT_ENTRIES: u64 = 10;
/// Customers with a thousand.
const MIDDLE: std::ops::Range<u64> = 100..110;
const MIDDLE_ENTRIES: u64 = 1_000;
/// The customer with the longest history.
const LONG: std::ops::Range<u64> = 0..1;

struct Buyer<'a> {
    stage: &'a Stage<'a>,
    server: Server,
    client: Client,
    rng: SmallRng,
}

impl Buyer<'_> {
    /// Buys in turns for customers of each of these groups; the median of each in each round, in milliseconds.
    async fn medians<const N: usize>(&mut self, groups: [std::ops::Range<u64>; N]) -> anyhow::Result<Vec<[f64; N]>> {
        let mut medians = Vec::new();
        let mut number = 0;
        for _ in 0..self.stage.plan.rounds.max(2) {
            let mut latencies: Vec<Histogram<u64>> = (0..N).map(|_| histogram()).collect::<Result<_, _>>()?;
            for _ in 0..self.stage.plan.lone_requests {
                number += 1;
                for turn in 0..N {
                    // Who goes first changes, so that nobody always follows the same.
                    let group = (turn + number) % N;
                    let customers = &groups[group];
                    let count = customers.end - customers.start;
                    let customer = customers.start + u64::try_from(number)? % count;
                    record(&mut latencies[group], self.buy(customer).await?);
                }
            }
            medians.push(std::array::from_fn(|group| quantile_ms(&latencies[group], 0.5)));
        }
        Ok(medians)
    }

    async fn buy(&mut self, customer: u64) -> anyhow::Result<std::time::Duration> {
        let lines = Shop::FULL.any_lines(0, &mut self.rng);
        let key = rand::RngExt::random(&mut self.rng);
        let request = Request::Purchase { customer: Id::regular(customer), lines, key };
        let planned = Planned { business: 0, request, expected: Expected::Created };
        self.server.target.ask_once(&mut self.client, &planned).await
    }
}

/// Writes the histories, then buys in turns, one purchase at a time. Hands back the database.
pub async fn measure(stage: &Stage<'_>, figures: &mut Figures) -> anyhow::Result<Database> {
    let entries = stage.plan.entries;
    stage.progress.step("purchases while tables are small".to_owned());
    let mut database = stage.bed.database("growth").await?;
    database.open(Shop::FULL).await?;
    for customer in SHORT {
        database.add_history(customer, SHORT_ENTRIES).await?;
    }
    database.vacuum().await?;
    stage.bed.checkpoint().await?;
    let server = stage.program.start(stage.bed, &database, Combining::On).await?;
    let client = Client::connect(server.target.address).await?;
    let mut buyer = Buyer { stage, server, client, rng: SmallRng::from_rng(&mut rand::rng()) };
    // The first time warms up.
    buyer.medians([SHORT]).await?;
    let small = buyer.medians([SHORT]).await?;

    stage.progress.step(format!("a customer with {entries} ledger entries"));
    database.add_history(LONG.start, entries).await?;
    for customer in MIDDLE {
        database.add_history(customer, MIDDLE_ENTRIES).await?;
    }
    database.vacuum().await?;
    stage.bed.checkpoint().await?;
    stage.progress.step("purchases after long and short histories".to_owned());
    buyer.medians([LONG, MIDDLE, SHORT]).await?;
    let large = buyer.medians([LONG, MIDDLE, SHORT]).await?;
    buyer.server.stop().await?;

    let of = |group: usize| mean(large.iter().map(|round| round[group]));
    for (group, entries, goal) in [(0, entries, Some(Goal::AtMost(1.1))), (1, MIDDLE_ENTRIES, None)] {
        figures.measure(
            &format!("purchase by a customer with {entries} ledger entries / with {SHORT_ENTRIES}"),
            Spread::of_ratios(large.iter().map(|round| (round[group], round[2]))),
            goal,
            format!("{:.3} / {:.3} ms", of(group), of(2)),
        );
    }
    let small_ms = mean(small.iter().map(|round| round[0]));
    figures.measure(
        &format!("purchase where tables have {entries} rows / where they have a thousand"),
        Spread::of_ratios(large.iter().map(|round| round[2]).zip(small.iter().map(|round| round[0]))),
        None,
        format!("{:.3} / {small_ms:.3} ms", of(2)),
    );
    Ok(database)
}
