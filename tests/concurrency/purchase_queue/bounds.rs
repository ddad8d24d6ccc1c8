//! How many purchases may be queued, for how long, and what becomes of clients that disconnect.

use futures_util::{StreamExt, stream::FuturesUnordered};

use super::{Counter, ONE_CALL, answers};
use crate::{
    concurrency::crowd::{customer_row, outcomes, product_row, tally},
    support::{contents::contents, gate::Gate, sessions::until},
};

#[tokio::test]
async fn a_purchase_that_finds_the_queue_full_is_refused_at_once_and_not_made() {
    let counter = Counter::open(&[&ONE_CALL[..], &["--purchase-queue=3"]].concat()).await;
    let (customers, beans) = (counter.customers(10, 1_000).await, counter.shop.product(100, 100).await);
    let (gate, blocker) = counter.shut().await;
    let buying = customers.iter().map(|id| counter.buy(id, id, &[(&beans, 1)]));
    let mut buying: FuturesUnordered<_> = buying.collect();
    // The gate is shut, so only purchases for which the queue has no room are answered.
    for _ in 0..7 {
        let refused = buying.next().await.unwrap().unwrap();
        refused.expect_problem(503, "overloaded");
        assert_eq!(refused.header("retry-after"), Some("1"));
    }
    counter.until_waiting(3).await;
    gate.open().await;

    blocker.await.unwrap().expect(201);
    assert_eq!(tally(&answers(buying).await), outcomes([("created", 3)]));
    assert_eq!(counter.shop.stock(&beans).await, 97);
    counter.server.audit().await;
}

#[tokio::test]
async fn a_purchase_that_is_queued_for_too_long_is_refused_and_not_made_later() {
    let flags = [&ONE_CALL[2..], &["--purchase-connections=1", "--pool-wait-timeout=300ms"]].concat();
    let counter = Counter::open(&flags).await;
    let (customers, beans) = (counter.customers(5, 1_000).await, counter.shop.product(100, 100).await);
    let before = contents(&counter.server.database).await.len();
    let (gate, blocker) = counter.shut().await;
    let refused = answers(customers.iter().map(|id| counter.buy(id, id, &[(&beans, 1)]))).await;
    for refused in refused {
        refused.expect_problem(503, "overloaded");
        assert_eq!(refused.header("retry-after"), Some("1"));
    }
    counter.until_waiting(0).await;
    gate.open().await;

    // The blocker's call began before its time was over, and runs to its end: an order, a line and a charge.
    blocker.await.unwrap().expect(201);
    assert_eq!(contents(&counter.server.database).await.len(), before + 3);
    let bought = counter.shop.buy_with(&customers[0], &customers[0], &[(&beans, 1)]).await;
    bought.expect(201);
    assert!(!bought.is_replay());
    assert_eq!(counter.shop.stock(&beans).await, 99);
    counter.server.audit().await;
}

#[tokio::test]
async fn a_client_that_disconnects_while_queued_has_bought_nothing_and_the_others_have() {
    let counter = Counter::open(&ONE_CALL).await;
    let (customers, beans) = (counter.customers(6, 1_000).await, counter.shop.product(100, 100).await);
    let (gate, blocker) = counter.shut().await;
    let buying: Vec<_> = customers.iter().map(|id| counter.buy(id, id, &[(&beans, 1)])).collect();
    counter.until_waiting(6).await;
    for leaving in buying.iter().step_by(2) {
        leaving.abort();
    }
    counter.until_waiting(3).await;
    gate.open().await;

    blocker.await.unwrap().expect(201);
    let stayed = buying.into_iter().skip(1).step_by(2);
    assert_eq!(tally(&answers(stayed).await), outcomes([("created", 3)]));
    assert_eq!(counter.shop.stock(&beans).await, 97);
    for id in customers.iter().step_by(2) {
        let bought = counter.shop.buy_with(id, id, &[(&beans, 1)]).await;
        bought.expect(201);
        assert!(!bought.is_replay());
    }
    counter.server.audit().await;
}

#[tokio::test]
async fn a_client_that_disconnects_during_its_call_has_bought_and_its_key_replays() {
    let counter = Counter::open(&ONE_CALL).await;
    let (customers, beans) = (counter.customers(4, 1_000).await, counter.shop.product(100, 100).await);
    let (gate, blocker) = counter.shut().await;
    let buying: Vec<_> = customers.iter().map(|id| counter.buy(id, id, &[(&beans, 1)])).collect();
    counter.until_waiting(4).await;
    // The call that takes all four waits for the product's row.
    let shelf = Gate::at(&counter.server.database, &product_row(&beans)).await;
    gate.open().await;
    blocker.await.unwrap().expect(201);
    shelf.wait_for(1).await;
    assert_eq!(counter.batches().await, (2, 5));
    for leaving in &buying {
        leaving.abort();
    }
    for left in buying {
        assert!(left.await.unwrap_err().is_cancelled());
    }
    shelf.open().await;

    until("the purchases are made", async || (counter.shop.stock(&beans).await == 96).then_some(())).await;
    for id in &customers {
        let again = counter.shop.buy_with(id, id, &[(&beans, 1)]).await;
        again.expect(201);
        assert!(again.is_replay());
    }
    counter.server.audit().await;
}

/// The call passes over the purchases of a held customer, and fails for the others. Each is then sent again, unless its client
/// has disconnected.
#[tokio::test]
async fn a_purchase_whose_client_disconnects_while_its_call_fails_or_passes_it_over_is_not_tried_again() {
    for fails in [false, true] {
        let counter = Counter::open(&ONE_CALL).await;
        let (customers, shop) = (counter.customers(2, 1_000).await, &counter.shop);
        let (beans, bread) = (shop.product(100, 100).await, shop.product(100, 100).await);
        let superuser = counter.server.database.session().await;
        let plant = format!(
            "CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''poison''; END';
             CREATE TRIGGER refuse BEFORE INSERT ON tallystick.order_items FOR EACH ROW
                 WHEN (NEW.product_id = '{beans}') EXECUTE FUNCTION public.refuse()"
        );
        superuser.client().batch_execute(if fails { &plant } else { "" }).await.unwrap();
        let (gate, blocker) = counter.shut().await;
        let leaving = counter.buy("leaves", &customers[0], &[(&bread, 1)]);
        let staying = counter.buy("stays", &customers[0], &[(&bread, 1)]);
        let poison = counter.buy("poison", &customers[1], &[(&beans, 1)]);
        counter.until_waiting(3).await;
        let database = &counter.server.database;
        // The call that takes all three passes over the customer's purchases, and waits for the product's row.
        let shelf = Gate::at(database, &product_row(&beans)).await;
        let held = Gate::at(database, &customer_row(&customers[0])).await;
        gate.open().await;
        blocker.await.unwrap().expect(201);
        shelf.wait_for(1).await;
        assert_eq!(counter.batches().await, (2, 4));
        leaving.abort();
        counter.until_gone(1).await;
        shelf.open().await;
        held.wait_for(1).await;
        held.open().await;
        staying.await.unwrap().expect(201);
        assert_eq!(poison.await.unwrap().status, if fails { 500 } else { 201 });
        counter.until_waiting(0).await;

        // The calls are the blocker's, the one for all three, and those of the purchases whose client stayed.
        assert_eq!(counter.batches().await, if fails { (4, 6) } else { (3, 5) });
        assert_eq!(shop.stock(&bread).await, 99);
        let bought = shop.buy_with("leaves", &customers[0], &[(&bread, 1)]).await;
        bought.expect(201);
        assert!(!bought.is_replay());
        superuser.client().batch_execute("DROP FUNCTION IF EXISTS public.refuse CASCADE").await.unwrap();
        counter.server.audit().await;
    }
}

#[tokio::test]
async fn no_call_decides_more_purchases_than_the_limit() {
    let counter = Counter::open(&[&ONE_CALL[..], &["--purchase-batch=4"]].concat()).await;
    let (customers, beans) = (counter.customers(10, 1_000).await, counter.shop.product(100, 100).await);
    let (gate, blocker) = counter.shut().await;
    let buying: Vec<_> = customers.iter().map(|id| counter.buy(id, id, &[(&beans, 1)])).collect();
    counter.until_waiting(10).await;
    gate.open().await;

    blocker.await.unwrap().expect(201);
    assert_eq!(tally(&answers(buying).await), outcomes([("created", 10)]));
    assert_eq!(counter.batches().await, (4, 11), "the blocker's, four, four, two");
    counter.server.audit().await;
}

#[tokio::test]
async fn with_one_connection_purchases_share_a_call_and_other_requests_get_the_connection_afterwards() {
    let counter = Counter::open(&[&ONE_CALL[..], &["--pool-size=1", "--api-key-cache-ttl=1h"]].concat()).await;
    let (customers, beans) = (counter.customers(20, 1_000).await, counter.shop.product(100, 100).await);
    let (gate, blocker) = counter.shut().await;
    let buying: Vec<_> = customers.iter().map(|id| counter.buy(id, id, &[(&beans, 1)])).collect();
    counter.until_waiting(20).await;
    let looking = tokio::spawn({
        let (shop, beans) = (counter.shop.clone(), beans.clone());
        async move { shop.stock(&beans).await }
    });
    gate.open().await;

    blocker.await.unwrap().expect(201);
    assert_eq!(tally(&answers(buying).await), outcomes([("created", 20)]));
    looking.await.unwrap();
    assert_eq!(counter.shop.stock(&beans).await, 80);
    counter.server.audit().await;
}

#[tokio::test]
async fn one_setting_turns_combining_off() {
    let counter = Counter::open(&["--combine-purchases=false"]).await;
    let (customers, beans) = (counter.customers(20, 1_000).await, counter.shop.product(100, 15).await);
    let buying: Vec<_> = customers.iter().map(|id| counter.buy(id, id, &[(&beans, 1)])).collect();
    assert_eq!(tally(&answers(buying).await), outcomes([("created", 15), ("insufficient_stock", 5)]));
    assert_eq!(counter.batches().await, (0, 0));
    counter.server.audit().await;
}
