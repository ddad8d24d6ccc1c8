//! Bodies of the right form with extreme values: many lines, deep nesting, long texts, sums that no number can hold.

use reqwest::Method;
use serde_json::json;

use crate::support::{server::TestServer, shop::purchase};

/// Values that a client could send to use up time or memory.
fn monsters() -> Vec<String> {
    let deep = |open: &str, close: &str, depth: usize| format!("{}1{}", open.repeat(depth), close.repeat(depth));
    vec![
        deep("[", "]", 100_000),
        deep("{\"a\":", "}", 30_000),
        deep("[{\"a\":", "}]", 20_000),
        format!("[{}1]", "1,".repeat(100_000)),
        format!("\"{}\"", "\\u0041".repeat(40_000)),
        format!("\"{}\"", "👩‍👩‍👧".repeat(10_000)),
        "9".repeat(200_000),
        format!("-{}.{}e-{}", "9".repeat(50_000), "9".repeat(50_000), "9".repeat(50_000)),
        format!("1e{}", "9".repeat(100_000)),
        format!("{{{}\"a\":1}}", "\"a\":1,".repeat(30_000)),
    ]
}

#[tokio::test]
async fn ten_thousand_lines_are_too_large_or_too_many() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans) = (shop.customer(1_000).await, shop.product(1, 100_000).await);
    let body = purchase(&customer, &vec![(beans.as_str(), 1); 10_000]);
    let refused = shop.client.move_once("/v1/purchases", &body).await;
    refused.expect_problem(413, "body_too_large");

    let roomy = server.start_another(&["--body-limit-bytes", "2000000"]).await;
    let refused = shop.at(&roomy).client.move_once("/v1/purchases", &body).await;
    let problem = refused.expect_problem(422, "invalid_request");
    assert_eq!(problem["errors"][0]["pointer"], "/items");
    assert_eq!(shop.stock(&beans).await, 100_000);
    server.audit().await;
}

#[tokio::test]
async fn a_total_beyond_the_largest_amount_is_refused_without_overflow() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let most = 9_007_199_254_740_991;
    let (customer, gold) = (shop.customer(most).await, shop.product(most, most).await);
    for lines in [1, 2, 500] {
        let refused = shop.buy(&customer, &vec![(gold.as_str(), i64::from(i32::MAX)); lines]).await;
        let problem = refused.expect_problem(422, "invalid_request");
        let fault = json!({"in": "body", "pointer": "/items", "detail": "the total would be above 9007199254740991"});
        assert_eq!(problem["errors"], json!([fault]), "{lines} lines");
    }
    // The largest amount can be owed. One more is refused as too much credit, and does not overflow.
    shop.buy(&customer, &[(&gold, 1)]).await.expect(201);
    shop.buy(&customer, &[(&gold, 1)]).await.expect_problem(409, "credit_limit_exceeded");
    assert_eq!((shop.balance(&customer).await, shop.stock(&gold).await), (most, most - 1));
    server.audit().await;
}

#[tokio::test]
async fn an_extreme_value_is_refused_in_every_field() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans) = (shop.customer(1_000).await, shop.product(1, 100).await);
    let one = format!("/v1/customers/{customer}");
    for (client, method, path, body) in [
        (&shop.client, Method::POST, "/v1/purchases", json!({"customer_id": "@", "items": []})),
        (&shop.client, Method::POST, "/v1/purchases", json!({"customer_id": customer, "items": "@"})),
        (&shop.client, Method::POST, "/v1/purchases", json!({"customer_id": customer, "items": ["@"]})),
        (
            &shop.client,
            Method::POST,
            "/v1/purchases",
            json!({"customer_id": customer, "items": [{"product_id": beans, "quantity": "@"}]}),
        ),
        (&shop.client, Method::POST, "/v1/payments", json!({"customer_id": customer, "amount": "@"})),
        (&shop.client, Method::POST, "/v1/customers", json!({"name": "@", "credit_limit": 1})),
        (&shop.client, Method::PATCH, &one, json!({"credit_limit": "@"})),
        (&server.admin(), Method::POST, "/v1/businesses", json!({"name": "@", "currency": "EUR"})),
    ] {
        for monster in monsters() {
            let text = body.to_string().replace("\"@\"", &monster);
            let answer = client.send_text(method.clone(), path, &text).await;
            let shown = &monster[..monster.len().min(12)];
            answer.expect_problem(422, "invalid_request");
            assert!(answer.body.len() < 2_000, "{path} {shown}: {}", answer.body.len());
        }
    }
    for monster in monsters() {
        shop.client.send_text(Method::POST, "/v1/purchases", &monster).await.expect_problem(422, "invalid_request");
    }
    server.audit().await;
}
