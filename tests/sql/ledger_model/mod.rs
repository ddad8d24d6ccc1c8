//! The ledger with every kind of entry, held against a model that adds everything up by brute force (`history.sql`), and against
//! entries that are changed before they are written (`tampering.sql`).

use std::collections::BTreeMap;

use tallystick::domain::EntryKind;

use crate::support::{
    actor::Actor,
    two_businesses::{OURS, fill, two_businesses},
};

/// How many histories are written, by default. `TALLYSTICK_HISTORIES=20000` takes most of an hour.
const HISTORIES: u32 = 30;
/// How many are written in one transaction.
const BATCH: usize = 100;

/// What writes histories. The model sorts where the ledger's functions must not, and costs that forbid it would compile plans.
const MODEL: &str = concat!(
    "SET jit = off; SET plan_cache_mode = force_generic_plan; SET app.business_id = '{business}';",
    include_str!("history.sql"),
    include_str!("tampering.sql")
);

/// What a statement returns, which is kept.
async fn number(superuser: &Actor, sql: &str) -> i64 {
    superuser.session.client().query_one(&fill(sql), &[]).await.unwrap().get(0)
}

/// Every kind of entry, terms that change, and allocations; compared after each entry, and as of every moment in the end. Each history
/// checks the balance, the open charges in pages, the oldest unpaid charge, the due time, overdue and how much of it, and the buckets of
/// the aging. The list of all who owe something and the totals of all are compared in the end, too.
#[tokio::test]
async fn every_history_is_at_every_moment_what_the_model_says() {
    let histories = std::env::var("TALLYSTICK_HISTORIES").map_or(HISTORIES, |number| number.parse().unwrap());
    let database = two_businesses().await;
    let superuser = Actor::superuser(&database).await;
    superuser
        .session
        .client()
        .batch_execute(&MODEL.replace("'{business}'", &format!("'{}'", OURS.id("business"))))
        .await
        .unwrap();
    let mut written = 0;
    for first in (1..=histories).step_by(BATCH) {
        let last = histories.min(first + 99);
        // Every fiftieth history is long.
        let batch = format!(
            "SELECT sum(model.history({{business}}, seed, CASE WHEN seed % 50 = 0 THEN 80 ELSE 4 + seed % 14 END))
             FROM generate_series({first}, {last}) AS seed"
        );
        written += number(&superuser, &batch).await;
    }
    assert!(written > 6 * i64::from(histories), "{written} entries");
    let kinds =
        superuser.rows("SELECT DISTINCT kind FROM tallystick.credit_ledger WHERE actor = 'model' ORDER BY 1").await;
    let mut every_kind = EntryKind::ALL.map(|kind| [Some(kind.as_str().to_owned())]);
    every_kind.sort();
    assert_eq!(kinds, every_kind);
    let owing = number(&superuser, "SELECT count(*) FROM model.aged").await;
    assert!(owing > i64::from(histories / 2), "{owing} customers owe something");
    assert_eq!(number(&superuser, "SELECT model.wrongly_aged({business}, 7)").await, 0);
    // The totals of all, whatever the parts: those of one entry end in the middle of every customer.
    for entries in [1, 2, 5, 20_000] {
        let totals =
            superuser.rows(&fill(&format!("SELECT want, got FROM model.totals({{business}}, {entries})"))).await;
        assert_eq!(totals[0][1], totals[0][0], "in parts of {entries}");
    }
    assert!(number(&superuser, "SELECT count(*) FROM model.in_credit").await > 0, "nobody is in credit");
}

#[tokio::test]
async fn an_entry_that_allocates_is_refused_by_a_named_constraint_if_anything_of_it_is_changed() {
    let database = two_businesses().await;
    let superuser = Actor::superuser(&database).await;
    superuser
        .session
        .client()
        .batch_execute(&MODEL.replace("'{business}'", &format!("'{}'", OURS.id("business"))))
        .await
        .unwrap();
    let rows = superuser
        .rows(&fill(
            "SELECT what, coalesce(refused_by, ''), count(*)
             FROM generate_series(1, 12) AS seed, model.tampering({business}, seed) GROUP BY 1, 2",
        ))
        .await;
    let mut refusals: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows {
        let [what, refused_by, _] = row.try_into().unwrap();
        refusals.entry(what.unwrap()).or_default().push(refused_by.unwrap());
    }
    assert_eq!(refusals.remove("nothing").unwrap(), [""], "the right entry is taken");
    assert!(refusals.len() > 20, "{refusals:?}");
    for (what, refused_by) in &refusals {
        assert!(refused_by.iter().all(|constraint| !constraint.is_empty()), "{what}: {refused_by:?}");
    }
    let all: Vec<&String> = refusals.values().flatten().collect();
    for constraint in [
        "ahead_is_what_is_allocated_beyond_the_pointer",
        "the_pointer_stands_at_an_open_charge",
        "allocations_add_up_to_what_the_entry_allocates",
        "allocations_copy_their_charge",
        "allocations_are_those_of_the_ledger_entry",
    ] {
        assert!(all.iter().any(|found| *found == constraint), "nothing was refused by {constraint}: {refusals:?}");
    }
}
