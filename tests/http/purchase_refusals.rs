//! `POST /v1/purchases`: the reasons for a refusal, their order and their figures. A refusal leaves no trace.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{
    contents::contents,
    server::TestServer,
    shop::{Shop, purchase},
};

const MAX: i64 = 9_007_199_254_740_991;

fn nobody() -> String {
    Uuid::now_v7().to_string()
}

#[tokio::test]
async fn an_unknown_customer_is_not_found() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let beans = shop.product(100, 10).await;
    let other = server.shop().await.customer(10_000).await;

    for customer in [nobody(), other] {
        let problem = shop.buy(&customer, &[(&beans, 1)]).await.expect_problem(404, "customer_not_found");
        assert_eq!(problem.get("errors"), None);
    }
    assert_eq!(shop.stock(&beans).await, 10);
    server.audit().await;
}

#[tokio::test]
async fn every_line_with_an_unknown_product_is_pointed_at() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans) = (shop.customer(10_000).await, shop.product(100, 10).await);
    let (unknown, foreign) = (nobody(), server.shop().await.product(100, 10).await);

    let lines = [(unknown.as_str(), 1), (&beans, 1), (&foreign, 1), (&unknown, 2)];
    let problem = shop.buy(&customer, &lines).await.expect_problem(404, "product_not_found");

    let fault = |index: usize| json!({"in": "body", "pointer": format!("/items/{index}/product_id"), "detail": "no such product"});
    assert_eq!(problem["errors"], json!([fault(0), fault(2), fault(3)]));
    server.audit().await;
}

#[tokio::test]
async fn a_blocked_customer_buys_nothing_not_even_for_free() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans, gift) = (shop.customer(10_000).await, shop.product(100, 10).await, shop.product(0, 10).await);
    let block = async |blocked: bool| {
        shop.client.patch(&format!("/v1/customers/{customer}"), &json!({"blocked": blocked})).await.expect(200)
    };

    block(true).await;
    shop.buy(&customer, &[(&beans, 1)]).await.expect_problem(409, "customer_blocked");
    shop.buy(&customer, &[(&gift, 1)]).await.expect_problem(409, "customer_blocked");
    block(false).await;
    shop.buy(&customer, &[(&beans, 1)]).await.expect(201);
    server.audit().await;
}

#[tokio::test]
async fn every_product_that_is_short_is_named_once_with_its_figures() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let customer = shop.customer(1_000_000).await;
    let (none, few, enough) = (shop.product(1, 0).await, shop.product(1, 3).await, shop.product(1, 9).await);

    let lines = [(few.as_str(), 2), (&enough, 9), (&none, 1), (&few, 2)];
    let problem = shop.buy(&customer, &lines).await.expect_problem(409, "insufficient_stock");

    // In the order of the products' ids, which is the order of their creation.
    assert_eq!(
        problem["shortages"],
        json!([
            {"product_id": none, "requested": 1, "available": 0},
            {"product_id": few, "requested": 4, "available": 3},
        ])
    );
    server.audit().await;
}

#[tokio::test]
async fn a_total_above_the_largest_amount_is_not_acceptable() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, yacht, cent) = (shop.customer(MAX).await, shop.product(MAX, 10).await, shop.product(1, 10).await);

    for lines in [vec![(yacht.as_str(), 2)], vec![(&yacht, 1), (&cent, 1)], vec![(&yacht, 10)]] {
        let problem = shop.buy(&customer, &lines).await.expect_problem(422, "invalid_request");
        assert_eq!((&problem["errors"][0]["in"], &problem["errors"][0]["pointer"]), (&json!("body"), &json!("/items")));
    }
    server.audit().await;
}

#[tokio::test]
async fn a_purchase_has_one_to_five_hundred_lines() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans) = (shop.customer(10_000).await, shop.product(1, 1_000).await);

    for count in [0, 501] {
        let problem =
            shop.buy(&customer, &vec![(beans.as_str(), 1); count]).await.expect_problem(422, "invalid_request");
        assert_eq!(
            problem["errors"],
            json!([{"in": "body", "pointer": "/items", "detail": "must have 1 to 500 items"}])
        );
    }
    shop.buy(&customer, &vec![(beans.as_str(), 1); 500]).await.expect(201);
    server.audit().await;
}

/// One purchase has every fault. The test corrects the reported fault, sends it again, and so on until it is accepted.
#[tokio::test]
async fn a_purchase_with_several_faults_is_refused_for_them_in_a_fixed_order() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (poor, rich) = (shop.customer(99).await, shop.customer(MAX).await);
    let (beans, yacht, unknown) = (shop.product(100, 1).await, shop.product(MAX, 2).await, nobody());
    shop.client.patch(&format!("/v1/customers/{poor}"), &json!({"blocked": true})).await.expect(200);

    let used = shop.buy_with("used", &rich, &[(&shop.product(1, 1).await, 1)]).await;
    used.expect(201);
    let worst = [(unknown.as_str(), 1), (&beans, 2), (&yacht, 2)];
    shop.buy_with("used", &nobody(), &worst).await.expect_problem(422, "idempotency_key_reused");
    shop.buy(&nobody(), &worst).await.expect_problem(404, "customer_not_found");
    shop.buy(&poor, &worst).await.expect_problem(409, "customer_blocked");
    shop.client.patch(&format!("/v1/customers/{poor}"), &json!({"blocked": false})).await.expect(200);
    shop.buy(&poor, &worst).await.expect_problem(404, "product_not_found");
    shop.buy(&poor, &worst[1..]).await.expect_problem(409, "insufficient_stock");
    shop.buy(&poor, &[(&beans, 1), (&yacht, 2)]).await.expect_problem(422, "invalid_request");
    shop.buy(&poor, &[(&beans, 1)]).await.expect_problem(409, "credit_limit_exceeded");
    shop.client.patch(&format!("/v1/customers/{poor}"), &json!({"credit_limit": 100})).await.expect(200);
    shop.buy(&poor, &[(&beans, 1)]).await.expect(201);
    server.audit().await;
}

/// A shop with several purchases, each refused for a different reason.
async fn refused_purchases(server: &TestServer) -> (Shop, Vec<(&'static str, Value)>) {
    let shop = server.shop().await;
    let (poor, blocked, rich) = (shop.customer(10).await, shop.customer(10_000).await, shop.customer(MAX).await);
    shop.client.patch(&format!("/v1/customers/{blocked}"), &json!({"blocked": true})).await.expect(200);
    let (beans, yacht) = (shop.product(100, 5).await, shop.product(MAX, 5).await);
    let refused = vec![
        ("customer_not_found", purchase(&nobody(), &[(&beans, 1)])),
        ("customer_blocked", purchase(&blocked, &[(&beans, 1)])),
        ("product_not_found", purchase(&rich, &[(&beans, 1), (&nobody(), 1)])),
        ("insufficient_stock", purchase(&rich, &[(&beans, 6)])),
        ("invalid_request", purchase(&rich, &[(&yacht, 2)])),
        ("credit_limit_exceeded", purchase(&poor, &[(&beans, 1)])),
    ];
    (shop, refused)
}

#[tokio::test]
async fn a_refused_purchase_leaves_no_trace() {
    let server = TestServer::start().await;
    let (shop, refused) = refused_purchases(&server).await;
    let before = contents(&server.database).await;

    for (code, body) in refused {
        let answer = shop.client.move_once("/v1/purchases", &body).await;
        answer.expect_problem(answer.status, code);
    }

    assert_eq!(contents(&server.database).await, before);
    server.audit().await;
}

#[tokio::test]
async fn the_key_of_a_refused_purchase_is_free() {
    let server = TestServer::start().await;
    let (shop, refused) = refused_purchases(&server).await;
    let (customer, beans) = (shop.customer(1_000).await, shop.product(100, 10).await);

    for (code, body) in refused {
        let answer = shop.client.move_with(code, "/v1/purchases", &body).await;
        answer.expect_problem(answer.status, code);
        // The key is free even for another purchase, because nothing of the refused one is stored.
        let bought = shop.buy_with(code, &customer, &[(&beans, 1)]).await;
        bought.expect(201);
        assert!(!bought.is_replay());
    }
    server.audit().await;
}

#[tokio::test]
async fn a_retry_of_a_refused_purchase_is_decided_anew() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans) = (shop.customer(100).await, shop.product(100, 1).await);
    let attempt = async || shop.buy_with("the-one-key", &customer, &[(&beans, 2)]).await;

    attempt().await.expect_problem(409, "insufficient_stock");
    shop.restock(&beans, 1).await.expect(201);
    attempt().await.expect_problem(409, "credit_limit_exceeded");
    shop.pay(&customer, 100).await.expect(201);
    let bought = attempt().await;
    assert!(!bought.is_replay());
    assert_eq!(bought.expect(201)["balance_after"], 100);

    let again = attempt().await;
    assert!(again.is_replay());
    assert_eq!(again.body, bought.body);
    server.audit().await;
}
