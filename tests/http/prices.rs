//! Prices, discounts and taxes that the caller brings, and quantities in parts of units.

use serde_json::{Value, json};

use crate::support::{
    client::Answer,
    contents::contents,
    server::TestServer,
    shop::{Shop, id},
};

const MAX: i64 = 9_007_199_254_740_991;

/// A shop whose client may also set prices.
async fn pricing_shop(server: &TestServer) -> Shop {
    let shop = server.shop().await;
    let client = server.client_with_scopes(shop.business_id, &["read", "write", "price"]).await;
    Shop { client, ..shop }
}

fn body(customer: &str, items: &Value) -> Value {
    json!({"customer_id": customer, "items": items})
}

async fn buy(shop: &Shop, key: &str, customer: &str, items: &Value) -> Answer {
    shop.client.move_with(key, "/v1/purchases", &body(customer, items)).await
}

async fn product(shop: &Shop, body: Value) -> String {
    id(&shop.client.post("/v1/products", &body).await.expect(201))
}

#[tokio::test]
async fn a_line_keeps_the_price_discount_and_tax_that_came_with_it_and_the_products_own_price() {
    let server = TestServer::start().await;
    let shop = pricing_shop(&server).await;
    let customer = shop.customer(10_000).await;
    let beans = product(&shop, json!({"sku": "B", "name": "Beans", "price": 1_000, "stock": 10, "unit": "bag"})).await;
    let filters = product(&shop, json!({"sku": "F", "name": "Filters", "price": 300, "stock": 10})).await;
    let items = json!([
        {"product_id": beans, "quantity": 3, "unit_price": 900, "discount": 100, "tax": 190},
        {"product_id": filters, "quantity": 1},
        // The product's own price brings no list price, and 0 is not nothing.
        {"product_id": beans, "quantity": 1, "unit_price": 1_000, "discount": 0, "tax": 0},
        {"product_id": beans, "quantity": 1, "unit_price": 0},
    ]);

    let order = buy(&shop, "k", &customer, &items).await.expect(201);

    let item = |line_no: u32, product_id: &str, quantity: u32, prices: [i64; 2], more: [Value; 3]| {
        let [unit_price, line_total] = prices;
        let [list_price, discount, tax] = more;
        json!({"line_no": line_no, "product_id": product_id, "quantity": quantity, "quantity_decimals": 0,
               "unit_price": unit_price, "list_price": list_price, "discount": discount, "tax": tax, "line_total": line_total})
    };
    let none = || [Value::Null, Value::Null, Value::Null];
    let mut expected = vec![
        item(1, &beans, 3, [900, 2_790], [json!(1_000), json!(100), json!(190)]),
        item(2, &filters, 1, [300, 300], none()),
        item(3, &beans, 1, [1_000, 1_000], [Value::Null, json!(0), json!(0)]),
        item(4, &beans, 1, [0, 0], [json!(1_000), Value::Null, Value::Null]),
    ];
    assert_eq!(order["items"], json!(expected));
    assert_eq!((&order["total"], &order["balance_after"]), (&json!(4_090), &json!(4_090)));

    // The same again, also after the products are called and cost something else.
    shop.client.patch(&format!("/v1/products/{beans}"), &json!({"unit": null})).await.expect(200);
    let change = json!({"name": "Coffee", "sku": "C", "price": 5});
    shop.client.patch(&format!("/v1/products/{beans}"), &change).await.expect(200);
    let again = buy(&shop, "k", &customer, &items).await;
    assert!(again.is_replay());
    assert_eq!(again.expect(201), order);
    assert_eq!(shop.client.get("/v1/orders").await.expect(200)["data"], json!([order]));
    // One order by itself tells what its products were called.
    for item in &mut expected {
        let (sku, name, unit) =
            if item["product_id"] == *beans { ("B", "Beans", json!("bag")) } else { ("F", "Filters", Value::Null) };
        item["product"] = json!({"sku": sku, "name": name, "unit": unit});
    }
    let shown = shop.client.get(&format!("/v1/orders/{}", id(&order))).await.expect(200);
    assert_eq!(shown["items"], json!(expected));
    server.audit().await;
}

#[tokio::test]
async fn whoever_lacks_the_scope_price_is_told_which_parts_need_it_and_buys_nothing() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans) = (shop.customer(10_000).await, shop.product(100, 10).await);
    let pricer = server.client_with_scopes(shop.business_id, &["read", "price"]).await;
    let before = contents(&server.database).await;

    let items = json!([
        {"product_id": beans, "quantity": 1, "unit_price": 100},
        {"product_id": beans, "quantity": 1},
        {"product_id": beans, "quantity": 1, "discount": 0, "tax": 1},
    ]);
    let problem = buy(&shop, "k", &customer, &items).await.expect_problem(403, "forbidden");
    assert_eq!(problem["detail"], "these credentials lack the scope price");
    let fault = |pointer: &str| json!({"in": "body", "pointer": pointer, "detail": "needs the scope price"});
    let expected = ["/items/0/unit_price", "/items/2/discount", "/items/2/tax"].map(fault);
    assert_eq!(problem["errors"], json!(expected));
    let refused = pricer.move_with("k", "/v1/purchases", &body(&customer, &items)).await;
    assert_eq!(refused.expect_problem(403, "forbidden")["detail"], "these credentials lack the scope write");

    // The most that one answer names.
    let many: Vec<_> = (0..101).map(|_| json!({"product_id": beans, "quantity": 1, "tax": 0})).collect();
    let problem = buy(&shop, "k", &customer, &json!(many)).await.expect_problem(403, "forbidden");
    assert_eq!(problem["errors"].as_array().unwrap().len(), 100);
    assert_eq!(contents(&server.database).await, before);

    // null is as good as nothing.
    let items = json!([{"product_id": beans, "quantity": 1, "unit_price": null, "discount": null, "tax": null}]);
    buy(&shop, "k", &customer, &items).await.expect(201);
    assert!(buy(&shop, "k", &customer, &json!([{"product_id": beans, "quantity": 1}])).await.is_replay());
    server.audit().await;
}

#[tokio::test]
async fn the_same_key_with_other_prices_is_another_request() {
    let server = TestServer::start().await;
    let shop = pricing_shop(&server).await;
    let (customer, beans) = (shop.customer(10_000).await, shop.product(100, 10).await);
    let line = |more: &[(&str, i64)]| {
        let mut line = json!({"product_id": beans, "quantity": 1});
        for (member, value) in more {
            line[*member] = json!(value);
        }
        json!([line])
    };
    let all: [&[(&str, i64)]; 8] = [
        &[],
        &[("unit_price", 100)],
        &[("unit_price", 99)],
        &[("discount", 0)],
        &[("tax", 0)],
        &[("discount", 7)],
        &[("tax", 7)],
        &[("discount", 7), ("tax", 7)],
    ];
    for (number, one) in all.iter().enumerate() {
        buy(&shop, &number.to_string(), &customer, &line(one)).await.expect(201);
        for other in all {
            let answer = buy(&shop, &number.to_string(), &customer, &line(other)).await;
            if *one == other {
                assert!(answer.is_replay(), "{one:?}");
            } else {
                answer.expect_problem(422, "idempotency_key_reused");
            }
        }
    }
    server.audit().await;
}

#[tokio::test]
async fn a_discount_is_at_most_the_price_of_the_lines_quantity() {
    let server = TestServer::start().await;
    let shop = pricing_shop(&server).await;
    let (customer, beans) = (shop.customer(10_000).await, shop.product(100, 10).await);
    let before = contents(&server.database).await;
    let items = |over: i64| {
        json!([
            {"product_id": beans, "quantity": 2, "discount": 200 + over, "tax": 9},
            {"product_id": beans, "quantity": 1},
            {"product_id": beans, "quantity": 2, "unit_price": 3, "discount": 6 + over},
        ])
    };

    let problem = buy(&shop, "k", &customer, &items(1)).await.expect_problem(422, "invalid_request");
    let fault = |pointer: &str| json!({"in": "body", "pointer": pointer, "detail": "must be at most the price of the line's quantity"});
    assert_eq!(problem["errors"], json!([fault("/items/0/discount"), fault("/items/2/discount")]));
    assert_eq!(contents(&server.database).await, before);

    let order = buy(&shop, "k", &customer, &items(0)).await.expect(201);
    assert_eq!(order["total"], 9 + 100);
    server.audit().await;
}

#[tokio::test]
async fn limits_are_held_by_what_is_charged_and_not_by_the_products_own_prices() {
    let server = TestServer::start().await;
    let shop = pricing_shop(&server).await;
    let (customer, yacht) = (shop.customer(100).await, shop.product(1_000, 10).await);
    let line = |more: Value| {
        let mut line = json!({"product_id": yacht, "quantity": 1});
        line.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!([line])
    };
    let over = buy(&shop, "k", &customer, &line(json!({"unit_price": 90, "tax": 11}))).await;
    let over = over.expect_problem(409, "credit_limit_exceeded");
    assert_eq!((&over["credit_limit"], &over["balance"], &over["required"]), (&json!(100), &json!(0), &json!(101)));
    buy(&shop, "k", &customer, &line(json!({"discount": 910, "tax": 10}))).await.expect(201);
    // Nothing is left, and what costs nothing needs nothing.
    buy(&shop, "tax", &customer, &line(json!({"unit_price": 0, "tax": 1})))
        .await
        .expect_problem(409, "credit_limit_exceeded");
    buy(&shop, "free", &customer, &line(json!({"discount": 1_000}))).await.expect(201);

    // The price of the quantity may be more than the largest amount; what is charged may not.
    let rich = shop.customer(MAX).await;
    let twice = |discount: i64, tax: i64| json!([{"product_id": yacht, "quantity": 2, "unit_price": MAX, "discount": discount, "tax": tax}]);
    for items in [twice(MAX, 1), twice(MAX - 1, 0), line(json!({"unit_price": MAX, "tax": 1}))] {
        let problem = buy(&shop, "rich", &rich, &items).await.expect_problem(422, "invalid_request");
        let expected = "the total would be above 9007199254740991";
        assert_eq!(problem["errors"], json!([{"in": "body", "pointer": "/items", "detail": expected}]), "{items}");
    }
    assert_eq!(buy(&shop, "rich", &rich, &twice(MAX, 0)).await.expect(201)["balance_after"], MAX);
    server.audit().await;
}

#[tokio::test]
async fn a_quantity_counts_in_parts_of_its_products_unit_and_the_line_is_rounded_half_up() {
    let server = TestServer::start().await;
    let shop = pricing_shop(&server).await;
    let customer = shop.customer(1_000_000).await;
    let weighed = |sku: &str, price: i64, decimals: i64| json!({"sku": sku, "name": sku, "price": price, "stock": 100_000, "unit": "kg", "quantity_decimals": decimals});
    let cheese = product(&shop, weighed("cheese", 1_999, 3)).await;
    let cent = product(&shop, weighed("cent", 1, 1)).await;
    let plain = json!([
        {"product_id": cheese, "quantity": 1_250},
        {"product_id": cent, "quantity": 5},
        {"product_id": cent, "quantity": 4},
    ]);
    let priced = json!([
        {"product_id": cent, "quantity": 5},
        {"product_id": cheese, "quantity": 500, "unit_price": 1, "discount": 1, "tax": 3},
    ]);
    // 1.25 kg at 19.99 are 24.9875. Half a cent is a cent, less than half is none.
    for (key, items, lines) in
        [("plain", plain, &[(3, 2_499), (1, 1), (1, 0)][..]), ("priced", priced, &[(1, 1), (3, 3)])]
    {
        let order = buy(&shop, key, &customer, &items).await.expect(201);
        let figure = |item: &Value, member: &str| item[member].as_i64().unwrap();
        let shown = order["items"].as_array().unwrap().iter();
        let shown: Vec<_> = shown.map(|item| (figure(item, "quantity_decimals"), figure(item, "line_total"))).collect();
        assert_eq!(shown, lines, "{key}");
        assert_eq!(order["total"], lines.iter().map(|(_, total)| total).sum::<i64>());
        let again = buy(&shop, key, &customer, &items).await;
        assert!(again.is_replay());
        assert_eq!(again.expect(201), order);
        assert_eq!(shop.client.get("/v1/orders?limit=1").await.expect(200)["data"], json!([order]));
    }
    assert_eq!(shop.stock(&cheese).await, 100_000 - 1_750);
    server.audit().await;
}
