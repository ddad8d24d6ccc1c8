//! What meets at one key: the idempotency keys of movements, and what is unique within a business.

use crate::support::{interleaving::play, purchase_batch::PurchaseBatch};

#[tokio::test]
async fn a_purchase_under_the_key_of_one_under_way_waits_and_repeats_its_answer() {
    play(
        "one: BEGIN
         one: SELECT outcome, total, balance_after, unit_prices FROM purchase(:shop, :ada, ARRAY[:lamp], ARRAY[1], 'k1')
            = created, 80, 80, {80}
         two: SELECT outcome, total, balance_after, unit_prices FROM purchase(:shop, :ada, ARRAY[:lamp], ARRAY[1], 'k1')
            waits for one on customers
         one: COMMIT
         two returns
            = replayed, 80, 80, {80}
         one: SELECT count(*), count(DISTINCT id) FROM orders
            = 1, 1",
    )
    .await;
}

#[tokio::test]
async fn a_purchase_under_the_key_of_one_that_rolls_back_is_made_afresh() {
    play(
        "one: BEGIN
         one: SELECT outcome FROM purchase(:shop, :ada, ARRAY[:lamp], ARRAY[1], 'k1')
            = created
         two: SELECT outcome, balance_after FROM purchase(:shop, :ada, ARRAY[:lamp], ARRAY[1], 'k1')
            waits for one on customers
         one: ROLLBACK
         two returns
            = created, 80",
    )
    .await;
}

#[tokio::test]
async fn a_replay_answers_as_the_first_time_though_price_limit_and_block_have_changed_while_it_waited() {
    play(
        "one: SELECT outcome, total FROM purchase(:shop, :ada, ARRAY[:lamp], ARRAY[1], 'k1')
            = created, 80
         one: SELECT outcome FROM product_update(:shop, :lamp, NULL, NULL, 1)
            = updated
         one: BEGIN
         one: SELECT outcome FROM customer_update(:shop, :ada, NULL, 0, true, false, NULL)
            = updated
         two: SELECT outcome, total, balance_after, unit_prices FROM purchase(:shop, :ada, ARRAY[:lamp], ARRAY[1], 'k1')
            waits for one on customers
         one: COMMIT
         two returns
            = replayed, 80, 80, {80}",
    )
    .await;
}

#[tokio::test]
async fn another_purchase_under_the_key_of_one_under_way_waits_and_is_refused() {
    play(
        "one: BEGIN
         one: SELECT outcome FROM purchase(:shop, :ada, ARRAY[:lamp], ARRAY[1], 'k1')
            = created
         two: SELECT outcome, order_id FROM purchase(:shop, :ada, ARRAY[:rope], ARRAY[1], 'k1')
            waits for one on customers
         one: COMMIT
         two returns
            = key_reused, null",
    )
    .await;
}

/// Different customers share no lock, so the second runs into the first one's index entry. The server asks again.
#[tokio::test]
async fn a_key_in_two_customers_hands_is_decided_by_the_index_and_then_refused() {
    play(
        "one: BEGIN
         one: SELECT outcome FROM purchase(:shop, :ada, ARRAY[:lamp], ARRAY[1], 'k1')
            = created
         two: SELECT outcome FROM purchase(:shop, :ben, ARRAY[:rope], ARRAY[1], 'k1')
            waits for one on a key
         one: COMMIT
         two returns
            ! 23505 credit_ledger_idempotency_key_is_used_once
         two: SELECT outcome FROM purchase(:shop, :ben, ARRAY[:rope], ARRAY[1], 'k1')
            = key_reused
         one: SELECT sku, stock FROM products ORDER BY id
            = lamp, 2
            = rope, 5",
    )
    .await;
}

/// Whoever took the stock took the key with it, so the second is told of the key and not of the stock.
#[tokio::test]
async fn a_key_in_two_customers_hands_is_refused_for_the_key_where_the_first_took_the_stock() {
    play(
        "one: BEGIN
         one: SELECT outcome FROM purchase(:shop, :ada, ARRAY[:lamp], ARRAY[1], 'k1')
            = created
         two: SELECT outcome, available FROM purchase(:shop, :ben, ARRAY[:lamp], ARRAY[3], 'k1')
            waits for one on products
         one: COMMIT
         two returns
            = key_reused, null",
    )
    .await;
}

#[tokio::test]
async fn a_key_in_two_customers_hands_goes_to_the_second_if_the_first_rolls_back() {
    play(
        "one: BEGIN
         one: SELECT outcome FROM purchase(:shop, :ada, ARRAY[:lamp], ARRAY[1], 'k1')
            = created
         two: SELECT outcome, balance_after FROM purchase(:shop, :ben, ARRAY[:rope], ARRAY[1], 'k1')
            waits for one on a key
         one: ROLLBACK
         two returns
            = created, 30",
    )
    .await;
}

#[tokio::test]
async fn a_purchase_and_a_payment_of_different_customers_cannot_share_a_key() {
    play(
        "one: BEGIN
         one: SELECT outcome FROM payment_record(:shop, :ada, 10, 'k1')
            = created
         two: SELECT outcome FROM purchase(:shop, :ben, ARRAY[:rope], ARRAY[1], 'k1')
            waits for one on a key
         one: COMMIT
         two returns
            ! 23505 credit_ledger_idempotency_key_is_used_once
         two: SELECT outcome FROM purchase(:shop, :ben, ARRAY[:rope], ARRAY[1], 'k1')
            = key_reused
         two: SELECT outcome FROM payment_record(:shop, :ada, 10, 'k1')
            = replayed",
    )
    .await;
}

#[tokio::test]
async fn a_payment_under_the_key_of_one_under_way_waits_and_repeats_its_answer() {
    play(
        "one: BEGIN
         one: SELECT outcome, (entry).entry_no, (entry).balance_after - (entry).amount, (entry).balance_after FROM payment_record(:shop, :ada, 10, 'p1')
            = created, 1, 0, -10
         two: SELECT outcome, (entry).entry_no, (entry).balance_after - (entry).amount, (entry).balance_after FROM payment_record(:shop, :ada, 10, 'p1')
            waits for one on customers
         three: SELECT outcome FROM payment_record(:shop, :ada, 11, 'p1')
            waits for two on customers
         one: COMMIT
         two returns
            = replayed, 1, 0, -10
         three returns
            = key_reused",
    )
    .await;
}

#[tokio::test]
async fn a_stock_movement_under_the_key_of_one_under_way_waits_and_repeats_its_answer() {
    play(
        "one: BEGIN
         one: SELECT outcome, stock_after FROM stock_movement_record(:shop, :lamp, 4, 'delivery', 'm1')
            = created, 7
         two: SELECT outcome, stock_after FROM stock_movement_record(:shop, :lamp, 4, 'delivery', 'm1')
            waits for one on products
         one: COMMIT
         two returns
            = replayed, 7",
    )
    .await;
}

#[tokio::test]
async fn movements_of_different_products_cannot_share_a_key() {
    play(
        "one: BEGIN
         one: SELECT outcome FROM stock_movement_record(:shop, :lamp, 4, 'delivery', 'm1')
            = created
         two: SELECT outcome FROM stock_movement_record(:shop, :rope, 4, 'delivery', 'm1')
            waits for one on a key
         one: COMMIT
         two returns
            ! 23505 stock_movements_idempotency_key_is_used_once
         two: SELECT outcome FROM stock_movement_record(:shop, :rope, 4, 'delivery', 'm1')
            = key_reused",
    )
    .await;
}

#[tokio::test]
async fn of_two_new_customers_with_one_reference_the_second_waits_and_is_refused() {
    play(
        "one: BEGIN
         one: SELECT outcome FROM customer_create(:shop, gen_random_uuid(), 'Cleo', 'c-1', 5, false)
            = created
         two: SELECT outcome FROM customer_create(:shop, gen_random_uuid(), 'Cleo', 'c-1', 5, false)
            waits for one on a key
         one: COMMIT
         two returns
            = external_id_taken",
    )
    .await;
}

#[tokio::test]
async fn a_reference_is_free_again_when_its_customers_creation_rolls_back() {
    play(
        "one: BEGIN
         one: SELECT outcome FROM customer_create(:shop, gen_random_uuid(), 'Cleo', 'c-1', 5, false)
            = created
         two: SELECT outcome, (customer).name FROM customer_create(:shop, gen_random_uuid(), 'Cleo', 'c-1', 5, false)
            waits for one on a key
         one: ROLLBACK
         two returns
            = created, Cleo",
    )
    .await;
}

#[tokio::test]
async fn a_changed_reference_counts_from_its_commit() {
    play(
        "one: BEGIN
         one: SELECT outcome FROM customer_update(:shop, :ada, NULL, NULL, NULL, true, 'x')
            = updated
         two: SELECT outcome FROM customer_update(:shop, :ben, NULL, NULL, NULL, true, 'x')
            waits for one on a key
         three: SELECT outcome FROM customer_create(:shop, gen_random_uuid(), 'Cleo', 'ada', 5, false)
            waits for one on a key
         one: COMMIT
         two returns
            = external_id_taken
         three returns
            = created",
    )
    .await;
}

#[tokio::test]
async fn of_two_new_products_with_one_sku_the_second_waits_and_leaves_no_opening_stock() {
    play(
        "one: BEGIN
         one: SELECT outcome FROM product_create(:shop, gen_random_uuid(), 'saw', 'Saw', 10, 4)
            = created
         two: SELECT outcome FROM product_create(:shop, gen_random_uuid(), 'saw', 'Saw', 10, 9)
            waits for one on a key
         one: COMMIT
         two returns
            = sku_taken
         one: SELECT quantity FROM stock_movements ORDER BY quantity
            = 3
            = 4
            = 5",
    )
    .await;
}

#[tokio::test]
async fn a_product_renamed_to_a_sku_under_way_waits_and_is_refused() {
    play(
        "one: BEGIN
         one: SELECT outcome FROM product_update(:shop, :lamp, 'saw', NULL, NULL)
            = updated
         two: SELECT outcome FROM product_update(:shop, :rope, 'saw', NULL, NULL)
            waits for one on a key
         one: COMMIT
         two returns
            = sku_taken",
    )
    .await;
}

/// So two batches that use the same keys for different customers wait one for the other, and not each for the other.
#[tokio::test]
async fn keys_are_stored_in_their_own_order_whatever_that_of_the_purchases() {
    let batch = PurchaseBatch::new(":shop", "ARRAY[:ada]", "ARRAY[:rope]")
        .with("p_customer_positions", "'{1,1}'")
        .with("p_idempotency_keys", "'{b,a}'")
        .with("p_order_ids", "'{NULL,NULL}'")
        .with("p_line_counts", "'{1,1}'")
        .with("p_product_positions", "'{1,1}'")
        .with("p_quantities", "'{1,1}'");
    play(&format!(
        "root: SELECT outcome FROM customer_create(:shop, '00000000-0000-7000-8000-00000000000c', 'Cyd', NULL, 100, false)
            = created
         one: BEGIN
         one: SELECT outcome FROM payment_record(:shop, :ben, 1, 'a')
            = created
         two: SELECT outcome FROM {batch}
            waits for one on a key
         -- Two has come to wait for a, and has not stored b.
         three: SELECT outcome FROM payment_record(:shop, '00000000-0000-7000-8000-00000000000c', 1, 'b')
            = created
         one: COMMIT
         two returns
            ! 23505 credit_ledger_idempotency_key_is_used_once"
    ))
    .await;
}

#[tokio::test]
async fn a_creation_under_the_key_of_one_under_way_waits_and_repeats_its_answer() {
    for creation in [
        "customer_create(:shop, gen_random_uuid(), 'Cleo', 'c-1', 5, false, 'k')",
        "product_create(:shop, gen_random_uuid(), 'saw', 'Saw', 5, 1, 'k')",
        "api_key_create(:shop, gen_random_uuid(), 'till', 'abcdefgh', sha256('x'), '{read}', NULL, 'k')",
    ] {
        let again = if creation.starts_with("api_key") { "already_created" } else { "replayed" };
        play(&format!(
            "one: BEGIN
             one: SELECT outcome FROM {creation}
                = created
             two: SELECT outcome FROM {creation}
                waits for one on a key
             one: COMMIT
             two returns
                = {again}"
        ))
        .await;
    }
}

#[tokio::test]
async fn a_creation_under_the_key_of_one_that_rolls_back_is_made_afresh() {
    play(
        "one: BEGIN
         one: SELECT outcome FROM customer_create(:shop, gen_random_uuid(), 'Cleo', NULL, 5, false, 'k')
            = created
         two: SELECT outcome FROM customer_create(:shop, gen_random_uuid(), 'Dora', NULL, 5, false, 'k')
            waits for one on a key
         one: ROLLBACK
         two returns
            = created
         three: SELECT outcome FROM customer_create(:shop, gen_random_uuid(), 'Cleo', NULL, 5, false, 'k')
            = key_reused",
    )
    .await;
}

#[tokio::test]
async fn creations_under_other_keys_or_of_another_kind_do_not_wait() {
    play(
        "one: BEGIN
         one: SELECT outcome FROM customer_create(:shop, gen_random_uuid(), 'Cleo', NULL, 5, false, 'k')
            = created
         two: SELECT outcome FROM customer_create(:shop, gen_random_uuid(), 'Cleo', NULL, 5, false, 'l')
            = created
         two: SELECT outcome FROM product_create(:shop, gen_random_uuid(), 'saw', 'Saw', 5, 1, 'k')
            = created
         one: COMMIT",
    )
    .await;
}
