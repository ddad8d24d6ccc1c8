//! Whether a customer's history makes its next purchase slower: one with a million ledger entries beside some with ten.

use std::net::SocketAddr;

use rand::{SeedableRng, rngs::SmallRng};
use serde::Serialize;

use crate::{
    bed::{Bed, Database},
    client::Client,
    ids::Id,
    load::{Shop, buy, histogram, microseconds},
    progress::Progress,
};

/// The customer with the long history.
const LONG: u64 = 0;
/// How many customers have a short one: enough that each of them stays short while it buys.
const SHORT_CUSTOMERS: u64 = 100;
const SHORT_ENTRIES: u64 = 10;

/// How much to measure.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// How many ledger entries the long history has.
    pub entries: u64,
    /// How many purchases each side makes.
    pub purchases: u32,
}

/// What came of it.
#[derive(Debug, Serialize)]
pub struct Growth {
    /// Ledger entries of the long history.
    pub entries: u64,
    /// The median purchase with the long history, in milliseconds.
    pub long_ms: f64,
    /// The median purchase with a short one, in milliseconds.
    pub short_ms: f64,
    /// The former / the latter.
    pub ratio: f64,
}

/// Writes the histories, then buys in turns, one purchase at a time.
pub async fn measure(
    bed: &Bed,
    database: &Database,
    server: SocketAddr,
    plan: Plan,
    progress: &Progress,
) -> anyhow::Result<Growth> {
    progress.step(format!("a customer with {} ledger entries", plan.entries));
    database.add_history(LONG, plan.entries).await?;
    for customer in 1..=SHORT_CUSTOMERS {
        database.add_history(customer, SHORT_ENTRIES).await?;
    }
    database.vacuum().await?;
    bed.checkpoint().await?;
    progress.step("purchases after a long and a short history".to_owned());
    let mut client = Client::connect(server).await?;
    let mut rng = SmallRng::from_rng(&mut rand::rng());
    let (mut long, mut short) = (histogram()?, histogram()?);
    for number in 0..plan.purchases {
        let other = 1 + u64::from(number) % SHORT_CUSTOMERS;
        // Who goes first changes, so that neither side always follows the other.
        let turn = if number % 2 == 0 { [LONG, other] } else { [other, LONG] };
        for customer in turn {
            let mut purchase = Shop::FULL.any_purchase(0, &mut rng);
            purchase.customer = Id::regular(customer);
            let took = buy(&mut client, &database.api_keys[0], &purchase).await?;
            let latencies = if customer == LONG { &mut long } else { &mut short };
            latencies.saturating_record(microseconds(took));
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "less than a minute, in microseconds")]
    let [long_us, short_us] = [long, short].map(|latencies| latencies.value_at_quantile(0.5) as f64);
    Ok(Growth {
        entries: plan.entries,
        long_ms: long_us / 1_000.0,
        short_ms: short_us / 1_000.0,
        ratio: long_us / short_us,
    })
}
