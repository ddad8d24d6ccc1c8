//! Many clients of one business at once, half of them through each of two servers on one database.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::support::{
    client::{Answer, Client, send},
    fresh_database::FreshDatabase,
    gate::Gate,
    server::TestServer,
    shop::{Shop, purchase},
};

/// The calls of the business that both servers together let wait for a row in the database at once.
pub const CONNECTIONS: usize = 64;

/// Each purchase is a call of its own, so that all of them are in the database together.
const EACH_ALONE: &str = "--combine-purchases=false";

/// Each server makes one call for purchases at a time, for all that have come since the last one.
const TOGETHER: &str = "--purchase-connections=1";

/// Nobody gives up, however slow the machine: how a crowd ends is the subject, and not how long it takes.
const FLAGS: [&str; 11] = [
    "--pool-size=64",
    // Half of them for one business.
    "--held-row-connections=64",
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

/// Two crowds at once are within what PostgreSQL and this process may hold open.
static CROWDS: Semaphore = Semaphore::const_new(2);

/// Two servers on one database, and a business that is reached through both.
pub struct Crowd {
    servers: [TestServer; 2],
    shops: [Shop; 2],
    _permit: SemaphorePermit<'static>,
}

impl Crowd {
    pub async fn gather() -> Self {
        Self::gather_with(EACH_ALONE).await
    }

    /// A crowd whose purchases are combined.
    pub async fn gather_to_combine() -> Self {
        Self::gather_with(TOGETHER).await
    }

    async fn gather_with(flag: &str) -> Self {
        let permit = CROWDS.acquire().await.unwrap();
        let flags = [&FLAGS[..], &[flag]].concat();
        let first = TestServer::start_with(&flags).await;
        let second = first.start_another(&flags).await;
        let shop = first.shop().await;
        let shops = [shop.clone(), shop.at(&second)];
        Self { servers: [first, second], shops, _permit: permit }
    }

    /// The business, for one thing at a time.
    pub fn shop(&self) -> &Shop {
        &self.shops[0]
    }

    /// The business, for the client of this number.
    pub fn shop_of(&self, client: usize) -> Shop {
        self.shops[client % 2].clone()
    }

    pub fn database(&self) -> &FreshDatabase {
        &self.servers[0].database
    }

    /// Sends every request at once, and releases them when as many as can be are waiting in the database for `row`.
    pub async fn rush(&self, row: &str, requests: Vec<Request>) -> Vec<Answer> {
        let gate = Gate::at(self.database(), row).await;
        let waiting = requests.len().min(CONNECTIONS);
        let asking = tokio::spawn(self.send_together(requests));
        gate.wait_for(waiting).await;
        gate.open().await;
        asking.await.unwrap()
    }

    /// Sends every request at once.
    pub fn send_together(&self, requests: Vec<Request>) -> impl Future<Output = Vec<Answer>> + Send + use<> {
        let requests = requests.into_iter().enumerate();
        join_all(requests.map(|(client, request)| request.send(self.shop_of(client).client)).collect::<Vec<_>>())
    }

    /// Audits the database as it is now, whoever is at work in it.
    pub async fn audit(&self) {
        self.servers[0].audit().await;
    }

    /// Why the servers have tried a call again.
    async fn retries(&self) -> BTreeSet<String> {
        let mut reasons = BTreeSet::new();
        for server in &self.servers {
            let metrics = server.operator().get("/metrics").await;
            assert_eq!(metrics.status, 200);
            let retries =
                metrics.body.lines().filter_map(|line| line.strip_prefix("tallystick_database_retries_total"));
            reasons.extend(retries.map(|reason| reason.split('"').nth(1).unwrap().to_owned()));
        }
        reasons
    }

    /// Sends everyone home and audits the database, which is returned for whoever looks at more.
    ///
    /// Nothing may have been tried again: a lock that is missing must not hide behind a constraint and another try.
    pub async fn disperse(self) -> Arc<FreshDatabase> {
        self.disperse_after_retries(&[]).await
    }

    /// As [`disperse`](Self::disperse), for a crowd that must have met where only another try helps.
    pub async fn disperse_after_retries(self, reasons: &[&str]) -> Arc<FreshDatabase> {
        self.audit().await;
        assert_eq!(self.retries().await, reasons.iter().map(|&reason| reason.to_owned()).collect());
        let database = Arc::clone(&self.servers[0].database);
        for server in self.servers {
            server.stop().await;
        }
        database
    }
}

/// A request of one of the crowd.
pub struct Request {
    method: Method,
    path: String,
    body: Value,
    key: String,
}

impl Request {
    /// A POST under a key of its own, which only movements look at.
    pub fn post(path: &str, body: Value) -> Self {
        Self { method: Method::POST, path: path.to_owned(), body, key: uuid::Uuid::now_v7().to_string() }
    }

    pub fn patch(path: &str, body: Value) -> Self {
        Self { method: Method::PATCH, ..Self::post(path, body) }
    }

    pub fn purchase(customer: &str, items: &[(&str, i64)]) -> Self {
        Self::post("/v1/purchases", purchase(customer, items))
    }

    pub fn payment(customer: &str, amount: i64) -> Self {
        Self::post("/v1/payments", json!({"customer_id": customer, "amount": amount}))
    }

    pub fn movement(product: &str, quantity: i64) -> Self {
        let body = json!({"quantity": quantity, "reason": "test"});
        Self::post(&format!("/v1/products/{product}/stock-movements"), body)
    }

    /// The same under a key that others use too.
    pub fn under(self, key: &str) -> Self {
        Self { key: key.to_owned(), ..self }
    }

    /// Sends it.
    pub async fn send(self, client: Client) -> Answer {
        send(client.request(self.method, &self.path).header("Idempotency-Key", self.key).json(&self.body)).await
    }
}

/// The row of a customer, for a gate.
pub fn customer_row(id: &str) -> String {
    format!("customers WHERE id = '{id}'")
}

/// The row of a product, for a gate.
pub fn product_row(id: &str) -> String {
    format!("products WHERE id = '{id}'")
}

/// How many answers are `created`, `replayed`, or a problem of each code. Every problem is a complete one.
pub fn tally(answers: &[Answer]) -> BTreeMap<String, usize> {
    let mut tally = BTreeMap::new();
    for answer in answers {
        let outcome = match answer.status {
            201 if answer.is_replay() => "replayed".to_owned(),
            201 => "created".to_owned(),
            200 => "changed".to_owned(),
            status => {
                let code = answer.expect(status)["code"].as_str().unwrap().to_owned();
                answer.expect_problem(status, &code);
                code
            }
        };
        *tally.entry(outcome).or_default() += 1;
    }
    tally
}

/// What a tally should be.
pub fn outcomes<const N: usize>(expected: [(&str, usize); N]) -> BTreeMap<String, usize> {
    expected.map(|(outcome, count)| (outcome.to_owned(), count)).into()
}
