//! `POST /v1/purchases`: accepted purchases and their figures.

use serde_json::{Value, json};

use crate::support::{
    server::TestServer,
    shop::{id, unnamed},
};

/// A line of whole units at the product's own price.
fn item(line_no: u32, product_id: &str, quantity: u32, unit_price: i64, line_total: i64) -> Value {
    json!({"line_no": line_no, "product_id": product_id, "quantity": quantity, "quantity_decimals": 0, "unit_price": unit_price,
           "list_price": null, "discount": null, "tax": null, "line_total": line_total})
}

#[tokio::test]
async fn a_purchase_takes_stock_charges_the_customer_and_leaves_an_order() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans, filters) =
        (shop.customer(10_000).await, shop.product(1_250, 10).await, shop.product(300, 5).await);

    let bought = shop.buy(&customer, &[(&beans, 2), (&filters, 1)]).await;
    let order = bought.expect(201);

    assert!(!bought.is_replay());
    assert_eq!(
        order,
        json!({
            "id": order["id"],
            "customer_id": customer,
            "total": 2_800,
            "balance_after": 2_800,
            "items": [
                item(1, &beans, 2, 1_250, 2_500),
                item(2, &filters, 1, 300, 300),
            ],
            "due_at": order["due_at"],
            "due_date": null,
            "created_at": order["created_at"],
            "proof": {"entry_no": 1, "hash": order["proof"]["hash"]},
        })
    );
    assert_eq!((shop.stock(&beans).await, shop.stock(&filters).await), (8, 4));
    assert_eq!(shop.balance(&customer).await, 2_800);
    assert_eq!(unnamed(shop.client.get(&format!("/v1/orders/{}", id(&order))).await.expect(200)), order);
    server.audit().await;
}

#[tokio::test]
async fn the_same_product_on_two_lines_counts_together_and_stays_two_lines() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans) = (shop.customer(10_000).await, shop.product(100, 5).await);

    let short = shop.buy(&customer, &[(&beans, 3), (&beans, 3)]).await.expect_problem(409, "insufficient_stock");
    assert_eq!(short["shortages"], json!([{"product_id": beans, "requested": 6, "available": 5}]));

    let order = shop.buy(&customer, &[(&beans, 3), (&beans, 2)]).await.expect(201);
    assert_eq!(order["items"], json!([item(1, &beans, 3, 100, 300), item(2, &beans, 2, 100, 200),]));
    assert_eq!((&order["total"], shop.stock(&beans).await), (&json!(500), 0));
    server.audit().await;
}

#[tokio::test]
async fn a_purchase_exactly_at_the_limit_is_accepted_and_one_unit_over_is_refused() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, cent, bulk) = (shop.customer(1_000).await, shop.product(1, 10).await, shop.product(333, 10).await);

    let over = shop.buy(&customer, &[(&bulk, 3), (&cent, 2)]).await.expect_problem(409, "credit_limit_exceeded");
    assert_eq!((&over["credit_limit"], &over["balance"], &over["required"]), (&json!(1_000), &json!(0), &json!(1_001)));

    let order = shop.buy(&customer, &[(&bulk, 3), (&cent, 1)]).await.expect(201);
    assert_eq!(order["balance_after"], 1_000);

    let over = shop.buy(&customer, &[(&cent, 1)]).await.expect_problem(409, "credit_limit_exceeded");
    assert_eq!((&over["credit_limit"], &over["balance"], &over["required"]), (&json!(1_000), &json!(1_000), &json!(1)));
    server.audit().await;
}

#[tokio::test]
async fn a_payment_allows_further_purchases_of_exactly_its_amount() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans) = (shop.customer(500).await, shop.product(1, 10_000).await);

    shop.buy(&customer, &[(&beans, 500)]).await.expect(201);
    shop.pay(&customer, 120).await.expect(201);
    shop.buy(&customer, &[(&beans, 121)]).await.expect_problem(409, "credit_limit_exceeded");
    shop.buy(&customer, &[(&beans, 120)]).await.expect(201);

    assert_eq!(shop.balance(&customer).await, 500);
    server.audit().await;
}

#[tokio::test]
async fn a_customer_without_credit_can_spend_what_was_paid_in_advance() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans) = (shop.customer(0).await, shop.product(1, 1_000).await);

    shop.buy(&customer, &[(&beans, 1)]).await.expect_problem(409, "credit_limit_exceeded");
    shop.pay(&customer, 300).await.expect(201);
    let over = shop.buy(&customer, &[(&beans, 301)]).await.expect_problem(409, "credit_limit_exceeded");
    assert_eq!((&over["balance"], &over["required"]), (&json!(-300), &json!(301)));
    let order = shop.buy(&customer, &[(&beans, 300)]).await.expect(201);

    assert_eq!(order["balance_after"], 0);
    server.audit().await;
}

#[tokio::test]
async fn a_purchase_of_exactly_all_stock_is_accepted() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans) = (shop.customer(10_000).await, shop.product(1, 7).await);

    shop.buy(&customer, &[(&beans, 8)]).await.expect_problem(409, "insufficient_stock");
    shop.buy(&customer, &[(&beans, 7)]).await.expect(201);
    let short = shop.buy(&customer, &[(&beans, 1)]).await.expect_problem(409, "insufficient_stock");

    assert_eq!(short["shortages"], json!([{"product_id": beans, "requested": 1, "available": 0}]));
    server.audit().await;
}

#[tokio::test]
async fn a_customer_without_credit_left_can_buy_what_costs_nothing() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, gift, beans) = (shop.customer(50).await, shop.product(0, 3).await, shop.product(50, 1).await);
    shop.buy(&customer, &[(&beans, 1)]).await.expect(201);
    let lowered = shop.client.patch(&format!("/v1/customers/{customer}"), &json!({"credit_limit": 10})).await;
    assert_eq!(lowered.expect(200)["available_credit"], 0);

    let order = shop.buy(&customer, &[(&gift, 2)]).await.expect(201);

    assert_eq!((&order["total"], &order["balance_after"]), (&json!(0), &json!(50)));
    assert_eq!(shop.stock(&gift).await, 1);
    let entries = shop.client.get(&format!("/v1/customers/{customer}/ledger")).await.expect(200);
    let newest = &entries["data"][0];
    assert_eq!((&newest["amount"], &newest["balance_after"], &newest["entry_no"]), (&json!(0), &json!(50), &json!(2)));
    server.audit().await;
}

#[tokio::test]
async fn an_order_keeps_the_price_of_its_moment() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans) = (shop.customer(10_000).await, shop.product(100, 10).await);
    let reprice = async |price: i64| {
        shop.client.patch(&format!("/v1/products/{beans}"), &json!({"price": price})).await.expect(200)
    };

    let before = shop.buy(&customer, &[(&beans, 1)]).await.expect(201);
    reprice(250).await;
    let after = shop.buy(&customer, &[(&beans, 1)]).await.expect(201);
    reprice(7).await;

    let totals = [&before["total"], &after["total"], &after["balance_after"]];
    assert_eq!(totals, [&json!(100), &json!(250), &json!(350)]);
    for order in [&before, &after] {
        assert_eq!(unnamed(shop.client.get(&format!("/v1/orders/{}", id(order))).await.expect(200)), *order);
    }
    assert_eq!(shop.balance(&customer).await, 350);
    server.audit().await;
}

#[tokio::test]
async fn a_purchase_of_five_hundred_lines_keeps_their_order() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let customer = shop.customer(1_000_000).await;
    let products = [shop.product(1, 1_000).await, shop.product(2, 1_000).await, shop.product(3, 1_000).await];
    let lines: Vec<_> = (0..500).map(|n| (products[(n * 7) % 3].as_str(), i64::try_from(n % 2 + 1).unwrap())).collect();

    let order = shop.buy(&customer, &lines).await.expect(201);

    let kept: Vec<_> = order["items"].as_array().unwrap().iter().collect();
    assert_eq!(kept.len(), 500);
    for (n, (item, (product_id, quantity))) in kept.iter().zip(&lines).enumerate() {
        assert_eq!(
            (&item["line_no"], &item["product_id"], &item["quantity"]),
            (&json!(n + 1), &json!(product_id), &json!(quantity))
        );
    }
    let sum: i64 = kept.iter().map(|item| item["line_total"].as_i64().unwrap()).sum();
    assert_eq!(order["total"], sum);
    server.audit().await;
}

#[tokio::test]
async fn the_largest_amounts_are_exact() {
    const MAX: i64 = 9_007_199_254_740_991;
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, yacht, cent) = (shop.customer(MAX).await, shop.product(MAX, MAX).await, shop.product(1, MAX).await);

    let order = shop.buy(&customer, &[(&yacht, 1)]).await.expect(201);
    assert_eq!((&order["total"], &order["balance_after"]), (&json!(MAX), &json!(MAX)));
    shop.buy(&customer, &[(&cent, 1)]).await.expect_problem(409, "credit_limit_exceeded");
    let paid = shop.pay(&customer, MAX).await.expect(201);
    assert_eq!(paid["balance_after"], 0);
    shop.buy(&customer, &[(&cent, 1), (&yacht, 1)]).await.expect_problem(422, "invalid_request");

    let empty: Value = shop.client.get(&format!("/v1/customers/{customer}/balance")).await.expect(200);
    assert_eq!(empty["available_credit"], MAX);
    server.audit().await;
}
