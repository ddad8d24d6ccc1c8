//! `authorized_limit` of a purchase, and `GET /v1/limit-overrides`: an authorised person exceeds the credit limit, on record.

use serde_json::{Value, json};

use super::adjustments::adjust;
use crate::{
    isolation::http::callers::{JWT_FLAGS, token},
    support::{
        actor::{Actor, quoted},
        server::TestServer,
        shop::{id, purchase},
    },
};

const MAX: i64 = 9_007_199_254_740_991;

fn with_limit(customer: &str, items: &[(&str, i64)], limit: &Value) -> Value {
    let mut body = purchase(customer, items);
    body["authorized_limit"] = limit.clone();
    body
}

#[tokio::test]
async fn a_purchase_goes_beyond_the_limit_as_far_as_somebody_allows_and_that_is_kept_only_if_it_was_needed() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans, gift) = (shop.customer(500).await, shop.product(100, 100).await, shop.product(0, 100).await);
    let buy = async |quantity: i64, limit: i64| {
        let body = with_limit(&customer, &[(&beans, quantity)], &json!(limit));
        shop.client.move_once("/v1/purchases", &body).await
    };

    // The greater of the two limits is in force.
    let problem = buy(6, 0).await.expect_problem(409, "credit_limit_exceeded");
    assert_eq!([&problem["credit_limit"], &problem["balance"], &problem["required"]], [500, 0, 600]);
    let problem = buy(6, 599).await.expect_problem(409, "credit_limit_exceeded");
    assert_eq!([&problem["credit_limit"], &problem["balance"], &problem["required"]], [599, 0, 600]);
    buy(5, 0).await.expect(201);
    buy(1, 600).await.expect(201);
    // What costs nothing uses no credit.
    let free = with_limit(&customer, &[(&gift, 1)], &json!(MAX));
    shop.client.move_once("/v1/purchases", &free).await.expect(201);
    shop.buy(&customer, &[(&beans, 1)]).await.expect_problem(409, "credit_limit_exceeded");
    // A credit limit that somebody raises above what was allowed is in force itself.
    shop.client.patch(&format!("/v1/customers/{customer}"), &json!({"credit_limit": 700})).await.expect(200);
    buy(1, 650).await.expect(201);

    let ledger = shop.client.get(&format!("/v1/customers/{customer}/ledger")).await.expect(200);
    let kept: Vec<_> =
        ledger["data"].as_array().unwrap().iter().map(|entry| entry["authorized_limit"].clone()).collect();
    assert_eq!(kept, [Value::Null, Value::Null, json!(600), Value::Null]);
    server.audit().await;
}

#[tokio::test]
async fn what_went_beyond_a_limit_is_listed_newest_first_whatever_it_was() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (one, two, beans) = (shop.customer(100).await, shop.customer(0).await, shop.product(100, 100).await);
    let none = shop.client.get("/v1/limit-overrides").await.expect(200);
    assert_eq!(none, json!({"data": [], "next_cursor": null}));
    shop.buy(&one, &[(&beans, 1)]).await.expect(201);
    let mut expected = vec![];
    let body = with_limit(&one, &[(&beans, 1)], &json!(1_000));
    expected.push(id(&shop.client.move_once("/v1/purchases", &body).await.expect(201)));
    adjust(&shop, &one, "credit", 1, json!({})).await.expect(201);
    expected.push(id(&adjust(&shop, &two, "opening", 7, json!({"authorized_limit": 7})).await.expect(201)));
    expected.push(id(&adjust(&shop, &one, "debit", 2, json!({"authorized_limit": 201})).await.expect(201)));
    expected.reverse();

    let mut found = vec![];
    let mut path = "/v1/limit-overrides?limit=2".to_owned();
    loop {
        let page = shop.client.get(&path).await.expect(200);
        found.extend(page["data"].as_array().unwrap().clone());
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/limit-overrides?limit=2&cursor={cursor}");
    }
    assert_eq!(found.iter().map(id).collect::<Vec<_>>(), expected);
    // Each is the entry that the customer's ledger shows.
    let ledger = shop.client.get(&format!("/v1/customers/{one}/ledger")).await.expect(200);
    assert_eq!(found[0], ledger["data"][0]);
    assert_eq!((&found[2]["kind"], &found[2]["authorized_limit"]), (&json!("purchase"), &json!(1_000)));
    let others = server.shop().await.client.get("/v1/limit-overrides").await.expect(200);
    assert_eq!(others["data"], json!([]));
    server.audit().await;
}

#[tokio::test]
async fn an_authorized_limit_needs_the_scope_adjust_by_the_api_and_by_rpc() {
    let server = TestServer::start_with(&JWT_FLAGS).await;
    let shop = server.shop().await;
    let (customer, beans) = (shop.customer(0).await, shop.product(1, 1_000).await);
    let business = shop.business_id;
    let user = Actor::rest(&server.database, "authenticated", None).await;
    let rpc = format!(
        r#"SELECT outcome FROM tallystick.purchase(
            '{business}', '{customer}', ARRAY['{beans}']::uuid[], '{{1}}', 'by-rpc', p_options => '{{"authorized_limit": 1000}}')"#
    );
    for (scopes, allowed) in [
        ("read write", false),
        ("read write price", false),
        ("read write adjust", true),
        ("write adjust", true),
        ("read write ADJUST", false),
        ("", false),
    ] {
        let claims = json!({"business_id": business, "scope": scopes});
        let client = server.client(&token(&claims));
        let answer = client.move_once("/v1/purchases", &with_limit(&customer, &[(&beans, 1)], &json!(1_000))).await;
        let set = format!("SET LOCAL request.jwt.claims = {};", quoted(&claims.to_string()));
        if allowed {
            answer.expect(201);
            assert_eq!(user.value(&format!("{set} {rpc}")).await, "created", "{scopes}");
        } else {
            let problem = answer.expect_problem(403, "forbidden");
            let fault = json!([{"in": "body", "pointer": "/authorized_limit", "detail": "needs the scope adjust"}]);
            assert_eq!(
                (&problem["errors"], &problem["detail"]),
                (&fault, &json!("these credentials lack the scope adjust"))
            );
            let refusal = user.refusal(&format!("{set} {rpc}")).await;
            assert_eq!(refusal.code().code(), "42501", "{scopes}");
            assert_eq!(refusal.message(), "the claims lack the scope adjust", "{scopes}");
        }
    }
    // Whoever lacks both scopes is told of all that needs them.
    let mut body = with_limit(&customer, &[(&beans, 1)], &json!(1));
    body["items"][0]["tax"] = json!(1);
    let till = server.client_with_scopes(business, &["read", "write"]).await;
    let problem = till.move_once("/v1/purchases", &body).await.expect_problem(403, "forbidden");
    let pointers: Vec<_> = problem["errors"].as_array().unwrap().iter().map(|fault| &fault["pointer"]).collect();
    assert_eq!(pointers, ["/authorized_limit", "/items/0/tax"]);
    // Nobody needs it to say nothing.
    let nothing = with_limit(&customer, &[(&beans, 1)], &Value::Null);
    till.move_once("/v1/purchases", &nothing).await.expect_problem(409, "credit_limit_exceeded");
    server.audit().await;
}

#[tokio::test]
async fn an_authorized_limit_is_money_and_a_part_of_the_request() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans) = (shop.customer(0).await, shop.product(1, 1_000).await);
    for wrong in [json!(-1), json!(MAX + 1), json!(1.5), json!("1"), json!({})] {
        let body = with_limit(&customer, &[(&beans, 1)], &wrong);
        let problem = shop.client.move_once("/v1/purchases", &body).await.expect_problem(422, "invalid_request");
        assert_eq!(problem["errors"][0]["pointer"], "/authorized_limit", "{wrong}");
    }
    let body = with_limit(&customer, &[(&beans, 1)], &json!(MAX));
    let first = shop.client.move_with("k", "/v1/purchases", &body).await;
    first.expect(201);
    assert_eq!(shop.client.move_with("k", "/v1/purchases", &body).await.body, first.body);
    for other in [json!(MAX - 1), Value::Null] {
        let body = with_limit(&customer, &[(&beans, 1)], &other);
        shop.client.move_with("k", "/v1/purchases", &body).await.expect_problem(422, "idempotency_key_reused");
    }
    server.audit().await;
}
