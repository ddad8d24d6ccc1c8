//! Whoever owns the tables cannot write a ledger that is one off: of a right next entry with its order and lines, one value is
//! changed, and a named constraint refuses it. What a single change can make instead of a wrong entry is another right one; those
//! changes are listed.

use std::collections::{BTreeMap, BTreeSet};

use rand::RngExt as _;

use crate::support::{actor::Actor, by_hand, fresh_database::FreshDatabase, seed, two_businesses::OURS};

/// A database with the functions of `forgeries.sql`.
async fn database() -> FreshDatabase {
    let database = FreshDatabase::installed().await;
    by_hand::install(&database).await;
    database.session().await.client().batch_execute(include_str!("forgeries.sql")).await.unwrap();
    database
}

/// A call that follows the planting of a business with a random history. A seed is from -1 to 1.
fn after_planting(call: &str, seed: f64) -> String {
    let business = format!("'{}'", OURS.id("business"));
    format!("SELECT setseed({seed}); SELECT forgeries.plant({{business}}); SELECT * FROM forgeries.{call}")
        .replace("{business}", &business)
}

const TRIES: u64 = 5_000;

#[tokio::test]
async fn a_value_that_is_one_off_or_swapped_is_refused_by_a_named_constraint_in_all_of_5_000_tries() {
    let database = database().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    let seed = seed::new_random().random_range(-1.0..1.0);
    let rows = owner.rows(&after_planting(&format!("tries({{business}}, {TRIES})"), seed)).await;
    let mut by_value = BTreeMap::<&str, u64>::new();
    let mut by_constraint = BTreeMap::<&str, u64>::new();
    let mut tries = 0;
    for row in rows.iter().filter(|row| row.len() == 4) {
        let [Some(forged), Some(made_anew), refused_by, Some(count)] = row.as_slice() else { panic!("{row:?}") };
        let Some(constraint) = refused_by else {
            panic!("seed {seed}: accepted {count} times, hash made anew {made_anew}: {forged}")
        };
        let count: u64 = count.parse().unwrap();
        *by_value.entry(forged).or_default() += count;
        *by_constraint.entry(constraint).or_default() += count;
        tries += count;
    }
    println!("{tries} tries, refused by {by_constraint:#?}");
    assert!(tries >= TRIES, "seed {seed}: {tries} tries");
    // 12 values of an entry and 10 of a line, each one off; 12 and 11 swapped (what is nothing for both is not); 3 of an order.
    assert_eq!(by_value.len(), 12 + 10 + 12 + 11 + 3, "seed {seed}: {by_value:#?}");
    let rarest = by_value.iter().min_by_key(|(_, count)| **count).unwrap();
    assert!(*rarest.1 >= 3, "seed {seed}: {rarest:?}");
}

/// What a single change by the owner makes without any other: what is not hashed can be erased.
const ACCEPTED: [&str; 4] = ["payment.reason", "payment.reference", "purchase.reason", "purchase.reference"];

/// What a single change makes if the hashes are made anew: another right entry, which somebody could have asked for. Only a
/// published proof tells them apart (docs/proofs.md).
const ACCEPTED_WITH_NEW_HASHES: [&str; 19] = [
    // Who asked, under which key, with which words.
    "payment.actor",
    "payment.idempotency_key",
    "payment.request_fingerprint",
    "purchase.actor",
    "purchase.idempotency_key",
    "purchase.request_fingerprint",
    // When, but never before the entry before. A purchase's time is its order's.
    "payment.created_at",
    // Another id of a payment, and a credit instead of a payment.
    "payment.id",
    "payment.kind",
    // Another day on which it came in.
    "payment.received_on",
    // Other terms: when it is due, and what the limit was.
    "purchase.due_at",
    "purchase.due_date",
    "purchase.credit_limit",
    "purchase.authorized_limit",
    // Another line at the same price: a number that is left out, another price on the shelf, another product or what it was
    // called before, taken from the stock or not. The stock is for `verify`.
    "line.line_no",
    "line.list_price",
    "line.product_id",
    "line.product_version",
    "line.stock_taken",
];

#[tokio::test]
async fn each_change_that_is_accepted_makes_another_right_entry() {
    let database = database().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    let rows = owner.rows(&after_planting("each_change({business})", 0.1)).await;
    let mut accepted = [BTreeSet::new(), BTreeSet::new()];
    let mut forged = BTreeSet::new();
    for row in rows.iter().filter(|row| row.len() == 3) {
        let [Some(value), Some(made_anew), refused_by] = row.as_slice() else { panic!("{row:?}") };
        forged.insert(value.as_str());
        if refused_by.is_none() {
            accepted[usize::from(made_anew == "t")].insert(value.as_str());
        }
    }
    // Every column that can be written: of both kinds of entries, of an order and of a line. And what a hash covers of the past.
    assert_eq!(forged.len(), 26 + 1 + 26 + 1 + 5 + 13);
    assert_eq!(accepted[0], BTreeSet::from(ACCEPTED));
    assert_eq!(accepted[1], ACCEPTED_WITH_NEW_HASHES.into_iter().chain(ACCEPTED).collect());
}
