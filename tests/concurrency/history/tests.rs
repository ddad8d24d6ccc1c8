//! That the search finds what is there, and nothing else.

use chrono::{DateTime, Utc};

use super::{Event, explain};
use crate::concurrency::{
    actions::{Action, Entry, Outcome, Refusal},
    model::ModelState,
};

/// One customer with a limit of 100, one product for 80 of which there are 2.
fn world() -> ModelState {
    ModelState::new(&[100], &[(80, 2)])
}

fn event((sent, answered): (u64, u64), action: Action, outcome: Outcome) -> Event {
    Event { action, outcome, sent, answered, created_at: None, entry: None }
}

fn made_at(moment: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(moment, 0)
}

fn buy(key: u32) -> Action {
    Action::Buy { key, customer: 0, lines: vec![(0, 1)] }
}

/// An accepted purchase after which the customer owes `balance_after`.
fn bought(time: (u64, u64), key: u32, made: i64, balance_after: i64, credit_limit: i64) -> Event {
    let entry =
        Entry { amount: 80, balance_before: balance_after - 80, balance_after, credit_limit: Some(credit_limit) };
    let outcome = Outcome::Bought { total: 80, balance_after, unit_prices: vec![80] };
    Event { created_at: made_at(made), entry: Some(entry), ..event(time, buy(key), outcome) }
}

fn paid(time: (u64, u64), key: u32, made: i64, entry_no: usize, balance_after: i64) -> Event {
    let balance_before = balance_after + 60;
    let entry = Entry { amount: -60, balance_before, balance_after, credit_limit: None };
    let outcome = Outcome::Paid { entry_no, balance_before, balance_after };
    let action = Action::Pay { key, customer: 0, amount: 60 };
    Event { created_at: made_at(made), entry: Some(entry), ..event(time, action, outcome) }
}

fn limit_set(time: (u64, u64), credit_limit: i64, balance: i64) -> Event {
    let available_credit = (credit_limit - balance).max(0);
    let outcome = Outcome::Customer { credit_limit, blocked: false, balance, available_credit };
    event(time, Action::SetLimit { customer: 0, credit_limit }, outcome)
}

fn refused(time: (u64, u64), key: u32, credit_limit: i64, balance: i64) -> Event {
    let refusal = Refusal::CreditLimitExceeded { credit_limit, balance, required: 80 };
    event(time, buy(key), Outcome::Refused(refusal))
}

#[test]
fn requests_that_overlap_may_have_happened_in_either_order() {
    let history = [refused((1, 9), 2, 100, 80), bought((2, 8), 1, 1, 80, 100)];
    assert_eq!(explain(&world(), &history).unwrap().customers[0].balance(), 80);
}

#[test]
fn a_request_sent_after_an_answer_comes_after_it() {
    // It is refused for a debt that was made only after it was answered.
    let history = [refused((1, 2), 2, 100, 80), bought((3, 4), 1, 1, 80, 100)];
    assert!(explain(&world(), &history).is_err());
}

#[test]
fn a_balance_that_never_was_refuses_nobody() {
    let history = [refused((1, 9), 2, 100, 40), bought((2, 8), 1, 1, 80, 100)];
    assert!(explain(&world(), &history).is_err());
}

#[test]
fn a_limit_spent_twice_has_no_order() {
    let history = [bought((1, 9), 1, 1, 80, 100), bought((2, 8), 2, 2, 80, 100)];
    assert!(explain(&world(), &history).is_err());
    let history = [bought((1, 9), 1, 1, 80, 100), bought((2, 8), 2, 2, 160, 100)];
    assert!(explain(&world(), &history).is_err());
}

#[test]
fn a_purchase_may_use_what_a_payment_freed_only_if_it_comes_later() {
    let history = |made| [bought((1, 2), 1, 1, 80, 100), bought((3, 8), 2, made, 100, 100), paid((4, 9), 3, 5, 2, 20)];
    assert!(explain(&world(), &history(6)).is_ok());
    assert!(explain(&world(), &history(4)).is_err(), "its record is older than the payment's");
}

#[test]
fn a_purchase_keeps_the_limit_of_its_moment() {
    let history = |limit| [limit_set((1, 9), 200, 0), bought((2, 8), 1, 1, 80, limit)];
    assert!(explain(&world(), &history(200)).is_ok());
    assert!(
        explain(&world(), &history(100)).is_err(),
        "the limit was answered with the balance of before the purchase"
    );
}

#[test]
fn the_last_of_two_changes_decides() {
    let history = |limit| [limit_set((1, 2), 90, 0), limit_set((3, 4), 10, 0), refused((5, 6), 1, limit, 0)];
    assert!(explain(&world(), &history(10)).is_ok());
    assert!(explain(&world(), &history(90)).is_err());
}

#[test]
fn a_replay_follows_its_original() {
    let again = |time| {
        let first = Outcome::Bought { total: 80, balance_after: 80, unit_prices: vec![80] };
        event(time, buy(1), Outcome::Replayed(Box::new(first)))
    };
    assert!(explain(&world(), &[again((1, 9)), bought((2, 8), 1, 1, 80, 100)]).is_ok());
    assert!(explain(&world(), &[again((1, 2)), bought((3, 4), 1, 1, 80, 100)]).is_err());
}
