//! Purchases that wait are decided together, and each is answered as if it had come alone.
//!
//! A doorman makes the others wait: he buys what somebody holds, and so has the only turn that there is for purchases.

mod bounds;
mod crowds;
mod fairness;
mod faults;
mod neighbours;

use futures_util::future::join_all;
use tokio::task::JoinHandle;

use super::crowd::product_row;
use crate::support::{client::Answer, gate::Gate, server::TestServer, sessions::until, shop::Shop};

/// Nobody gives up, and purchases are decided in one call at a time.
pub const ONE_CALL: [&str; 10] = [
    "--purchase-connections=1",
    "--pool-wait-timeout=100s",
    "--lock-timeout=100s",
    "--statement-timeout=100s",
    "--request-timeout=110s",
    "--body-read-timeout=100s",
    "--header-read-timeout=100s",
    "--idle-timeout=100s",
    "--max-connections=1000",
    "--drain-timeout=10s",
];

/// A server, and a business whose purchases wait while somebody holds what its doorman buys.
pub struct Counter {
    pub server: TestServer,
    pub shop: Shop,
    doorman: String,
    newspaper: String,
}

impl Counter {
    pub async fn open(flags: &[&str]) -> Self {
        Self::at(TestServer::start_with(flags).await).await
    }

    pub async fn at(server: TestServer) -> Self {
        let shop = server.shop().await;
        let (doorman, newspaper) = (shop.customer(0).await, shop.product(0, 1_000).await);
        Self { server, shop, doorman, newspaper }
    }

    /// The same business through one more server, with another doorman.
    pub async fn another(&self, flags: &[&str]) -> Self {
        let server = self.server.start_another(flags).await;
        let shop = self.shop.at(&server);
        let doorman = shop.customer(0).await;
        Self { server, shop, doorman, newspaper: self.newspaper.clone() }
    }

    /// So many customers.
    pub async fn customers(&self, count: usize, credit_limit: i64) -> Vec<String> {
        join_all((0..count).map(|_| self.shop.customer(credit_limit))).await
    }

    /// Lets nobody through until the gate is open.
    pub async fn shut(&self) -> (Gate, JoinHandle<Answer>) {
        let gate = Gate::at(&self.server.database, &product_row(&self.newspaper)).await;
        let doorman = self.send_doorman();
        gate.wait_for(1).await;
        (gate, doorman)
    }

    /// The doorman's purchase.
    pub fn send_doorman(&self) -> JoinHandle<Answer> {
        self.buy(&uuid::Uuid::now_v7().to_string(), &self.doorman, &[(&self.newspaper, 1)])
    }

    /// A purchase that goes on by itself.
    pub fn buy(&self, key: &str, customer: &str, items: &[(&str, i64)]) -> JoinHandle<Answer> {
        let (shop, key, customer) = (self.shop.clone(), key.to_owned(), customer.to_owned());
        let items: Vec<_> = items.iter().map(|&(product, quantity)| (product.to_owned(), quantity)).collect();
        tokio::spawn(async move {
            let items: Vec<_> = items.iter().map(|(product, quantity)| (product.as_str(), *quantity)).collect();
            shop.buy_with(&key, &customer, &items).await
        })
    }

    /// Waits until just so many wait in the queue.
    pub async fn until_waiting(&self, count: usize) {
        until(&format!("{count} purchases wait"), async || (self.waiting().await == count).then_some(())).await;
    }

    async fn waiting(&self) -> usize {
        self.server.metric("purchases_waiting").await
    }

    /// Waits until the server has noticed of so many clients that they left.
    pub async fn until_gone(&self, count: usize) {
        let line = r#"status="499""#;
        until(&format!("{count} clients are gone"), async || {
            let metrics = self.server.anonymous().get("/metrics").await.body;
            let gone = metrics.lines().filter(|metric| metric.starts_with("tallystick_http_requests_total"));
            let gone = gone.filter(|metric| metric.contains(line)).filter_map(|metric| metric.rsplit(' ').next());
            (gone.map(|count| count.parse::<usize>().unwrap()).sum::<usize>() == count).then_some(())
        })
        .await;
    }

    /// How many calls there were for purchases, and how many purchases were in them.
    pub async fn batches(&self) -> (usize, usize) {
        (self.server.metric("purchase_batch_size_count").await, self.server.metric("purchase_batch_size_sum").await)
    }
}

/// The answers of those who went on by themselves.
pub async fn answers(buying: impl IntoIterator<Item = JoinHandle<Answer>>) -> Vec<Answer> {
    join_all(buying).await.into_iter().map(Result::unwrap).collect()
}
