//! `POST /v1/products/{product_id}/stock-movements`.

use serde_json::json;

use crate::support::{contents::contents, server::TestServer};

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
