//! Records: orders, ledger entries, balances, overdue customers.

use serde_json::{Value, json};

use crate::support::{
    server::TestServer,
    shop::{Shop, id},
};

#[tokio::test]
async fn the_ledger_tells_every_change_of_a_debt_newest_first() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans) = (shop.customer(1_000).await, shop.product(300, 10).await);
    let path = format!("/v1/customers/{customer}/ledger");
    assert_eq!(shop.client.get(&path).await.expect(200), json!({"data": [], "next_cursor": null}));

    let order = shop.buy(&customer, &[(&beans, 2)]).await.expect(201);
    let payment = shop.pay(&customer, 250).await.expect(201);
    shop.client.patch(&format!("/v1/customers/{customer}"), &json!({"credit_limit": 2_000})).await.expect(200);
    let second = shop.buy(&customer, &[(&beans, 1)]).await.expect(201);

    let charge = |order: &Value, entry_no: i64, before: i64, amount: i64, limit: i64| {
        json!({
            "id": order["id"],
            "customer_id": customer,
            "entry_no": entry_no,
            "kind": "purchase",
            "amount": amount,
            "balance_before": before,
            "balance_after": before + amount,
            "credit_limit": limit,
            "authorized_limit": null,
            "order_id": order["id"],
            "reverses_entry_no": null,
            "due_at": order["due_at"],
            "due_date": null,
            "received_on": null,
            "reference": null,
            "reason": null,
            "created_at": order["created_at"],
            "proof": order["proof"],
        })
    };
    let mut payment = payment;
    payment.as_object_mut().unwrap().remove("allocations");
    let entries = json!([charge(&second, 3, 350, 300, 2_000), payment, charge(&order, 1, 0, 600, 1_000)]);
    assert_eq!(shop.client.get(&path).await.expect(200), json!({"data": entries, "next_cursor": null}));
    server.audit().await;
}

#[tokio::test]
async fn the_balance_route_agrees_with_the_customers_record() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans) = (shop.customer(1_000).await, shop.product(300, 10).await);
    let order = shop.buy(&customer, &[(&beans, 2)]).await.expect(201);
    let path = format!("/v1/customers/{customer}");

    let balance = shop.client.get(&format!("{path}/balance")).await.expect(200);

    let expected = json!({
        "customer_id": customer,
        "balance": 600,
        "credit_limit": 1_000,
        "available_credit": 400,
        "overdue": false,
        "oldest_unpaid_at": order["created_at"],
    });
    assert_eq!(balance, expected);
    let whole = shop.client.get(&path).await.expect(200);
    for (member, value) in balance.as_object().unwrap().iter().filter(|(member, _)| *member != "customer_id") {
        assert_eq!(whole[member], *value, "{member}");
    }
    server.audit().await;
}

#[tokio::test]
async fn orders_are_listed_newest_first_for_all_or_one_customer() {
    let server = TestServer::start().await;
    let (shop, other) = (server.shop().await, server.shop().await);
    let (one, two, beans) = (shop.customer(10_000).await, shop.customer(10_000).await, shop.product(1, 100).await);
    let mut orders = Vec::new();
    for customer in [&one, &two, &one, &one, &two] {
        orders.insert(0, shop.buy(customer, &[(&beans, 1), (&beans, 2)]).await.expect(201));
    }
    let list = async |shop: &Shop, query: &str| {
        let page = shop.client.get(&format!("/v1/orders{query}")).await.expect(200);
        assert_eq!(page["next_cursor"], Value::Null);
        page["data"].as_array().unwrap().clone()
    };

    assert_eq!(list(&shop, "").await, orders);
    for customer in [&one, &two] {
        let own: Vec<_> = orders.iter().filter(|order| order["customer_id"] == **customer).cloned().collect();
        assert_eq!(list(&shop, &format!("?customer_id={customer}")).await, own);
    }
    // An unknown customer and another business's customer have no orders here.
    let foreign = other.customer(1).await;
    for customer in [&foreign, &uuid::Uuid::now_v7().to_string()] {
        assert_eq!(list(&shop, &format!("?customer_id={customer}")).await, Vec::<Value>::new());
    }
    assert_eq!(list(&other, "").await, Vec::<Value>::new());
    assert_eq!(list(&other, &format!("?customer_id={one}")).await, Vec::<Value>::new());
    let problem = shop.client.get("/v1/orders?customer_id=1").await.expect_problem(422, "invalid_request");
    assert_eq!(problem["errors"], json!([{"in": "query", "pointer": "/customer_id", "detail": "must be a UUID"}]));
    server.audit().await;
}

#[tokio::test]
async fn an_order_that_does_not_exist_is_not_found() {
    let server = TestServer::start().await;
    let (shop, other) = (server.shop().await, server.shop().await);
    let (customer, beans) = (other.customer(10).await, other.product(1, 1).await);
    let foreign = id(&other.buy(&customer, &[(&beans, 1)]).await.expect(201));
    let payment = id(&other.pay(&customer, 1).await.expect(201));
    for order in [&uuid::Uuid::now_v7().to_string(), &foreign, "1", "%00"] {
        shop.client.get(&format!("/v1/orders/{order}")).await.expect_problem(404, "order_not_found");
    }
    other.client.get(&format!("/v1/orders/{payment}")).await.expect_problem(404, "order_not_found");
    server.audit().await;
}

/// A business whose customers are overdue at once.
async fn impatient_shop(server: &TestServer) -> Shop {
    Shop::open_as(server, &json!({"name": "Impatient", "currency": "EUR", "payment_terms": {"type": "age", "days": 0}}))
        .await
}

#[tokio::test]
async fn a_customer_with_an_old_unpaid_charge_is_overdue_until_it_is_paid() {
    let server = TestServer::start().await;
    let shop = impatient_shop(&server).await;
    let body = json!({"name": "Café Central", "credit_limit": 1_000, "external_id": "C-1"});
    let customer = id(&shop.client.post("/v1/customers", &body).await.expect(201));
    let beans = shop.product(100, 10).await;
    let overdue = async || shop.client.get("/v1/overdue-customers").await.expect(200);
    assert_eq!(overdue().await, json!({"data": [], "next_cursor": null}));

    let first = shop.buy(&customer, &[(&beans, 1)]).await.expect(201);
    let second = shop.buy(&customer, &[(&beans, 2)]).await.expect(201);

    let row = |balance: i64, oldest: &Value| {
        json!({"data": [{
            "customer_id": customer,
            "name": "Café Central",
            "external_id": "C-1",
            "balance": balance,
            "overdue_amount": balance,
            "oldest_unpaid_at": oldest["created_at"],
            "days": 0,
        }], "next_cursor": null})
    };
    assert_eq!(overdue().await, row(300, &first));
    shop.pay(&customer, 99).await.expect(201);
    assert_eq!(overdue().await, row(201, &first));
    shop.pay(&customer, 1).await.expect(201);
    assert_eq!(overdue().await, row(200, &second));
    let account = shop.client.get(&format!("/v1/customers/{customer}")).await.expect(200);
    assert_eq!((&account["overdue"], &account["oldest_unpaid_at"]), (&json!(true), &second["created_at"]));
    shop.pay(&customer, 200).await.expect(201);
    assert_eq!(overdue().await, json!({"data": [], "next_cursor": null}));
    server.audit().await;
}

#[tokio::test]
async fn nobody_is_overdue_within_the_days_that_the_business_gives() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans) = (shop.customer(1_000).await, shop.product(100, 10).await);
    shop.buy(&customer, &[(&beans, 1)]).await.expect(201);

    assert_eq!(shop.client.get("/v1/overdue-customers").await.expect(200)["data"], json!([]));
    server.audit().await;
}
