//! `POST /v1/purchases`.

use serde_json::json;

use crate::support::server::TestServer;

#[tokio::test]
async fn a_purchase_takes_stock_charges_the_customer_and_leaves_an_order() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans, filters) =
        (shop.customer(10_000).await, shop.product(1_250, 10).await, shop.product(300, 5).await);

    let order = shop.buy(&customer, &[(&beans, 2), (&filters, 1)]).await.expect(201);

    assert_eq!(order["total"], 2_800);
    assert_eq!(order["balance_after"], 2_800);
    assert_eq!(
        order["items"],
        json!([
            {"line_no": 1, "product_id": beans, "quantity": 2, "unit_price": 1_250, "line_total": 2_500},
            {"line_no": 2, "product_id": filters, "quantity": 1, "unit_price": 300, "line_total": 300},
        ])
    );
    assert_eq!((shop.stock(&beans).await, shop.stock(&filters).await), (8, 4));
    assert_eq!(shop.balance(&customer).await, 2_800);
    let path = format!("/v1/orders/{}", order["id"].as_str().unwrap());
    assert_eq!(shop.client.get(&path).await.expect(200), order);
    server.audit().await;
}
