//! One number of a correct history or its books is changed, whichever: how often is that found?
//!
//! What is not found is what the checker cannot know or does not hold against anybody:
//! - when a request was sent or answered, unless an order hangs on it, and by which client;
//! - what a request asked for that had no effect or is a change or key among many: a refused purchase's quantity is found
//!   by its figures, an unknown one's is not;
//! - numbers of a change that nobody saw the result of;
//! - keys of requests that were refused, or unknown without effect;
//! - a client's number.
//!
//! So the rate is measured for what servers write: answers and books.

use std::collections::BTreeMap;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;
use tallystick_torture::{books::Books, checker::check, history::History};

use crate::generate::{SMALL, generate};

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
