//! Whatever is wrong with one purchase of a call, the others are decided as if it were not there.

use super::{Counter, ONE_CALL, answers};
use crate::{
    concurrency::crowd::{customer_row, outcomes, product_row, tally},
    support::gate::Gate,
};

/// A call waits for a held row only briefly.
const IMPATIENT: [&str; 4] =
    ["--purchase-connections=2", "--lock-timeout=400ms", "--pool-wait-timeout=50s", "--request-timeout=60s"];

#[tokio::test]
async fn a_product_that_is_held_for_ever_stops_only_its_buyers() {
    let counter = Counter::open(&[&IMPATIENT[1..], &["--purchase-connections=1"]].concat()).await;
    let customers = counter.customers(8, 1_000).await;
    let (stuck, beans) = (counter.shop.product(10, 10).await, counter.shop.product(100, 100).await);
    let held = Gate::at(&counter.server.database, &product_row(&stuck)).await;
    let (gate, blocker) = counter.shut().await;
    let buying: Vec<_> = customers
        .iter()
        .enumerate()
        .map(|(number, id)| counter.buy(id, id, &[(if number % 4 == 1 { &stuck } else { &beans }, 1)]))
        .collect();
    counter.until_waiting(8).await;
    gate.open().await;

    blocker.await.unwrap();
    let answers = answers(buying).await;
    for (number, answer) in answers.iter().enumerate() {
        if number % 4 == 1 {
            answer.expect_problem(503, "overloaded");
        } else {
            answer.expect(201);
        }
    }
    held.open().await;
    // The refused purchase was not made, and its key is free.
    let bought = counter.shop.buy_with(&customers[1], &customers[1], &[(&stuck, 1)]).await;
    bought.expect(201);
    assert!(!bought.is_replay());
    assert_eq!((counter.shop.stock(&stuck).await, counter.shop.stock(&beans).await), (9, 94));
    counter.server.audit().await;
}

/// Each of the stuck purchases waits for as long as a call may, and more than once. One after the other, they would take longer
/// than a request may.
#[tokio::test]
async fn many_buyers_of_a_product_that_is_held_for_ever_do_not_make_other_purchases_time_out() {
    let counter = Counter::open(&[]).await;
    let customers = counter.customers(24, 1_000).await;
    let (stuck, beans) = (counter.shop.product(10, 10).await, counter.shop.product(100, 100).await);
    let held = Gate::at(&counter.server.database, &product_row(&stuck)).await;
    let buying: Vec<_> = customers
        .iter()
        .enumerate()
        .map(|(number, id)| counter.buy(id, id, &[(if number % 4 == 1 { &stuck } else { &beans }, 1)]))
        .collect();
    for (number, answer) in answers(buying).await.iter().enumerate() {
        assert_eq!(answer.status, if number % 4 == 1 { 503 } else { 201 }, "{number}: {}", answer.body);
    }
    held.open().await;
    assert_eq!(counter.shop.stock(&beans).await, 82);
    counter.server.audit().await;
}

#[tokio::test]
async fn a_customer_whose_row_is_held_for_ever_stops_no_other_customer() {
    let counter = Counter::open(&IMPATIENT).await;
    let customers = counter.customers(12, 1_000).await;
    let beans = counter.shop.product(100, 100).await;
    let held = Gate::at(&counter.server.database, &customer_row(&customers[0])).await;
    for _ in 0..3 {
        let key = |id: &str| format!("{id}-{}", uuid::Uuid::now_v7());
        let stuck: Vec<_> = (0..3).map(|_| counter.buy(&key("stuck"), &customers[0], &[(&beans, 1)])).collect();
        let free = customers[1..].iter().map(|id| counter.buy(&key(id), id, &[(&beans, 1)]));
        assert_eq!(tally(&answers(free).await), outcomes([("created", 11)]));
        assert_eq!(tally(&answers(stuck).await), outcomes([("overloaded", 3)]));
    }
    held.open().await;
    counter.shop.buy(&customers[0], &[(&beans, 1)]).await.expect(201);
    assert_eq!(counter.shop.stock(&beans).await, 100 - 3 * 11 - 1);
    counter.server.audit().await;
}

#[tokio::test]
async fn a_customer_whose_row_is_released_is_served_after_all() {
    let counter = Counter::open(&[&ONE_CALL[1..], &["--purchase-connections=2"]].concat()).await;
    let customers = counter.customers(12, 1_000).await;
    let beans = counter.shop.product(100, 100).await;
    let held = Gate::at(&counter.server.database, &customer_row(&customers[0])).await;
    let stuck: Vec<_> = (0..3).map(|n| counter.buy(&format!("s{n}"), &customers[0], &[(&beans, 1)])).collect();
    held.wait_for(1).await;
    let free = customers[1..].iter().map(|id| counter.buy(id, id, &[(&beans, 1)]));
    assert_eq!(tally(&answers(free).await), outcomes([("created", 11)]));
    assert!(stuck.iter().all(|buying| !buying.is_finished()));
    held.open().await;
    assert_eq!(tally(&answers(stuck).await), outcomes([("created", 3)]));
    counter.server.audit().await;
}

#[tokio::test]
async fn a_purchase_that_fails_inside_a_call_does_not_fail_the_others() {
    let counter = Counter::open(&ONE_CALL).await;
    let customers = counter.customers(10, 1_000).await;
    let (beans, poison) = (counter.shop.product(100, 100).await, counter.shop.product(100, 100).await);
    let plant = format!(
        "CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''poison''; END';
         CREATE TRIGGER refuse BEFORE INSERT ON tallystick.order_items FOR EACH ROW
             WHEN (NEW.product_id = '{poison}') EXECUTE FUNCTION public.refuse()"
    );
    let superuser = counter.server.database.session().await;
    superuser.client().batch_execute(&plant).await.unwrap();
    let (gate, blocker) = counter.shut().await;
    let buying: Vec<_> = customers
        .iter()
        .enumerate()
        .map(|(number, id)| counter.buy(id, id, &[(if number == 4 { &poison } else { &beans }, 1)]))
        .collect();
    counter.until_waiting(10).await;
    gate.open().await;

    blocker.await.unwrap().expect(201);
    for (number, answer) in answers(buying).await.iter().enumerate() {
        if number == 4 {
            answer.expect_problem(500, "internal_error");
        } else {
            answer.expect(201);
            assert!(!answer.is_replay());
        }
    }
    assert_eq!(counter.batches().await, (12, 21), "the blocker's, one that failed, and ten alone");
    let calls = r#"database_call_duration_seconds_count{function="purchase_batch"}"#;
    assert_eq!(counter.server.metric(calls).await, 13, "the one that failed was made twice");
    counter.shop.buy(&customers[0], &[(&poison, 1)]).await.expect_problem(500, "internal_error");
    assert_eq!(counter.server.metric(calls).await, 14, "a call for one purchase is not made twice");
    assert_eq!((counter.shop.stock(&beans).await, counter.shop.stock(&poison).await), (91, 100));
    superuser.client().batch_execute("DROP FUNCTION public.refuse CASCADE").await.unwrap();
    counter.server.audit().await;
}
