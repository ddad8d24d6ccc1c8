//! `/v1/returns`.

use serde_json::{Value, json};

use crate::support::{
    client::Answer,
    contents::contents,
    server::TestServer,
    shop::{Shop, id, purchase},
};

const MAX: i64 = 9_007_199_254_740_991;

/// A return under a key of its own.
async fn give_back(shop: &Shop, order: &str, items: Value) -> Answer {
    shop.client.move_once("/v1/returns", &body(order, &items)).await
}

fn body(order: &str, items: &Value) -> Value {
    json!({"order_id": order, "items": items, "reason": "Bag torn"})
}

async fn shop_with_prices(server: &TestServer) -> Shop {
    let mut shop = server.shop().await;
    shop.client = server.client_with_scopes(shop.business_id, &["read", "write", "price"]).await;
    shop
}

#[tokio::test]
async fn a_return_credits_what_was_bought_and_puts_it_back_into_the_stock() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let customer = shop.customer(10_000).await;
    let (beans, filters) = (shop.product(300, 10).await, shop.product(50, 10).await);
    let order = shop.buy(&customer, &[(&beans, 2), (&filters, 4)]).await.expect(201);

    let answer =
        give_back(&shop, &id(&order), json!([{"line_no": 2, "quantity": 3}, {"line_no": 1, "quantity": 1}])).await;
    let returned = answer.expect(201);

    assert!(!answer.is_replay());
    let item = |line_no: u32, product: &str, quantity: u32, line_total: u32| {
        json!({
            "line_no": line_no, "product_id": product, "quantity": quantity, "quantity_decimals": 0,
            "restock_quantity": quantity, "tax": null, "line_total": line_total,
        })
    };
    assert_eq!(
        returned,
        json!({
            "id": returned["id"],
            "order_id": order["id"],
            "customer_id": customer,
            "total": 450,
            "balance_after": 350,
            "items": [item(1, &beans, 1, 300), item(2, &filters, 3, 150)],
            "allocations": [{"charge_id": order["id"], "amount": 450}],
            "reason": "Bag torn",
            "created_at": returned["created_at"],
            "proof": {"entry_no": 2, "hash": returned["proof"]["hash"]},
        })
    );
    assert_eq!((shop.stock(&beans).await, shop.stock(&filters).await), (9, 9));
    assert_eq!(shop.balance(&customer).await, 350);
    assert_eq!(shop.client.get(&format!("/v1/returns/{}", id(&returned))).await.expect(200), returned);
    // The order stays as it is.
    let kept = shop.client.get(&format!("/v1/orders/{}", id(&order))).await.expect(200);
    assert_eq!((&kept["total"], &kept["items"][0]["quantity"]), (&json!(800), &json!(2)));
    let ledger = shop.client.get(&format!("/v1/customers/{customer}/ledger")).await.expect(200);
    let entry = &ledger["data"][0];
    assert_eq!((&entry["id"], &entry["kind"], &entry["amount"]), (&returned["id"], &json!("return"), &json!(-450)));
    assert_eq!((&entry["reason"], &entry["proof"]), (&json!("Bag torn"), &returned["proof"]));
    server.audit().await;
}

/// Whatever the product costs now.
#[tokio::test]
async fn a_line_is_credited_as_it_was_priced_and_the_last_part_gets_what_is_left() {
    let server = TestServer::start().await;
    let shop = shop_with_prices(&server).await;
    let (customer, beans) = (shop.customer(10_000).await, shop.product(40, 10).await);
    // 3 for 100, of which 10 are tax; 2 for nothing; and 10 for 15, of which 14 are tax.
    let items = json!([
        {"product_id": beans, "quantity": 3, "unit_price": 35, "discount": 15, "tax": 10},
        {"product_id": beans, "quantity": 2, "unit_price": 0},
        {"product_id": beans, "quantity": 5, "unit_price": 1, "discount": 4, "tax": 14},
    ]);
    let order =
        shop.client.move_once("/v1/purchases", &json!({"customer_id": customer, "items": items})).await.expect(201);
    assert_eq!(order["total"], 115);
    shop.client.patch(&format!("/v1/products/{beans}"), &json!({"price": 7_000})).await.expect(200);

    let mut parts = Vec::new();
    for line_no in [1, 1, 1, 2, 2, 3, 3, 3, 3, 3] {
        let returned = give_back(&shop, &id(&order), json!([{"line_no": line_no, "quantity": 1}])).await.expect(201);
        let item = &returned["items"][0];
        assert_eq!(returned["total"], item["line_total"]);
        parts.push((item["line_total"].as_i64().unwrap(), item["tax"].as_i64()));
    }
    // A part's tax is never more than the part.
    let expected = [
        (33, Some(3)),
        (33, Some(3)),
        (34, Some(4)),
        (0, None),
        (0, None),
        (2, Some(2)),
        (3, Some(3)),
        (3, Some(3)),
        (3, Some(3)),
        (4, Some(3)),
    ];
    assert_eq!(parts, expected);
    assert_eq!(shop.balance(&customer).await, 0);
    assert_eq!(shop.stock(&beans).await, 10);
    server.audit().await;
}

#[tokio::test]
async fn nothing_is_returned_beyond_what_was_bought() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans) = (shop.customer(10_000).await, shop.product(100, 100).await);
    let order = shop.buy(&customer, &[(&beans, 5), (&beans, 2), (&beans, 1)]).await.expect(201);
    give_back(&shop, &id(&order), json!([{"line_no": 1, "quantity": 3}])).await.expect(201);
    let before = contents(&server.database).await;

    let items = json!([{"line_no": 3, "quantity": 2}, {"line_no": 2, "quantity": 2}, {"line_no": 1, "quantity": 3}]);
    let problem = give_back(&shop, &id(&order), items).await.expect_problem(409, "quantity_exceeds_returnable");

    let excesses = json!([
        {"line_no": 1, "requested": 3, "available": 2},
        {"line_no": 3, "requested": 2, "available": 1},
    ]);
    assert_eq!(problem["lines"], excesses);
    assert_eq!(contents(&server.database).await, before);
    let rest = json!([{"line_no": 1, "quantity": 2}, {"line_no": 2, "quantity": 2}, {"line_no": 3, "quantity": 1}]);
    give_back(&shop, &id(&order), rest).await.expect(201);
    let problem = give_back(&shop, &id(&order), json!([{"line_no": 2, "quantity": 1}])).await;
    let problem = problem.expect_problem(409, "quantity_exceeds_returnable");
    assert_eq!(problem["lines"], json!([{"line_no": 2, "requested": 1, "available": 0}]));
    assert_eq!((shop.stock(&beans).await, shop.balance(&customer).await), (100, 0));
    server.audit().await;
}

#[tokio::test]
async fn what_is_damaged_does_not_go_back_into_the_stock_and_neither_does_a_service() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans, gift) = (shop.customer(10_000).await, shop.product(100, 3).await, shop.product(10, 1).await);
    let advice = json!({"sku": "advice", "name": "Advice", "price": 50, "stock": 0, "track_stock": false});
    let advice = id(&shop.client.post("/v1/products", &advice).await.expect(201));
    let order = id(&shop.buy(&customer, &[(&beans, 3), (&advice, 2), (&gift, 1)]).await.expect(201));
    // All of it was sold, and now it is a service.
    shop.client.patch(&format!("/v1/products/{gift}"), &json!({"track_stock": false})).await.expect(200);

    let restocked = |returned: &Value| -> Vec<_> {
        returned["items"].as_array().unwrap().iter().map(|item| item["restock_quantity"].as_i64().unwrap()).collect()
    };
    for line_no in [2, 3] {
        let items = json!([
            {"line_no": 1, "quantity": 1, "restock_quantity": 1}, {"line_no": line_no, "quantity": 1, "restock_quantity": 1},
        ]);
        let problem = give_back(&shop, &order, items).await.expect_problem(422, "invalid_request");
        let detail = "must be 0: the line did not take from a stock";
        assert_eq!(
            problem["errors"],
            json!([{"in": "body", "pointer": "/items/1/restock_quantity", "detail": detail}]),
            "{line_no}"
        );
    }
    let items = json!([
        {"line_no": 1, "quantity": 3, "restock_quantity": 1}, {"line_no": 2, "quantity": 1}, {"line_no": 3, "quantity": 1},
    ]);
    let returned = give_back(&shop, &order, items).await.expect(201);
    assert_eq!(restocked(&returned), [1, 0, 0]);
    assert_eq!(returned["total"], 360);
    let returned = give_back(&shop, &order, json!([{"line_no": 2, "quantity": 1, "restock_quantity": 0}])).await;
    assert_eq!(restocked(&returned.expect(201)), [0]);
    assert_eq!((shop.stock(&beans).await, shop.stock(&gift).await), (1, 0));
    server.audit().await;
}

#[tokio::test]
async fn what_comes_back_serves_first_what_is_backordered() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let customer = shop.customer(10_000).await;
    let chairs = json!({"sku": "chairs", "name": "Chairs", "price": 100, "stock": 2, "backorder_limit": 10});
    let chairs = id(&shop.client.post("/v1/products", &chairs).await.expect(201));
    let order = id(&shop.buy(&customer, &[(&chairs, 4), (&chairs, 3)]).await.expect(201));

    for (items, stock, backordered) in [
        (json!([{"line_no": 1, "quantity": 1}]), 0, 4),
        (json!([{"line_no": 2, "quantity": 3}, {"line_no": 1, "quantity": 2}]), 1, 0),
        (json!([{"line_no": 1, "quantity": 1}]), 2, 0),
    ] {
        give_back(&shop, &order, items).await.expect(201);
        let product = shop.client.get(&format!("/v1/products/{chairs}")).await.expect(200);
        assert_eq!((&product["stock"], &product["backordered"]), (&json!(stock), &json!(backordered)));
    }
    server.audit().await;
}

/// What is left of the credit settles the oldest charge.
#[tokio::test]
async fn a_return_settles_its_order_as_far_as_no_other_credit_does_by_name() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans) = (shop.customer(10_000).await, shop.product(100, 10).await);
    let earlier = shop.buy(&customer, &[(&beans, 1)]).await.expect(201);
    let order = shop.buy(&customer, &[(&beans, 3)]).await.expect(201);
    let paid = json!({
        "customer_id": customer, "amount": 250, "allocations": [{"charge_id": order["id"], "amount": 250}],
    });
    shop.client.move_once("/v1/payments", &paid).await.expect(201);
    let oldest =
        async || shop.client.get(&format!("/v1/customers/{customer}")).await.expect(200)["oldest_unpaid_at"].clone();

    assert_eq!(oldest().await, earlier["created_at"]);
    let returned = give_back(&shop, &id(&order), json!([{"line_no": 1, "quantity": 1}])).await.expect(201);
    assert_eq!(returned["allocations"], json!([{"charge_id": order["id"], "amount": 50}]));
    assert_eq!((&returned["balance_after"], oldest().await), (&json!(50), earlier["created_at"].clone()));
    let returned = give_back(&shop, &id(&order), json!([{"line_no": 1, "quantity": 1}])).await.expect(201);
    assert_eq!(returned["allocations"], json!([]));
    assert_eq!((&returned["balance_after"], oldest().await), (&json!(-50), json!(null)));
    server.audit().await;
}

#[tokio::test]
async fn a_return_that_cannot_be_is_refused_without_a_trace() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans) = (shop.customer(10_000).await, shop.product(100, 10).await);
    let order = id(&shop.buy(&customer, &[(&beans, 2)]).await.expect(201));
    let payment = id(&shop.pay(&customer, 10).await.expect(201));
    let other = server.shop().await;
    let foreign = id(&other.buy(&other.customer(100).await, &[(&other.product(1, 1).await, 1)]).await.expect(201));
    let before = contents(&server.database).await;

    let item = json!([{"line_no": 1, "quantity": 1}]);
    for unknown in [uuid::Uuid::now_v7().to_string(), payment, foreign] {
        give_back(&shop, &unknown, item.clone()).await.expect_problem(404, "order_not_found");
    }
    for (items, pointer) in [
        (json!([]), "/items"),
        (json!([{"line_no": 1, "quantity": 1}, {"line_no": 1, "quantity": 1}]), "/items"),
        (json!([{"line_no": 0, "quantity": 1}]), "/items/0/line_no"),
        (json!([{"line_no": 1, "quantity": 1}, {"line_no": 2, "quantity": 1}]), "/items/1/line_no"),
        (json!([{"line_no": 501, "quantity": 1}]), "/items/0/line_no"),
        (json!([{"line_no": 1, "quantity": 0}]), "/items/0/quantity"),
        (json!([{"line_no": 1, "quantity": 1.5}]), "/items/0/quantity"),
        (json!([{"line_no": 1}]), "/items/0/quantity"),
        (json!([{"line_no": 1, "quantity": 1, "restock_quantity": 2}]), "/items/0/restock_quantity"),
        (json!([{"line_no": 1, "quantity": 1, "restock_quantity": -1}]), "/items/0/restock_quantity"),
        (json!([{"line_no": 1, "quantity": 1, "price": 1}]), "/items/0/price"),
    ] {
        let problem = give_back(&shop, &order, items.clone()).await.expect_problem(422, "invalid_request");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{items}: {problem}");
    }
    for reason in [json!(""), json!(null), json!("x".repeat(501))] {
        let request = json!({"order_id": order, "items": item, "reason": reason});
        let problem = shop.client.move_once("/v1/returns", &request).await.expect_problem(422, "invalid_request");
        assert_eq!(problem["errors"][0]["pointer"], "/reason", "{problem}");
    }
    shop.client.post("/v1/returns", &body(&order, &item)).await.expect_problem(400, "idempotency_key_missing");
    shop.client.get("/v1/returns/no-uuid").await.expect_problem(404, "return_not_found");
    shop.client.get(&format!("/v1/returns/{order}")).await.expect_problem(404, "return_not_found");
    assert_eq!(contents(&server.database).await, before);
    server.audit().await;
}

#[tokio::test]
async fn stock_and_balance_can_reach_their_ends_by_a_return_and_no_further() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans) = (shop.customer(10_000).await, shop.product(100, 2).await);
    let order = id(&shop.buy(&customer, &[(&beans, 2)]).await.expect(201));
    shop.restock(&beans, MAX - 1).await.expect(201);
    shop.pay(&customer, MAX).await.expect(201);
    shop.pay(&customer, 100).await.expect(201);
    let refused = async |pointer: &str, detail: &str| {
        let problem = give_back(&shop, &order, json!([{"line_no": 1, "quantity": 2}])).await;
        let problem = problem.expect_problem(422, "invalid_request");
        assert_eq!(problem["errors"], json!([{"in": "body", "pointer": pointer, "detail": detail}]));
    };

    refused("/items/0/quantity", "would take the stock above 9007199254740991").await;
    shop.restock(&beans, -1).await.expect(201);
    refused("/items", "would take the balance beyond ±9007199254740991").await;
    let returned = give_back(&shop, &order, json!([{"line_no": 1, "quantity": 1}])).await.expect(201);
    assert_eq!((&returned["balance_after"], shop.stock(&beans).await), (&json!(-MAX), MAX - 1));
    server.audit().await;
}

#[tokio::test]
async fn a_return_is_made_once_and_a_blocked_customer_can_make_it() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans) = (shop.customer(10_000).await, shop.product(100, 10).await);
    let order = id(&shop.buy(&customer, &[(&beans, 2)]).await.expect(201));
    shop.client.patch(&format!("/v1/customers/{customer}"), &json!({"blocked": true})).await.expect(200);

    let items = json!([{"line_no": 1, "quantity": 1}]);
    let first = shop.client.move_with("key", "/v1/returns", &body(&order, &items)).await;
    let again = shop.client.move_with("key", "/v1/returns", &body(&order, &items)).await;
    assert_eq!((first.is_replay(), again.is_replay(), again.expect(201)), (false, true, first.expect(201)));
    for other in [json!([{"line_no": 1, "quantity": 2}]), json!([{"line_no": 1, "quantity": 1, "restock_quantity": 1}])]
    {
        let reused = shop.client.move_with("key", "/v1/returns", &body(&order, &other)).await;
        reused.expect_problem(422, "idempotency_key_reused");
    }
    // The keys of purchases and payments are the same ones.
    let unknown = body(&uuid::Uuid::now_v7().to_string(), &json!([{"line_no": 1, "quantity": 1}]));
    shop.client.move_with("key", "/v1/returns", &unknown).await.expect_problem(422, "idempotency_key_reused");
    shop.buy_with("key", &customer, &[(&beans, 1)]).await.expect_problem(422, "idempotency_key_reused");
    assert_eq!(shop.balance(&customer).await, 100);
    server.audit().await;
}

#[tokio::test]
async fn returns_are_listed_newest_first_and_by_order_and_customer() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (ada, bert) = (shop.customer(10_000).await, shop.customer(10_000).await);
    let beans = shop.product(100, 100).await;
    let mut returns = Vec::new();
    let mut orders = Vec::new();
    for customer in [&ada, &bert, &ada] {
        orders.push(id(&shop.buy(customer, &[(&beans, 2)]).await.expect(201)));
    }
    for order in [0, 1, 2, 0, 1] {
        returns.push(give_back(&shop, &orders[order], json!([{"line_no": 1, "quantity": 1}])).await.expect(201));
    }
    let listed = async |query: &str| shop.client.get(&format!("/v1/returns?{query}")).await.expect(200);
    let of = |numbers: &[usize]| json!(numbers.iter().map(|number| &returns[*number]).collect::<Vec<_>>());
    let (first, second) = (&orders[0], &orders[1]);
    for (query, expected) in [
        (String::new(), of(&[4, 3, 2, 1, 0])),
        (format!("order_id={first}"), of(&[3, 0])),
        (format!("customer_id={ada}"), of(&[3, 2, 0])),
        (format!("customer_id={ada}&order_id={first}"), of(&[3, 0])),
        (format!("customer_id={ada}&order_id={second}"), of(&[])),
        (format!("order_id={}", uuid::Uuid::now_v7()), of(&[])),
    ] {
        assert_eq!(listed(&query).await["data"], expected, "{query}");
        // Page by page.
        let (mut paged, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = listed(&format!("{query}&limit=1{cursor}")).await;
            paged.extend(page["data"].as_array().unwrap().clone());
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(json!(paged), expected, "{query}");
    }
    server.audit().await;
}

#[tokio::test]
async fn a_page_of_returns_has_at_most_2000_lines_and_goes_on_with_the_next() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans) = (shop.customer(1_000_000).await, shop.product(1, 10_000).await);
    let order =
        id(&shop.client.move_once("/v1/purchases", &purchase(&customer, &vec![(&*beans, 5); 500])).await.expect(201));
    let items: Value = (1..=500).map(|line_no| json!({"line_no": line_no, "quantity": 1})).collect();
    for _ in 0..5 {
        give_back(&shop, &order, items.clone()).await.expect(201);
    }
    let page = shop.client.get("/v1/returns?limit=5").await.expect(200);
    assert_eq!(page["data"].as_array().unwrap().len(), 4);
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = shop.client.get(&format!("/v1/returns?limit=5&cursor={cursor}")).await.expect(200);
    assert_eq!((rest["data"].as_array().unwrap().len(), &rest["next_cursor"]), (1, &json!(null)));
    assert_eq!(shop.stock(&beans).await, 10_000);
    server.audit().await;
}
