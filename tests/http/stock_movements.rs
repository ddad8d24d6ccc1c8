//! `/v1/products/{product_id}/stock-movements`.

use serde_json::{Value, json};

use crate::support::{contents::contents, server::TestServer, shop::id};

const MAX: i64 = 9_007_199_254_740_991;

#[tokio::test]
async fn stock_comes_in_and_goes_out_with_a_reason() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let beans = shop.product(100, 10).await;
    let path = format!("/v1/products/{beans}/stock-movements");

    for (quantity, reason, stock_after) in [(24, "delivery 4711", 34), (-4, "Bruch ☕", 30), (-30, "sold off", 0)] {
        let movement = shop.client.move_once(&path, &json!({"quantity": quantity, "reason": reason})).await.expect(201);
        assert_eq!(
            movement,
            json!({
                "id": movement["id"],
                "product_id": beans,
                "quantity": quantity,
                "reason": reason,
                "stock_after": stock_after,
                "backordered_after": 0,
                "created_at": movement["created_at"],
            })
        );
        assert_eq!(shop.stock(&beans).await, stock_after);
    }
    server.audit().await;
}

#[tokio::test]
async fn stock_never_goes_below_zero() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let beans = shop.product(100, 10).await;
    let before = contents(&server.database).await;

    let problem = shop.restock(&beans, -11).await.expect_problem(409, "insufficient_stock");
    assert_eq!(problem["shortages"], json!([{"product_id": beans, "requested": 11, "available": 10}]));

    assert_eq!(contents(&server.database).await, before);
    shop.restock(&beans, -10).await.expect(201);
    shop.restock(&beans, -1).await.expect_problem(409, "insufficient_stock");
    server.audit().await;
}

#[tokio::test]
async fn stock_can_reach_the_largest_number_and_no_further() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let beans = shop.product(100, 1).await;

    assert_eq!(shop.restock(&beans, MAX - 1).await.expect(201)["stock_after"], MAX);
    let problem = shop.restock(&beans, 1).await.expect_problem(422, "invalid_request");
    let expected = "would take the stock above 9007199254740991";
    assert_eq!(problem["errors"], json!([{"in": "body", "pointer": "/quantity", "detail": expected}]));
    assert_eq!(shop.restock(&beans, -MAX).await.expect(201)["stock_after"], 0);
    server.audit().await;
}

#[tokio::test]
async fn a_stock_movement_of_an_unknown_product_is_refused() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let foreign = server.shop().await.product(100, 10).await;

    for product in [uuid::Uuid::now_v7().to_string(), foreign, "no-uuid".to_owned()] {
        shop.restock(&product, 1).await.expect_problem(404, "product_not_found");
    }
    server.audit().await;
}

#[tokio::test]
async fn the_list_shows_what_changed_a_stock_and_sales_if_asked() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans, tea) = (shop.customer(1_000).await, shop.product(1, 10).await, shop.product(1, 10).await);
    let path = format!("/v1/products/{beans}/stock-movements");
    let order = shop.buy(&customer, &[(&beans, 1), (&tea, 7), (&beans, 3)]).await.expect(201);
    let restock = shop.restock(&beans, 5).await.expect(201);
    shop.restock(&tea, 1).await.expect(201);
    let last = shop.buy(&customer, &[(&beans, 2)]).await.expect(201);

    let back = json!({"order_id": order["id"], "reason": "torn", "items": [{"line_no": 3, "quantity": 3, "restock_quantity": 2}]});
    let back = shop.client.move_once("/v1/returns", &back).await.expect(201);

    let sale = |order: &Value, line_no: i64, quantity: i64| {
        json!({"id": order["id"], "kind": "sale", "quantity": quantity, "reason": null, "stock_after": null,
               "backordered_after": null, "order_id": order["id"], "line_no": line_no, "created_at": order["created_at"]})
    };
    let movement = |id: &Value, kind: &str, quantity: i64, reason: &str, stock_after: i64, created_at: &Value| {
        json!({"id": id, "kind": kind, "quantity": quantity, "reason": reason, "stock_after": stock_after, "backordered_after": 0,
               "order_id": null, "line_no": null, "created_at": created_at})
    };
    let movements = shop.client.get(&path).await.expect(200);
    let opening = &movements["data"][1];
    let opening = movement(&opening["id"], "opening", 10, "opening stock", 10, &opening["created_at"]);
    let restock = movement(&restock["id"], "adjustment", 5, "test", 11, &restock["created_at"]);
    assert_eq!(movements, json!({"data": [restock, opening], "next_cursor": null}));

    let mut returned = sale(&order, 3, 2);
    (returned["id"], returned["kind"]) = (back["id"].clone(), json!("return"));
    returned["created_at"] = back["created_at"].clone();
    let all = [returned, sale(&last, 1, -2), restock, sale(&order, 3, -3), sale(&order, 1, -1), opening];
    let with_sales = format!("{path}?include=sales");
    assert_eq!(shop.client.get(&with_sales).await.expect(200), json!({"data": all, "next_cursor": null}));
    let sum: i64 = all.iter().map(|change| change["quantity"].as_i64().unwrap()).sum();
    assert_eq!(shop.stock(&beans).await, sum);

    // One by one: also from one line of an order to the next.
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = shop.client.get(&format!("{with_sales}&limit=1{cursor}")).await.expect(200);
        found.extend(page["data"].as_array().unwrap().clone());
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(found, all);
    server.audit().await;
}

#[tokio::test]
async fn the_sale_of_a_service_changes_no_stock_and_a_backordered_one_does() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let customer = shop.customer(1_000).await;
    let service = json!({"sku": "s", "name": "Advice", "price": 1, "stock": 0, "track_stock": false});
    let owed = json!({"sku": "o", "name": "Beans", "price": 1, "stock": 1, "backorder_limit": 5});
    let service = id(&shop.client.post("/v1/products", &service).await.expect(201));
    let owed = id(&shop.client.post("/v1/products", &owed).await.expect(201));
    shop.buy(&customer, &[(&service, 2), (&owed, 4)]).await.expect(201);

    let quantities = async |product: &str| -> Vec<i64> {
        let path = format!("/v1/products/{product}/stock-movements?include=sales");
        let list = shop.client.get(&path).await.expect(200);
        list["data"].as_array().unwrap().iter().map(|change| change["quantity"].as_i64().unwrap()).collect()
    };
    assert_eq!(quantities(&service).await, [] as [i64; 0]);
    assert_eq!(quantities(&owed).await, [-4, 1]);
    server.audit().await;
}

#[tokio::test]
async fn only_the_products_of_the_business_have_a_list() {
    let server = TestServer::start().await;
    let (shop, other) = (server.shop().await, server.shop().await);
    let (beans, foreign) = (shop.product(1, 0).await, other.product(1, 1).await);
    for query in ["", "?include=sales"] {
        let list = shop.client.get(&format!("/v1/products/{beans}/stock-movements{query}")).await;
        assert_eq!(list.expect(200), json!({"data": [], "next_cursor": null}));
        for nothing in [&foreign, "x"] {
            let refused = shop.client.get(&format!("/v1/products/{nothing}/stock-movements{query}")).await;
            refused.expect_problem(404, "product_not_found");
        }
    }
    for (query, pointer, detail) in [
        ("include=returns", "/include", "must be sales"),
        // An id alone, as other lists have it.
        (
            "cursor=MDE5OGM1YTAtN2QzZS03YzFhLTlmMjctM2IxZjBmNmYyYzI0",
            "/cursor",
            "must be a next_cursor of an earlier page of this list",
        ),
    ] {
        let problem = shop.client.get(&format!("/v1/products/{beans}/stock-movements?{query}")).await;
        let problem = problem.expect_problem(422, "invalid_request");
        assert_eq!(problem["errors"], json!([{"in": "query", "pointer": pointer, "detail": detail}]));
    }
}
