//! Pages of orders that have many lines.

use crate::support::server::TestServer;

#[tokio::test]
async fn a_page_of_long_orders_ends_early_and_the_next_one_goes_on() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, product) = (shop.customer(10_000).await, shop.product(1, 10_000).await);
    let mut ids = Vec::new();
    for _ in 0..5 {
        let order = shop.buy(&customer, &[(product.as_str(), 1); 500]).await.expect(201);
        ids.insert(0, order["id"].clone());
    }

    let first = shop.client.get("/v1/orders").await.expect(200);
    let path = format!("/v1/orders?cursor={}", first["next_cursor"].as_str().unwrap());
    let second = shop.client.get(&path).await.expect(200);

    let orders = |page: &serde_json::Value| page["data"].as_array().unwrap().clone();
    assert_eq!((orders(&first).len(), orders(&second).len()), (4, 1));
    assert!(second["next_cursor"].is_null());
    let listed: Vec<_> = [orders(&first), orders(&second)].concat().iter().map(|order| order["id"].clone()).collect();
    assert_eq!(listed, ids);
    server.audit().await;
}
