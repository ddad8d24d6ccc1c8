//! Whether a history and the books can both be true.
//!
//! Reading order: [`check`](fn@check) (what is looked at, in which order) → `evidence` (the two, side by side) → `attempts`
//! (keys: lost, doubled, phantom), `answers` (each answer by itself), `rows` and `accounts` (the books by themselves) →
//! `intervals` (when each effect can have happened) → `timeline` (where between an object's changes something was seen), used by
//! `ledger` (customers, with `account`: what is settled, open, reversed and returned after each entry) and `stock` (products) →
//! `register`, used by `registers` (limits and prices) → `lists` (what was not shown).
//!
//! An answer that can have been right is never called wrong. The files say where the checker cannot know. It never compares
//! the clients' clock with PostgreSQL's clock. The time for n requests is O(n log n).

mod account;
mod accounts;
mod answers;
mod attempts;
mod differences;
mod evidence;
mod finding;
mod intervals;
mod ledger;
mod lists;
mod register;
mod registers;
mod rows;
mod stock;
mod summary;
mod sums;
mod timeline;

pub use finding::{Finding, Kind};
pub use summary::Summary;

use crate::{books::Books, history::History};
use evidence::Evidence;
use finding::Findings;

/// Everything that cannot be true: of each kind a limited number. Empty if every answer was true.
#[must_use]
pub fn check(history: &History, books: &Books) -> Vec<Finding> {
    let mut out = Findings::new();
    let mut evidence = Evidence::new(history, books, &mut out);
    rows::check(&evidence, &mut out);
    let ledgers = ledger::chains(&evidence, &mut out);
    accounts::check(&evidence, &ledgers, &mut out);

    // When each effect happened: first by its own requests, then by the answers that showed it, then by the order of the books.
    let refusals = attempts::check(&mut evidence, &mut out);
    answers::check(&mut evidence, &mut out);
    attempts::hold_refusals(&mut evidence, &refusals, &mut out);
    intervals::narrow(&mut evidence, &ledgers.clock_ran_back, &mut out);

    let limits = ledger::place(&evidence, &ledgers, &mut out);
    registers::limits(&evidence, limits, &mut out);
    let prices = stock::check(&evidence, &mut out);
    registers::prices(&evidence, prices, &mut out);
    lists::check(&evidence, &mut out);
    out.finish()
}
