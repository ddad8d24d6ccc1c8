//! Plants one damage after the other, as the superuser, and checks that the verification finds it.
//!
//! Each damage is made in a transaction that is rolled back, and the verification runs inside that transaction. So one
//! database serves all, and the other tests of the cluster do not see damaged roles.

use std::collections::BTreeSet;

use tallystick::{
    db::connection::{DedicatedConnection, explain},
    verify::{CHECKS, Progress, VerifyOptions, VerifyReport, verify_within},
};

use super::damages::{Damage, identities_and_references, isolation, ledger, orders_and_stock, shipped};
use crate::support::{audit, fresh_database::FreshDatabase};

const SEED: &str = include_str!("seed.sql");
const UNPROTECTED: &str = include_str!("unprotected.sql");

/// A database with a little of everything in it.
pub async fn seeded() -> FreshDatabase {
    let database = FreshDatabase::installed().await;
    database.session().await.client().batch_execute(SEED).await.unwrap();
    database
}

async fn verified(session: &DedicatedConnection) -> VerifyReport {
    let report = verify_within(session.client(), VerifyOptions::default(), &mut |_: Progress| {}).await;
    report.unwrap_or_else(|error| panic!("{error}"))
}

/// Plants the damage, checks it, and rolls back. Returns what was wrong with the report, if anything.
async fn judge(session: &DedicatedConnection, damage: &Damage) -> Result<(), String> {
    let planted = session.client().batch_execute(&format!("SAVEPOINT planted; {}", damage.sql)).await;
    let found = match planted {
        Ok(()) => Ok(audit::findings(&verified(session).await)),
        Err(error) => Err(format!("cannot be planted: {}", explain(&error))),
    };
    session.client().batch_execute("ROLLBACK TO SAVEPOINT planted").await.unwrap();
    let found = found?;
    let fits = |finding: &&String| {
        finding.starts_with(&format!("{}:", damage.check)) && damage.finding.iter().all(|part| finding.contains(part))
    };
    match found.iter().find(fits) {
        Some(_) => Ok(()),
        None => Err(format!("{} did not find {:?}, but:\n  {}", damage.check, damage.finding, found.join("\n  "))),
    }
}

async fn find_all(before: &str, damages: &[Damage]) {
    let database = seeded().await;
    let session = database.session().await;
    session.client().batch_execute(&format!("BEGIN; {before}")).await.unwrap();
    let mut failures = Vec::new();
    for damage in damages {
        if let Err(failure) = judge(&session, damage).await {
            failures.push(format!("{}: {failure}", damage.name));
        }
    }
    session.client().batch_execute("ROLLBACK").await.unwrap();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    audit::audit(&database).await;
}

#[tokio::test]
async fn damage_to_the_ledger_is_found() {
    find_all(UNPROTECTED, ledger::DAMAGES).await;
}

#[tokio::test]
async fn damage_to_orders_and_stock_is_found() {
    find_all(UNPROTECTED, orders_and_stock::DAMAGES).await;
}

#[tokio::test]
async fn damage_to_identities_and_references_is_found() {
    find_all(UNPROTECTED, identities_and_references::DAMAGES).await;
}

#[tokio::test]
async fn damage_to_isolation_is_found() {
    find_all("", isolation::DAMAGES).await;
}

#[tokio::test]
async fn damage_to_the_installed_schema_is_found() {
    find_all("", shipped::DAMAGES).await;
}

#[test]
fn every_check_has_a_planted_damage() {
    let planted: BTreeSet<_> = [
        ledger::DAMAGES,
        orders_and_stock::DAMAGES,
        identities_and_references::DAMAGES,
        isolation::DAMAGES,
        shipped::DAMAGES,
    ]
    .into_iter()
    .flatten()
    .map(|damage| damage.check)
    .collect();
    let checks: BTreeSet<_> = CHECKS.iter().map(|check| check.name).chain(["catalogue", "release"]).collect();
    assert_eq!(planted, checks);
}

#[tokio::test]
async fn a_row_that_is_missing_from_every_index_is_still_checked() {
    let database = seeded().await;
    let session = database.session().await;
    // An index that is not ready takes no entry for the new row; ready again, it is trusted by the planner.
    let ready = |ready| {
        format!(
            "UPDATE pg_index SET indisready = {ready} WHERE indrelid IN
                 ('tallystick.orders'::regclass, 'tallystick.credit_ledger'::regclass);"
        )
    };
    let plant = format!(
        "BEGIN; {} SET LOCAL session_replication_role = replica;
         INSERT INTO tallystick.orders (business_id, id, customer_id, total, created_at) VALUES
             ('0a000000-0000-7000-8000-000000000000', '0a000000-0000-7000-8000-00000000dead',
              '0a000000-0000-7000-8000-0000000000c1', 7, now());
         {}",
        ready(false),
        ready(true)
    );
    session.client().batch_execute(&plant).await.unwrap();
    let by_index = "SET LOCAL enable_seqscan = off;
                    SET LOCAL enable_bitmapscan = off;";
    session.client().batch_execute(by_index).await.unwrap();
    let lost = "SELECT count(*) FROM tallystick.orders
                WHERE business_id = '0a000000-0000-7000-8000-000000000000'
                  AND id = '0a000000-0000-7000-8000-00000000dead'";
    assert_eq!(session.client().query_one(lost, &[]).await.unwrap().get::<_, i64>(0), 0, "the index must not find it");
    session.client().batch_execute("RESET enable_seqscan").await.unwrap();

    let found = audit::findings(&verified(&session).await);
    for (check, wrong) in [("orders_and_ledger", "has no ledger entry"), ("order_totals", "has no lines")] {
        let is_it = |finding: &String| {
            finding.starts_with(check) && finding.contains(wrong) && finding.contains("00000000dead")
        };
        assert!(found.iter().any(is_it), "{check}: {found:#?}");
    }
}

#[tokio::test]
async fn findings_beyond_the_reported_ones_are_counted() {
    let database = seeded().await;
    let session = database.session().await;
    let plant = format!(
        "BEGIN; {UNPROTECTED};
         INSERT INTO tallystick.order_items (business_id, order_id, line_no, product_id, quantity, unit_price, line_total)
         SELECT '0a000000-0000-7000-8000-000000000000', '0a000000-0000-7000-8000-0000000000e1', number,
                '0a000000-0000-7000-8000-0000000000d1', 1, 1, 2
         FROM generate_series(3, 252) AS number"
    );
    session.client().batch_execute(&plant).await.unwrap();
    let report = verified(&session).await;
    let lines = report.checks.iter().find(|check| check.name == "order_lines").unwrap();
    assert_eq!((lines.rows_checked, lines.findings_total, lines.findings.len()), (254, 250, 100));
    let alpha = &report.businesses[0];
    assert!(alpha.findings >= 250 && alpha.rows_in("order_items") == 254, "{alpha:?}");
    assert_eq!(report.businesses[1].findings, 0);
    assert_eq!(report.findings, report.checks.iter().map(|check| check.findings_total).sum::<u64>());
}
