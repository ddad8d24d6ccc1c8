//! The load: purchases over HTTP from many keep-alive connections, each sending its next one when the last is answered.
//!
//! That is a closed loop: it shows how much the server can do. Under overload it slows down with the server, so its
//! latencies say nothing about customers who do not wait for each other.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::{Context, ensure};
use futures_util::future::try_join_all;
use hdrhistogram::Histogram;
use rand::{RngExt, SeedableRng, rngs::SmallRng};
use tokio::time::Instant;

use crate::{
    bed::{Bed, Database},
    client::{Client, Purchase},
    cpu::{self, Cost, Processes},
    ids::{CUSTOMERS, Id, PRODUCTS},
    server::Server,
};

/// How many purchases are under way at once.
pub const CONNECTIONS: usize = 64;

/// The longest latency that is told apart, in microseconds.
const LONGEST_US: u64 = 60_000_000;

/// Which part of the shop is there to buy from.
#[derive(Debug, Clone, Copy)]
pub struct Shop {
    /// Customers of each business.
    pub customers: u64,
    /// Products of each business, at least three.
    pub products: u64,
}

impl Shop {
    /// Next to nothing: a new installation.
    pub const TINY: Self = Self { customers: 1, products: 3 };
    /// All of it.
    pub const FULL: Self = Self { customers: CUSTOMERS, products: PRODUCTS };

    /// Any purchase of three lines at a business.
    pub fn any_purchase(self, business: u64, rng: &mut SmallRng) -> Purchase {
        let customer = Id::customer(business, rng.random_range(0..self.customers));
        let lines = [1, 2, 3].map(|quantity| (Id::product(business, rng.random_range(0..self.products)), quantity));
        Purchase { customer, lines, key: rng.random() }
    }
}

/// How long to drive.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// Before anything counts.
    pub warm_up: Duration,
    /// While it counts.
    pub measured: Duration,
}

/// Whom to drive.
pub struct Load {
    server: SocketAddr,
    api_keys: Arc<[String]>,
    processes: Processes,
}

/// What came of it.
pub struct Driven {
    /// Purchases answered in the measured time, a second.
    pub per_second: f64,
    /// How long each took, in microseconds.
    pub latencies: Histogram<u64>,
    /// Who used the processor.
    pub cost: Option<Cost>,
}

impl Load {
    /// A load on `server`, which is on `database`.
    pub fn new(bed: &Bed, server: &Server, database: &Database) -> Self {
        Self {
            server: server.address,
            api_keys: Arc::clone(&database.api_keys),
            processes: Processes { server: Some(server.pid()), postmaster: bed.postmaster() },
        }
    }

    /// Buys from the shop for the window. Fails if anything but a new order comes back: then it would measure something
    /// else.
    pub async fn drive(&self, shop: Shop, window: Window) -> anyhow::Result<Driven> {
        let clients = try_join_all((0..CONNECTIONS).map(|_| Client::connect(self.server))).await?;
        let begin = Instant::now() + window.warm_up;
        let end = begin + window.measured;
        let costing = self.cost(begin, end);
        let buying = try_join_all(clients.into_iter().map(|client| self.buy(client, shop, begin, end)));
        let (used, bought) = tokio::join!(costing, buying);
        let mut latencies = histogram()?;
        for latency in bought? {
            latencies.add(latency)?;
        }
        let cost = used.map(|(before, after)| after.cost_since(&before, latencies.len()));
        #[expect(clippy::cast_precision_loss, reason = "there are not that many purchases")]
        let per_second = latencies.len() as f64 / window.measured.as_secs_f64();
        Ok(Driven { per_second, latencies, cost })
    }

    async fn buy(
        &self,
        mut client: Client,
        shop: Shop,
        begin: Instant,
        end: Instant,
    ) -> anyhow::Result<Histogram<u64>> {
        let mut latencies = histogram()?;
        let mut rng = SmallRng::from_rng(&mut rand::rng());
        loop {
            let (business, api_key) = self.any_business(&mut rng);
            let purchase = shop.any_purchase(business, &mut rng);
            let sent = Instant::now();
            if sent >= end {
                return Ok(latencies);
            }
            buy(&mut client, api_key, &purchase).await?;
            let answered = Instant::now();
            if (begin..end).contains(&answered) {
                latencies.saturating_record(microseconds(answered - sent));
            }
        }
    }

    fn any_business(&self, rng: &mut SmallRng) -> (u64, &str) {
        let business = rng.random_range(0..self.api_keys.len());
        (business as u64, &self.api_keys[business])
    }

    async fn cost(&self, begin: Instant, end: Instant) -> Option<(cpu::Used, cpu::Used)> {
        tokio::time::sleep_until(begin).await;
        let before = self.processes.used();
        tokio::time::sleep_until(end).await;
        (end - begin >= cpu::WORTH_READING).then(|| before.zip(self.processes.used())).flatten()
    }
}

/// One purchase that must succeed; how long it took.
pub async fn buy(client: &mut Client, api_key: &str, purchase: &Purchase) -> anyhow::Result<Duration> {
    let sent = Instant::now();
    let status = client.purchase(api_key, purchase).await.context("a purchase was not answered")?;
    ensure!(status == 201, "a purchase was refused: {}", client.last_answer());
    Ok(sent.elapsed())
}

/// An empty histogram of microseconds, to three digits.
pub fn histogram() -> anyhow::Result<Histogram<u64>> {
    Ok(Histogram::new_with_bounds(1, LONGEST_US, 3)?)
}

/// Whole microseconds.
pub fn microseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
