//! One number of a correct history or its books is changed, whichever: how often is that found?
//!
//! Of what servers write, nearly all is. What is not, can have been so: a refusal's or read's figure that the same moment
//! had another of (a purchase that was decided together with others may have seen any stock in between), the time of a
//! movement that stays in its order. Of what clients sent, less: the key or the quantity of a request that had no effect
//! hangs together with nothing, a limit that nobody was held to could be any, and who sent a request, and when to the
//! nanosecond, matters only where an order hangs on it.
//!
//! Figures that never were are easily found. So also: one request is answered what another for the same was. That is found
//! if it cannot have been so at the time; answers that were right a moment before, or still are, pass, as they must.

use std::collections::BTreeMap;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;
use tallystick_torture::{
    books::Books,
    checker::check,
    history::{Action, History},
};
use uuid::Uuid;

use crate::generate::{SMALL, Size, generate};

/// Pointers to all numbers, each with its pattern.
fn numbers(value: &Value, path: &str, pattern: &str, all: &mut Vec<(String, String)>) {
    match value {
        Value::Number(_) => all.push((path.to_owned(), pattern.to_owned())),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                numbers(item, &format!("{path}/{index}"), &format!("{pattern}[]"), all);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                numbers(member, &format!("{path}/{name}"), &format!("{pattern}.{name}"), all);
            }
        }
        _ => {}
    }
}

#[derive(Debug, Default, Clone, Copy)]
struct Rate {
    found: u32,
    all: u32,
}

/// Rates by pattern.
fn measure(histories: u64, mutations: u32) -> BTreeMap<String, Rate> {
    let mut rates: BTreeMap<String, Rate> = BTreeMap::new();
    for seed in 0..histories {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let (history, books) = generate(seed + 10_000, SMALL);
        let both = serde_json::json!({ "history": history, "books": books });
        let mut all = Vec::new();
        numbers(&both, "", "", &mut all);
        let mut by_pattern: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (path, pattern) in &all {
            by_pattern.entry(pattern).or_default().push(path);
        }
        let patterns: Vec<&str> = by_pattern.keys().copied().collect();
        for _ in 0..mutations {
            // Every kind of number as often as any other.
            let pattern = patterns[rng.random_range(0..patterns.len())];
            let paths = &by_pattern[pattern];
            let path = paths[rng.random_range(0..paths.len())];
            let mut mutated = both.clone();
            let number = mutated.pointer_mut(path).expect("it is there");
            let change = if rng.random_bool(0.5) { 1 } else { rng.random_range(1..50) };
            let change = if rng.random_bool(0.5) { change } else { -change };
            *number = (number.as_i64().expect("whole") + change).into();
            let history = serde_json::from_value::<History>(mutated["history"].take());
            let books = serde_json::from_value::<Books>(mutated["books"].take());
            // Such as a moment before the first.
            let (Ok(history), Ok(books)) = (history, books) else { continue };
            let rate = rates.entry(pattern.to_owned()).or_default();
            rate.all += 1;
            rate.found += u32::from(!check(&history, &books).is_empty());
        }
    }
    rates
}

fn print(title: &str, rates: &BTreeMap<String, Rate>) -> Rate {
    let mut sum = Rate::default();
    for (pattern, rate) in rates {
        println!("{pattern}: {} of {}", rate.found, rate.all);
        sum = Rate { found: sum.found + rate.found, all: sum.all + rate.all };
    }
    println!("{title}: {} of {}\n", sum.found, sum.all);
    sum
}

#[test]
fn most_changed_numbers_are_found() {
    let rates = measure(40, 100);
    let (asked, told): (BTreeMap<_, _>, BTreeMap<_, _>) =
        rates.into_iter().partition(|(pattern, _)| pattern.starts_with(".history") && !pattern.contains(".answer."));
    print("of what clients asked for and when", &asked);
    let sum = print("of what they were told, and of the books", &told);
    assert!(f64::from(sum.found) >= 0.9 * f64::from(sum.all), "{sum:?}");
}

/// What two requests have in common whose answers can be exchanged.
fn same(action: &Action) -> Option<(&'static str, Option<Uuid>)> {
    match action {
        Action::ReadCustomer { customer } => Some(("balances", Some(*customer))),
        Action::ReadProduct { product } => Some(("stocks and prices", Some(*product))),
        Action::ReadLedger { customer } => Some(("ledgers", Some(*customer))),
        Action::ReadOpenCharges { customer } => Some(("open charges", Some(*customer))),
        Action::ReadStock { product } => Some(("changes of stocks", Some(*product))),
        Action::ReadOrders => Some(("orders", None)),
        Action::ReadReturns => Some(("returns", None)),
        _ => None,
    }
}

#[test]
fn most_answers_of_another_time_are_found() {
    let mut rates: BTreeMap<String, Rate> = BTreeMap::new();
    for seed in 0..40 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let (history, books) = generate(seed + 20_000, Size { requests: 600, ..SMALL });
        for _ in 0..2_000 {
            let [one, other] = [(); 2].map(|()| rng.random_range(0..history.requests.len()));
            let (from, to) = (&history.requests[one], &history.requests[other]);
            let Some((name, _)) = same(&from.action).filter(|known| Some(*known) == same(&to.action)) else { continue };
            let differs = from.answer != to.answer && from.business == to.business;
            if !differs || std::mem::discriminant(&from.answer) != std::mem::discriminant(&to.answer) {
                continue;
            }
            let mut mutated = history.clone();
            mutated.requests[other].answer = from.answer.clone();
            let rate = rates.entry(name.to_owned()).or_default();
            rate.all += 1;
            rate.found += u32::from(!check(&mutated, &books).is_empty());
        }
    }
    let sum = print("answers of another time", &rates);
    assert!(sum.all > 20 && f64::from(sum.found) >= 0.9 * f64::from(sum.all), "{sum:?}");
}
