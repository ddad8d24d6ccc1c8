//! `/v1/customers`: create, get, list, change.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    contents::contents,
    server::TestServer,
    shop::{Shop, id},
};

async fn create(shop: &Shop, body: Value) -> Value {
    shop.client.post("/v1/customers", &body).await.expect(201)
}

#[tokio::test]
async fn a_new_customer_owes_nothing_and_can_buy_up_to_the_limit() {
    let server = TestServer::start().await;
    let shop = server.shop().await;

    let customer = create(&shop, json!({"name": "Café Central", "credit_limit": 5_000, "external_id": "C-1"})).await;

    assert_eq!(
        customer,
        json!({
            "id": customer["id"],
            "name": "Café Central",
            "external_id": "C-1",
            "credit_limit": 5_000,
            "blocked": false,
            "payment_terms": null,
            "overdue_hold_after_days": null,
            "balance": 0,
            "available_credit": 5_000,
            "overdue": false,
            "oldest_unpaid_at": null,
            "created_at": customer["created_at"],
        })
    );
    assert_eq!(shop.client.get(&format!("/v1/customers/{}", id(&customer))).await.expect(200), customer);
}

#[tokio::test]
async fn a_customer_needs_no_reference_and_may_start_blocked() {
    let server = TestServer::start().await;
    let shop = server.shop().await;

    for (body, blocked) in [
        (json!({"name": "A", "credit_limit": 0}), false),
        (json!({"name": "A", "credit_limit": 0, "external_id": null, "blocked": false}), false),
        (json!({"name": "A", "credit_limit": 0, "blocked": true}), true),
    ] {
        let customer = create(&shop, body).await;
        assert_eq!((&customer["external_id"], &customer["blocked"]), (&Value::Null, &json!(blocked)));
    }
}

#[tokio::test]
async fn a_reference_is_unique_within_its_business() {
    let server = TestServer::start().await;
    let (shop, other) = (server.shop().await, server.shop().await);
    let body = json!({"name": "A", "credit_limit": 0, "external_id": "C-1"});
    let first = create(&shop, body.clone()).await;
    let before = contents(&server.database).await;

    let problem = shop.client.post("/v1/customers", &body).await.expect_problem(409, "already_exists");

    let expected =
        json!([{"in": "body", "pointer": "/external_id", "detail": "another customer has this external_id"}]);
    assert_eq!((&problem["errors"], &problem["existing_id"]), (&expected, &first["id"]));
    assert_eq!(contents(&server.database).await, before);
    create(&other, body).await;
    let second = create(&shop, json!({"name": "A", "credit_limit": 0, "external_id": "c-1"})).await;
    let rename = json!({"external_id": "C-1", "name": "B"});
    let path = format!("/v1/customers/{}", id(&second));
    let problem = shop.client.patch(&path, &rename).await.expect_problem(409, "already_exists");
    assert_eq!((&problem["errors"], &problem["existing_id"]), (&expected, &first["id"]));
    assert_eq!(shop.client.get(&path).await.expect(200), second);
    // A customer may keep its own reference.
    shop.client.patch(&format!("/v1/customers/{}", id(&first)), &rename).await.expect(200);
}

/// As a Mac and a Windows machine type them.
#[tokio::test]
async fn two_spellings_of_one_reference_are_one_customer_and_each_is_kept_as_it_came() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let body = |external_id: &str| json!({"name": "A", "credit_limit": 0, "external_id": external_id});
    for (reference, other) in [("Caf\u{e9}", "Cafe\u{301}"), ("\u{1112}\u{1161}\u{11ab}", "\u{d55c}")] {
        let customer = create(&shop, body(reference)).await;
        assert_eq!(customer["external_id"], reference);
        let refused = shop.client.post("/v1/customers", &body(other)).await;
        assert_eq!(refused.expect_problem(409, "already_exists")["existing_id"], customer["id"], "{reference}");
        let found = shop.client.find("/v1/customers", "external_id", other).await.expect(200);
        assert_eq!(found["data"], json!([customer]), "{reference}");
        let path = format!("/v1/customers/{}", id(&customer));
        assert_eq!(shop.client.patch(&path, &json!({"external_id": other})).await.expect(200)["external_id"], other);
    }
}

#[tokio::test]
async fn a_change_changes_what_it_names_and_nothing_else() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let mut expected = create(&shop, json!({"name": "A", "credit_limit": 10, "external_id": "C-1"})).await;
    let path = format!("/v1/customers/{}", id(&expected));

    for (change, members) in [
        (json!({}), json!({})),
        (json!({"name": "Ω"}), json!({"name": "Ω"})),
        (json!({"credit_limit": 30}), json!({"credit_limit": 30, "available_credit": 30})),
        (json!({"blocked": true}), json!({"blocked": true})),
        (json!({"external_id": "C-2"}), json!({"external_id": "C-2"})),
        (json!({"external_id": null}), json!({"external_id": null})),
        (json!({"external_id": null}), json!({})),
        (
            json!({"external_id": "C-1", "blocked": false, "name": "A", "credit_limit": 0}),
            json!({"external_id": "C-1", "blocked": false, "name": "A", "credit_limit": 0, "available_credit": 0}),
        ),
    ] {
        for (member, value) in members.as_object().unwrap() {
            expected[member] = value.clone();
        }
        assert_eq!(shop.client.patch(&path, &change).await.expect(200), expected, "{change}");
        assert_eq!(shop.client.get(&path).await.expect(200), expected, "{change}");
    }
}

#[tokio::test]
async fn a_change_needs_a_body_and_takes_null_for_the_reference_only() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let path = format!("/v1/customers/{}", shop.customer(10).await);

    for empty in ["", " \n"] {
        shop.client.send_text(Method::PATCH, &path, empty).await.expect_problem(400, "invalid_json");
    }
    for member in ["name", "credit_limit", "blocked"] {
        let problem = shop.client.patch(&path, &json!({member: null})).await.expect_problem(422, "invalid_request");
        assert_eq!(problem["errors"][0]["pointer"], format!("/{member}"));
    }
    for read_only in ["id", "balance", "available_credit", "overdue", "created_at"] {
        let problem = shop.client.patch(&path, &json!({read_only: 1})).await.expect_problem(422, "invalid_request");
        assert_eq!(
            problem["errors"],
            json!([{"in": "body", "pointer": format!("/{read_only}"), "detail": "is not known"}])
        );
    }
}

#[tokio::test]
async fn a_limit_below_the_balance_stops_purchases_until_enough_is_paid() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans) = (shop.customer(1_000).await, shop.product(100, 100).await);
    shop.buy(&customer, &[(&beans, 8)]).await.expect(201);

    let lowered =
        shop.client.patch(&format!("/v1/customers/{customer}"), &json!({"credit_limit": 300})).await.expect(200);

    assert_eq!((&lowered["balance"], &lowered["available_credit"]), (&json!(800), &json!(0)));
    let problem = shop.buy(&customer, &[(&beans, 1)]).await.expect_problem(409, "credit_limit_exceeded");
    let figures = [&problem["credit_limit"], &problem["balance"], &problem["required"]];
    assert_eq!(figures, [&json!(300), &json!(800), &json!(100)]);
    shop.pay(&customer, 599).await.expect(201);
    shop.buy(&customer, &[(&beans, 1)]).await.expect_problem(409, "credit_limit_exceeded");
    shop.pay(&customer, 1).await.expect(201);
    shop.buy(&customer, &[(&beans, 1)]).await.expect(201);
    server.audit().await;
}

#[tokio::test]
async fn a_reference_finds_its_customer() {
    let server = TestServer::start().await;
    let (shop, other) = (server.shop().await, server.shop().await);
    let found = create(&shop, json!({"name": "A", "credit_limit": 0, "external_id": "C 1/ü&x"})).await;
    create(&shop, json!({"name": "A", "credit_limit": 0, "external_id": "C-2"})).await;
    create(&shop, json!({"name": "A", "credit_limit": 0})).await;
    create(&other, json!({"name": "A", "credit_limit": 0, "external_id": "C 1/ü&x"})).await;

    let list = async |reference: &str| shop.client.find("/v1/customers", "external_id", reference).await;
    assert_eq!(list("C 1/ü&x").await.expect(200), json!({"data": [found], "next_cursor": null}));
    assert_eq!(list("c 1/ü&x").await.expect(200), json!({"data": [], "next_cursor": null}));
    for wrong in ["", " ", "a\0b", &"x".repeat(201)] {
        let problem = list(wrong).await.expect_problem(422, "invalid_request");
        assert_eq!(
            (&problem["errors"][0]["in"], &problem["errors"][0]["pointer"]),
            (&json!("query"), &json!("/external_id"))
        );
    }
}

#[tokio::test]
async fn a_customer_that_does_not_exist_is_not_found_on_any_route() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    for customer in [uuid::Uuid::now_v7().to_string(), "1".to_owned(), "%00".to_owned(), "%FF".to_owned()] {
        let path = format!("/v1/customers/{customer}");
        shop.client.get(&path).await.expect_problem(404, "customer_not_found");
        shop.client.get(&format!("{path}/balance")).await.expect_problem(404, "customer_not_found");
        shop.client.get(&format!("{path}/ledger")).await.expect_problem(404, "customer_not_found");
        shop.client.patch(&path, &json!({"name": "B"})).await.expect_problem(404, "customer_not_found");
    }
}
