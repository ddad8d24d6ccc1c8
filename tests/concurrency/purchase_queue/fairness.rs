//! A business whose purchases are stuck delays no other business, and purchases leave connections to all other requests.

use super::{Counter, ONE_CALL, answers};
use crate::{
    concurrency::crowd::{customer_row, outcomes, product_row, tally},
    support::gate::Gate,
};

#[tokio::test]
async fn purchases_that_all_wait_for_one_product_delay_no_other_business_and_no_payment_or_read() {
    let flags = [&ONE_CALL[1..], &["--pool-size=4", "--purchase-connections=2", "--purchase-queue=100"]].concat();
    let flooded = Counter::open(&flags).await;
    let other = flooded.server.shop().await;
    let (customers, beans) = (flooded.customers(101, 1_000).await, flooded.shop.product(100, 1_000).await);
    let (payer, fresh) = (flooded.shop.customer(1_000).await, flooded.shop.product(100, 10).await);
    let (buyer, bread) = (other.customer(10_000).await, other.product(100, 100).await);
    let gate = Gate::at(&flooded.server.database, &product_row(&beans)).await;
    // The only call permit that the business may have waits for the product's row.
    let mut buying = vec![flooded.buy(&customers[0], &customers[0], &[(&beans, 1)])];
    gate.wait_for(1).await;
    buying.extend(customers[1..].iter().map(|id| flooded.buy(id, id, &[(&beans, 1)])));
    flooded.until_waiting(100).await;

    for _ in 0..10 {
        other.buy(&buyer, &[(&bread, 1)]).await.expect(201);
        other.pay(&buyer, 10).await.expect(201);
        flooded.shop.pay(&payer, 10).await.expect(201);
        assert_eq!(flooded.shop.stock(&fresh).await, 10);
        flooded.shop.client.get("/v1/orders").await.expect(200);
    }
    flooded.shop.restock(&fresh, 1).await.expect(201);
    flooded.shop.buy(&payer, &[(&fresh, 1)]).await.expect_problem(503, "overloaded");
    assert!(buying.iter().all(|buying| !buying.is_finished()));
    gate.open().await;

    assert_eq!(tally(&answers(buying).await), outcomes([("created", 101)]));
    flooded.shop.buy(&payer, &[(&fresh, 1)]).await.expect(201);
    flooded.server.audit().await;
}

/// There is one call permit for all businesses.
#[tokio::test]
async fn a_call_that_waits_for_a_customer_gives_its_permit_back_and_one_that_waits_for_a_product_keeps_it() {
    let flags = [&ONE_CALL[2..], &["--purchase-connections=1", "--pool-wait-timeout=10s"]].concat();
    let counter = Counter::open(&flags).await;
    let other = counter.server.shop().await;
    let (customer, beans) = (counter.shop.customer(1_000).await, counter.shop.product(100, 100).await);
    let (buyer, bread) = (other.customer(1_000).await, other.product(100, 100).await);

    let held = Gate::at(&counter.server.database, &customer_row(&customer)).await;
    let stuck = counter.buy("customer", &customer, &[(&beans, 1)]);
    held.wait_for(1).await;
    other.buy(&buyer, &[(&bread, 1)]).await.expect(201);
    assert!(!stuck.is_finished());
    held.open().await;
    stuck.await.unwrap().expect(201);

    let held = Gate::at(&counter.server.database, &product_row(&beans)).await;
    let stuck = counter.buy("product", &customer, &[(&beans, 1)]);
    held.wait_for(1).await;
    let waiting = tokio::spawn({
        let other = other.clone();
        async move { other.buy(&buyer, &[(&bread, 1)]).await }
    });
    counter.until_waiting(1).await;
    held.open().await;
    stuck.await.unwrap().expect(201);
    waiting.await.unwrap().expect(201);
    counter.server.audit().await;
}

/// There is one call permit for all businesses. Once a call has waited for a held product in vain, the business's purchases of it
/// wait where they take no other business's turn.
#[tokio::test]
async fn a_product_that_is_held_for_ever_takes_the_permit_for_purchases_once_and_not_again() {
    let flags = [&ONE_CALL[2..], &["--purchase-connections=1", "--pool-wait-timeout=10s"]].concat();
    let counter = Counter::open(&flags).await;
    let other = counter.server.shop().await;
    let (customers, beans) = (counter.customers(5, 1_000).await, counter.shop.product(100, 100).await);
    let (buyer, bread) = (other.customer(1_000).await, other.product(100, 100).await);
    let held = Gate::at(&counter.server.database, &product_row(&beans)).await;
    let first = counter.buy("first", &customers[0], &[(&beans, 1)]);
    held.wait_for(1).await;
    let stuck: Vec<_> = customers.iter().map(|id| counter.buy(id, id, &[(&beans, 1)])).collect();
    counter.until_waiting(5).await;
    // Its time is over.
    let give_up = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    counter.server.database.session().await.client().batch_execute(give_up).await.unwrap();
    first.await.unwrap().expect_problem(503, "overloaded");

    held.wait_for(1).await;
    counter.until_waiting(4).await;
    other.buy(&buyer, &[(&bread, 1)]).await.expect(201);
    // Nor does it stop the same business's purchases of other products.
    let cake = counter.shop.product(100, 100).await;
    counter.shop.buy(&counter.shop.customer(1_000).await, &[(&cake, 1)]).await.expect(201);
    assert!(stuck.iter().all(|buying| !buying.is_finished()));
    held.open().await;
    assert_eq!(tally(&answers(stuck).await), outcomes([("created", 5)]));

    // It is free again, so the next call that meets it held waits for it.
    let held = Gate::at(&counter.server.database, &product_row(&beans)).await;
    let again = counter.buy("again", &customers[0], &[(&beans, 1)]);
    held.wait_for(1).await;
    assert_eq!(counter.server.metric(r#"calls_running{class="purchases"}"#).await, 1);
    held.open().await;
    again.await.unwrap().expect(201);
    assert_eq!(counter.shop.stock(&beans).await, 94);
    counter.server.audit().await;
}
