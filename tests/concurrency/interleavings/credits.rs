//! What meets at one customer's credit: payments for a charge, allocations, reversals, purchases. Each pair is played in both orders:
//! the one that waited decides on what the other has left.

use crate::support::interleaving::play;

/// Ada bought a lamp for 80. A payment of 50 names 30 of it, so 20 are unapplied, and 50 of the charge can be settled by name. The
/// order has the id of the lamp, and the payment that of the rope.
const STORY: &str = "one: SELECT outcome FROM purchase(:shop, :ada, ARRAY[:lamp], ARRAY[1], 'bought', :lamp)
            = created
         one: SELECT outcome FROM payment_record(:shop, :ada, 50, 'paid', :rope, ARRAY[:lamp], ARRAY[30])
            = created";

/// What a function of the ledger answers.
const ANSWER: &str = "outcome, (entry).balance_after, amounts, available_amounts, requested, available";

/// A name, what is asked with the key `{key}`, and the answer to whoever comes first.
type Act = (&'static str, &'static str, &'static str);

const PAY: Act = (
    "pay",
    "payment_record(:shop, :ada, 50, '{key}', NULL, ARRAY[:lamp], ARRAY[50])",
    "created, -20, {50}, null, null, null",
);
const TAKE_BACK: Act = (
    "take back",
    "allocation_record(:shop, :ada, ARRAY[:lamp], ARRAY[-30], NULL, '{key}')",
    "created, 30, {-30}, null, null, null",
);
const SET: Act = (
    "set",
    "allocation_record(:shop, :ada, ARRAY[:lamp], ARRAY[20], NULL, '{key}')",
    "created, 30, {20}, null, null, null",
);
const REVERSE: Act = (
    "reverse",
    "reversal_record(:shop, '{payment}', :rope, 'it bounced', '{key}')",
    "created, 80, {-30}, null, null, null",
);
const BUY: Act = ("buy", "purchase(:shop, :ada, ARRAY[:rope], ARRAY[1], '{key}')", "created, 60");

/// `first` decides and commits, while `second` waits and is answered then.
async fn meet(first: Act, second: Act, answer: &str) {
    let ask = |act: Act, key: &str| {
        let columns = if act == BUY { "outcome, balance_after" } else { ANSWER };
        format!("SELECT {columns} FROM {}", act.1.replace("{key}", key))
    };
    println!("{} before {}", first.0, second.0);
    play(&format!(
        "{STORY}
         one: BEGIN
         one: {}
            = {}
         two: {}
            waits for one on customers
         one: COMMIT
         two returns
            = {answer}",
        ask(first, "first"),
        first.2,
        ask(second, "second")
    ))
    .await;
}

#[tokio::test]
async fn a_payment_for_a_charge_settles_what_whoever_came_before_left_open() {
    meet(PAY, PAY, "charge_open_amount_exceeded, null, {50}, {0}, null, null").await;
    meet(TAKE_BACK, PAY, "created, -20, {50}, null, null, null").await;
    meet(SET, PAY, "charge_open_amount_exceeded, null, {50}, {30}, null, null").await;
    meet(REVERSE, PAY, "created, 30, {50}, null, null, null").await;
    meet(BUY, PAY, "created, 10, {50}, null, null, null").await;
}

#[tokio::test]
async fn an_allocation_takes_what_whoever_came_before_left_unapplied_or_allocated() {
    meet(PAY, TAKE_BACK, "created, -20, {-30}, null, null, null").await;
    meet(TAKE_BACK, TAKE_BACK, "allocated_amount_exceeded, null, {30}, {0}, null, null").await;
    meet(SET, TAKE_BACK, "created, 30, {-30}, null, null, null").await;
    meet(REVERSE, TAKE_BACK, "allocated_amount_exceeded, null, {30}, {0}, null, null").await;
    meet(BUY, TAKE_BACK, "created, 60, {-30}, null, null, null").await;
    meet(PAY, SET, "charge_open_amount_exceeded, null, {20}, {0}, null, null").await;
    meet(TAKE_BACK, SET, "created, 30, {20}, null, null, null").await;
    meet(SET, SET, "unapplied_credit_exceeded, null, {20}, null, 20, 0").await;
    meet(REVERSE, SET, "unapplied_credit_exceeded, null, {20}, null, 20, 0").await;
    meet(BUY, SET, "created, 60, {20}, null, null, null").await;
}

/// The same money is not taken twice: what was allocated elsewhere is not there for the reversal, and the other way round.
#[tokio::test]
async fn a_reversal_takes_back_what_whoever_came_before_left() {
    meet(PAY, REVERSE, "created, 30, {-30}, null, null, null").await;
    meet(TAKE_BACK, REVERSE, "created, 80, null, null, null, null").await;
    meet(SET, REVERSE, "unapplied_credit_exceeded, null, null, null, 20, 0").await;
    meet(REVERSE, REVERSE, "already_reversed, 80, null, null, null, null").await;
    meet(BUY, REVERSE, "created, 110, {-30}, null, null, null").await;
}

#[tokio::test]
async fn a_purchase_beside_a_change_of_credit_keeps_the_limit() {
    meet(PAY, BUY, "created, 10").await;
    meet(TAKE_BACK, BUY, "created, 60").await;
    meet(SET, BUY, "created, 60").await;
    meet(REVERSE, BUY, "credit_limit_exceeded, null").await;
}

#[tokio::test]
async fn whoever_does_not_wait_for_a_held_customer_changes_nothing() {
    play(&format!(
        "{STORY}
         one: BEGIN
         one: SELECT outcome FROM purchase(:shop, :ada, ARRAY[:rope], ARRAY[1], 'k')
            = created
         two: SELECT outcome FROM allocation_record(:shop, :ada, ARRAY[:lamp], ARRAY[20], NULL, 'a', p_held => 'pass over all')
            = customer_held
         two: SELECT outcome FROM reversal_record(:shop, '{{payment}}', :rope, 'r', 'b', p_held => 'pass over all')
            = customer_held
         two: SELECT outcome FROM reversal_record(:shop, '{{payment}}', :lamp, 'r', 'b', p_held => 'pass over all')
            = entry_not_found
         one: COMMIT
         two: SELECT outcome FROM reversal_record(:shop, '{{payment}}', :rope, 'r', 'b', p_held => 'pass over all')
            = created"
    ))
    .await;
}
