//! No business takes the database from another, whatever it asks for and however often.
//!
//! The attacker's calls are stuck for as long as the test likes, because it holds a row or a table that they need. So the state
//! that is looked at is not a matter of time: so many calls are in the database, and all others wait for their turn.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;
use tallystick::db::connection::DedicatedConnection;
use tokio::task::JoinHandle;

use super::crowd::{Request, customer_row, outcomes, product_row, tally};
use crate::support::{
    client::{Answer, send},
    contents::contents,
    contract::operations,
    gate::Gate,
    server::TestServer,
    sessions::until,
    shop::Shop,
};

/// No request times out. The pool has its usual 16 connections.
const PATIENT: [&str; 9] = [
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

/// A server with a business that attacks and one that goes on with its work.
struct Neighbours {
    server: TestServer,
    attacker: Shop,
    quiet: Shop,
    product: String,
    customer: String,
}

impl Neighbours {
    async fn with(flags: &[&str]) -> Self {
        let server = TestServer::start_with(&[&PATIENT[..], flags].concat()).await;
        let (attacker, quiet) = (server.shop().await, server.shop().await);
        let (product, customer) = (quiet.product(1, 1_000).await, quiet.customer(1_000).await);
        Self { server, attacker, quiet, product, customer }
    }

    /// How many calls of a class have the right to a connection, and how many wait for it.
    async fn calls(&self, class: &str) -> (usize, usize) {
        let of = async |what: &str| self.server.metric(&format!(r#"{what}{{class="{class}"}}"#)).await;
        (of("calls_running").await, of("calls_waiting").await)
    }

    async fn until_calls(&self, class: &str, running: usize, waiting: usize) {
        let expected = (running, waiting);
        let what = format!("{running} {class} calls run and {waiting} wait");
        until(&what, async || (self.calls(class).await == expected).then_some(())).await;
    }

    /// Every session of the server that waits for a lock in the database.
    async fn stuck(&self) -> i64 {
        let waiting = "SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND usename = 'tallystick_server' AND wait_event_type = 'Lock'";
        self.server.database.session().await.client().query_one(waiting, &[]).await.unwrap().get(0)
    }

    async fn until_stuck(&self, sessions: i64) {
        let what = format!("{sessions} sessions are stuck");
        until(&what, async || (self.stuck().await == sessions).then_some(())).await;
    }

    /// The quiet business works, and the server is ready.
    async fn goes_on(&self) {
        for _ in 0..3 {
            assert!(self.quiet.stock(&self.product).await > 0);
            self.quiet.restock(&self.product, 1).await.expect(201);
            self.server.anonymous().get("/readyz").await.expect(200);
        }
    }

    /// The quiet business also sells and is paid.
    async fn sells(&self) {
        self.goes_on().await;
        self.quiet.buy(&self.customer, &[(&self.product, 1)]).await.expect(201);
        self.quiet.pay(&self.customer, 1).await.expect(201);
        let path = format!("/v1/customers/{}", self.customer);
        self.quiet.client.patch(&path, &json!({"name": "B"})).await.expect(200);
        self.quiet.client.get("/v1/orders").await.expect(200);
    }
}

/// A table that nobody can read until the session ends.
async fn shut(server: &TestServer, table: &str) -> DedicatedConnection {
    let holder = server.database.session().await;
    let lock = format!("BEGIN; LOCK TABLE tallystick.{table} IN ACCESS EXCLUSIVE MODE");
    holder.client().batch_execute(&lock).await.unwrap();
    holder
}

/// So many reads of one page, each in a task of its own.
fn read(shop: &Shop, path: &'static str, count: usize) -> Vec<JoinHandle<Answer>> {
    let read = |_| {
        let client = shop.client.clone();
        tokio::spawn(async move { client.get(path).await })
    };
    (0..count).map(read).collect()
}

async fn answers(asked: impl IntoIterator<Item = JoinHandle<Answer>>) -> Vec<Answer> {
    join_all(asked).await.into_iter().map(Result::unwrap).collect()
}

/// Two lists of one business are in the database, and all others wait outside it.
async fn lists_take_two_connections(path: &'static str, table: &str) {
    let neighbours = Neighbours::with(&[]).await;
    let holder = shut(&neighbours.server, table).await;
    let reading = read(&neighbours.attacker, path, 64);
    neighbours.until_calls("heavy", 2, 62).await;
    neighbours.until_stuck(2).await;

    neighbours.goes_on().await;
    assert!(reading.iter().all(|reading| !reading.is_finished()));
    drop(holder);

    for answer in answers(reading).await {
        answer.expect(200);
    }
    neighbours.sells().await;
    neighbours.server.audit().await;
}

#[tokio::test]
async fn a_business_that_reads_pages_of_orders_leaves_the_database_to_the_others() {
    lists_take_two_connections("/v1/orders?limit=200", "order_items").await;
}

#[tokio::test]
async fn a_business_that_reads_the_overdue_list_leaves_the_database_to_the_others() {
    lists_take_two_connections("/v1/overdue-customers?limit=200", "customers").await;
}

#[tokio::test]
async fn a_business_that_reads_its_customers_leaves_the_database_to_the_others() {
    lists_take_two_connections("/v1/customers?limit=200", "customers").await;
}

#[tokio::test]
async fn lists_of_all_businesses_together_take_four_connections() {
    let neighbours = Neighbours::with(&[]).await;
    let holder = shut(&neighbours.server, "customers").await;
    let others = [neighbours.server.shop().await, neighbours.server.shop().await];
    let shops = [&neighbours.attacker, &others[0], &others[1]];
    let paths = ["/v1/customers", "/v1/overdue-customers", "/v1/customers?limit=1"];
    let mut reading: Vec<_> = shops.iter().zip(paths).flat_map(|(shop, path)| read(shop, path, 4)).collect();
    reading.push(tokio::spawn({
        let ledger = format!("/v1/customers/{}/ledger?limit=200", neighbours.customer);
        let client = neighbours.quiet.client.clone();
        async move { client.get(&ledger).await }
    }));
    neighbours.until_calls("heavy", 4, 9).await;
    neighbours.until_stuck(4).await;
    neighbours.goes_on().await;
    // A look-up by a key of one's own is no list.
    neighbours.quiet.client.get("/v1/products?sku=nothing").await.expect(200);
    drop(holder);
    for answer in answers(reading).await {
        answer.expect(200);
    }
    neighbours.server.audit().await;
}

/// The lists are those routes of the description that take a limit. A short page of some is no heavier than a record.
#[tokio::test]
async fn every_long_list_waits_among_the_heavy_calls() {
    let neighbours = Neighbours::with(&["--api-key-cache-ttl=1h"]).await;
    let (server, shop) = (&neighbours.server, &neighbours.quiet);
    // Two lists that are stuck take the business's connections for lists. All others wait behind them, whatever table they read.
    let holder = shut(server, "customers, tallystick.api_keys").await;
    let stuck = read(shop, "/v1/customers", 2);
    neighbours.until_stuck(2).await;
    let mut reading = Vec::new();
    for (path, _, operation) in operations() {
        let parameters = operation["parameters"].as_array();
        if parameters.into_iter().flatten().any(|parameter| parameter["name"] == "limit") {
            let client = if path.starts_with("/v1/businesses") { server.admin() } else { shop.client.clone() };
            let business = shop.business_id.to_string();
            let path = path
                .replace("{customer_id}", &neighbours.customer)
                .replace("{product_id}", &neighbours.product)
                .replace("{business_id}", &business);
            reading.push(tokio::spawn(async move { client.get(&format!("{path}?limit=200")).await }));
        }
    }
    assert!(reading.len() >= 6, "{}", reading.len());
    let all_wait = async || {
        let (running, waiting) = neighbours.calls("heavy").await;
        (running + waiting == stuck.len() + reading.len()).then_some(())
    };
    until("all lists are heavy calls", all_wait).await;
    drop(holder);
    for answer in answers(reading).await {
        answer.expect(200);
    }
}

/// Makes a request of an attack.
type Make<'a> = Box<dyn Fn() -> Request + 'a>;

/// Each kind of request for a held row: two of the business wait for the row in the database, and all others outside it.
#[tokio::test]
async fn requests_for_a_held_row_leave_the_database_to_all_others_and_are_answered_when_it_is_free() {
    let neighbours = Neighbours::with(&["--combine-purchases=false"]).await;
    let shop = &neighbours.attacker;
    let (customer, product) = (shop.customer(1_000_000).await, shop.product(1, 1_000_000).await);
    let (other_customer, other_product) = (shop.customer(1_000).await, shop.product(1, 1_000).await);
    let patch = |path: &str, id: &str| Request::patch(&format!("/v1/{path}/{id}"), json!({"name": "B"}));
    let buy = || Request::purchase(&customer, &[(&product, 1)]);
    let attacks: [(String, Make<'_>, &str); 6] = [
        (customer_row(&customer), Box::new(|| Request::payment(&customer, 1)), "created"),
        (product_row(&product), Box::new(|| Request::movement(&product, 1)), "created"),
        (customer_row(&customer), Box::new(|| patch("customers", &customer)), "changed"),
        (product_row(&product), Box::new(|| patch("products", &product)), "changed"),
        (customer_row(&customer), Box::new(buy), "created"),
        (product_row(&product), Box::new(buy), "created"),
    ];
    for (row, request, outcome) in attacks {
        let gate = Gate::at(&neighbours.server.database, &row).await;
        let asking: Vec<_> = (0..30).map(|_| tokio::spawn(request().send(shop.client.clone()))).collect();
        neighbours.until_calls("held_rows", 2, 28).await;
        neighbours.until_stuck(2).await;

        neighbours.sells().await;
        // Nor does the business stop its own other customers and products.
        shop.pay(&other_customer, 1).await.expect(201);
        shop.restock(&other_product, 1).await.expect(201);
        shop.buy(&other_customer, &[(&other_product, 1)]).await.expect(201);
        assert!(asking.iter().all(|asking| !asking.is_finished()));
        gate.open().await;

        assert_eq!(tally(&answers(asking).await), outcomes([(outcome, 30)]), "{row}");
    }
    // 30 of each.
    assert_eq!(shop.balance(&customer).await, 30 + 30 - 30);
    assert_eq!(shop.stock(&product).await, 1_000_000 + 30 - 60);
    neighbours.server.audit().await;
}

#[tokio::test]
async fn calls_for_held_rows_of_all_businesses_together_leave_connections_to_the_others() {
    let neighbours = Neighbours::with(&[]).await;
    let mut gates = Vec::new();
    let mut paying = Vec::new();
    for _ in 0..3 {
        let shop = neighbours.server.shop().await;
        let customer = shop.customer(0).await;
        gates.push(Gate::at(&neighbours.server.database, &customer_row(&customer)).await);
        paying.extend((0..5).map(|_| tokio::spawn(Request::payment(&customer, 1).send(shop.client.clone()))));
    }
    neighbours.until_calls("held_rows", 4, 11).await;
    neighbours.until_stuck(4).await;
    neighbours.sells().await;
    for gate in gates {
        gate.open().await;
    }
    assert_eq!(tally(&answers(paying).await), outcomes([("created", 15)]));
    neighbours.server.audit().await;
}

/// Combined purchases of a held customer wait as a call of this kind, too.
#[tokio::test]
async fn combined_purchases_of_held_customers_share_the_connections_for_held_rows() {
    let neighbours = Neighbours::with(&[]).await;
    let shop = &neighbours.attacker;
    let (held, payer, product) = (shop.customer(1_000).await, shop.customer(0).await, shop.product(1, 1_000).await);
    let gates = [
        Gate::at(&neighbours.server.database, &customer_row(&held)).await,
        Gate::at(&neighbours.server.database, &customer_row(&payer)).await,
    ];
    let ask = |request: Request| tokio::spawn(request.send(shop.client.clone()));
    let mut asking = vec![ask(Request::purchase(&held, &[(&product, 1)]))];
    neighbours.until_calls("held_rows", 1, 0).await;
    asking.extend((0..3).map(|_| ask(Request::payment(&payer, 1))));
    neighbours.until_calls("held_rows", 2, 2).await;
    neighbours.until_stuck(2).await;
    neighbours.sells().await;
    for gate in gates {
        gate.open().await;
    }
    assert_eq!(tally(&answers(asking).await), outcomes([("created", 4)]));
    neighbours.server.audit().await;
}

/// The business's only calls that may wait for a row wait for one that is held for ever.
#[tokio::test]
async fn a_row_that_is_held_for_a_moment_does_not_wait_behind_one_that_is_held_for_ever() {
    let neighbours = Neighbours::with(&[]).await;
    let (shop, database) = (&neighbours.attacker, &neighbours.server.database);
    let (stuck, brief, buyer) = (shop.customer(0).await, shop.customer(0).await, shop.customer(1_000).await);
    let product = shop.product(1, 1_000).await;
    let ask = |request: Request| tokio::spawn(request.send(shop.client.clone()));
    let for_ever = Gate::at(database, &customer_row(&stuck)).await;
    let gates = [
        Gate::at(database, &customer_row(&brief)).await,
        Gate::at(database, &customer_row(&buyer)).await,
        Gate::at(database, &product_row(&product)).await,
    ];
    let first: Vec<_> = (0..2).map(|_| ask(Request::payment(&stuck, 1))).collect();
    for_ever.wait_for(2).await;
    let then = [ask(Request::payment(&brief, 1)), ask(Request::movement(&product, 1))];
    neighbours.until_calls("held_rows", 2, 2).await;
    let bread = shop.product(1, 1_000).await;
    let bought = ask(Request::purchase(&buyer, &[(&bread, 1)]));
    neighbours.until_calls("held_rows", 2, 3).await;
    for gate in gates {
        gate.open().await;
    }

    assert_eq!(tally(&answers(then).await), outcomes([("created", 2)]));
    bought.await.unwrap().expect(201);
    neighbours.until_calls("held_rows", 2, 0).await;
    for_ever.open().await;
    assert_eq!(tally(&answers(first).await), outcomes([("created", 2)]));
    neighbours.server.audit().await;
}

#[tokio::test]
async fn a_call_beyond_its_businesss_queue_is_refused_at_once_and_the_others_are_not() {
    let neighbours = Neighbours::with(&["--call-queue=3"]).await;
    let holder = shut(&neighbours.server, "customers").await;
    let mut reading = read(&neighbours.attacker, "/v1/customers", 5);
    neighbours.until_calls("heavy", 2, 3).await;
    let refused = neighbours.attacker.client.get("/v1/customers").await;
    refused.expect_problem(503, "overloaded");
    assert_eq!(refused.header("retry-after"), Some("1"));
    // Another business has its own queue, and other kinds of calls have theirs.
    reading.extend(read(&neighbours.quiet, "/v1/customers", 1));
    neighbours.until_calls("heavy", 3, 3).await;
    assert_eq!(neighbours.attacker.client.get("/v1/products?sku=nothing").await.status, 200);
    drop(holder);
    for answer in answers(reading).await {
        answer.expect(200);
    }
}

#[tokio::test]
async fn a_movement_that_waits_for_too_long_for_its_turn_is_refused_and_not_made() {
    let flags = [&PATIENT[1..], &["--pool-wait-timeout=200ms"]].concat();
    let server = TestServer::start_with(&flags).await;
    let shop = server.shop().await;
    let customer = shop.customer(0).await;
    let gate = Gate::at(&server.database, &customer_row(&customer)).await;
    let before = contents(&server.database).await.len();
    let pay = |key: &str| tokio::spawn(Request::payment(&customer, 1).under(key).send(shop.client.clone()));
    let waiting = [pay("first"), pay("second")];
    gate.wait_for(2).await;

    let refused = pay("third").await.unwrap();
    refused.expect_problem(503, "overloaded");
    assert_eq!(refused.header("retry-after"), Some("1"));
    gate.open().await;

    assert_eq!(tally(&answers(waiting).await), outcomes([("created", 2)]));
    assert_eq!(contents(&server.database).await.len(), before + 2, "the third did not happen");
    let paid = pay("third").await.unwrap();
    paid.expect(201);
    assert!(!paid.is_replay());
    server.audit().await;
}

#[tokio::test]
async fn a_client_that_disconnects_gives_its_place_in_the_queue_back() {
    let neighbours = Neighbours::with(&[]).await;
    let holder = shut(&neighbours.server, "customers").await;
    let reading = read(&neighbours.attacker, "/v1/customers", 10);
    neighbours.until_calls("heavy", 2, 8).await;
    for leaving in &reading {
        leaving.abort();
    }
    // Two are in the database already, and end there.
    neighbours.until_calls("heavy", 2, 0).await;
    drop(holder);
    neighbours.until_calls("heavy", 0, 0).await;
}

/// The only connection is stuck.
#[tokio::test]
async fn credentials_and_probes_need_no_connection_that_a_business_can_take() {
    let neighbours = Neighbours::with(&["--pool-size=1", "--api-key-cache-ttl=0"]).await;
    let reader = neighbours.server.client_with_scopes(neighbours.quiet.business_id, &["read"]).await;
    let customer = neighbours.attacker.customer(0).await;
    let gate = Gate::at(&neighbours.server.database, &customer_row(&customer)).await;
    let paying = tokio::spawn(Request::payment(&customer, 1).send(neighbours.attacker.client.clone()));
    gate.wait_for(1).await;

    neighbours.server.anonymous().get("/readyz").await.expect(200);
    // That the key may only read is known from the database.
    let refused = send(reader.request(Method::POST, "/v1/customers").json(&json!({}))).await;
    refused.expect_problem(403, "forbidden");
    gate.open().await;
    paying.await.unwrap().expect(201);
}

/// Anybody may ask whether the server is ready, as often as he likes, and API keys are looked up on the same two connections.
#[tokio::test]
async fn simultaneous_probes_are_one_call_at_a_time_and_share_its_answer() {
    let server = TestServer::start().await;
    // Each has asked before the first one is answered.
    for ready in join_all((0..20).map(|_| server.db.ready())).await {
        ready.unwrap();
    }
    let probes = server.metric(r#"database_call_duration_seconds_count{function="ready"}"#).await;
    assert_eq!(probes, 2, "one is on its way when the others ask, and one is made for all of them");
    // An old answer says nothing about now.
    server.db.ready().await.unwrap();
    assert_eq!(server.metric(r#"database_call_duration_seconds_count{function="ready"}"#).await, 3);
}

/// The business has as many connections as it may have, and its queue is full.
#[tokio::test]
async fn the_operator_cuts_a_business_off_however_many_calls_of_it_wait() {
    let neighbours = Neighbours::with(&["--call-queue=3"]).await;
    let business = neighbours.attacker.business_id;
    let keys = format!("/v1/businesses/{business}/api-keys");
    let admin = neighbours.server.admin();
    let stuck = neighbours.attacker.product(1, 1).await;
    let holder = shut(&neighbours.server, "products").await;
    let read = |_| {
        let (client, path) = (neighbours.attacker.client.clone(), format!("/v1/products/{stuck}"));
        tokio::spawn(async move { client.get(&path).await })
    };
    let reading: Vec<_> = (0..15).map(read).collect();
    neighbours.until_calls("quick", 12, 3).await;
    neighbours.attacker.client.get(&format!("/v1/products/{stuck}")).await.expect_problem(503, "overloaded");

    let list = admin.get(&keys).await;
    let key = list.expect(200)["data"][0]["id"].as_str().unwrap().to_owned();
    admin.post(&keys, &json!({"name": "x", "scopes": ["read"]})).await.expect(201);
    admin.post("/v1/businesses", &json!({"name": "x", "currency": "EUR"})).await.expect(201);
    let revoked = send(admin.request(Method::DELETE, &format!("{keys}/{key}"))).await;
    assert_eq!(revoked.status, 204, "{}", revoked.body);
    assert!(reading.iter().all(|reading| !reading.is_finished()));
    drop(holder);
    for answer in answers(reading).await {
        answer.expect(200);
    }
}

/// The call's row is held, and other calls of its business wait for the rows that they need.
///
/// Of four permits the business may have three. One call waits for a held row, as the only one that may, and two are stuck in a
/// table. So the call has no permit to look again whether its row is free.
#[tokio::test]
async fn a_call_waits_for_its_held_row_as_soon_as_it_may_even_if_it_cannot_look_again() {
    let neighbours = Neighbours::with(&["--pool-size=4", "--api-key-cache-ttl=1h"]).await;
    let (shop, server) = (&neighbours.attacker, &neighbours.server);
    let (first, second, product) = (shop.customer(0).await, shop.customer(0).await, shop.product(1, 1).await);
    let ask = |request: Request| tokio::spawn(request.send(shop.client.clone()));
    let get = |path: String| {
        let client = shop.client.clone();
        tokio::spawn(async move { client.get(&path).await })
    };
    let gates = [
        Gate::at(&server.database, &customer_row(&first)).await,
        Gate::at(&server.database, &customer_row(&second)).await,
    ];
    let [first_gate, second_gate] = gates;
    let paying = ask(Request::payment(&first, 1));
    neighbours.until_calls("held_rows", 1, 0).await;
    let waiting = ask(Request::payment(&second, 1));
    neighbours.until_calls("held_rows", 1, 1).await;
    let (orders, products) = (shut(server, "orders").await, shut(server, "products").await);
    let order = get(format!("/v1/orders/{}", uuid::Uuid::now_v7()));
    let reading = [get(format!("/v1/products/{product}")), get(format!("/v1/products/{product}"))];
    neighbours.until_calls("quick", 2, 2).await;
    // The permit that comes back goes to a quick call, so the next one goes to a call of another class.
    drop(orders);
    order.await.unwrap().expect_problem(404, "order_not_found");
    neighbours.until_calls("quick", 2, 1).await;

    first_gate.open().await;
    paying.await.unwrap().expect(201);
    neighbours.until_calls("held_rows", 1, 0).await;
    neighbours.until_stuck(3).await;
    second_gate.open().await;
    waiting.await.unwrap().expect(201);
    drop(products);
    for answer in answers(reading).await {
        answer.expect(200);
    }
    server.audit().await;
}

/// All calls that may wait for held rows do so, of two other businesses. A purchase is the next in the line, and looks again
/// from time to time whether its customer's row is free. Then others queue behind it.
#[tokio::test]
async fn combined_purchases_keep_their_place_among_the_calls_for_held_rows_while_they_look_again() {
    let neighbours = Neighbours::with(&[]).await;
    let (shop, server) = (&neighbours.quiet, &neighbours.server);
    let mut gates = Vec::new();
    let mut paying = Vec::new();
    let mut others = Vec::new();
    for _ in 0..3 {
        others.push(server.shop().await);
    }
    for other in &others[..2] {
        for _ in 0..2 {
            let customer = other.customer(0).await;
            gates.push(Gate::at(&server.database, &customer_row(&customer)).await);
            paying.push(tokio::spawn(Request::payment(&customer, 1).send(other.client.clone())));
        }
    }
    neighbours.until_calls("held_rows", 4, 0).await;
    let held = Gate::at(&server.database, &customer_row(&neighbours.customer)).await;
    let request = Request::purchase(&neighbours.customer, &[(&neighbours.product, 1)]);
    let buying = tokio::spawn(request.send(shop.client.clone()));
    neighbours.until_calls("held_rows", 4, 1).await;
    let behind = others[2].customer(0).await;
    gates.push(Gate::at(&server.database, &customer_row(&behind)).await);
    paying.push(tokio::spawn(Request::payment(&behind, 1).send(others[2].client.clone())));
    neighbours.until_calls("held_rows", 4, 2).await;
    let looks = async || server.metric(r#"database_call_duration_seconds_count{function="purchase_batch"}"#).await;
    let before = looks().await;
    until("the purchase has looked again", async || (looks().await >= before + 3).then_some(())).await;

    gates.remove(0).open().await;
    let stuck_purchases = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%purchase_batch%'";
    let observer = server.database.session().await;
    until("the purchase waits for its row", async || {
        let stuck: i64 = observer.client().query_one(stuck_purchases, &[]).await.unwrap().get(0);
        (stuck == 1).then_some(())
    })
    .await;
    for gate in gates {
        gate.open().await;
    }
    held.open().await;
    buying.await.unwrap().expect(201);
    assert_eq!(tally(&answers(paying).await), outcomes([("created", 5)]));
    server.audit().await;
}
