//! Whether a long history makes the next purchase slower: a customer with a million ledger entries beside customers with a
//! thousand and with ten. And customers with ten entries where the tables are small beside where they are large.

use std::{ops::Range, time::Duration};

use rand::{RngExt, SeedableRng, rngs::SmallRng};

use crate::{
    client::{Client, Request},
    database::Database,
    figures::{Figures, Goal},
    ids::Id,
    load::Target,
    numbers::count,
    server::{Combining, Server},
    stage::Stage,
    stats::{Spread, histogram, mean, quantile_ms, record},
    traffic::{Expected, Planned, Shop},
};

/// The products. The customers are made with their history.
const SHOP: Shop = Shop { customers: 1, ..Shop::FULL };
/// Customers with ten entries. There are many, so that each history stays short while they buy.
const SHORT: Range<u64> = 1_000..1_050;
const SHORT_ENTRIES: u64 = 10;
/// Customers with a thousand.
const MIDDLE: Range<u64> = 100..110;
const MIDDLE_ENTRIES: u64 = 1_000;
/// The customer with the longest history.
const LONG: Range<u64> = 0..1;

/// A group of customers, and where they buy.
struct Group {
    target: Target,
    client: Client,
    customers: Range<u64>,
}

impl Group {
    async fn new(server: &Server, customers: Range<u64>) -> anyhow::Result<Self> {
        let target = server.target.clone();
        let client = Client::connect(target.address).await?;
        Ok(Self { target, client, customers })
    }

    /// One purchase by the next customer.
    async fn buy(&mut self, number: u64, rng: &mut SmallRng) -> anyhow::Result<Duration> {
        let customer = self.customers.start + number % (self.customers.end - self.customers.start);
        let lines = Shop::FULL.any_lines(0, rng);
        let request = Request::Purchase { customer: Id::regular(customer), lines, key: rng.random() };
        let planned = Planned { business: 0, request, expected: Expected::Created };
        self.target.ask_once(&mut self.client, &planned).await
    }
}

/// Lets all groups buy in turns; the median of each in each round, in milliseconds.
async fn medians(stage: &Stage<'_>, groups: &mut [Group]) -> anyhow::Result<Vec<Vec<f64>>> {
    let mut rng = SmallRng::from_rng(&mut rand::rng());
    let mut medians = Vec::new();
    let mut number = 0;
    let rounds = stage.plan.rounds;
    for round in 0..=rounds {
        stage.progress.step(format!("purchases after long and short histories, round {round} of {rounds}"));
        let mut latencies: Vec<_> = groups.iter().map(|_| histogram()).collect::<Result<_, _>>()?;
        for _ in 0..stage.plan.lone_requests {
            number += 1;
            for turn in 0..groups.len() {
                // The group that goes first changes, so that none always follows the same one.
                let group = (turn + number) % groups.len();
                let took = groups[group].buy(u64::try_from(number)?, &mut rng).await?;
                record(&mut latencies[group], took);
            }
        }
        // The first round warms up.
        if round > 0 {
            medians.push(latencies.iter().map(|latencies| quantile_ms(latencies, 0.5)).collect());
        }
    }
    Ok(medians)
}

/// A database where some customers have ten entries.
async fn database(stage: &Stage<'_>, name: &str) -> anyhow::Result<Database> {
    let mut database = stage.bed.database(name, stage.program).await?;
    database.open(SHOP).await?;
    for customer in SHORT {
        database.add_history(customer, SHORT_ENTRIES, 1).await?;
    }
    Ok(database)
}

/// Writes the histories, then buys in turns, one purchase at a time. Hands back the databases.
pub async fn measure(stage: &Stage<'_>, figures: &mut Figures) -> anyhow::Result<Vec<Database>> {
    let entries = stage.plan.entries;
    stage.progress.step(format!("a customer with {} ledger entries", count(entries)));
    let databases = vec![database(stage, "large").await?, database(stage, "small").await?];
    databases[0].add_history(LONG.start, entries, 1).await?;
    for customer in MIDDLE {
        databases[0].add_history(customer, MIDDLE_ENTRIES, 1).await?;
    }
    let mut servers = Vec::new();
    for database in &databases {
        database.vacuum().await?;
        servers.push(Server::start(stage.bed, database, Combining::On).await?);
    }
    stage.bed.checkpoint().await?;
    let mut groups = [
        Group::new(&servers[0], LONG).await?,
        Group::new(&servers[0], MIDDLE).await?,
        Group::new(&servers[0], SHORT).await?,
        Group::new(&servers[1], SHORT).await?,
    ];
    let medians = medians(stage, &mut groups).await?;
    drop(groups);
    for server in servers {
        server.stop().await?;
    }
    let mut compare = |name: &str, this: usize, that: usize, goal| {
        let of = |group: usize| mean(medians.iter().map(|round| round[group]));
        let ratio = Spread::of_ratios(medians.iter().map(|round| (round[this], round[that])));
        figures.measure(name, ratio, goal, format!("{:.3} / {:.3} ms", of(this), of(that)));
    };
    let name =
        |entries: u64| format!("purchase by a customer with {} ledger entries / with {SHORT_ENTRIES}", count(entries));
    compare(&name(entries), 0, 2, Some(Goal::AtMost(1.1)));
    compare(&name(MIDDLE_ENTRIES), 1, 2, None);
    compare(&format!("purchase where the ledger has {} rows / where it has hundreds", count(entries)), 2, 3, None);
    Ok(databases)
}
