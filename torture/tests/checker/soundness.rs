//! Correct histories give no finding.

use std::time::Instant;

use tallystick_torture::checker::{Summary, check};

use crate::generate::{SMALL, Size, generate};

/// How many, unless `TALLYSTICK_HISTORIES` says otherwise.
const HISTORIES: u64 = 1_500;

fn assert_sound(seed: u64, size: Size) {
    let (history, books) = generate(seed, size);
    let findings = check(&history, &books);
    let told: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert!(findings.is_empty(), "of a correct history (seed {seed}, {size:?}):\n{}", told.join("\n"));
}

#[test]
fn nothing_is_found_in_thousands_of_small_histories() {
    let count = std::env::var("TALLYSTICK_HISTORIES").ok().and_then(|count| count.parse().ok()).unwrap_or(HISTORIES);
    for seed in 0..count {
        assert_sound(seed, SMALL);
    }
}

#[test]
fn nothing_is_found_in_histories_of_one_customer_and_one_product() {
    for seed in 0..200 {
        assert_sound(seed, Size { businesses: 1, customers: 1, products: 1, clients: 12, requests: 200 });
    }
}

#[test]
fn nothing_is_found_in_larger_histories() {
    for seed in 0..5 {
        assert_sound(seed, Size { businesses: 3, customers: 20, products: 5, clients: 100, requests: 5_000 });
    }
}

#[test]
fn a_generated_history_has_some_of_everything() {
    let (history, books) = generate(1, Size { requests: 20_000, clients: 30, ..SMALL });
    let summary = serde_json::to_value(Summary::of(&history, &books)).unwrap();
    for (name, count) in summary.as_object().unwrap() {
        let expected = name != "unexpected_answers";
        assert_eq!(count.as_u64().unwrap() > 0, expected, "{name}: {count}");
    }
}

/// To measure: `TALLYSTICK_HISTORY_REQUESTS=1000000 cargo test --release -p tallystick-torture --test checker of_any_size -- --nocapture`.
#[test]
fn nothing_is_found_in_histories_of_any_size() {
    let requests = std::env::var("TALLYSTICK_HISTORY_REQUESTS").map_or(10_000, |requests| requests.parse().unwrap());
    measure(Size { businesses: 4, customers: 500, products: 50, clients: 200, requests });
    // Everybody wants the same.
    measure(Size { businesses: 1, customers: 50, products: 1, clients: 1_000, requests });
}

fn measure(size: Size) {
    let (history, books) = generate(1, size);
    let started = Instant::now();
    let findings = check(&history, &books);
    println!("{:#?}\nchecked in {:?}; {findings:#?}", Summary::of(&history, &books), started.elapsed());
    if let Ok(status) = std::fs::read_to_string("/proc/self/status") {
        println!("{}", status.lines().filter(|line| line.starts_with("VmHWM")).collect::<String>());
    }
    assert!(findings.is_empty());
}
