//! What meets at one customer: purchases, payments, and changes of the customer.

use crate::support::interleaving::play;

#[tokio::test]
async fn of_two_purchases_beyond_the_limit_together_the_second_waits_and_is_refused() {
    play(
        "one: BEGIN
         one: SELECT outcome, total, balance_after FROM purchase(:shop, :ada, ARRAY[:lamp], ARRAY[1], 'k1')
            = created, 80, 80
         two: SELECT outcome, credit_limit, balance, total FROM purchase(:shop, :ada, ARRAY[:rope], ARRAY[1], 'k2')
            waits for one on customers
         one: COMMIT
         two returns
            = credit_limit_exceeded, 100, 80, 30",
    )
    .await;
}

#[tokio::test]
async fn a_purchase_that_waited_for_one_that_rolls_back_finds_the_credit_unused() {
    play(
        "one: BEGIN
         one: SELECT outcome, balance_after FROM purchase(:shop, :ada, ARRAY[:lamp], ARRAY[1], 'k1')
            = created, 80
         two: SELECT outcome, balance, balance_after FROM purchase(:shop, :ada, ARRAY[:rope], ARRAY[1], 'k2')
            waits for one on customers
         one: ROLLBACK
         two returns
            = created, 0, 30
         one: SELECT entry_no, amount FROM credit_ledger WHERE customer_id = :ada
            = 1, 30",
    )
    .await;
}

/// The trap of reading in the locking statement: it would see the ledger of the moment before the wait.
#[tokio::test]
async fn a_purchase_reads_the_ledger_as_it_is_after_the_wait_and_not_before() {
    play(
        "one: BEGIN
         one: SELECT outcome FROM purchase(:shop, :ada, ARRAY[:rope], ARRAY[1], 'k1')
            = created
         two: SELECT outcome, balance, balance_after FROM purchase(:shop, :ada, ARRAY[:rope], ARRAY[2], 'k2')
            waits for one on customers
         one: COMMIT
         two returns
            = created, 30, 90
         one: SELECT entry_no, balance_after - amount, balance_after, charged_total FROM credit_ledger ORDER BY entry_no
            = 1, 0, 30, 30
            = 2, 30, 90, 90",
    )
    .await;
}

#[tokio::test]
async fn three_purchases_queue_and_each_sees_the_ones_before() {
    play(
        "one: BEGIN
         one: SELECT outcome, balance_after FROM purchase(:shop, :ada, ARRAY[:rope], ARRAY[1], 'k1')
            = created, 30
         two: SELECT outcome, balance_after FROM purchase(:shop, :ada, ARRAY[:rope], ARRAY[2], 'k2')
            waits for one on customers
         three: SELECT outcome, balance, total FROM purchase(:shop, :ada, ARRAY[:rope], ARRAY[1], 'k3')
            waits for two on customers
         one: COMMIT
         two returns
            = created, 90
         three returns
            = credit_limit_exceeded, 90, 30",
    )
    .await;
}

#[tokio::test]
async fn purchases_of_different_customers_and_products_do_not_wait_for_each_other() {
    play(
        "one: BEGIN
         one: SELECT outcome FROM purchase(:shop, :ada, ARRAY[:lamp], ARRAY[1], 'k1')
            = created
         two: SELECT outcome FROM purchase(:shop, :ben, ARRAY[:rope], ARRAY[1], 'k2')
            = created
         one: COMMIT",
    )
    .await;
}

#[tokio::test]
async fn a_purchase_that_waited_for_a_payment_may_use_what_it_freed() {
    play(
        "one: SELECT outcome FROM purchase(:shop, :ada, ARRAY[:lamp], ARRAY[1], 'k1')
            = created
         one: BEGIN
         one: SELECT outcome, (entry).entry_no, (entry).balance_after - (entry).amount, (entry).balance_after FROM payment_record(:shop, :ada, 60, 'p1')
            = created, 2, 80, 20
         two: SELECT outcome, balance, balance_after FROM purchase(:shop, :ada, ARRAY[:lamp], ARRAY[1], 'k2')
            waits for one on customers
         one: COMMIT
         two returns
            = created, 20, 100",
    )
    .await;
}

#[tokio::test]
async fn a_payment_that_rolls_back_frees_nothing() {
    play(
        "one: SELECT outcome FROM purchase(:shop, :ada, ARRAY[:lamp], ARRAY[1], 'k1')
            = created
         one: BEGIN
         one: SELECT outcome, (entry).balance_after FROM payment_record(:shop, :ada, 60, 'p1')
            = created, 20
         two: SELECT outcome, balance, total FROM purchase(:shop, :ada, ARRAY[:lamp], ARRAY[1], 'k2')
            waits for one on customers
         one: ROLLBACK
         two returns
            = credit_limit_exceeded, 80, 80",
    )
    .await;
}

#[tokio::test]
async fn a_payment_that_waited_for_a_purchase_pays_on_top_of_it() {
    play(
        "one: BEGIN
         one: SELECT outcome, balance_after FROM purchase(:shop, :ada, ARRAY[:lamp], ARRAY[1], 'k1')
            = created, 80
         two: SELECT outcome, (entry).entry_no, (entry).balance_after - (entry).amount, (entry).balance_after FROM payment_record(:shop, :ada, 100, 'p1')
            waits for one on customers
         one: COMMIT
         two returns
            = created, 2, 80, -20",
    )
    .await;
}

#[tokio::test]
async fn two_payments_queue_and_both_count() {
    play(
        "one: BEGIN
         one: SELECT outcome, (entry).entry_no, (entry).balance_after FROM payment_record(:shop, :ada, 10, 'p1')
            = created, 1, -10
         two: SELECT outcome, (entry).entry_no, (entry).balance_after FROM payment_record(:shop, :ada, 5, 'p2')
            waits for one on customers
         one: COMMIT
         two returns
            = created, 2, -15",
    )
    .await;
}

#[tokio::test]
async fn a_purchase_that_waited_for_a_lower_limit_is_held_to_it() {
    play(
        "one: BEGIN
         one: SELECT outcome FROM customer_update(:shop, :ada, NULL, 79, NULL, false, NULL)
            = updated
         two: SELECT outcome, credit_limit, balance, total FROM purchase(:shop, :ada, ARRAY[:lamp], ARRAY[1], 'k1')
            waits for one on customers
         one: COMMIT
         two returns
            = credit_limit_exceeded, 79, 0, 80",
    )
    .await;
}

#[tokio::test]
async fn a_limit_that_is_lowered_and_rolled_back_refuses_nobody() {
    play(
        "one: BEGIN
         one: SELECT outcome FROM customer_update(:shop, :ada, NULL, 0, NULL, false, NULL)
            = updated
         two: SELECT outcome, credit_limit, balance_after FROM purchase(:shop, :ada, ARRAY[:lamp], ARRAY[1], 'k1')
            waits for one on customers
         one: ROLLBACK
         two returns
            = created, 100, 80",
    )
    .await;
}

#[tokio::test]
async fn a_purchase_that_waited_for_a_higher_limit_may_use_it() {
    play(
        "one: BEGIN
         one: SELECT outcome FROM customer_update(:shop, :ada, NULL, 160, NULL, false, NULL)
            = updated
         two: SELECT outcome, credit_limit, balance_after FROM purchase(:shop, :ada, ARRAY[:lamp], ARRAY[2], 'k1')
            waits for one on customers
         one: COMMIT
         two returns
            = created, 160, 160",
    )
    .await;
}

#[tokio::test]
async fn a_limit_is_lowered_after_the_purchase_under_way_and_answers_with_its_balance() {
    play(
        "one: BEGIN
         one: SELECT outcome, credit_limit FROM purchase(:shop, :ada, ARRAY[:lamp], ARRAY[1], 'k1')
            = created, 100
         two: SELECT outcome, (customer).credit_limit, (customer).balance, (customer).available_credit FROM customer_update(:shop, :ada, NULL, 50, NULL, false, NULL)
            waits for one on customers
         one: COMMIT
         two returns
            = updated, 50, 80, 0
         one: SELECT outcome, credit_limit, balance FROM purchase(:shop, :ada, ARRAY[:rope], ARRAY[1], 'k2')
            = credit_limit_exceeded, 50, 80",
    )
    .await;
}

#[tokio::test]
async fn a_purchase_that_waited_while_the_customer_was_blocked_is_refused() {
    play(
        "one: BEGIN
         one: SELECT outcome FROM customer_update(:shop, :ada, NULL, NULL, true, false, NULL)
            = updated
         two: SELECT outcome FROM purchase(:shop, :ada, ARRAY[:rope], ARRAY[1], 'k1')
            waits for one on customers
         one: COMMIT
         two returns
            = customer_blocked
         two: SELECT outcome, (entry).balance_after FROM payment_record(:shop, :ada, 10, 'p1')
            = created, -10",
    )
    .await;
}

#[tokio::test]
async fn a_block_that_rolls_back_refuses_nobody() {
    play(
        "one: BEGIN
         one: SELECT outcome FROM customer_update(:shop, :ada, NULL, NULL, true, false, NULL)
            = updated
         two: SELECT outcome FROM purchase(:shop, :ada, ARRAY[:rope], ARRAY[1], 'k1')
            waits for one on customers
         one: ROLLBACK
         two returns
            = created",
    )
    .await;
}

#[tokio::test]
async fn a_block_waits_for_the_purchase_under_way_and_stops_the_next() {
    play(
        "one: BEGIN
         one: SELECT outcome FROM purchase(:shop, :ada, ARRAY[:rope], ARRAY[1], 'k1')
            = created
         two: SELECT outcome, (customer).blocked, (customer).balance FROM customer_update(:shop, :ada, NULL, NULL, true, false, NULL)
            waits for one on customers
         three: SELECT outcome FROM purchase(:shop, :ada, ARRAY[:rope], ARRAY[1], 'k2')
            waits for two on customers
         one: COMMIT
         two returns
            = updated, t, 30
         three returns
            = customer_blocked",
    )
    .await;
}

#[tokio::test]
async fn two_changes_of_one_customer_keep_both() {
    play(
        "one: BEGIN
         one: SELECT outcome FROM customer_update(:shop, :ada, NULL, 70, NULL, false, NULL)
            = updated
         two: SELECT outcome, (customer).name, (customer).credit_limit FROM customer_update(:shop, :ada, 'Ada L.', NULL, NULL, false, NULL)
            waits for one on customers
         one: COMMIT
         two returns
            = updated, Ada L., 70",
    )
    .await;
}

#[tokio::test]
async fn two_purchases_in_one_transaction_are_both_made() {
    play(
        "one: BEGIN
         one: SELECT outcome, balance_after FROM purchase(:shop, :ada, ARRAY[:rope], ARRAY[1], 'k1')
            = created, 30
         one: SELECT outcome, balance_after FROM purchase(:shop, :ada, ARRAY[:rope], ARRAY[1], 'k2')
            = created, 60
         one: COMMIT",
    )
    .await;
}

/// A transaction may have begun long before it comes to its turn.
#[tokio::test]
async fn entries_are_dated_in_the_order_in_which_they_were_decided() {
    play(
        "two: BEGIN
         three: BEGIN
         one: SELECT outcome FROM payment_record(:shop, :ada, 1, 'p1')
            = created
         two: SELECT outcome FROM purchase(:shop, :ada, ARRAY[:lamp], ARRAY[1], 'k1')
            = created
         two: COMMIT
         three: SELECT outcome FROM payment_record(:shop, :ada, 1, 'p2')
            = created
         three: COMMIT
         root: SELECT kind FROM credit_ledger ORDER BY created_at
            = payment
            = purchase
            = payment
         root: SELECT count(*) FROM credit_ledger AS entry JOIN credit_ledger AS later ON later.entry_no > entry.entry_no WHERE later.created_at < entry.created_at
            = 0",
    )
    .await;
}

/// The version that counts is the one that the row has after the wait.
#[tokio::test]
async fn of_two_changes_of_one_version_the_second_waits_and_is_refused() {
    play(
        "one: BEGIN
         one: SELECT outcome FROM customer_update(:shop, :ada, NULL, 70, NULL, false, NULL, p_expected_versions => ARRAY[:ada])
            = updated
         two: SELECT outcome FROM customer_update(:shop, :ada, NULL, 80, NULL, false, NULL, p_expected_versions => ARRAY[:ada])
            waits for one on customers
         one: COMMIT
         two returns
            = version_differs
         root: SELECT credit_limit FROM customers WHERE name = 'Ada'
            = 70",
    )
    .await;
}

#[tokio::test]
async fn a_change_of_a_version_happens_after_one_that_rolls_back() {
    play(
        "one: BEGIN
         one: SELECT outcome FROM customer_update(:shop, :ada, NULL, 70, NULL, false, NULL, p_expected_versions => ARRAY[:ada])
            = updated
         two: SELECT outcome FROM customer_update(:shop, :ada, NULL, 80, NULL, false, NULL, p_expected_versions => ARRAY[:ada])
            waits for one on customers
         one: ROLLBACK
         two returns
            = updated",
    )
    .await;
}

#[tokio::test]
async fn a_payment_or_a_change_that_passes_over_a_held_customer_does_nothing_and_does_not_wait() {
    play(
        "one: BEGIN
         one: SELECT outcome, (entry).balance_after FROM payment_record(:shop, :ada, 10, 'p1')
            = created, -10
         two: SELECT outcome FROM payment_record(:shop, :ada, 5, 'p2', p_held => 'pass over all')
            = customer_held
         two: SELECT outcome FROM payment_record(:shop, :ada, 10, 'p1', p_held => 'pass over all')
            = customer_held
         two: SELECT outcome FROM customer_update(:shop, :ada, NULL, 1, NULL, false, NULL, 'pass over all')
            = customer_held
         two: SELECT outcome FROM payment_record(:shop, :ben, 5, 'p3', p_held => 'pass over all')
            = created
         two: SELECT outcome FROM customer_update(:shop, :ben, NULL, 1, NULL, false, NULL, 'pass over all')
            = updated
         two: SELECT outcome FROM payment_record(:shop, :rope, 5, 'p4', p_held => 'pass over all')
            = customer_not_found
         two: SELECT outcome FROM customer_update(:shop, :rope, NULL, 1, NULL, false, NULL, 'pass over all')
            = customer_not_found
         one: COMMIT
         two: SELECT outcome FROM payment_record(:shop, :ada, 10, 'p1', p_held => 'pass over all')
            = replayed
         two: SELECT outcome, (entry).balance_after FROM payment_record(:shop, :ada, 5, 'p2', p_held => 'pass over all')
            = created, -15
         root: SELECT name, credit_limit FROM customers ORDER BY name
            = Ada, 100
            = Ben, 1",
    )
    .await;
}
