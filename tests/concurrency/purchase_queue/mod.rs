//! Queued purchases are decided together, and each is answered as if it had come alone.
//!
//! A blocker makes the others queue: it buys a product whose row the test holds, and its call has the only call permit.

mod bounds;
mod crowds;
mod fairness;
mod faults;
mod neighbours;

use futures_util::future::join_all;
use tokio::task::JoinHandle;

use super::crowd::product_row;
use crate::support::{client::Answer, gate::Gate, server::TestServer, sessions::until, shop::Shop};

/// No request times out, and purchases are decided in one call at a time.
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

/// A server, and a business whose purchases are queued while the test holds the product that its blocker buys.
pub struct Counter {
    pub server: TestServer,
    pub shop: Shop,
    blocker: String,
    blocked_product: String,
}

impl Counter {
    pub async fn open(flags: &[&str]) -> Self {
        Self::at(TestServer::start_with(flags).await).await
    }

    pub async fn at(server: TestServer) -> Self {
        let shop = server.shop().await;
        let (blocker, blocked_product) = (shop.customer(0).await, shop.product(0, 1_000).await);
        Self { server, shop, blocker, blocked_product }
    }

    /// The same business through one more server, with another blocker.
    pub async fn another(&self, flags: &[&str]) -> Self {
        let server = self.server.start_another(flags).await;
        let shop = self.shop.at(&server);
        let blocker = shop.customer(0).await;
        Self { server, shop, blocker, blocked_product: self.blocked_product.clone() }
    }

    /// Makes this many customers.
    pub async fn customers(&self, count: usize, credit_limit: i64) -> Vec<String> {
        join_all((0..count).map(|_| self.shop.customer(credit_limit))).await
    }

    /// Lets no other purchase be decided until the gate is open.
    pub async fn shut(&self) -> (Gate, JoinHandle<Answer>) {
        let gate = Gate::at(&self.server.database, &product_row(&self.blocked_product)).await;
        let blocker = self.send_blocker();
        gate.wait_for(1).await;
        (gate, blocker)
    }

    /// The blocker's purchase.
    pub fn send_blocker(&self) -> JoinHandle<Answer> {
        self.buy(&uuid::Uuid::now_v7().to_string(), &self.blocker, &[(&self.blocked_product, 1)])
    }

    /// A purchase in a task of its own.
    pub fn buy(&self, key: &str, customer: &str, items: &[(&str, i64)]) -> JoinHandle<Answer> {
        let (shop, key, customer) = (self.shop.clone(), key.to_owned(), customer.to_owned());
        let items: Vec<_> = items.iter().map(|&(product, quantity)| (product.to_owned(), quantity)).collect();
        tokio::spawn(async move {
            let items: Vec<_> = items.iter().map(|(product, quantity)| (product.as_str(), *quantity)).collect();
            shop.buy_with(&key, &customer, &items).await
        })
    }

    /// Waits until exactly this many purchases are queued.
    pub async fn until_waiting(&self, count: usize) {
        until(&format!("{count} purchases wait"), async || (self.waiting().await == count).then_some(())).await;
    }

    async fn waiting(&self) -> usize {
        self.server.metric("purchases_waiting").await
    }

    /// Waits until the server has noticed that this many clients disconnected.
    pub async fn until_gone(&self, count: usize) {
        let line = r#"status="499""#;
        until(&format!("{count} clients are gone"), async || {
            let metrics = self.server.operator().get("/metrics").await.body;
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

/// The answers of purchases in tasks of their own.
pub async fn answers(buying: impl IntoIterator<Item = JoinHandle<Answer>>) -> Vec<Answer> {
    join_all(buying).await.into_iter().map(Result::unwrap).collect()
}
