//! What meets a return: another return, a payment, a purchase, a stock movement.

use crate::support::interleaving::play;

/// Ada buys two ropes for 60, and Ben two for 60, as the orders `1` and `2`.
async fn play_after_sales(script: &str) {
    let sale = "root: SELECT set_config('app.business_id', :shop::text, false) IS NOT NULL
            = t
         root: SELECT outcome FROM purchase(:shop, :ada, ARRAY[:rope], ARRAY[2], 'sale-1', 'eeeeeeee-0000-7000-8000-000000000001')
            = created
         root: SELECT outcome FROM purchase(:shop, :ben, ARRAY[:rope], ARRAY[2], 'sale-2', 'eeeeeeee-0000-7000-8000-000000000002')
            = created";
    play(&format!("{sale}\n{}", script.replace(":order", "'eeeeeeee-0000-7000-8000-00000000000"))).await;
}

#[tokio::test]
async fn of_two_returns_of_the_last_piece_the_second_waits_and_is_told_that_none_is_left() {
    play_after_sales(
        "one: BEGIN
         one: SELECT outcome, total FROM return_record(:shop, :order1', '{1}', '{1}', '{0}', 'torn', 'r1')
            = created, 30
         two: SELECT outcome, line_nos, requested, available FROM return_record(:shop, :order1', '{1}', '{2}', '{0}', 'torn', 'r2')
            waits for one on customers
         one: COMMIT
         two returns
            = quantity_exceeds_returnable, {1}, {2}, {1}
         two: SELECT outcome, total, balance_after FROM return_record(:shop, :order1', '{1}', '{1}', '{0}', 'torn', 'r2')
            = created, 30, 0",
    )
    .await;
}

#[tokio::test]
async fn a_return_that_waited_for_one_that_rolls_back_finds_everything_returnable() {
    play_after_sales(
        "one: BEGIN
         one: SELECT outcome FROM return_record(:shop, :order1', '{1}', '{2}', '{NULL}', 'torn', 'r1')
            = created
         two: SELECT outcome, total, balance_after, allocated FROM return_record(:shop, :order1', '{1}', '{2}', '{NULL}', 'torn', 'r1')
            waits for one on customers
         one: ROLLBACK
         two returns
            = created, 60, 0, 60
         one: SELECT stock FROM products WHERE id = :rope
            = 3",
    )
    .await;
}

#[tokio::test]
async fn of_two_requests_with_one_key_the_second_waits_and_replays_the_first() {
    play_after_sales(
        "one: BEGIN
         one: SELECT outcome, total FROM return_record(:shop, :order1', '{1}', '{1}', '{NULL}', 'torn', 'r1')
            = created, 30
         two: SELECT outcome, total FROM return_record(:shop, :order1', '{1}', '{1}', '{NULL}', 'torn', 'r1')
            waits for one on customers
         one: COMMIT
         two returns
            = replayed, 30",
    )
    .await;
}

#[tokio::test]
async fn a_return_that_waited_for_a_payment_of_its_order_settles_what_that_left() {
    play_after_sales(
        "one: BEGIN
         one: SELECT outcome FROM payment_record(:shop, :ada, 50, 'p1', NULL, ARRAY[:order1'::uuid], '{50}')
            = created
         two: SELECT outcome, total, allocated, balance_after FROM return_record(:shop, :order1', '{1}', '{1}', '{NULL}', 'torn', 'r1')
            waits for one on customers
         one: COMMIT
         two returns
            = created, 30, 10, -20",
    )
    .await;
}

#[tokio::test]
async fn a_payment_of_an_order_that_waited_for_its_return_is_told_what_that_left() {
    play_after_sales(
        "one: BEGIN
         one: SELECT outcome, allocated FROM return_record(:shop, :order1', '{1}', '{1}', '{NULL}', 'torn', 'r1')
            = created, 30
         two: SELECT outcome, amounts, available_amounts FROM payment_record(:shop, :ada, 50, 'p1', NULL, ARRAY[:order1'::uuid], '{50}')
            waits for one on customers
         one: COMMIT
         two returns
            = charge_open_amount_exceeded, {50}, {30}",
    )
    .await;
}

/// The limit is 100.
#[tokio::test]
async fn a_purchase_that_waited_for_a_return_may_use_the_credit_that_it_freed() {
    play_after_sales(
        "one: BEGIN
         one: SELECT outcome, balance_after FROM return_record(:shop, :order1', '{1}', '{2}', '{NULL}', 'torn', 'r1')
            = created, 0
         two: SELECT outcome, balance, balance_after FROM purchase(:shop, :ada, ARRAY[:lamp], ARRAY[1], 'k1')
            waits for one on customers
         one: COMMIT
         two returns
            = created, 0, 80",
    )
    .await;
}

/// One rope is left, and another customer wants three.
#[tokio::test]
async fn a_buyer_who_waited_for_a_return_gets_what_came_back() {
    play_after_sales(
        "one: BEGIN
         one: SELECT outcome FROM return_record(:shop, :order1', '{1}', '{2}', '{NULL}', 'torn', 'r1')
            = created
         two: SELECT outcome, (entry).balance_after FROM payment_record(:shop, :ben, 60, 'p1')
            = created, 0
         two: SELECT outcome FROM purchase(:shop, :ben, ARRAY[:rope], ARRAY[3], 'k1')
            waits for one on products
         one: COMMIT
         two returns
            = created
         one: SELECT stock FROM products WHERE id = :rope
            = 0",
    )
    .await;
}

#[tokio::test]
async fn returns_of_one_product_by_two_customers_queue_at_the_product_and_both_put_it_back() {
    play_after_sales(
        "one: BEGIN
         one: SELECT outcome FROM return_record(:shop, :order1', '{1}', '{2}', '{NULL}', 'torn', 'r1')
            = created
         two: SELECT outcome FROM return_record(:shop, :order2', '{1}', '{1}', '{NULL}', 'torn', 'r2')
            waits for one on products
         one: COMMIT
         two returns
            = created
         one: SELECT stock FROM products WHERE id = :rope
            = 4",
    )
    .await;
}

/// The lamp's id is less than the rope's, and it is the second line of both.
#[tokio::test]
async fn a_return_and_a_purchase_lock_products_by_id_whatever_the_order_of_their_lines() {
    play_after_sales(
        "root: SELECT outcome FROM customer_update(:shop, :ada, NULL, 1000, NULL, false, NULL)
         root: SELECT outcome FROM customer_update(:shop, :ben, NULL, 1000, NULL, false, NULL)
         one: SELECT outcome FROM purchase(:shop, :ada, ARRAY[:rope, :lamp], ARRAY[1, 1], 'sale-3', :order3')
            = created
         one: BEGIN
         one: SELECT outcome FROM stock_movement_record(:shop, :lamp, 1, 'delivery', 'm1')
            = created
         two: SELECT outcome FROM return_record(:shop, :order3', '{1,2}', '{1,1}', '{NULL,NULL}', 'torn', 'r1')
            waits for one on products
         root: SELECT sku FROM products ORDER BY id FOR UPDATE SKIP LOCKED
            = rope
         three: SELECT outcome FROM purchase(:shop, :ben, ARRAY[:rope, :lamp], ARRAY[1, 1], 'k1')
            waits for two on products
         one: COMMIT
         two returns
            = created
         three returns
            = created",
    )
    .await;
}

#[tokio::test]
async fn a_return_that_puts_nothing_back_waits_for_no_product() {
    play_after_sales(
        "one: BEGIN
         one: SELECT outcome, stock_after FROM stock_movement_record(:shop, :rope, 5, 'delivery', 'm1')
            = created, 6
         two: SELECT outcome FROM return_record(:shop, :order1', '{1}', '{1}', '{0}', 'torn', 'r1')
            = created
         two: SELECT outcome FROM return_record(:shop, :order1', '{1}', '{1}', '{1}', 'torn', 'r2')
            waits for one on products
         one: COMMIT
         two returns
            = created
         one: SELECT stock FROM products WHERE id = :rope
            = 7",
    )
    .await;
}

/// As the server asks at first: its connection is for others, too.
#[tokio::test]
async fn a_return_that_may_not_wait_passes_over_what_is_held_and_decides_nothing() {
    play_after_sales(
        "one: BEGIN
         one: SELECT outcome FROM stock_movement_record(:shop, :rope, 5, 'delivery', 'm1')
            = created
         two: SELECT outcome FROM return_record(:shop, :order1', '{1}', '{1}', '{NULL}', 'torn', 'r1', NULL, 'pass over all')
            = product_held
         one: SELECT outcome FROM payment_record(:shop, :ada, 1, 'p1')
            = created
         two: SELECT outcome FROM return_record(:shop, :order1', '{1}', '{1}', '{NULL}', 'torn', 'r1', NULL, 'pass over all')
            = customer_held
         one: COMMIT
         two: SELECT outcome FROM return_record(:shop, :order1', '{1}', '{1}', '{NULL}', 'torn', 'r1', NULL, 'pass over all')
            = created",
    )
    .await;
}
