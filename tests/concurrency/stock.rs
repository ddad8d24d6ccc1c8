//! Crowds at one product's stock.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::json;

use super::crowd::{Crowd, Request, outcomes, product_row, tally};

/// So many customers, each with credit enough.
async fn customers(crowd: &Crowd, count: usize) -> Vec<String> {
    join_all((0..count).map(|client| async move { crowd.shop_of(client).customer(1_000).await })).await
}

#[tokio::test]
async fn of_200_buyers_of_the_last_piece_exactly_one_gets_it() {
    let crowd = Crowd::gather().await;
    let (customers, product) = (customers(&crowd, 200).await, crowd.shop().product(250, 1).await);

    let purchases = customers.iter().map(|customer| Request::purchase(customer, &[(&product, 1)])).collect();
    let answers = crowd.rush(&product_row(&product), purchases).await;

    assert_eq!(tally(&answers), outcomes([("created", 1), ("insufficient_stock", 199)]));
    for refused in answers.iter().filter(|answer| answer.status != 201) {
        let problem = refused.expect_problem(409, "insufficient_stock");
        assert_eq!(problem["shortages"], json!([{"product_id": product, "requested": 1, "available": 0}]));
    }
    assert_eq!(crowd.shop().stock(&product).await, 0);
    let orders = crowd.shop().client.get("/v1/orders").await.expect(200);
    assert_eq!(orders["data"].as_array().unwrap().len(), 1);
    crowd.disperse().await;
}

#[tokio::test]
async fn parallel_sales_empty_the_shelf_and_never_oversell() {
    let crowd = Crowd::gather().await;
    let (customers, product) = (customers(&crowd, 64).await, crowd.shop().product(5, 100).await);

    // The same product on two lines counts together: three pieces each.
    let items = [(product.as_str(), 1), (product.as_str(), 2)];
    let purchases = customers.iter().map(|customer| Request::purchase(customer, &items)).collect();
    let answers = crowd.rush(&product_row(&product), purchases).await;

    assert_eq!(tally(&answers), outcomes([("created", 33), ("insufficient_stock", 31)]));
    assert_eq!(crowd.shop().stock(&product).await, 1);
    crowd.disperse().await;
}

#[tokio::test]
async fn parallel_corrections_never_go_below_zero() {
    let crowd = Crowd::gather().await;
    let product = crowd.shop().product(5, 50).await;

    let corrections = (0..64).map(|_| Request::movement(&product, -3)).collect();
    let answers = crowd.rush(&product_row(&product), corrections).await;

    assert_eq!(tally(&answers), outcomes([("created", 16), ("insufficient_stock", 48)]));
    let done = answers.iter().filter(|answer| answer.status == 201);
    let left: BTreeSet<_> = done.map(|answer| answer.expect(201)["stock_after"].as_i64().unwrap()).collect();
    assert_eq!(left, (1..=16).map(|count| 50 - 3 * count).collect());
    assert_eq!(crowd.shop().stock(&product).await, 2);
    crowd.disperse().await;
}

#[tokio::test]
async fn sales_and_restocks_at_once_lose_neither() {
    let crowd = Crowd::gather().await;
    let (customers, product) = (customers(&crowd, 64).await, crowd.shop().product(5, 100).await);

    let requests = customers.iter().enumerate().map(|(client, customer)| match client % 2 {
        0 => Request::movement(&product, 4),
        _ => Request::purchase(customer, &[(&product, 3)]),
    });
    let answers = crowd.rush(&product_row(&product), requests.collect()).await;

    assert_eq!(tally(&answers), outcomes([("created", 64)]));
    assert_eq!(crowd.shop().stock(&product).await, 100 + 32 * 4 - 32 * 3);
    crowd.disperse().await;
}
