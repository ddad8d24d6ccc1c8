//! They are what they would have been one by one.

use std::collections::BTreeSet;

use rand::{RngExt, rngs::StdRng, seq::IndexedRandom};
use uuid::Uuid;

use super::{Buy, CUSTOMERS, PRODUCTS, Place, alone, buy, customer, outcomes, product, together};
use crate::support::{actor::Actor, audit::audit, purchase_batch::HELD, seed, two_businesses::fill};

const BATCHES: usize = 40;

/// Random purchases under different keys: some are asked for before, by this or another request.
fn draw(rng: &mut StdRng, before: &mut Vec<Buy>) -> Vec<Buy> {
    let mut keys = BTreeSet::new();
    let mut buys = Vec::new();
    for _ in 0..rng.random_range(1..=20) {
        let lines: Vec<_> = (0..rng.random_range(1..=4))
            // One in fifty lines is of a product that does not exist.
            .map(|_| {
                (
                    if rng.random_ratio(1, 50) { PRODUCTS } else { rng.random_range(0..PRODUCTS) },
                    rng.random_range(1..=3),
                )
            })
            .collect();
        let who = if rng.random_ratio(1, 15) { CUSTOMERS } else { rng.random_range(0..CUSTOMERS) };
        let mut new = buy(who, &lines, &Uuid::now_v7().to_string());
        new.options = rng.random_ratio(1, 3).then(|| options(rng, lines.len()));
        if let Some(old) = before.choose(rng).filter(|_| rng.random_ratio(1, 4)) {
            if rng.random_ratio(2, 3) {
                new = Buy { order_id: new.order_id, ..old.clone() };
            } else if rng.random_ratio(1, 2) {
                new.key.clone_from(&old.key);
            } else {
                // The same lines at other prices.
                new = Buy { order_id: new.order_id, options: None, ..old.clone() };
            }
        }
        if keys.insert(new.key.clone()) {
            buys.push(new);
        }
    }
    before.extend(buys.iter().cloned());
    buys
}

/// Prices of the caller for some of so many lines. One in three discounts is more than most prices.
fn options(rng: &mut StdRng, lines: usize) -> String {
    let mut prices = vec!["null".to_owned(); lines];
    let special = rng.random_range(0..lines);
    for (number, line) in prices.iter_mut().enumerate() {
        if number == special || rng.random_ratio(1, 4) {
            let members = [("unit_price", 0..100), ("discount", 0..45), ("tax", 0..20)];
            let members = members.into_iter().filter(|(name, _)| *name == "unit_price" || rng.random_ratio(1, 2));
            let members: Vec<_> = members.collect();
            let members = members.into_iter().map(|(name, range)| format!("\"{name}\": {}", rng.random_range(range)));
            *line = format!("{{{}}}", members.collect::<Vec<_>>().join(", "));
        }
    }
    format!("{{\"lines\": [{}]}}", prices.join(", "))
}

/// What else happens in a business, so that there is always something to buy and somebody who may.
fn interlude(rng: &mut StdRng) -> Vec<String> {
    let mut calls = Vec::new();
    for number in 0..CUSTOMERS {
        let (id, key) = (customer(number), Uuid::now_v7());
        if rng.random_ratio(1, 3) {
            calls.push(format!("payment_record({{business}}, '{id}', {}, '{key}', '{key}')", rng.random_range(1..300)));
        }
        if rng.random_ratio(1, 5) {
            let (limit, blocked) = (rng.random_range(0..900), rng.random_ratio(1, 4));
            calls.push(format!(
                "customer_update({{business}}, '{id}', NULL, {limit}, {blocked}, false, NULL, p_version => '{id}')"
            ));
        }
    }
    for number in 0..PRODUCTS {
        let (id, key) = (product(number), Uuid::now_v7());
        if rng.random_ratio(1, 3) {
            let count = rng.random_range(1..6);
            calls.push(format!("stock_movement_record({{business}}, '{id}', {count}, 'came', '{key}', '{key}')"));
        }
    }
    calls.into_iter().map(|call| fill(&format!("SELECT FROM tallystick.{call}"))).collect()
}

#[tokio::test]
async fn purchases_in_batches_are_decided_as_one_by_one() {
    let (batched, single) = tokio::join!(Place::new(), Place::new());
    let mut rng = seed::new_random();
    let mut before = Vec::new();
    let mut seen = BTreeSet::new();
    for number in 0..BATCHES {
        let buys = draw(&mut rng, &mut before);
        let at_once = batched.rows(&together(&buys, HELD[rng.random_range(0..HELD.len())])).await;
        let mut one_by_one = Vec::new();
        for buy in &buys {
            one_by_one.extend(single.rows(&alone(buy)).await);
        }
        assert_eq!(at_once.len(), buys.len(), "batch {number}");
        for (index, (got, expected)) in at_once.iter().zip(&one_by_one).enumerate() {
            assert_eq!(got, expected, "purchase {} of batch {number}:\n{}", index + 1, together(&buys, "wait"));
        }
        assert_eq!(batched.books().await, single.books().await, "after batch {number}:\n{}", together(&buys, "wait"));
        seen.extend(outcomes(&at_once).into_iter().map(str::to_owned));
        for call in interlude(&mut rng) {
            batched.rows(&call).await;
            single.rows(&call).await;
        }
    }
    for expected in [
        "created",
        "replayed",
        "key_reused",
        "customer_not_found",
        "customer_blocked",
        "product_not_found",
        "insufficient_stock",
        "credit_limit_exceeded",
        "discount_too_large",
    ] {
        assert!(seen.contains(expected), "{expected} never came up: {seen:?}");
    }
    audit(&batched.database).await;
    audit(&single.database).await;
}

/// The lists of what is written begin with the batch and not with the first purchase that is accepted.
#[tokio::test]
async fn a_purchase_after_refused_ones_is_stored_under_its_own_key_with_its_own_lines() {
    let place = Place::new().await;
    let buys = [
        buy(CUSTOMERS, &[(1, 3)], "unknown"),
        buy(0, &[(1, 5), (2, 7)], "short"),
        buy(0, &[(2, 2), (4, 1)], "fine"),
        buy(4, &[(2, 1)], "blocked"),
        buy(3, &[(1, 1)], "fine too"),
    ]
    .map(|buy| Buy { key: buy.key.replace(' ', "-"), ..buy });
    let rows = place.rows(&together(&buys, "pass over customers")).await;
    let expected = ["customer_not_found", "insufficient_stock", "created", "customer_blocked", "created"];
    assert_eq!(outcomes(&rows), expected);

    let again = place.rows(&together(&buys, "pass over customers")).await;
    assert_eq!(outcomes(&again), expected.map(|outcome| if outcome == "created" { "replayed" } else { outcome }));
    for index in [2, 4] {
        assert_eq!(again[index][1..5], rows[index][1..5], "{}", buys[index].key);
    }
    let expected = [("fine", product(2), 2), ("fine", product(4), 1), ("fine-too", product(1), 1)];
    let expected =
        expected.map(|(key, id, quantity)| vec![Some(key.into()), Some(id.to_string()), Some(quantity.to_string())]);
    let seen = Actor::superuser(&place.database)
        .await
        .rows(
            "SELECT entry.idempotency_key, item.product_id, item.quantity
        FROM tallystick.order_items AS item JOIN tallystick.credit_ledger AS entry ON entry.id = item.order_id
        WHERE entry.idempotency_key LIKE 'fine%' ORDER BY 1, item.line_no",
        )
        .await;
    assert_eq!(seen, expected);
    audit(&place.database).await;
}

#[tokio::test]
async fn where_due_times_fall_within_a_batch_a_run_begins_and_goes_on() {
    let place = Place::new().await;
    let due =
        |day: &str| Buy { options: Some(format!("{{\"due_at\": \"{day}T12:00:00Z\"}}")), ..buy(0, &[(1, 1)], day) };
    let buys = ["2099-03-01", "2099-01-01", "2099-02-01"].map(due);
    assert_eq!(outcomes(&place.rows(&together(&buys, "wait")).await), ["created"; 3]);
    let runs = format!(
        "SELECT due_run_from FROM tallystick.credit_ledger WHERE customer_id = '{}' ORDER BY entry_no",
        customer(0)
    );
    assert_eq!(place.rows(&runs).await.concat(), ["1", "2", "2"].map(|run| Some(run.to_owned())));
    audit(&place.database).await;
}

#[tokio::test]
async fn what_a_purchase_takes_is_gone_for_the_next_and_what_a_refused_one_wanted_is_not() {
    let place = Place::new().await;
    // Product 1: 4 pieces at 35. Customer 1 may owe 300, customer 2 nothing.
    let buys = [
        buy(0, &[(1, 2), (1, 1)], "takes-three"),
        buy(1, &[(1, 1), (1, 1)], "one-too-many"),
        buy(2, &[(1, 1)], "no-credit"),
        buy(1, &[(1, 1)], "the-last"),
        buy(0, &[(1, 1)], "none-left"),
        buy(2, &[(0, 1)], "free"),
        // Product 2 costs 90: of customer 1's 300, 35 are used by now, and then 215.
        buy(1, &[(2, 2)], "most-of-the-credit"),
        buy(1, &[(2, 1)], "more-than-is-left"),
    ];
    let rows = place.rows(&together(&buys, "wait")).await;
    let [created, no_stock, no_credit] = ["created", "insufficient_stock", "credit_limit_exceeded"];
    assert_eq!(outcomes(&rows), [created, no_stock, no_credit, created, no_stock, created, created, no_credit]);
    let figures = |index: usize| rows[index][5..8].iter().map(|value| value.clone().unwrap()).collect::<Vec<_>>();
    assert_eq!(figures(1), [format!("{{{}}}", product(1)), "{2}".into(), "{1}".into()]);
    assert_eq!(figures(4), [format!("{{{}}}", product(1)), "{1}".into(), "{0}".into()]);
    audit(&place.database).await;
}

#[tokio::test]
async fn a_batch_of_refusals_and_replays_writes_nothing() {
    let place = Place::new().await;
    let old = buy(0, &[(1, 1)], "old");
    place.rows(&alone(&old)).await;
    let before = place.versions().await;
    let buys = [
        Buy { order_id: Uuid::now_v7(), ..old },
        buy(CUSTOMERS, &[(1, 1)], "unknown"),
        buy(4, &[(1, 1)], "blocked"),
        buy(0, &[(PRODUCTS, 1)], "no-product"),
        buy(0, &[(1, 100)], "short"),
        buy(2, &[(1, 1)], "no-credit"),
    ];
    for held in HELD {
        let rows = place.rows(&together(&buys, held)).await;
        assert_eq!(
            outcomes(&rows),
            [
                "replayed",
                "customer_not_found",
                "customer_blocked",
                "product_not_found",
                "insufficient_stock",
                "credit_limit_exceeded"
            ]
        );
        assert_eq!(place.versions().await, before);
    }
    audit(&place.database).await;
}
