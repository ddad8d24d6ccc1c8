//! Crowds at one customer's credit.

use std::collections::BTreeSet;

use serde_json::json;

use super::crowd::{Crowd, Request, customer_row, outcomes, tally};

#[tokio::test]
async fn of_64_purchases_of_80_percent_of_the_limit_at_once_exactly_one_succeeds() {
    let crowd = Crowd::gather().await;
    let (customer, product) = (crowd.shop().customer(1_000).await, crowd.shop().product(800, 1_000).await);

    let purchases = (0..64).map(|_| Request::purchase(&customer, &[(&product, 1)])).collect();
    let answers = crowd.rush(&customer_row(&customer), purchases).await;

    assert_eq!(tally(&answers), outcomes([("created", 1), ("credit_limit_exceeded", 63)]));
    for refused in answers.iter().filter(|answer| answer.status != 201) {
        let problem = refused.expect_problem(409, "credit_limit_exceeded");
        let figures = json!([problem["credit_limit"], problem["balance"], problem["required"]]);
        assert_eq!(figures, json!([1_000, 800, 800]));
    }
    assert_eq!(crowd.shop().balance(&customer).await, 800);
    assert_eq!(crowd.shop().stock(&product).await, 999);
    crowd.disperse().await;
}

#[tokio::test]
async fn parallel_purchases_use_the_credit_up_to_the_limit_and_never_beyond() {
    let crowd = Crowd::gather().await;
    let (customer, product) = (crowd.shop().customer(1_000).await, crowd.shop().product(90, 1_000).await);

    let purchases = (0..64).map(|_| Request::purchase(&customer, &[(&product, 1)])).collect();
    let answers = crowd.rush(&customer_row(&customer), purchases).await;

    assert_eq!(tally(&answers), outcomes([("created", 11), ("credit_limit_exceeded", 53)]));
    let bought = answers.iter().filter(|answer| answer.status == 201);
    let balances: BTreeSet<_> = bought.map(|answer| answer.expect(201)["balance_after"].as_i64().unwrap()).collect();
    assert_eq!(balances, (1..=11).map(|count| 90 * count).collect(), "each purchase added to another balance");
    assert_eq!(crowd.shop().balance(&customer).await, 990);
    assert_eq!(crowd.shop().stock(&product).await, 989);
    crowd.disperse().await;
}

#[tokio::test]
async fn parallel_payments_all_count() {
    let crowd = Crowd::gather().await;
    let customer = crowd.shop().customer(0).await;

    let payments = (0..64).map(|_| Request::payment(&customer, 7)).collect();
    let answers = crowd.rush(&customer_row(&customer), payments).await;

    assert_eq!(tally(&answers), outcomes([("created", 64)]));
    let numbers: BTreeSet<_> = answers.iter().map(|answer| answer.expect(201)["entry_no"].as_i64().unwrap()).collect();
    assert_eq!(numbers, (1..=64).collect());
    assert_eq!(crowd.shop().balance(&customer).await, -448);
    crowd.disperse().await;
}

#[tokio::test]
async fn purchases_and_payments_at_once_lose_neither() {
    let crowd = Crowd::gather().await;
    let (customer, product) = (crowd.shop().customer(1_000_000).await, crowd.shop().product(11, 1_000).await);

    let requests = (0..64).map(|client| match client % 3 {
        0 => Request::payment(&customer, 5),
        _ => Request::purchase(&customer, &[(&product, 2)]),
    });
    let answers = crowd.rush(&customer_row(&customer), requests.collect()).await;

    assert_eq!(tally(&answers), outcomes([("created", 64)]));
    assert_eq!(crowd.shop().balance(&customer).await, 42 * 22 - 22 * 5);
    assert_eq!(crowd.shop().stock(&product).await, 1_000 - 42 * 2);
    crowd.disperse().await;
}
