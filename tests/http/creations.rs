//! `Idempotency-Key` on requests that create a record: optional, and once it is there, the record is created once.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    client::{Answer, Client, send},
    contents::contents,
    server::TestServer,
    shop::{Shop, id},
};

/// A request that creates something, and one that differs in each member.
struct Creation {
    client: Client,
    path: String,
    body: Value,
    others: Vec<Value>,
}

impl Creation {
    fn new(client: &Client, path: &str, body: Value, changes: &[(&str, Value)]) -> Self {
        let other = |(member, value): &(&str, Value)| {
            let mut other = body.clone();
            other[*member] = value.clone();
            other
        };
        let others = changes.iter().map(other).collect();
        Self { client: client.clone(), path: path.to_owned(), body, others }
    }

    async fn send(&self, key: &str) -> Answer {
        self.client.move_with(key, &self.path, &self.body).await
    }
}

/// Those whose answer can be given again.
fn creations(server: &TestServer, shop: &Shop) -> [Creation; 3] {
    let customer = json!({"name": "A", "credit_limit": 1, "external_id": "C-1", "blocked": false, "payment_terms": {"type": "age", "days": 7}});
    let product = json!({"sku": "S-1", "name": "A", "price": 1, "stock": 1, "unit": "kg", "quantity_decimals": 1,
                         "track_stock": true, "backorder_limit": 0});
    let business = json!({"name": "A", "currency": "EUR", "payment_terms": {"type": "age", "days": 30}});
    [
        Creation::new(
            &shop.client,
            "/v1/customers",
            customer,
            &[
                ("name", json!("B")),
                ("credit_limit", json!(2)),
                ("external_id", Value::Null),
                ("external_id", json!("C-2")),
                ("blocked", json!(true)),
                ("payment_terms", Value::Null),
                ("payment_terms", json!({"type": "age", "days": 8})),
            ],
        ),
        Creation::new(
            &shop.client,
            "/v1/products",
            product,
            &[
                ("sku", json!("S-2")),
                ("name", json!("B")),
                ("price", json!(2)),
                ("stock", json!(2)),
                ("unit", json!("g")),
                ("unit", Value::Null),
                ("quantity_decimals", json!(2)),
                ("backorder_limit", json!(1)),
            ],
        ),
        Creation::new(
            &server.admin(),
            "/v1/businesses",
            business,
            &[
                ("name", json!("B")),
                ("currency", json!("JPY")),
                ("payment_terms", json!({"type": "age", "days": 31})),
                ("time_zone", json!("Europe/Berlin")),
            ],
        ),
    ]
}

fn api_key(server: &TestServer, shop: &Shop) -> Creation {
    let path = format!("/v1/businesses/{}/api-keys", shop.business_id);
    let body = json!({"name": "A", "scopes": ["read"], "expires_at": "2099-01-01T00:00:00Z"});
    Creation::new(
        &server.admin(),
        &path,
        body,
        &[
            ("name", json!("B")),
            ("scopes", json!(["read", "write"])),
            ("expires_at", json!("2099-01-01T00:00:01Z")),
            ("expires_at", Value::Null),
        ],
    )
}

#[track_caller]
fn assert_replays(again: &Answer, first: &Answer) {
    first.expect(201);
    again.expect(201);
    assert_eq!((first.is_replay(), again.is_replay()), (false, true));
    assert_eq!(again.body, first.body);
    assert_eq!(again.header("etag"), first.header("etag"));
}

#[tokio::test]
async fn a_creation_that_is_sent_again_with_its_key_creates_nothing_and_answers_the_same() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    for creation in creations(&server, &shop) {
        let first = creation.send("key").await;
        let before = contents(&server.database).await;
        for key in ["key", "\"key\""] {
            assert_replays(&creation.send(key).await, &first);
        }
        assert_eq!(contents(&server.database).await, before, "{}", creation.path);
        // Without a key it is another request.
        let without = creation.client.post(&creation.path, &creation.body).await;
        assert!(!without.is_replay() && [201, 409].contains(&without.status), "{}: {}", creation.path, without.body);
    }
    server.audit().await;
}

#[tokio::test]
async fn the_first_answer_is_given_again_whatever_has_changed_since() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let [customer, product, _] = creations(&server, &shop);
    let (created, stocked) = (customer.send("key").await, product.send("key").await);
    let (buyer, beans) = (id(&created.expect(201)), id(&stocked.expect(201)));
    shop.buy(&buyer, &[(&beans, 1)]).await.expect(201);
    let change = json!({"name": "changed", "credit_limit": 7, "external_id": null, "blocked": true});
    shop.client.patch(&format!("/v1/customers/{buyer}"), &change).await.expect(200);
    shop.client.patch(&format!("/v1/products/{beans}"), &json!({"sku": "other", "price": 9})).await.expect(200);

    assert_replays(&customer.send("key").await, &created);
    assert_replays(&product.send("key").await, &stocked);
    server.audit().await;
}

#[tokio::test]
async fn a_key_with_a_different_creation_is_refused_and_creates_nothing() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let [customer, product, business] = creations(&server, &shop);
    for creation in [customer, product, business, api_key(&server, &shop)] {
        creation.send("key").await.expect(201);
        let before = contents(&server.database).await;
        for other in &creation.others {
            let refused = creation.client.move_with("key", &creation.path, other).await;
            refused.expect_problem(422, "idempotency_key_reused");
        }
        assert_eq!(contents(&server.database).await, before, "{}", creation.path);
    }
    server.audit().await;
}

/// The secret is shown once and stored nowhere, so the first answer cannot be given again.
#[tokio::test]
async fn a_second_request_for_an_api_key_names_the_first_one_and_makes_none() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let creation = api_key(&server, &shop);
    let first = creation.send("key").await.expect(201);
    let before = contents(&server.database).await;

    let problem = creation.send("key").await.expect_problem(409, "already_exists");

    let fault = &problem["errors"][0];
    assert_eq!((&fault["in"], &fault["pointer"]), (&json!("header"), &json!("/idempotency-key")));
    assert!(fault["detail"].as_str().unwrap().contains(&id(&first)), "{fault}");
    assert!(!problem.to_string().contains(first["key"].as_str().unwrap()));
    assert_eq!(contents(&server.database).await, before);
    // What the words advise.
    creation.client.delete(&format!("{}/{}", creation.path, id(&first))).await.expect(204);
    creation.send("another").await.expect(201);
}

#[tokio::test]
async fn of_many_creations_with_one_key_at_once_one_creates_and_all_get_its_answer() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    for creation in creations(&server, &shop) {
        let answers = join_all((0..8).map(|_| creation.send("key"))).await;
        let firsts: Vec<_> = answers.iter().filter(|answer| !answer.is_replay()).collect();
        assert_eq!(firsts.len(), 1, "{}: {answers:?}", creation.path);
        for answer in &answers {
            assert_eq!((answer.status, &answer.body), (201, &firsts[0].body), "{}", creation.path);
        }
    }
    let creation = api_key(&server, &shop);
    let answers = join_all((0..8).map(|_| creation.send("key"))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1, "{answers:?}");
    assert_eq!(answers.iter().filter(|answer| answer.status == 409).count(), 7, "{answers:?}");
    server.audit().await;
}

#[tokio::test]
async fn the_key_of_a_refused_creation_is_free() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let [customer, product, _] = creations(&server, &shop);
    for creation in [customer, product] {
        let first = creation.send("first").await;
        creation.send("key").await.expect_problem(409, "already_exists");
        assert_replays(&creation.send("first").await, &first);
        let other = creation.client.move_with("key", &creation.path, &free(&creation.body)).await;
        other.expect(201);
        assert!(!other.is_replay(), "{}", creation.path);
    }
    let nobody = format!("/v1/businesses/{}/api-keys", uuid::Uuid::now_v7());
    let body = json!({"name": "A", "scopes": ["read"]});
    server.admin().move_with("key", &nobody, &body).await.expect_problem(404, "business_not_found");
    server.audit().await;
}

/// The same creation under a name that is free.
fn free(body: &Value) -> Value {
    let mut body = body.clone();
    let member = if body.get("sku").is_some() { "sku" } else { "external_id" };
    body[member] = json!("free");
    body
}

/// Each route has a set of keys of its own, and so has each business. The keys of new businesses are the platform's.
#[tokio::test]
async fn one_key_creates_one_thing_of_each_kind_in_each_business() {
    let server = TestServer::start().await;
    let shops = [server.shop().await, server.shop().await];
    for shop in &shops {
        let [customer, product, _] = creations(&server, shop);
        for creation in [customer, product, api_key(&server, shop)] {
            let answer = creation.send("key").await;
            answer.expect(201);
            assert!(!answer.is_replay(), "{}", creation.path);
        }
        let bought = shop.buy_with("key", &shop.customer(100).await, &[(&shop.product(1, 1).await, 1)]).await;
        assert!(bought.status == 201 && !bought.is_replay());
    }
    let [_, _, business] = creations(&server, &shops[0]);
    let first = business.send("key").await;
    assert_replays(&business.send("key").await, &first);
    server.audit().await;
}

#[tokio::test]
async fn a_malformed_key_is_refused_where_it_is_optional_too() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let [customer, product, business] = creations(&server, &shop);
    let before = contents(&server.database).await;
    for creation in [customer, product, business, api_key(&server, &shop)] {
        for wrong in ["", "two words", "\"two words\"", "\"", "\"open", "\"\"", &"k".repeat(256)] {
            let problem = creation.send(wrong).await.expect_problem(422, "invalid_request");
            assert_eq!(problem["errors"][0]["pointer"], "/idempotency-key", "{wrong}");
        }
        let twice = creation.client.request(Method::POST, &creation.path).json(&creation.body);
        let twice = send(twice.header("Idempotency-Key", "a").header("Idempotency-Key", "a")).await;
        twice.expect_problem(422, "invalid_request");
    }
    assert_eq!(contents(&server.database).await, before);
}

/// `"K"` is how the IETF's draft writes the key `K`; clients of both kinds share it.
#[tokio::test]
async fn a_key_in_quotes_is_the_same_key_for_movements_too() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans) = (shop.customer(1_000).await, shop.product(100, 10).await);
    for (number, (bare, quoted)) in [("K", "\"K\""), ("a\"b\\c", r#""a\"b\\c""#)].into_iter().enumerate() {
        let keys = if number == 0 { [bare, quoted] } else { [quoted, bare] };
        let first = shop.buy_with(keys[0], &customer, &[(&beans, 1)]).await;
        assert_replays(&shop.buy_with(keys[1], &customer, &[(&beans, 1)]).await, &first);
    }
    assert_eq!(shop.stock(&beans).await, 8);
    server.audit().await;
}
