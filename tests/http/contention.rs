//! Locks that others hold, deadlocks, clients that disconnect, and code that changes while it is called.

use std::time::Duration;

use reqwest::Method;
use tallystick::db::connection::DedicatedConnection;
use tokio::{io::AsyncWriteExt, net::TcpStream};

use crate::support::{
    client::Answer,
    contents::contents,
    server::TestServer,
    sessions::{blocked_backend, until},
    shop::{Shop, purchase},
};

const LOCK_CUSTOMERS: &str = "SELECT FROM tallystick.customers FOR UPDATE";
const LOCK_PRODUCTS: &str = "SELECT FROM tallystick.products FOR UPDATE";

/// A shop with a customer, a product and a purchase that the test will send.
struct Scene {
    server: TestServer,
    shop: Shop,
    customer: String,
    beans: String,
}

impl Scene {
    async fn with(flags: &[&str]) -> Self {
        let server = TestServer::start_with(flags).await;
        let shop = server.shop().await;
        let (customer, beans) = (shop.customer(1_000).await, shop.product(100, 10).await);
        Self { server, shop, customer, beans }
    }

    fn buy(&self, key: &str) -> impl Future<Output = Answer> + Send + 'static {
        let (shop, key) = (self.shop.clone(), key.to_owned());
        let (customer, beans) = (self.customer.clone(), self.beans.clone());
        async move { shop.buy_with(&key, &customer, &[(&beans, 1)]).await }
    }

    async fn session(&self) -> DedicatedConnection {
        self.server.database.session().await
    }

    /// The PostgreSQL processes behind the server's connections.
    async fn servers_sessions(&self) -> Vec<i32> {
        let sessions = "SELECT pid FROM pg_stat_activity
            WHERE datname = current_database() AND usename = 'tallystick_server' ORDER BY pid";
        self.session().await.client().query(sessions, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
    }

    /// Waits until the server's metrics have this value.
    async fn until_metrics_say(&self, what: &str) {
        let client = self.server.operator();
        until(what, async || client.get("/metrics").await.body.contains(what).then_some(())).await;
    }

    /// Fails unless exactly one purchase happened.
    async fn assert_bought_once(&self) {
        assert_eq!((self.shop.balance(&self.customer).await, self.shop.stock(&self.beans).await), (100, 9));
        self.server.audit().await;
    }
}

#[tokio::test]
async fn a_purchase_waits_for_a_lock_that_is_held_briefly() {
    let scene = Scene::with(&[]).await;
    let (mut holder, observer) = (scene.session().await, scene.session().await);
    let transaction = holder.client_mut().transaction().await.unwrap();
    transaction.batch_execute(LOCK_CUSTOMERS).await.unwrap();

    let buying = tokio::spawn(scene.buy("key"));
    blocked_backend(&observer).await;
    transaction.commit().await.unwrap();

    let bought = buying.await.unwrap();
    bought.expect(201);
    assert!(!bought.is_replay());
    scene.assert_bought_once().await;
}

#[tokio::test]
async fn a_purchase_that_waited_too_long_for_a_lock_is_tried_again() {
    let scene = Scene::with(&["--lock-timeout", "500ms"]).await;
    let mut holder = scene.session().await;
    let transaction = holder.client_mut().transaction().await.unwrap();
    transaction.batch_execute(LOCK_PRODUCTS).await.unwrap();

    let buying = tokio::spawn(scene.buy("key"));
    scene.until_metrics_say(r#"tallystick_database_retries_total{reason="rolled_back"}"#).await;
    transaction.commit().await.unwrap();

    let bought = buying.await.unwrap();
    bought.expect(201);
    assert!(!bought.is_replay());
    scene.assert_bought_once().await;
}

#[tokio::test]
async fn a_lock_that_is_held_forever_is_answered_overloaded_and_nothing_happens() {
    let scene = Scene::with(&["--lock-timeout", "50ms", "--pool-size", "1"]).await;
    let (before, session) = (contents(&scene.server.database).await, scene.servers_sessions().await);
    for lock in [LOCK_CUSTOMERS, LOCK_PRODUCTS] {
        let mut holder = scene.session().await;
        let transaction = holder.client_mut().transaction().await.unwrap();
        transaction.batch_execute(lock).await.unwrap();

        let refused = scene.buy("key").await;

        refused.expect_problem(503, "overloaded");
        assert_eq!(refused.header("retry-after"), Some("1"));
        transaction.rollback().await.unwrap();
        assert_eq!(contents(&scene.server.database).await, before);
    }
    let tries_again = r#"database_retries_total{reason="rolled_back"}"#;
    assert_eq!(scene.server.metric(tries_again).await, 2 * 4, "each is tried five times");
    assert_eq!(scene.servers_sessions().await, session, "who gives up leaves his connection to the next");
    let bought = scene.buy("key").await;
    bought.expect(201);
    assert!(!bought.is_replay());
    scene.assert_bought_once().await;
}

#[tokio::test]
async fn a_purchase_beyond_the_statement_timeout_is_answered_overloaded_and_not_retried() {
    const SLOW: &str = "
        CREATE FUNCTION public.slow() RETURNS trigger LANGUAGE plpgsql
            AS 'BEGIN PERFORM pg_sleep(3600); RETURN NEW; END';
        CREATE TRIGGER slow BEFORE INSERT ON tallystick.orders FOR EACH ROW EXECUTE FUNCTION public.slow()";
    let scene = Scene::with(&["--lock-timeout", "200ms", "--statement-timeout", "200ms"]).await;
    let before = contents(&scene.server.database).await;
    let session = scene.session().await;
    session.client().batch_execute(SLOW).await.unwrap();

    scene.buy("key").await.expect_problem(503, "overloaded");

    assert_eq!(contents(&scene.server.database).await, before);
    let metrics = scene.server.operator().get("/metrics").await.body;
    assert!(!metrics.contains("database_retries_total{"), "{metrics}");
    session.client().batch_execute("DROP FUNCTION public.slow CASCADE").await.unwrap();
    let bought = scene.buy("key").await;
    bought.expect(201);
    assert!(!bought.is_replay());
    scene.assert_bought_once().await;
}

#[tokio::test]
async fn a_purchase_that_loses_a_deadlock_is_tried_again() {
    let scene = Scene::with(&[]).await;
    let (mut other, observer) = (scene.session().await, scene.session().await);
    // The other session never looks for deadlocks, so PostgreSQL ends the purchase.
    other.client().batch_execute("SET deadlock_timeout = '1h'").await.unwrap();
    let transaction = other.client_mut().transaction().await.unwrap();
    transaction.batch_execute(LOCK_PRODUCTS).await.unwrap();

    let buying = tokio::spawn(scene.buy("key"));
    blocked_backend(&observer).await;
    // The wrong order: product before customer.
    transaction.batch_execute(LOCK_CUSTOMERS).await.unwrap();
    scene.until_metrics_say(r#"tallystick_database_retries_total{reason="rolled_back"}"#).await;
    transaction.commit().await.unwrap();

    let bought = buying.await.unwrap();
    bought.expect(201);
    assert!(!bought.is_replay());
    scene.assert_bought_once().await;
}

/// The server has one connection, so a broken one would be used again.
#[tokio::test]
async fn a_purchase_whose_client_disconnected_happens_and_its_key_replays() {
    let scene = Scene::with(&["--pool-size", "1"]).await;
    let (mut holder, observer) = (scene.session().await, scene.session().await);
    let transaction = holder.client_mut().transaction().await.unwrap();
    transaction.batch_execute(LOCK_PRODUCTS).await.unwrap();

    let mut client = TcpStream::connect(scene.server.address).await.unwrap();
    client.write_all(raw_purchase(&scene, "key").as_bytes()).await.unwrap();
    blocked_backend(&observer).await;
    drop(client);
    scene.until_metrics_say("client_went_away").await;
    transaction.commit().await.unwrap();

    let told = scene.buy("key").await;
    told.expect(201);
    assert!(told.is_replay(), "the purchase went away with its client");
    let status = scene.server.db.pool_probe()();
    assert_eq!((status.size, status.waiting), (1, 0));
    scene.assert_bought_once().await;
}

/// A purchase as bytes, for a client that can disconnect at any time.
fn raw_purchase(scene: &Scene, key: &str) -> String {
    let body = purchase(&scene.customer, &[(&scene.beans, 1)]);
    let request = scene.shop.client.request(Method::POST, "/v1/purchases").json(&body).build().unwrap();
    let credential = request.headers()["authorization"].to_str().unwrap();
    let body = std::str::from_utf8(request.body().unwrap().as_bytes().unwrap()).unwrap();
    format!(
        "POST /v1/purchases HTTP/1.1\r\nHost: x\r\nAuthorization: {credential}\r\nIdempotency-Key: {key}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

#[tokio::test]
async fn a_purchase_that_takes_too_long_is_answered_overloaded_and_its_key_tells_the_outcome() {
    let flags =
        ["--request-timeout", "1s", "--body-read-timeout", "1s", "--statement-timeout", "1s", "--lock-timeout", "1s"];
    let scene = Scene::with(&flags).await;
    let mut holder = scene.session().await;
    let transaction = holder.client_mut().transaction().await.unwrap();
    transaction.batch_execute(LOCK_PRODUCTS).await.unwrap();

    let refused = tokio::time::timeout(Duration::from_secs(20), scene.buy("key")).await.unwrap();
    refused.expect_problem(503, "overloaded");
    transaction.commit().await.unwrap();

    // The call went on without its request. If it has not happened yet, it happens now, under the same key.
    scene.buy("key").await.expect(201);
    scene.assert_bought_once().await;
}

#[tokio::test]
async fn no_client_notices_code_and_tables_that_change_under_a_running_server() {
    let scene = Scene::with(&[]).await;
    let observer = scene.session().await;
    let path = format!("/v1/products/{}", scene.beans);
    scene.buy("one").await.expect(201);
    let product = scene.shop.client.get(&path).await.expect(200);

    // Each of these makes a prepared statement return other columns than before.
    let definition = "SELECT pg_get_functiondef('tallystick.purchase_batch'::regproc)";
    let definition: String = observer.client().query_one(definition, &[]).await.unwrap().get(0);
    observer.client().batch_execute("ALTER TABLE tallystick.products ADD COLUMN more integer").await.unwrap();
    observer.client().batch_execute(&replaced(&definition, "ADD ATTRIBUTE more integer")).await.unwrap();

    let bought = scene.buy("two").await;
    bought.expect(201);
    assert!(!bought.is_replay());
    assert_eq!(scene.shop.client.get(&path).await.expect(200)["name"], product["name"]);

    observer.client().batch_execute("ALTER TABLE tallystick.products DROP COLUMN more").await.unwrap();
    observer.client().batch_execute(&replaced(&definition, "DROP ATTRIBUTE more")).await.unwrap();
    scene.buy("three").await.expect(201);
    scene.shop.client.get(&path).await.expect(200);
    assert!(scene.server.metric(r#"database_retries_total{reason="stale_plan"}"#).await >= 2);
    assert_eq!(scene.shop.stock(&scene.beans).await, 7);
    scene.server.audit().await;
}

/// Creates the purchase function again, with other columns in its rows, and the same owner and grants.
fn replaced(definition: &str, change: &str) -> String {
    const SIGNATURE: &str =
        "tallystick.purchase_batch(uuid, uuid[], uuid[], integer[], text[], text[], uuid[], integer[],
        integer[], bigint[], jsonb[], text)";
    format!(
        "BEGIN; SET LOCAL ROLE tallystick_owner; DROP FUNCTION {SIGNATURE};
         ALTER TYPE tallystick.purchase_answer {change}; {definition};
         REVOKE ALL ON FUNCTION {SIGNATURE} FROM PUBLIC;
         GRANT EXECUTE ON FUNCTION {SIGNATURE} TO tallystick_app; COMMIT"
    )
}
