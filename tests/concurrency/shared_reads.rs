//! Reads of several businesses share connections, and no client can tell.
//!
//! A pool of 4 connections shares one of them for records and one for short pages. It gives 4 permits, so 4 reads are on it at
//! once.

use futures_util::future::join_all;
use tallystick::db::connection::DedicatedConnection;
use tokio::task::JoinHandle;

use crate::support::{
    client::Answer,
    fresh_database::{FreshDatabase, SERVER_ROLE},
    server::TestServer,
    sessions::{blocked_backend, until},
    shop::Shop,
};

const POOL: &str = "--pool-size=4";
/// What waits for a lock waits for as long as the test likes.
const PATIENT: [&str; 5] =
    [POOL, "--lock-timeout=100s", "--statement-timeout=100s", "--request-timeout=110s", "--pool-wait-timeout=100s"];

/// A business with one customer, whose record and ledger nobody else may see.
struct Seller {
    shop: Shop,
    customer: String,
    order: String,
}

async fn sellers(server: &TestServer, count: usize) -> Vec<Seller> {
    let mut sellers = Vec::new();
    for _ in 0..count {
        let shop = server.shop().await;
        let (customer, product) = (shop.customer(1_000).await, shop.product(1, 10).await);
        let order = shop.buy(&customer, &[(&product, 1)]).await.expect(201)["id"].as_str().unwrap().to_owned();
        sellers.push(Seller { shop, customer, order });
    }
    sellers
}

impl Seller {
    /// Asks in a task of its own.
    fn ask(&self, path: String) -> JoinHandle<Answer> {
        let client = self.shop.client.clone();
        tokio::spawn(async move { client.get(&path).await })
    }

    fn customer_of(&self, seller: &Self) -> JoinHandle<Answer> {
        self.ask(format!("/v1/customers/{}", seller.customer))
    }
}

async fn shut(database: &FreshDatabase, table: &str) -> DedicatedConnection {
    let holder = database.session().await;
    let lock = format!("BEGIN; LOCK TABLE tallystick.{table} IN ACCESS EXCLUSIVE MODE");
    holder.client().batch_execute(&lock).await.unwrap();
    holder
}

/// How many sessions of the server wait for a lock.
async fn stuck(observer: &DedicatedConnection) -> i64 {
    let waiting = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND usename = 'tallystick_server' AND wait_event_type = 'Lock'";
    observer.client().query_one(waiting, &[]).await.unwrap().get(0)
}

async fn until_running(server: &TestServer, class: &str, calls: usize) {
    let metric = format!(r#"calls_running{{class="{class}"}}"#);
    until("the calls run", async || (server.metric(&metric).await == calls).then_some(())).await;
}

async fn retries(server: &TestServer) -> Vec<String> {
    let metrics = server.operator().get("/metrics").await.body;
    let lines = metrics.lines().filter(|line| line.starts_with("tallystick_database_retries_total{"));
    lines.map(str::to_owned).collect()
}

/// Orders cannot be read at all, so every fourth read on the connection fails in PostgreSQL. The first one waits for a table, and
/// all others behind it.
#[tokio::test]
async fn each_read_on_a_shared_connection_sees_its_own_business_also_between_failing_ones() {
    let server = TestServer::start_with(&PATIENT).await;
    let sellers = sellers(&server, 4).await;
    let observer = server.database.session().await;
    let breaking = "CREATE OR REPLACE FUNCTION tallystick.order_get(p_business_id uuid, p_id uuid)
        RETURNS SETOF tallystick.order_records LANGUAGE plpgsql STABLE
        AS $$ BEGIN PERFORM FROM tallystick.customers; RAISE EXCEPTION 'no order can be read'; END $$";
    observer.client().batch_execute(breaking).await.unwrap();
    for first in 0..4 {
        let holder = shut(&server.database, "customers").await;
        let seller = |number: usize| &sellers[(first + number) % 4];
        let asked = [
            seller(0).customer_of(seller(0)),
            seller(1).ask(format!("/v1/orders/{}", seller(1).order)),
            seller(2).customer_of(seller(3)),
            seller(3).customer_of(seller(3)),
        ];
        until_running(&server, "quick", 4).await;
        blocked_backend(&observer).await;
        assert_eq!(stuck(&observer).await, 1, "the reads share a connection");
        drop(holder);

        let answers: Vec<_> = join_all(asked).await.into_iter().map(Result::unwrap).collect();
        assert_eq!(answers[0].expect(200)["id"], *seller(0).customer);
        answers[1].expect_problem(500, "internal_error");
        answers[2].expect_problem(404, "customer_not_found");
        assert_eq!(answers[3].expect(200)["id"], *seller(3).customer);
    }
}

#[tokio::test]
async fn among_many_reads_at_once_each_sees_its_own_business() {
    let server = TestServer::start_with(&[POOL]).await;
    let sellers = sellers(&server, 6).await;
    for round in 1..4 {
        let mut asked = Vec::new();
        for (number, seller) in sellers.iter().enumerate() {
            let ledger = seller.ask(format!("/v1/customers/{}/ledger", seller.customer));
            let foreign = seller.customer_of(&sellers[(number + round) % sellers.len()]);
            let order = seller.ask(format!("/v1/orders/{}", seller.order));
            asked.push((seller, seller.customer_of(seller), ledger, foreign, order));
        }
        for (seller, own, ledger, foreign, order) in asked {
            assert_eq!(own.await.unwrap().expect(200)["id"], *seller.customer);
            assert_eq!(order.await.unwrap().expect(200)["customer_id"], *seller.customer);
            foreign.await.unwrap().expect_problem(404, "customer_not_found");
            let page = ledger.await.unwrap().expect(200);
            assert_eq!(page["data"].as_array().unwrap().len(), 1);
            assert_eq!(page["data"][0]["customer_id"], *seller.customer);
        }
    }
}

#[tokio::test]
async fn when_a_shared_connection_is_lost_all_its_reads_are_answered() {
    let server = TestServer::start_with(&PATIENT).await;
    let sellers = sellers(&server, 4).await;
    let observer = server.database.session().await;
    let holder = shut(&server.database, "customers").await;
    let asked: Vec<_> = sellers.iter().map(|seller| seller.customer_of(seller)).collect();
    until_running(&server, "quick", 4).await;
    let process = blocked_backend(&observer).await;
    assert_eq!(stuck(&observer).await, 1, "the reads share a connection");
    observer.client().query_one("SELECT pg_terminate_backend($1)", &[&process]).await.unwrap();
    until("each has another connection", async || (stuck(&observer).await == 4).then_some(())).await;
    drop(holder);

    for (seller, answer) in sellers.iter().zip(join_all(asked).await) {
        assert_eq!(answer.unwrap().expect(200)["id"], *seller.customer);
    }
    assert_eq!(retries(&server).await, [r#"tallystick_database_retries_total{reason="connection_lost"} 4"#]);
    // Nobody reads there any more.
    assert_eq!(sellers[0].customer_of(&sellers[0]).await.unwrap().status, 200);
    assert_eq!(retries(&server).await.len(), 1);
}

/// The connection for records waits for the table of the orders.
#[tokio::test]
async fn a_read_does_not_join_a_connection_that_does_not_answer() {
    // 250 ms of silence.
    let server =
        TestServer::start_with(&[POOL, "--lock-timeout=29s", "--statement-timeout=29s", "--request-timeout=60s"]).await;
    let sellers = sellers(&server, 2).await;
    let observer = server.database.session().await;
    let holder = shut(&server.database, "orders").await;
    let order = sellers[0].ask(format!("/v1/orders/{}", sellers[0].order));
    let process = blocked_backend(&observer).await;
    let silent = "SELECT FROM pg_stat_activity WHERE pid = $1 AND now() - query_start > '300 ms'";
    until("it is silent", async || observer.client().query_opt(silent, &[&process]).await.unwrap().map(drop)).await;

    for _ in 0..3 {
        assert_eq!(sellers[1].customer_of(&sellers[1]).await.unwrap().status, 200);
    }
    assert!(!order.is_finished());
    assert_eq!(retries(&server).await, [""; 0]);
    drop(holder);
    order.await.unwrap().expect(200);
}

/// Those that are on it already go when it has not answered for long: 1.5 seconds here. The lock ends only after that.
#[tokio::test]
async fn a_read_leaves_a_shared_connection_that_does_not_answer() {
    let server = TestServer::start_with(&[POOL, "--statement-timeout=8s", "--lock-timeout=8s"]).await;
    let sellers = sellers(&server, 2).await;
    let holder = shut(&server.database, "orders").await;
    let order = sellers[0].ask(format!("/v1/orders/{}", sellers[0].order));
    let asked: Vec<_> = (0..3).map(|_| sellers[1].customer_of(&sellers[1])).collect();
    for answer in join_all(asked).await {
        answer.unwrap().expect(200);
    }
    let left = async || retries(&server).await.iter().any(|line| line.contains("slow_connection")).then_some(());
    until("the order is asked for again", left).await;
    drop(holder);
    order.await.unwrap().expect(200);
}

/// Each read holds its permit until its answer is there, also when its client has left.
#[tokio::test]
async fn a_client_that_disconnects_keeps_its_permit_until_its_read_has_ended() {
    let server = TestServer::start_with(&PATIENT).await;
    let sellers = sellers(&server, 2).await;
    let holder = shut(&server.database, "customers").await;
    let leaving: Vec<_> = (0..3).map(|_| sellers[0].customer_of(&sellers[0])).collect();
    until_running(&server, "quick", 3).await;
    for leaving in &leaving {
        leaving.abort();
    }
    assert!(join_all(leaving).await.into_iter().all(|answer| answer.is_err()));
    let other = sellers[1].customer_of(&sellers[1]);
    until_running(&server, "quick", 4).await;
    drop(holder);
    other.await.unwrap().expect(200);
    until_running(&server, "quick", 0).await;
}

/// Behind a pooler each transaction may get another session, so the pooler has to share them out.
#[tokio::test]
async fn behind_a_transaction_pooler_each_read_has_a_connection_of_its_own() {
    let database = FreshDatabase::installed().await;
    let url = database.url_with(SERVER_ROLE, "pgbouncer=true");
    let server = TestServer::start_at(database, &url, &PATIENT).await;
    let sellers = sellers(&server, 4).await;
    let observer = server.database.session().await;
    let holder = shut(&server.database, "customers").await;
    let asked: Vec<_> = sellers.iter().map(|seller| seller.customer_of(seller)).collect();
    until("each waits in a session of its own", async || (stuck(&observer).await == 4).then_some(())).await;
    assert_eq!(retries(&server).await, [""; 0]);
    drop(holder);
    for answer in join_all(asked).await {
        answer.unwrap().expect(200);
    }

    let holder = shut(&server.database, "credit_ledger").await;
    let page = sellers[0].ask(format!("/v1/customers/{}/ledger", sellers[0].customer));
    until_running(&server, "heavy", 1).await;
    drop(holder);
    page.await.unwrap().expect(200);
}
