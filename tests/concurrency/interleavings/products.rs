//! What meets at one product: sales, restocks and corrections, and changes of the price.

use crate::support::{interleaving::play, purchase_batch::PurchaseBatch};

#[tokio::test]
async fn of_two_buyers_of_the_last_pieces_the_second_waits_and_is_told_what_is_left() {
    play(
        "one: SELECT outcome, stock_after FROM stock_movement_record(:shop, :lamp, -2, 'broken', 'm1')
            = created, 1
         one: BEGIN
         one: SELECT outcome FROM purchase(:shop, :ada, ARRAY[:lamp], ARRAY[1], 'k1')
            = created
         two: SELECT outcome, product_ids = ARRAY[:lamp], requested, available FROM purchase(:shop, :ben, ARRAY[:lamp], ARRAY[1], 'k2')
            waits for one on products
         one: COMMIT
         two returns
            = insufficient_stock, t, {1}, {0}",
    )
    .await;
}

#[tokio::test]
async fn a_buyer_who_waited_for_one_that_rolls_back_gets_the_last_piece() {
    play(
        "one: SELECT outcome, stock_after FROM stock_movement_record(:shop, :lamp, -2, 'broken', 'm1')
            = created, 1
         one: BEGIN
         one: SELECT outcome FROM purchase(:shop, :ada, ARRAY[:lamp], ARRAY[1], 'k1')
            = created
         two: SELECT outcome FROM purchase(:shop, :ben, ARRAY[:lamp], ARRAY[1], 'k2')
            waits for one on products
         one: ROLLBACK
         two returns
            = created
         one: SELECT stock FROM products WHERE id = :lamp
            = 0",
    )
    .await;
}

#[tokio::test]
async fn purchases_of_two_products_in_opposite_orders_queue_instead_of_deadlocking() {
    play(
        "root: SELECT outcome FROM customer_update(:shop, :ada, NULL, 1000, NULL, false, NULL)
         root: SELECT outcome FROM customer_update(:shop, :ben, NULL, 1000, NULL, false, NULL)
         one: BEGIN
         one: SELECT outcome, unit_prices FROM purchase(:shop, :ada, ARRAY[:lamp, :rope], ARRAY[1, 3], 'k1')
            = created, {80,30}
         two: SELECT outcome, unit_prices FROM purchase(:shop, :ben, ARRAY[:rope, :lamp], ARRAY[2, 2], 'k2')
            waits for one on products
         one: COMMIT
         two returns
            = created, {30,80}
         one: SELECT sku, stock FROM products ORDER BY id
            = lamp, 0
            = rope, 0",
    )
    .await;
}

#[tokio::test]
async fn a_purchase_that_waited_for_a_correction_sells_only_what_it_left() {
    play(
        "one: BEGIN
         one: SELECT outcome, stock_after FROM stock_movement_record(:shop, :rope, -4, 'eaten by mice', 'm1')
            = created, 1
         two: SELECT outcome, requested, available FROM purchase(:shop, :ada, ARRAY[:rope, :rope], ARRAY[1, 1], 'k1')
            waits for one on products
         one: COMMIT
         two returns
            = insufficient_stock, {2}, {1}",
    )
    .await;
}

#[tokio::test]
async fn a_correction_that_rolls_back_takes_nothing() {
    play(
        "one: BEGIN
         one: SELECT outcome, stock_after FROM stock_movement_record(:shop, :rope, -5, 'eaten by mice', 'm1')
            = created, 0
         two: SELECT outcome FROM purchase(:shop, :ada, ARRAY[:rope], ARRAY[2], 'k1')
            waits for one on products
         one: ROLLBACK
         two returns
            = created
         one: SELECT stock FROM products WHERE id = :rope
            = 3",
    )
    .await;
}

#[tokio::test]
async fn a_purchase_that_waited_for_a_restock_may_sell_it() {
    play(
        "one: SELECT outcome, stock_after FROM stock_movement_record(:shop, :rope, -5, 'eaten by mice', 'm1')
            = created, 0
         one: BEGIN
         one: SELECT outcome, stock_after FROM stock_movement_record(:shop, :rope, 2, 'delivery', 'm2')
            = created, 2
         two: SELECT outcome FROM purchase(:shop, :ada, ARRAY[:rope], ARRAY[2], 'k1')
            waits for one on products
         one: COMMIT
         two returns
            = created",
    )
    .await;
}

#[tokio::test]
async fn a_correction_waits_for_the_sale_under_way_and_never_goes_below_zero() {
    play(
        "one: BEGIN
         one: SELECT outcome FROM purchase(:shop, :ada, ARRAY[:rope], ARRAY[3], 'k1')
            = created
         two: SELECT outcome, available FROM stock_movement_record(:shop, :rope, -3, 'eaten by mice', 'm1')
            waits for one on products
         one: COMMIT
         two returns
            = insufficient_stock, 2
         two: SELECT outcome, stock_after FROM stock_movement_record(:shop, :rope, -2, 'eaten by mice', 'm1')
            = created, 0",
    )
    .await;
}

#[tokio::test]
async fn a_purchase_that_waited_for_a_new_price_pays_it() {
    play(
        "one: BEGIN
         one: SELECT outcome, (product).price FROM product_update(:shop, :lamp, NULL, NULL, 90)
            = updated, 90
         two: SELECT outcome, total, unit_prices FROM purchase(:shop, :ada, ARRAY[:lamp], ARRAY[1], 'k1')
            waits for one on products
         one: COMMIT
         two returns
            = created, 90, {90}",
    )
    .await;
}

#[tokio::test]
async fn a_purchase_that_waited_for_a_price_beyond_its_credit_is_refused_with_that_price() {
    play(
        "one: BEGIN
         one: SELECT outcome, (product).price FROM product_update(:shop, :lamp, NULL, NULL, 101)
            = updated, 101
         two: SELECT outcome, credit_limit, balance, total FROM purchase(:shop, :ada, ARRAY[:lamp], ARRAY[1], 'k1')
            waits for one on products
         one: COMMIT
         two returns
            = credit_limit_exceeded, 100, 0, 101",
    )
    .await;
}

#[tokio::test]
async fn a_price_that_rolls_back_charges_nobody() {
    play(
        "one: BEGIN
         one: SELECT outcome, (product).price FROM product_update(:shop, :lamp, NULL, NULL, 1)
            = updated, 1
         two: SELECT outcome, total FROM purchase(:shop, :ada, ARRAY[:lamp], ARRAY[1], 'k1')
            waits for one on products
         one: ROLLBACK
         two returns
            = created, 80",
    )
    .await;
}

#[tokio::test]
async fn a_new_price_waits_for_the_sale_under_way_and_keeps_its_stock() {
    play(
        "one: BEGIN
         one: SELECT outcome, total FROM purchase(:shop, :ada, ARRAY[:lamp], ARRAY[1], 'k1')
            = created, 80
         two: SELECT outcome, (product).price, (product).stock FROM product_update(:shop, :lamp, NULL, NULL, 5)
            waits for one on products
         one: COMMIT
         two returns
            = updated, 5, 2
         one: SELECT unit_price FROM order_items
            = 80",
    )
    .await;
}

#[tokio::test]
async fn a_payment_never_waits_for_a_product() {
    play(
        "one: BEGIN
         one: SELECT outcome FROM stock_movement_record(:shop, :lamp, 7, 'delivery', 'm1')
            = created
         two: SELECT outcome FROM payment_record(:shop, :ada, 1, 'p1')
            = created
         one: COMMIT",
    )
    .await;
}

#[tokio::test]
async fn a_product_from_which_nothing_was_taken_is_not_written() {
    let batch = PurchaseBatch::new(":shop", "ARRAY[:ada, :ben]", "ARRAY[:lamp, :rope]")
        .with("p_customer_positions", "'{1,2}'")
        .with("p_idempotency_keys", "'{k1,k2}'")
        .with("p_order_ids", "'{NULL,NULL}'")
        .with("p_line_counts", "'{1,1}'")
        .with("p_product_positions", "'{1,2}'")
        .with("p_quantities", "'{1,6}'");
    play(&format!(
        "root: SELECT sku, ctid FROM products ORDER BY id
            = lamp, (0,1)
            = rope, (0,2)
         one: SELECT outcome FROM {batch}
            = created
            = insufficient_stock
         root: SELECT sku, ctid FROM products ORDER BY id
            = lamp, (0,3)
            = rope, (0,2)"
    ))
    .await;
}

#[tokio::test]
async fn a_movement_or_a_change_that_passes_over_a_held_product_does_nothing_and_does_not_wait() {
    play(
        "one: BEGIN
         one: SELECT outcome, stock_after FROM stock_movement_record(:shop, :lamp, 2, 'delivery', 'm1')
            = created, 5
         two: SELECT outcome FROM stock_movement_record(:shop, :lamp, 1, 'delivery', 'm2', NULL, 'pass over all')
            = product_held
         two: SELECT outcome FROM product_update(:shop, :lamp, NULL, NULL, 1, 'pass over all')
            = product_held
         two: SELECT outcome FROM stock_movement_record(:shop, :rope, 1, 'delivery', 'm3', NULL, 'pass over all')
            = created
         two: SELECT outcome FROM product_update(:shop, :rope, NULL, NULL, 1, 'pass over all')
            = updated
         two: SELECT outcome FROM stock_movement_record(:shop, :ada, 1, 'delivery', 'm4', NULL, 'pass over all')
            = product_not_found
         two: SELECT outcome FROM product_update(:shop, :ada, NULL, NULL, 1, 'pass over all')
            = product_not_found
         one: COMMIT
         two: SELECT outcome, stock_after FROM stock_movement_record(:shop, :lamp, 1, 'delivery', 'm2', NULL, 'pass over all')
            = created, 6
         root: SELECT sku, price FROM products ORDER BY sku
            = lamp, 80
            = rope, 1",
    )
    .await;
}
