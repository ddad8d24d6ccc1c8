//! Faults, planted one at a time at the end of correct histories: each must be found, by its kind; and the same history
//! without the fault must pass.

mod accounts;
mod books;
mod corrections;
mod keys;
mod pages;
mod reads;
mod refusals;
mod refused_corrections;
mod shop;

use std::collections::BTreeSet;

use tallystick_torture::{
    books::Books,
    checker::{Kind, check},
    history::History,
};

use crate::generate::{SMALL, Script};

/// What is done to a correct history and its books.
type Fault = Box<dyn FnOnce(&mut History, &mut Books)>;

/// Adds correct requests to a history, and says what to do to them then.
type Plant = fn(&mut Script) -> Fault;

/// What is expected, what is done, and how.
type PlantedCase = (Kind, &'static str, Plant);

const HISTORIES: u64 = 8;

fn cases() -> impl Iterator<Item = &'static PlantedCase> {
    let of_sales = keys::CASES.iter().chain(books::CASES).chain(refusals::CASES);
    let of_accounts = corrections::CASES.iter().chain(accounts::CASES).chain(refused_corrections::CASES);
    of_sales.chain(of_accounts).chain(reads::CASES).chain(pages::CASES)
}

#[test]
fn every_planted_fault_is_found() {
    let mut missed = Vec::new();
    for (kind, name, plant) in cases() {
        for seed in 0..HISTORIES {
            let mut script = Script::new(seed, SMALL);
            let fault = plant(&mut script);
            let (mut history, mut books) = script.finish();
            let before = check(&history, &books);
            assert!(before.is_empty(), "{name} (seed {seed}): found before it was planted: {before:#?}");
            fault(&mut history, &mut books);
            let found: BTreeSet<Kind> = check(&history, &books).iter().map(|finding| finding.kind).collect();
            if !found.contains(kind) {
                missed.push(format!("{name} (seed {seed}): {kind} expected, found {found:?}"));
            }
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn every_kind_of_finding_has_a_planted_fault() {
    let planted: BTreeSet<Kind> = cases().map(|case| case.0).collect();
    // What `verify` finds has planted damages of its own, in the server's suite.
    let all: BTreeSet<Kind> = Kind::ALL.iter().copied().filter(|kind| *kind != Kind::Audit).collect();
    assert_eq!(planted, all);
}

#[test]
fn a_run_that_is_broken_throughout_is_told_briefly() {
    let (mut history, books) = Script::new(1, crate::generate::Size { requests: 5_000, ..SMALL }).finish();
    history.requests.iter_mut().for_each(|request| request.business = 1 - request.business);
    let findings = check(&history, &books);
    assert!(findings.len() <= 21 * Kind::ALL.len() && findings.len() > 20);
    assert!(findings.iter().any(|finding| finding.text.ends_with("more of this kind")), "{findings:#?}");
}
