//! `/v1/products`: create, get, list, change.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    contents::contents,
    server::TestServer,
    shop::{Shop, id},
};

async fn create(shop: &Shop, body: Value) -> Value {
    shop.client.post("/v1/products", &body).await.expect(201)
}

#[tokio::test]
async fn a_new_product_has_its_opening_stock() {
    let server = TestServer::start().await;
    let shop = server.shop().await;

    for stock in [0, 40] {
        let sku = format!("ESP-{stock}");
        let product =
            create(&shop, json!({"sku": sku, "name": "Espresso beans", "price": 1_250, "stock": stock})).await;
        assert_eq!(
            product,
            json!({
                "id": product["id"],
                "sku": sku,
                "name": "Espresso beans",
                "price": 1_250,
                "stock": stock,
                "unit": null,
                "quantity_decimals": 0,
                "track_stock": true,
                "backordered": 0,
                "backorder_limit": 0,
                "created_at": product["created_at"],
            })
        );
        assert_eq!(shop.client.get(&format!("/v1/products/{}", id(&product))).await.expect(200), product);
    }
    server.audit().await;
}

#[tokio::test]
async fn a_sku_is_unique_within_its_business() {
    let server = TestServer::start().await;
    let (shop, other) = (server.shop().await, server.shop().await);
    let body = json!({"sku": "S-1", "name": "A", "price": 1, "stock": 5});
    let first = create(&shop, body.clone()).await;
    let before = contents(&server.database).await;

    let problem = shop.client.post("/v1/products", &body).await.expect_problem(409, "already_exists");

    let expected = json!([{"in": "body", "pointer": "/sku", "detail": "another product has this sku"}]);
    assert_eq!((&problem["errors"], &problem["existing_id"]), (&expected, &first["id"]));
    assert_eq!(contents(&server.database).await, before);
    create(&other, body).await;
    let second = create(&shop, json!({"sku": "s-1", "name": "A", "price": 1, "stock": 5})).await;
    let change = json!({"sku": "S-1", "price": 2});
    let path = format!("/v1/products/{}", id(&second));
    let problem = shop.client.patch(&path, &change).await.expect_problem(409, "already_exists");
    assert_eq!((&problem["errors"], &problem["existing_id"]), (&expected, &first["id"]));
    assert_eq!(shop.client.get(&path).await.expect(200), second);
    shop.client.patch(&format!("/v1/products/{}", id(&first)), &change).await.expect(200);
    server.audit().await;
}

#[tokio::test]
async fn a_change_changes_what_it_names_and_nothing_else() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let mut expected = create(&shop, json!({"sku": "S-1", "name": "A", "price": 1, "stock": 5})).await;
    let path = format!("/v1/products/{}", id(&expected));

    for change in [
        json!({}),
        json!({"sku": "S-2"}),
        json!({"name": "日本酒"}),
        json!({"price": 0}),
        json!({"unit": "kg"}),
        json!({"unit": null}),
        json!({"backorder_limit": 3}),
        json!({"track_stock": true}),
        json!({"sku": "S-1", "name": "A", "price": 9, "unit": "bag", "track_stock": true, "backorder_limit": 0}),
    ] {
        for (member, value) in change.as_object().unwrap() {
            expected[member] = value.clone();
        }
        assert_eq!(shop.client.patch(&path, &change).await.expect(200), expected, "{change}");
        assert_eq!(shop.client.get(&path).await.expect(200), expected, "{change}");
    }
    server.audit().await;
}

#[tokio::test]
async fn stock_is_not_changed_by_changing_the_product() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let path = format!("/v1/products/{}", shop.product(100, 10).await);

    let problem = shop.client.patch(&path, &json!({"stock": 11})).await.expect_problem(422, "invalid_request");

    assert_eq!(problem["errors"], json!([{"in": "body", "pointer": "/stock", "detail": "is not known"}]));
    let problem =
        shop.client.patch(&path, &json!({"quantity_decimals": 1})).await.expect_problem(422, "invalid_request");
    assert_eq!(problem["errors"], json!([{"in": "body", "pointer": "/quantity_decimals", "detail": "is not known"}]));
    for member in ["sku", "name", "price", "track_stock", "backorder_limit"] {
        let problem = shop.client.patch(&path, &json!({member: null})).await.expect_problem(422, "invalid_request");
        assert_eq!(problem["errors"][0]["pointer"], format!("/{member}"));
    }
    shop.client.send_text(Method::PATCH, &path, "").await.expect_problem(400, "invalid_json");
    server.audit().await;
}

#[tokio::test]
async fn a_sku_finds_its_product() {
    let server = TestServer::start().await;
    let (shop, other) = (server.shop().await, server.shop().await);
    let body = json!({"sku": "S 1/ü&x", "name": "A", "price": 1, "stock": 5});
    let found = create(&shop, body.clone()).await;
    create(&shop, json!({"sku": "S-2", "name": "A", "price": 1, "stock": 5})).await;
    create(&other, body).await;

    let list = async |sku: &str| shop.client.find("/v1/products", "sku", sku).await;
    assert_eq!(list("S 1/ü&x").await.expect(200), json!({"data": [found], "next_cursor": null}));
    assert_eq!(list("S 1").await.expect(200), json!({"data": [], "next_cursor": null}));
    for wrong in ["", " ", "a\0b", &"x".repeat(101)] {
        let problem = list(wrong).await.expect_problem(422, "invalid_request");
        assert_eq!((&problem["errors"][0]["in"], &problem["errors"][0]["pointer"]), (&json!("query"), &json!("/sku")));
    }
}

/// As a Mac and a Windows machine type them.
#[tokio::test]
async fn two_spellings_of_one_sku_are_one_product_and_each_is_kept_as_it_came() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    for (sku, other) in [
        ("Caf\u{e9}", "Cafe\u{301}"),
        ("\u{212b}", "A\u{30a}"),
        ("\u{d55c}", "\u{1112}\u{1161}\u{11ab}"),
        ("q\u{307}\u{323}", "q\u{323}\u{307}"),
    ] {
        let body = |sku: &str| json!({"sku": sku, "name": "A", "price": 1, "stock": 0});
        let product = create(&shop, body(sku)).await;
        assert_eq!(product["sku"], sku);
        let refused = shop.client.post("/v1/products", &body(other)).await;
        assert_eq!(refused.expect_problem(409, "already_exists")["existing_id"], product["id"], "{sku}");
        let found = shop.client.find("/v1/products", "sku", other).await.expect(200);
        assert_eq!(found["data"], json!([product]), "{sku}");
        // The product itself may change its spelling.
        let path = format!("/v1/products/{}", id(&product));
        assert_eq!(shop.client.patch(&path, &json!({"sku": other})).await.expect(200)["sku"], other);
    }
    // Letters that only look alike, cases and widths stay apart.
    for sku in ["A", "a", "\u{410}", "\u{ff21}", "\u{df}", "ss", "1", "\u{b9}"] {
        create(&shop, json!({"sku": sku, "name": "A", "price": 1, "stock": 0})).await;
    }
    server.audit().await;
}

#[tokio::test]
async fn a_product_that_does_not_exist_is_not_found_on_any_route() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    for product in [uuid::Uuid::now_v7().to_string(), "1".to_owned(), "%00".to_owned()] {
        let path = format!("/v1/products/{product}");
        shop.client.get(&path).await.expect_problem(404, "product_not_found");
        shop.client.patch(&path, &json!({"name": "B"})).await.expect_problem(404, "product_not_found");
    }
}

#[tokio::test]
async fn a_service_is_sold_without_end_and_has_no_stock() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let customer = shop.customer(10_000_000_000).await;
    let service = |stock: i64, backorder_limit: i64| {
        json!({"sku": "H", "name": "Repair", "price": 1, "stock": stock, "unit": "h", "quantity_decimals": 2,
               "track_stock": false, "backorder_limit": backorder_limit})
    };
    let before = contents(&server.database).await;
    let problem = shop.client.post("/v1/products", &service(1, 2)).await.expect_problem(422, "invalid_request");
    let fault = |pointer: &str| json!({"in": "body", "pointer": pointer, "detail": "must be 0 for a service, which has no stock"});
    assert_eq!(problem["errors"], json!([fault("/stock"), fault("/backorder_limit")]));
    for (figures, pointer) in [((1, 0), "/stock"), ((0, 1), "/backorder_limit")] {
        let body = service(figures.0, figures.1);
        let problem = shop.client.post("/v1/products", &body).await.expect_problem(422, "invalid_request");
        assert_eq!(problem["errors"], json!([fault(pointer)]));
    }
    assert_eq!(contents(&server.database).await, before);

    let repair = shop.client.move_with("service", "/v1/products", &service(0, 0)).await.expect(201);
    let mut with_stock = service(0, 0);
    with_stock["track_stock"] = json!(true);
    let other = shop.client.move_with("service", "/v1/products", &with_stock).await;
    other.expect_problem(422, "idempotency_key_reused");
    assert_eq!((&repair["track_stock"], &repair["unit"]), (&json!(false), &json!("h")));
    let (path, repair) = (format!("/v1/products/{}", id(&repair)), id(&repair));
    shop.buy(&customer, &[(&repair, 2_147_483_647), (&repair, 2_147_483_647)]).await.expect(201);
    shop.restock(&repair, 1).await.expect_problem(409, "stock_not_tracked");
    shop.client.patch(&path, &json!({"backorder_limit": 1})).await.expect_problem(409, "stock_not_tracked");

    // From now on it has a stock, and is no service again before that is gone.
    assert_eq!(shop.client.patch(&path, &json!({"track_stock": true})).await.expect(200)["stock"], 0);
    shop.buy(&customer, &[(&repair, 1)]).await.expect_problem(409, "insufficient_stock");
    shop.restock(&repair, 7).await.expect(201);
    let refused = shop.client.patch(&path, &json!({"track_stock": false})).await.expect_problem(409, "stock_not_zero");
    assert_eq!((&refused["stock"], &refused["backordered"]), (&json!(7), &json!(0)));
    shop.client.patch(&path, &json!({"backorder_limit": 2})).await.expect(200);
    shop.buy(&customer, &[(&repair, 8)]).await.expect(201);
    let refused = shop.client.patch(&path, &json!({"track_stock": false})).await.expect_problem(409, "stock_not_zero");
    assert_eq!((&refused["stock"], &refused["backordered"]), (&json!(0), &json!(1)));
    shop.restock(&repair, 1).await.expect(201);
    shop.client
        .patch(&path, &json!({"track_stock": false, "backorder_limit": 1}))
        .await
        .expect_problem(409, "stock_not_tracked");
    let service = shop.client.patch(&path, &json!({"track_stock": false})).await.expect(200);
    assert_eq!((&service["track_stock"], &service["backorder_limit"]), (&json!(false), &json!(0)));
    shop.buy(&customer, &[(&repair, 1_000)]).await.expect(201);
    server.audit().await;
}

#[tokio::test]
async fn what_is_sold_beyond_the_stock_is_owed_up_to_a_limit_and_served_first() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let customer = shop.customer(1_000).await;
    let body = json!({"sku": "S-1", "name": "A", "price": 1, "stock": 5, "backorder_limit": 3});
    let product = create(&shop, body).await;
    let (path, product) = (format!("/v1/products/{}", id(&product)), id(&product));
    let figures = async || {
        let product = shop.client.get(&path).await.expect(200);
        ["stock", "backordered", "backorder_limit"].map(|member| product[member].as_i64().unwrap())
    };

    // What may still be backordered is available, too.
    let short = shop.buy(&customer, &[(&product, 9)]).await.expect_problem(409, "insufficient_stock");
    assert_eq!(short["shortages"], json!([{"product_id": product, "requested": 9, "available": 8}]));
    shop.buy(&customer, &[(&product, 7)]).await.expect(201);
    assert_eq!(figures().await, [0, 2, 3]);
    let short = shop.buy(&customer, &[(&product, 2)]).await.expect_problem(409, "insufficient_stock");
    assert_eq!(short["shortages"], json!([{"product_id": product, "requested": 2, "available": 1}]));

    let refused = shop.client.patch(&path, &json!({"backorder_limit": 1})).await;
    assert_eq!(refused.expect_problem(409, "backorder_limit_too_low")["backordered"], 2);
    assert_eq!(figures().await, [0, 2, 3]);
    shop.client.patch(&path, &json!({"backorder_limit": 2})).await.expect(200);
    shop.buy(&customer, &[(&product, 1)]).await.expect_problem(409, "insufficient_stock");

    // A correction takes nothing that is not there.
    let short = shop.restock(&product, -1).await.expect_problem(409, "insufficient_stock");
    assert_eq!(short["shortages"], json!([{"product_id": product, "requested": 1, "available": 0}]));
    for (quantity, stock_after, backordered_after) in [(1, 0, 1), (5, 4, 0), (-4, 0, 0)] {
        let moved = shop.restock(&product, quantity).await.expect(201);
        assert_eq!(
            (&moved["stock_after"], &moved["backordered_after"]),
            (&json!(stock_after), &json!(backordered_after)),
            "{quantity}"
        );
        assert_eq!(figures().await, [stock_after, backordered_after, 2]);
    }
    server.audit().await;
}
