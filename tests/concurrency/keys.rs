//! Crowds at one idempotency key.

use std::collections::BTreeSet;

use futures_util::future::join_all;

use super::crowd::{Crowd, Request, customer_row, outcomes, product_row, tally};
use crate::support::client::Answer;

/// The different bodies among answers.
fn bodies<'a>(answers: impl IntoIterator<Item = &'a Answer>) -> BTreeSet<&'a str> {
    answers.into_iter().map(|answer| answer.body.as_str()).collect()
}

#[tokio::test]
async fn of_50_purchases_under_one_key_at_once_one_is_made_and_49_repeat_its_answer() {
    let crowd = Crowd::gather().await;
    let (customer, product) = (crowd.shop().customer(1_000).await, crowd.shop().product(100, 50).await);

    let purchases = (0..50).map(|_| Request::purchase(&customer, &[(&product, 1)]).under("order-1")).collect();
    let answers = crowd.rush(&customer_row(&customer), purchases).await;

    assert_eq!(tally(&answers), outcomes([("created", 1), ("replayed", 49)]));
    assert_eq!(bodies(&answers).len(), 1, "{:?}", bodies(&answers));
    assert_eq!(crowd.shop().balance(&customer).await, 100);
    assert_eq!(crowd.shop().stock(&product).await, 49);
    crowd.disperse().await;
}

#[tokio::test]
async fn of_two_purchases_under_one_key_sent_25_times_each_one_is_made_and_the_other_refused() {
    let crowd = Crowd::gather().await;
    let (customer, product) = (crowd.shop().customer(1_000).await, crowd.shop().product(100, 50).await);

    let purchases = (0..50).map(|client| Request::purchase(&customer, &[(&product, 1 + client % 2)]).under("order-1"));
    let answers = crowd.rush(&customer_row(&customer), purchases.collect()).await;

    assert_eq!(tally(&answers), outcomes([("created", 1), ("replayed", 24), ("idempotency_key_reused", 25)]));
    let accepted: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
    assert_eq!(bodies(accepted.iter().copied()).len(), 1);
    let total = accepted[0].expect(201)["total"].as_i64().unwrap();
    assert_eq!(crowd.shop().balance(&customer).await, total);
    assert_eq!(crowd.shop().stock(&product).await, 50 - total / 100);
    crowd.disperse().await;
}

/// Different customers share no lock: all look the key up before the first has committed, and the index decides.
#[tokio::test]
async fn of_50_customers_purchases_under_one_key_at_once_one_is_made_and_the_rest_refused() {
    let crowd = Crowd::gather().await;
    let product = crowd.shop().product(100, 50).await;
    let customers = join_all((0..50).map(|client| {
        let shop = crowd.shop_of(client);
        async move { shop.customer(1_000).await }
    }))
    .await;

    let purchases = customers.iter().map(|customer| Request::purchase(customer, &[(&product, 1)]).under("order-1"));
    let answers = crowd.rush(&product_row(&product), purchases.collect()).await;

    assert_eq!(tally(&answers), outcomes([("created", 1), ("idempotency_key_reused", 49)]));
    assert_eq!(crowd.shop().stock(&product).await, 49);
    crowd.disperse_after_retries(&["unique_race"]).await;
}

#[tokio::test]
async fn of_50_payments_under_one_key_at_once_one_is_recorded_and_49_repeat_its_answer() {
    let crowd = Crowd::gather().await;
    let customer = crowd.shop().customer(1_000).await;

    let payments = (0..50).map(|_| Request::payment(&customer, 10).under("payment-1")).collect();
    let answers = crowd.rush(&customer_row(&customer), payments).await;

    assert_eq!(tally(&answers), outcomes([("created", 1), ("replayed", 49)]));
    assert_eq!(bodies(&answers).len(), 1, "{:?}", bodies(&answers));
    assert_eq!(crowd.shop().balance(&customer).await, -10);
    crowd.disperse().await;
}

#[tokio::test]
async fn of_50_stock_movements_under_one_key_at_once_one_is_recorded_and_49_repeat_its_answer() {
    let crowd = Crowd::gather().await;
    let product = crowd.shop().product(100, 50).await;

    let movements = (0..50).map(|_| Request::movement(&product, -10).under("count-1")).collect();
    let answers = crowd.rush(&product_row(&product), movements).await;

    assert_eq!(tally(&answers), outcomes([("created", 1), ("replayed", 49)]));
    assert_eq!(bodies(&answers).len(), 1, "{:?}", bodies(&answers));
    assert_eq!(crowd.shop().stock(&product).await, 40);
    crowd.disperse().await;
}

#[tokio::test]
async fn a_purchase_and_a_payment_under_one_key_at_once_are_one_of_the_two() {
    let crowd = Crowd::gather().await;
    let (customer, product) = (crowd.shop().customer(1_000).await, crowd.shop().product(100, 50).await);

    let requests = (0..50).map(|client| match client % 2 {
        0 => Request::purchase(&customer, &[(&product, 1)]).under("move-1"),
        _ => Request::payment(&customer, 100).under("move-1"),
    });
    let answers = crowd.rush(&customer_row(&customer), requests.collect()).await;

    assert_eq!(tally(&answers), outcomes([("created", 1), ("replayed", 24), ("idempotency_key_reused", 25)]));
    assert_eq!(crowd.shop().balance(&customer).await.abs(), 100);
    crowd.disperse().await;
}
