//! The locks themselves: in what order, how strong, and what holds if a caller does without them.

use crate::support::{interleaving::play, purchase_batch::PurchaseBatch};

#[tokio::test]
async fn the_customer_is_locked_before_any_product() {
    play(
        "one: BEGIN
         one: SELECT outcome FROM stock_movement_record(:shop, :lamp, 1, 'delivery', 'm1')
            = created
         two: SELECT outcome FROM purchase(:shop, :ada, ARRAY[:lamp], ARRAY[1], 'k1')
            waits for one on products
         root: SELECT name FROM customers ORDER BY id FOR UPDATE SKIP LOCKED
            = Ben
         three: SELECT outcome FROM payment_record(:shop, :ada, 1, 'p1')
            waits for two on customers
         one: COMMIT
         two returns
            = created
         three returns
            = created",
    )
    .await;
}

#[tokio::test]
async fn a_purchase_that_waits_for_its_customer_holds_no_product() {
    play(
        "one: BEGIN
         one: SELECT outcome FROM payment_record(:shop, :ada, 1, 'p1')
            = created
         two: SELECT outcome FROM purchase(:shop, :ada, ARRAY[:rope, :lamp], ARRAY[1, 1], 'k1')
            waits for one on customers
         root: SELECT sku FROM products ORDER BY id FOR UPDATE SKIP LOCKED
            = lamp
            = rope
         three: SELECT outcome FROM purchase(:shop, :ben, ARRAY[:rope], ARRAY[1], 'k2')
            = created
         one: COMMIT
         two returns
            = credit_limit_exceeded",
    )
    .await;
}

#[tokio::test]
async fn products_are_locked_by_id_whatever_the_order_of_the_lines() {
    play(
        "one: BEGIN
         one: SELECT outcome FROM stock_movement_record(:shop, :rope, 1, 'delivery', 'm1')
            = created
         two: SELECT outcome FROM purchase(:shop, :ada, ARRAY[:rope, :lamp], ARRAY[1, 1], 'k1')
            waits for one on products
         -- Two has locked the lamp, whose id is less, before it came to wait for the rope, though the rope is its first line.
         root: SELECT sku FROM products ORDER BY id FOR UPDATE SKIP LOCKED
         three: SELECT outcome FROM stock_movement_record(:shop, :lamp, 1, 'delivery', 'm2')
            waits for two on products
         one: COMMIT
         two returns
            = credit_limit_exceeded
         three returns
            = created",
    )
    .await;
}

#[tokio::test]
async fn a_purchase_that_waits_for_its_first_product_holds_none_of_the_later_ones() {
    play(
        "one: BEGIN
         one: SELECT outcome FROM stock_movement_record(:shop, :lamp, 1, 'delivery', 'm1')
            = created
         two: SELECT outcome FROM purchase(:shop, :ada, ARRAY[:rope, :lamp], ARRAY[1, 1], 'k1')
            waits for one on products
         root: SELECT sku FROM products ORDER BY id FOR UPDATE SKIP LOCKED
            = rope
         three: SELECT outcome FROM stock_movement_record(:shop, :rope, 1, 'delivery', 'm2')
            = created
         one: COMMIT
         two returns
            = credit_limit_exceeded",
    )
    .await;
}

/// The order is that of the ids that the batch lists, and does not come of the index that the customers are looked up by.
#[tokio::test]
async fn customers_are_locked_by_id_whatever_the_plan() {
    let batch = PurchaseBatch::new(":shop", "ARRAY[:ada, :ben]", "ARRAY[:rope]")
        .with("p_customer_positions", "'{1,2}'")
        .with("p_idempotency_keys", "'{k1,k2}'")
        .with("p_order_ids", "'{NULL,NULL}'")
        .with("p_line_counts", "'{1,1}'")
        .with("p_product_positions", "'{1,1}'")
        .with("p_quantities", "'{1,1}'");
    play(&format!(
        "root: ANALYZE customers
         two: SET enable_indexscan = off
         -- Ada's row now lies behind Ben's.
         one: SELECT outcome FROM customer_update(:shop, :ada, 'Ada', NULL, NULL, false, NULL)
            = updated
         one: BEGIN
         one: SELECT outcome FROM payment_record(:shop, :ada, 1, 'p1')
            = created
         two: SELECT outcome FROM {batch}
            waits for one on customers
         root: SELECT name FROM customers ORDER BY id FOR UPDATE SKIP LOCKED
            = Ben
         one: COMMIT
         two returns
            = created
            = created"
    ))
    .await;
}

#[tokio::test]
async fn products_are_locked_by_id_whatever_the_plan() {
    play(
        "root: ANALYZE products
         two: SET enable_indexscan = off
         -- The lamp's row now lies behind the rope's.
         one: SELECT outcome FROM product_update(:shop, :lamp, NULL, NULL, 60)
            = updated
         one: BEGIN
         one: SELECT outcome FROM stock_movement_record(:shop, :lamp, 1, 'delivery', 'm1')
            = created
         two: SELECT outcome FROM purchase(:shop, :ada, ARRAY[:rope, :lamp], ARRAY[1, 1], 'k1')
            waits for one on products
         root: SELECT sku FROM products ORDER BY id FOR UPDATE SKIP LOCKED
            = rope
         one: COMMIT
         two returns
            = created",
    )
    .await;
}

#[tokio::test]
async fn what_is_not_to_be_decided_waits_for_no_product() {
    play(
        "two: SELECT outcome FROM purchase(:shop, :ada, ARRAY[:lamp], ARRAY[1], 'k1')
            = created
         two: SELECT outcome FROM customer_update(:shop, :ben, NULL, NULL, true, false, NULL)
            = updated
         one: BEGIN
         one: SELECT outcome FROM stock_movement_record(:shop, :lamp, 1, 'delivery', 'm1')
            = created
         two: SELECT outcome FROM purchase(:shop, :ada, ARRAY[:lamp], ARRAY[1], 'k1')
            = replayed
         two: SELECT outcome FROM purchase(:shop, :ben, ARRAY[:lamp], ARRAY[1], 'k2')
            = customer_blocked
         one: COMMIT",
    )
    .await;
}

#[tokio::test]
async fn nobody_who_only_reads_waits_for_a_purchase_and_nothing_of_it_shows_before_its_commit() {
    play(
        "one: BEGIN
         one: SELECT outcome FROM purchase(:shop, :ada, ARRAY[:lamp], ARRAY[1], 'k1')
            = created
         two: SELECT balance, available_credit FROM customer_get(:shop, :ada)
            = 0, 100
         two: SELECT stock FROM product_get(:shop, :lamp)
            = 3
         two: SELECT count(*) FROM order_list(:shop, NULL, NULL, 10)
            = 0
         two: SELECT count(id) FROM ledger_list(:shop, :ada, NULL, 10)
            = 0
         one: COMMIT
         two: SELECT balance, available_credit FROM customer_get(:shop, :ada)
            = 80, 20
         two: SELECT stock FROM product_get(:shop, :lamp)
            = 2",
    )
    .await;
}

/// FOR NO KEY UPDATE, and not FOR UPDATE: a foreign key's check asks only that the key stays.
#[tokio::test]
async fn a_row_that_refers_to_a_locked_customer_or_product_does_not_wait() {
    for act in [
        "purchase(:shop, :ada, ARRAY[:lamp], ARRAY[1], 'k1')",
        "payment_record(:shop, :ada, 1, 'p1')",
        "stock_movement_record(:shop, :lamp, 1, 'delivery', 'm2')",
    ] {
        play(&format!(
            "one: BEGIN
             one: SELECT outcome FROM {act}
                = created
             root: BEGIN
             root: SET CONSTRAINTS ALL DEFERRED
             root: INSERT INTO orders VALUES (:shop, gen_random_uuid(), :ada, 0, now())
             root: INSERT INTO stock_movements VALUES (:shop, gen_random_uuid(), :lamp, 'adjustment', 1, 4, 0, 'test', 'm1', sha256('m1'), now(), 'key:test')
             root: SELECT count(*) FROM (SELECT FROM customers WHERE id = :ada FOR KEY SHARE) AS customer
                = 1
             root: ROLLBACK
             one: COMMIT"
        ))
        .await;
    }
}

/// The other way round: what a foreign key's check holds does not stop a purchase.
#[tokio::test]
async fn a_purchase_does_not_wait_for_a_row_that_refers_to_its_customer_or_product() {
    play(
        "root: BEGIN
         root: SET CONSTRAINTS ALL DEFERRED
         root: INSERT INTO orders VALUES (:shop, gen_random_uuid(), :ada, 0, now())
         root: INSERT INTO stock_movements VALUES (:shop, gen_random_uuid(), :lamp, 'adjustment', 1, 4, 0, 'test', 'm1', sha256('m1'), now(), 'key:test')
         one: SELECT outcome FROM purchase(:shop, :ada, ARRAY[:lamp], ARRAY[1], 'k1')
            = created
         root: ROLLBACK",
    )
    .await;
}

#[tokio::test]
async fn a_refused_purchase_lets_go_of_everything_when_its_transaction_ends() {
    play(
        "one: BEGIN
         one: SELECT outcome FROM purchase(:shop, :ada, ARRAY[:lamp], ARRAY[2], 'k1')
            = credit_limit_exceeded
         two: SELECT outcome FROM purchase(:shop, :ben, ARRAY[:lamp], ARRAY[1], 'k2')
            waits for one on products
         one: COMMIT
         two returns
            = created
         one: SELECT outcome FROM purchase(:shop, :ada, ARRAY[:lamp], ARRAY[1], 'k1')
            = created",
    )
    .await;
}

/// A snapshot older than the wait makes the reads stale. The server never asks for one; whoever calls the function in
/// such a transaction runs into the ledger's chain instead of beyond the limit.
#[tokio::test]
async fn a_stale_snapshot_cannot_spend_a_limit_twice() {
    play(
        "two: BEGIN ISOLATION LEVEL REPEATABLE READ
         two: SELECT balance FROM customer_get(:shop, :ada)
            = 0
         one: SELECT outcome, balance_after FROM purchase(:shop, :ada, ARRAY[:lamp], ARRAY[1], 'k1')
            = created, 80
         two: SELECT outcome FROM purchase(:shop, :ada, ARRAY[:rope], ARRAY[1], 'k2')
            ! 23505 credit_ledger_pk
         two: ROLLBACK
         two: SELECT outcome, balance FROM purchase(:shop, :ada, ARRAY[:rope], ARRAY[1], 'k2')
            = credit_limit_exceeded, 80",
    )
    .await;
}

/// Stock is a value in a row, so that PostgreSQL itself sees that the row has changed since the snapshot.
#[tokio::test]
async fn a_stale_snapshot_cannot_sell_a_piece_twice() {
    play(
        "two: BEGIN ISOLATION LEVEL REPEATABLE READ
         two: SELECT stock FROM product_get(:shop, :lamp)
            = 3
         one: SELECT outcome FROM purchase(:shop, :ada, ARRAY[:lamp], ARRAY[1], 'k1')
            = created
         two: SELECT outcome FROM purchase(:shop, :ben, ARRAY[:lamp], ARRAY[1], 'k2')
            ! 40001 could not serialize access due to concurrent update
         two: ROLLBACK",
    )
    .await;
}
