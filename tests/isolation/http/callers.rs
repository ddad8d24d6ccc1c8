//! What each kind of credential gives access to. No credential shows another business's ids.

use jsonwebtoken::{EncodingKey, Header, encode};
use reqwest::Method;
use serde_json::{Value, json};

use super::{
    description::{Operation, operations},
    world::{Ids, IsolationWorld, one_line, pages, visible},
};
use crate::support::client::{Client, send};

const SECRET: &str = "a secret that is at least 32 bytes long";
pub const JWT_FLAGS: [&str; 6] =
    ["--jwt-secret", SECRET, "--jwt-issuer", "https://issuer.example", "--jwt-audience", "tallystick"];

/// A valid token with additional claims.
pub fn token(claims: &Value) -> String {
    let expires = chrono::Utc::now().timestamp() + 600;
    let mut all = json!({"iss": "https://issuer.example", "aud": "tallystick", "exp": expires});
    all.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
    encode(&Header::default(), &all, &EncodingKey::from_secret(SECRET.as_bytes())).unwrap()
}

/// The address of a described path with a business's ids.
fn address(path: &str, ids: &Ids) -> String {
    let address = path
        .replace("{business_id}", &ids.business)
        .replace("{key_id}", &ids.api_key)
        .replace("{customer_id}", &ids.customer)
        .replace("{product_id}", &ids.product)
        .replace("{order_id}", &ids.order)
        .replace("{adjustment_id}", &ids.adjustment)
        .replace("{refund_id}", &ids.refund)
        .replace("{payment_id}", &ids.payment)
        .replace("{return_id}", &ids.returned);
    assert!(!address.contains('{'), "an id that this test does not know: {path}");
    if path.ends_with("/statement") { address + "?from=2026-01-01&to=2036-01-01" } else { address }
}

/// Every operation that reads a business's data.
fn reads() -> Vec<Operation> {
    let reads: Vec<_> = operations().into_iter().filter(|one| one.is_tenants() && one.method == "GET").collect();
    assert!(reads.len() >= 9);
    reads
}

/// Every answer that a client gets for some ids, by path.
async fn everything(client: &Client, ids: &Ids) -> Vec<(String, String)> {
    let mut shown = Vec::new();
    for read in reads() {
        let path = address(&read.path, ids);
        let text = if read.is_list() {
            json!(pages(client, &format!("{path}?limit=1")).await).to_string()
        } else {
            let answer = client.get(&path).await;
            answer.expect(200);
            answer.body
        };
        shown.push((path, text));
    }
    shown
}

/// What shows no id of the records that were planted, and what it shows of them.
const NAMES_NOTHING: [(&str, &str); 2] = [("/aging/totals", "\"customers\":1,"), ("/stock-movements", "opening stock")];

#[track_caller]
fn shows_only(shown: &[(String, String)], own: &Ids, other: &Ids) {
    for (path, text) in shown {
        let named = NAMES_NOTHING.iter().find(|(end, _)| path.ends_with(end));
        let is_of_own = match named {
            Some((_, shown)) => text.contains(shown),
            None => own.traces().iter().any(|trace| text.contains(trace)),
        };
        assert!(is_of_own, "{path} shows nothing: {text}");
        for trace in other.traces() {
            assert!(!text.contains(trace), "{path} shows {trace}: {text}");
        }
    }
}

#[tokio::test]
async fn nothing_that_a_business_reads_contains_another_businesss_ids() {
    let world = IsolationWorld::start().await;
    shows_only(&everything(&world.our_shop.client, &world.ours).await, &world.ours, &world.theirs);
    shows_only(&everything(&world.their_shop.client, &world.theirs).await, &world.theirs, &world.ours);
}

#[tokio::test]
async fn public_routes_show_no_ids() {
    let world = IsolationWorld::start().await;
    send(world.our_shop.client.request(Method::GET, &address("/v1/customers/{customer_id}", &world.theirs))).await;
    let (anybody, operator) = (world.server.anonymous(), world.server.operator());
    let routes = ["/healthz", "/readyz", "/openapi.json", "/docs/"].map(|path| (&anybody, path));
    for (client, path) in routes.into_iter().chain([(&operator, "/metrics")]) {
        let answer = client.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        for trace in world.ours.traces().into_iter().chain(world.theirs.traces()) {
            assert!(!answer.body.contains(trace), "{path} shows {trace}");
        }
    }
}

#[tokio::test]
async fn connections_carry_nothing_from_one_request_to_the_next() {
    let world = IsolationWorld::start_with(&["--pool-size", "1"]).await;
    let refused = address("/v1/customers/{customer_id}", &world.theirs);
    for _ in 0..5 {
        // All at once on one connection, in any order, mixed with refusals and failures.
        let (ours, theirs, missing, nobody, ready) = tokio::join!(
            everything(&world.our_shop.client, &world.ours),
            everything(&world.their_shop.client, &world.theirs),
            world.our_shop.client.get(&refused),
            send(world.server.anonymous().request(Method::GET, "/v1/customers")),
            send(world.server.anonymous().request(Method::GET, "/readyz")),
        );
        shows_only(&ours, &world.ours, &world.theirs);
        shows_only(&theirs, &world.theirs, &world.ours);
        assert_eq!((missing.status, nobody.status, ready.status), (404, 401, 200));
    }
}

#[tokio::test]
async fn a_token_opens_the_business_that_it_names_and_no_other() {
    let world = IsolationWorld::start_with(&JWT_FLAGS).await;
    let (ours, theirs) = (&world.ours.business, &world.theirs.business);
    for (claims, own, other) in [
        (json!({"business_id": ours}), &world.ours, &world.theirs),
        (json!({"app_metadata": {"business_id": theirs}}), &world.theirs, &world.ours),
        (json!({"business_id": ours, "user_metadata": {"business_id": theirs}}), &world.ours, &world.theirs),
    ] {
        let client = world.server.client(&token(&claims));
        shows_only(&everything(&client, own).await, own, other);
        for read in reads().iter().filter(|read| read.path.contains('{')) {
            client.get(&address(&read.path, other)).await.expect(404);
        }
    }
    for claims in [
        json!({}),
        json!({"business_id": ours, "app_metadata": {"business_id": theirs}}),
        json!({"user_metadata": {"business_id": ours}}),
        json!({"business_id": [ours, theirs]}),
        json!({"business_id": ""}),
        json!({"sub": ours}),
    ] {
        let client = world.server.client(&token(&claims));
        client.get("/v1/customers").await.expect_problem(401, "unauthenticated");
    }
}

#[tokio::test]
async fn a_token_for_a_business_that_does_not_exist_sees_and_leaves_nothing() {
    let world = IsolationWorld::start_with(&JWT_FLAGS).await;
    let client = world.server.client(&token(&json!({"business_id": world.missing.business})));
    for read in reads() {
        let path = address(&read.path, &world.ours);
        let answer = client.get(&path).await;
        if read.id == "listProofs" {
            assert_eq!(answer.expect(200)["count"], 0, "{path}");
        } else if read.path.contains('{') || !read.is_list() {
            answer.expect(404);
        } else {
            assert_eq!(answer.expect(200), json!({"data": [], "next_cursor": null}), "{path}");
        }
    }
    let customer = json!({"name": "x", "credit_limit": 1});
    client.post("/v1/customers", &customer).await.expect_problem(403, "forbidden");
    let product = json!({"name": "x", "sku": "x", "price": 1, "stock": 1});
    client.post("/v1/products", &product).await.expect_problem(403, "forbidden");
    let purchase = one_line(&world.ours.customer, &world.ours.product);
    client.move_once("/v1/purchases", &purchase).await.expect_problem(404, "customer_not_found");
    let payment = json!({"customer_id": world.ours.customer, "amount": 1});
    client.move_once("/v1/payments", &payment).await.expect_problem(404, "customer_not_found");
    let missing = crate::support::actor::quoted(&world.missing.business);
    let superuser = crate::support::actor::Actor::superuser(&world.server.database).await;
    for relation in crate::isolation::context::relations(&world.server.database).await {
        let left = format!("SELECT FROM {relation} WHERE business_id = {missing}");
        assert_eq!(superuser.rows(&left).await.len(), 0, "{relation}");
    }
    world.server.audit().await;
}

/// A key contains its business's id in plain text. The same secret with another business's id is refused.
#[tokio::test]
async fn a_key_with_another_businesss_id_in_it_is_refused() {
    let world = IsolationWorld::start().await;
    let name = json!({"name": "x", "scopes": ["read", "write"]});
    let keys = format!("/v1/businesses/{}/api-keys", world.ours.business);
    let key = world.server.admin().post(&keys, &name).await.expect(201)["key"].as_str().unwrap().to_owned();
    let simple = |id: &str| id.replace('-', "");
    let renamed = |business: &str| key.replacen(&simple(&world.ours.business), &simple(business), 1);
    assert_eq!(world.server.client(&key).get("/v1/customers").await.status, 200);
    let mut answers = Vec::new();
    for business in [&world.theirs.business, &world.missing.business] {
        assert_ne!(renamed(business), key);
        let client = world.server.client(&renamed(business));
        let answer = send(client.request(Method::GET, "/v1/customers").header("x-request-id", "renamed")).await;
        answer.expect_problem(401, "unauthenticated");
        answers.push(visible(&answer));
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn without_credentials_every_id_gets_the_same_answer() {
    let world = IsolationWorld::start().await;
    let anonymous = world.server.anonymous();
    for operation in operations().iter().filter(|operation| operation.path.starts_with("/v1/")) {
        let mut answers = Vec::new();
        for ids in [&world.ours, &world.theirs, &world.missing] {
            let method = Method::from_bytes(operation.method.as_bytes()).unwrap();
            let request = anonymous.request(method, &address(&operation.path, ids)).header("x-request-id", "nobody");
            let answer = send(request).await;
            answer.expect_problem(401, "unauthenticated");
            answers.push(visible(&answer));
        }
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{}: {answers:?}", operation.id);
    }
}
