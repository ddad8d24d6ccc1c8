//! Many purchases that are queued and then decided together.

use std::collections::BTreeSet;

use super::{Counter, ONE_CALL, answers};
use crate::concurrency::crowd::{outcomes, tally};

#[tokio::test]
async fn queued_purchases_are_decided_in_one_call_and_each_gets_its_own_answer() {
    let counter = Counter::open(&ONE_CALL).await;
    let customers = counter.customers(30, 1_000).await;
    let (beans, rare) = (counter.shop.product(100, 1_000).await, counter.shop.product(7, 3).await);
    let (gate, blocker) = counter.shut().await;
    // Some of them are refused: beyond the credit limit, or beyond the stock.
    let wish = |number: usize| match number % 5 {
        0 => vec![(beans.as_str(), 1 + i64::try_from(number).unwrap() % 7)],
        1 => vec![(beans.as_str(), 11)],
        2 => vec![(rare.as_str(), 4), (beans.as_str(), 1)],
        _ => vec![(beans.as_str(), 2), (beans.as_str(), 1)],
    };
    let send =
        || customers.iter().enumerate().map(|(number, id)| counter.buy(&format!("k{number}"), id, &wish(number)));
    let buying: Vec<_> = send().collect();
    counter.until_waiting(30).await;
    assert_eq!(counter.batches().await, (1, 1));
    gate.open().await;

    blocker.await.unwrap().expect(201);
    let first = answers(buying).await;
    assert_eq!(tally(&first), outcomes([("created", 18), ("credit_limit_exceeded", 6), ("insufficient_stock", 6)]));
    assert_eq!(counter.batches().await, (2, 31), "one for the blocker, and one for all others");
    assert_eq!(
        counter.server.metric("purchase_lock_wait_seconds_count").await,
        2,
        "a call waits for its locks together"
    );
    assert_eq!(counter.server.metric("purchase_queue_wait_seconds_count").await, 31);
    for (number, answer) in first.iter().enumerate().filter(|(_, answer)| answer.status == 201) {
        let (order, wish) = (answer.expect(201), wish(number));
        assert_eq!(order["customer_id"], customers[number]);
        let items: Vec<_> = order["items"].as_array().unwrap().iter().collect();
        assert_eq!(items.len(), wish.len());
        for (item, (product, quantity)) in items.iter().zip(wish) {
            assert_eq!((item["product_id"].as_str(), item["quantity"].as_i64()), (Some(product), Some(quantity)));
        }
        assert!(!answer.is_replay());
    }
    // Each has its own key, so sending it again gives the same answer.
    for (first, again) in first.iter().zip(answers(send()).await) {
        assert_eq!(first.status, again.status);
        if first.status == 201 {
            assert_eq!((again.is_replay(), &again.body), (true, &first.body));
        }
    }
    counter.server.audit().await;
}

#[tokio::test]
async fn of_200_buyers_through_two_servers_exactly_as_many_are_served_as_there_are_pieces() {
    let counter = Counter::open(&ONE_CALL).await;
    let other = counter.another(&ONE_CALL).await;
    let customers = counter.customers(200, 1_000).await;
    let beans = counter.shop.product(5, 33).await;
    let (gate, blocker) = counter.shut().await;
    let second_blocker = other.send_blocker();
    gate.wait_for(2).await;
    let buying: Vec<_> = customers
        .iter()
        .enumerate()
        .map(|(number, id)| [&counter, &other][number % 2].buy(&format!("k{number}"), id, &[(&beans, 1)]))
        .collect();
    counter.until_waiting(100).await;
    other.until_waiting(100).await;
    gate.open().await;

    assert_eq!(tally(&answers([blocker, second_blocker]).await), outcomes([("created", 2)]));
    assert_eq!(tally(&answers(buying).await), outcomes([("created", 33), ("insufficient_stock", 167)]));
    assert_eq!(counter.shop.stock(&beans).await, 0);
    for counter in [&counter, &other] {
        assert_eq!(counter.batches().await, (3, 101), "the blocker's, one of 64, and one of 36");
    }
    counter.server.audit().await;
}

#[tokio::test]
async fn one_customers_purchases_in_one_call_end_at_the_credit_limit() {
    let counter = Counter::open(&ONE_CALL).await;
    let (customer, beans) = (counter.shop.customer(1_000).await, counter.shop.product(100, 1_000).await);
    let (gate, blocker) = counter.shut().await;
    let buying: Vec<_> = (0..25).map(|number| counter.buy(&format!("k{number}"), &customer, &[(&beans, 1)])).collect();
    counter.until_waiting(25).await;
    gate.open().await;

    blocker.await.unwrap().expect(201);
    let answers = answers(buying).await;
    assert_eq!(tally(&answers), outcomes([("created", 10), ("credit_limit_exceeded", 15)]));
    assert_eq!(counter.batches().await, (2, 26));
    let created = answers.iter().filter(|answer| answer.status == 201);
    let balances: BTreeSet<_> = created.map(|answer| answer.expect(201)["balance_after"].as_i64().unwrap()).collect();
    assert_eq!(balances, (1..=10).map(|count| 100 * count).collect());
    counter.server.audit().await;
}

#[tokio::test]
async fn of_50_queued_purchases_with_one_key_one_is_made_and_49_replay_it() {
    let counter = Counter::open(&ONE_CALL).await;
    let (customer, beans) = (counter.shop.customer(1_000).await, counter.shop.product(100, 50).await);
    let (gate, blocker) = counter.shut().await;
    let buying: Vec<_> = (0..50).map(|_| counter.buy("the-key", &customer, &[(&beans, 1)])).collect();
    counter.until_waiting(50).await;
    gate.open().await;

    blocker.await.unwrap().expect(201);
    let answers = answers(buying).await;
    assert_eq!(tally(&answers), outcomes([("created", 1), ("replayed", 49)]));
    assert!(answers.iter().all(|answer| answer.body == answers[0].body));
    assert_eq!((counter.shop.balance(&customer).await, counter.shop.stock(&beans).await), (100, 49));
    counter.server.audit().await;
}

#[tokio::test]
async fn of_many_customers_purchases_under_one_key_one_is_made_and_the_rest_refused() {
    let counter = Counter::open(&ONE_CALL).await;
    let other = counter.another(&ONE_CALL).await;
    let (customers, beans) = (counter.customers(20, 1_000).await, counter.shop.product(100, 50).await);
    let (gate, blocker) = counter.shut().await;
    let second_blocker = other.send_blocker();
    gate.wait_for(2).await;
    let buying: Vec<_> = customers
        .iter()
        .enumerate()
        .map(|(number, id)| [&counter, &other][number % 2].buy("the-key", id, &[(&beans, 1)]))
        .collect();
    counter.until_waiting(10).await;
    other.until_waiting(10).await;
    gate.open().await;

    assert_eq!(tally(&answers([blocker, second_blocker]).await), outcomes([("created", 2)]));
    assert_eq!(tally(&answers(buying).await), outcomes([("created", 1), ("idempotency_key_reused", 19)]));
    assert_eq!(counter.shop.stock(&beans).await, 49);
    counter.server.audit().await;
}

/// Behind a transaction pooler the statement has no name, and the types of its parameters are our word.
#[tokio::test]
async fn purchases_are_combined_behind_a_transaction_pooler_too() {
    use crate::support::{
        fresh_database::{FreshDatabase, SERVER_ROLE},
        server::TestServer,
    };
    let database = FreshDatabase::installed().await;
    let url = database.url_with(SERVER_ROLE, "pgbouncer=true");
    let counter = Counter::at(TestServer::start_at(database, &url, &ONE_CALL).await).await;
    let (customers, beans) = (counter.customers(10, 1_000).await, counter.shop.product(100, 7).await);
    let (gate, blocker) = counter.shut().await;
    let buying: Vec<_> = customers.iter().map(|id| counter.buy(id, id, &[(&beans, 1)])).collect();
    counter.until_waiting(10).await;
    gate.open().await;

    blocker.await.unwrap().expect(201);
    assert_eq!(tally(&answers(buying).await), outcomes([("created", 7), ("insufficient_stock", 3)]));
    assert_eq!(counter.batches().await, (2, 11));
    counter.server.audit().await;
}
