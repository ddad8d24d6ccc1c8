//! Adjustments, refunds, limits that somebody exceeds, and holds: beside each other, purchases and payments.

use crate::support::interleaving::play;

/// An opening that has been due for years, of 10.
const OPENING: &str =
    r#"adjustment_record(:shop, :ada, 'opening', 10, 'why', 'a1', p_due => '{"due_date": "2020-01-01"}')"#;
const HOLD: &str = "customer_update(:shop, :ada, NULL, NULL, NULL, false, NULL, p_set_overdue_hold_after_days => true, \
    p_overdue_hold_after_days => 0)";

#[tokio::test]
async fn of_two_refunds_of_the_same_credit_the_second_waits_and_is_refused() {
    play(
        "one: SELECT outcome FROM payment_record(:shop, :ada, 50, 'p1')
            = created
         one: BEGIN
         one: SELECT outcome, (entry).balance_after FROM refund_record(:shop, :ada, 50, 'why', 'r1')
            = created, 0
         two: SELECT outcome, requested, available FROM refund_record(:shop, :ada, 50, 'why', 'r2')
            waits for one on customers
         three: SELECT outcome FROM refund_record(:shop, :ada, 50, 'why', 'r3', p_held => 'pass over all')
            = customer_held
         one: COMMIT
         two returns
            = credit_balance_exceeded, 50, 0",
    )
    .await;
}

#[tokio::test]
async fn a_refund_and_a_purchase_do_not_spend_the_same_credit() {
    play(
        "one: SELECT outcome FROM payment_record(:shop, :ada, 30, 'p1')
            = created
         one: BEGIN
         one: SELECT outcome, balance_after FROM purchase(:shop, :ada, ARRAY[:rope], ARRAY[1], 'k1')
            = created, 0
         two: SELECT outcome, requested, available FROM refund_record(:shop, :ada, 1, 'why', 'r1')
            waits for one on customers
         one: COMMIT
         two returns
            = credit_balance_exceeded, 1, 0",
    )
    .await;
}

#[tokio::test]
async fn a_charge_and_a_purchase_do_not_use_the_same_credit() {
    play(
        "one: BEGIN
         one: SELECT outcome, (entry).balance_after FROM adjustment_record(:shop, :ada, 'fee', 80, 'why', 'a1')
            = created, 80
         two: SELECT outcome, credit_limit, balance, total FROM purchase(:shop, :ada, ARRAY[:rope], ARRAY[1], 'k1')
            waits for one on customers
         one: COMMIT
         two returns
            = credit_limit_exceeded, 100, 80, 30
         two: BEGIN
         two: SELECT outcome, balance_after FROM purchase(:shop, :ada, ARRAY[:rope], ARRAY[1], 'k1', p_options => '{\"authorized_limit\": 110}')
            = created, 110
         one: SELECT outcome, credit_limit, balance, requested FROM adjustment_record(:shop, :ada, 'debit', 1, 'why', 'a2', p_authorized_limit => 110)
            waits for two on customers
         two: COMMIT
         one returns
            = credit_limit_exceeded, 110, 110, 1
         one: SELECT entry_no, kind, authorized_limit FROM credit_ledger ORDER BY entry_no
            = 1, fee, null
            = 2, purchase, 110",
    )
    .await;
}

#[tokio::test]
async fn what_was_paid_meanwhile_is_not_written_off() {
    play(
        "one: SELECT outcome FROM purchase(:shop, :ada, ARRAY[:lamp], ARRAY[1], 'k1')
            = created
         one: BEGIN
         one: SELECT outcome, (entry).balance_after FROM payment_record(:shop, :ada, 60, 'p1')
            = created, 20
         two: SELECT outcome, requested, available FROM adjustment_record(:shop, :ada, 'write_off', 80, 'why', 'a1')
            waits for one on customers
         three: SELECT outcome FROM adjustment_record(:shop, :ada, 'write_off', 80, 'why', 'a2', p_held => 'pass over all')
            = customer_held
         one: COMMIT
         two returns
            = balance_exceeded, 80, 20
         two: SELECT outcome, (entry).balance_after FROM adjustment_record(:shop, :ada, 'write_off', 20, 'why', 'a1')
            = created, 0",
    )
    .await;
}

#[tokio::test]
async fn the_same_adjustment_twice_at_once_is_recorded_once() {
    play(
        "one: BEGIN
         one: SELECT outcome, (entry).entry_no FROM adjustment_record(:shop, :ada, 'fee', 5, 'why', 'a1')
            = created, 1
         two: SELECT outcome, (entry).entry_no FROM adjustment_record(:shop, :ada, 'fee', 5, 'why', 'a1')
            waits for one on customers
         three: SELECT outcome FROM purchase(:shop, :ada, ARRAY[:rope], ARRAY[1], 'a1')
            waits for two on customers
         one: COMMIT
         two returns
            = replayed, 1
         three returns
            = key_reused",
    )
    .await;
}

#[tokio::test]
async fn a_purchase_that_waited_for_what_ends_a_hold_buys() {
    play(&format!(
        "one: SELECT outcome FROM {HOLD}
            = updated
         one: SELECT outcome FROM {OPENING}
            = created
         two: SELECT outcome, due_at = '2020-01-02 00:00Z' FROM purchase(:shop, :ada, ARRAY[:rope], ARRAY[1], 'k1')
            = customer_overdue, t
         one: BEGIN
         one: SELECT outcome FROM payment_record(:shop, :ada, 10, 'p1')
            = created
         two: SELECT outcome FROM purchase(:shop, :ada, ARRAY[:rope], ARRAY[1], 'k1')
            waits for one on customers
         one: COMMIT
         two returns
            = created"
    ))
    .await;
}

#[tokio::test]
async fn a_purchase_that_waited_for_what_begins_a_hold_is_refused() {
    play(&format!(
        "one: SELECT outcome FROM {HOLD}
            = updated
         one: BEGIN
         one: SELECT outcome FROM {OPENING}
            = created
         two: SELECT outcome FROM purchase(:shop, :ada, ARRAY[:rope], ARRAY[1], 'k1')
            waits for one on customers
         one: COMMIT
         two returns
            = customer_overdue
         one: SELECT outcome FROM purchase(:shop, :ben, ARRAY[:rope], ARRAY[1], 'k2')
            = created"
    ))
    .await;
}
