//! `POST /v1/payments`.

use serde_json::json;

use crate::support::{contents::contents, server::TestServer};

const MAX: i64 = 9_007_199_254_740_991;

#[tokio::test]
async fn a_payment_answers_with_its_ledger_entry() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans) = (shop.customer(1_000).await, shop.product(300, 10).await);
    shop.buy(&customer, &[(&beans, 2)]).await.expect(201);

    let paid = shop.pay(&customer, 250).await;
    let entry = paid.expect(201);

    assert!(!paid.is_replay());
    assert_eq!(
        entry,
        json!({
            "id": entry["id"],
            "customer_id": customer,
            "entry_no": 2,
            "kind": "payment",
            "amount": -250,
            "balance_before": 600,
            "balance_after": 350,
            "credit_limit": null,
            "order_id": null,
            "due_at": null,
            "due_date": null,
            "created_at": entry["created_at"],
            "proof": {"entry_no": 2, "hash": entry["proof"]["hash"]},
        })
    );
    let ledger = shop.client.get(&format!("/v1/customers/{customer}/ledger")).await.expect(200);
    assert_eq!(ledger["data"][0], entry);
    server.audit().await;
}

#[tokio::test]
async fn paying_more_than_is_owed_makes_the_balance_negative_and_adds_to_what_can_be_bought() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans) = (shop.customer(1_000).await, shop.product(1, 10_000).await);
    shop.buy(&customer, &[(&beans, 400)]).await.expect(201);

    assert_eq!(shop.pay(&customer, 900).await.expect(201)["balance_after"], -500);

    let account = shop.client.get(&format!("/v1/customers/{customer}")).await.expect(200);
    let figures = [&account["balance"], &account["available_credit"], &account["oldest_unpaid_at"]];
    assert_eq!(figures, [&json!(-500), &json!(1_500), &json!(null)]);
    shop.buy(&customer, &[(&beans, 1_501)]).await.expect_problem(409, "credit_limit_exceeded");
    shop.buy(&customer, &[(&beans, 1_500)]).await.expect(201);
    server.audit().await;
}

#[tokio::test]
async fn a_customer_who_never_bought_can_pay() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let customer = shop.customer(0).await;

    let entry = shop.pay(&customer, 1).await.expect(201);

    assert_eq!(
        (&entry["entry_no"], &entry["balance_before"], &entry["balance_after"]),
        (&json!(1), &json!(0), &json!(-1))
    );
    server.audit().await;
}

#[tokio::test]
async fn a_blocked_customer_can_pay() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans) = (shop.customer(1_000).await, shop.product(300, 10).await);
    shop.buy(&customer, &[(&beans, 1)]).await.expect(201);
    shop.client.patch(&format!("/v1/customers/{customer}"), &json!({"blocked": true})).await.expect(200);

    assert_eq!(shop.pay(&customer, 300).await.expect(201)["balance_after"], 0);
    server.audit().await;
}

#[tokio::test]
async fn a_payment_of_an_unknown_customer_is_refused_without_a_trace() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let foreign = server.shop().await.customer(1_000).await;
    let before = contents(&server.database).await;

    for customer in [uuid::Uuid::now_v7().to_string(), foreign] {
        shop.pay(&customer, 1).await.expect_problem(404, "customer_not_found");
    }

    assert_eq!(contents(&server.database).await, before);
    server.audit().await;
}

#[tokio::test]
async fn a_balance_can_reach_the_smallest_amount_and_no_further() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let customer = shop.customer(MAX).await;

    assert_eq!(shop.pay(&customer, MAX).await.expect(201)["balance_after"], -MAX);
    // The available credit would be larger than the largest number that every client can hold.
    let account = shop.client.get(&format!("/v1/customers/{customer}/balance")).await.expect(200);
    assert_eq!((&account["balance"], &account["available_credit"]), (&json!(-MAX), &json!(MAX)));
    let problem = shop.pay(&customer, 1).await.expect_problem(422, "invalid_request");
    let expected = "would take the balance below -9007199254740991";
    assert_eq!(problem["errors"], json!([{"in": "body", "pointer": "/amount", "detail": expected}]));
    server.audit().await;
}
