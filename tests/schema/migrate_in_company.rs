//! `tallystick migrate` beside others: a second run, traffic that holds locks, deadlocks.

use tallystick::{
    db::connection::DedicatedConnection,
    schema::migrate::{MigrateError, MigrateOptions, Progress, Report, migrate},
};
use tokio::task::JoinHandle;

use super::migrate::{CODE, FIRST, SECOND, migrated, run_with, source, text, versions};
use crate::support::{fresh_database::FreshDatabase, source::source as shipped};

#[tokio::test]
async fn two_runs_at_once_are_one_run_and_one_that_finds_nothing_to_do() {
    let database = FreshDatabase::create().await;
    let (url, source) = (database.url(), source(&[FIRST, SECOND], CODE));
    let runs = (0..4).map(|_| {
        let (url, source) = (url.clone(), source.clone());
        tokio::spawn(async move { migrated(&url, &source).await })
    });
    let mut reports = Vec::new();
    for run in runs.collect::<Vec<_>>() {
        reports.push(run.await.unwrap());
    }
    assert_eq!(reports.iter().filter(|report| versions(report) == [1, 2]).count(), 1, "{reports:?}");
    assert_eq!(reports.iter().filter(|report| report.nothing_to_do()).count(), 3, "{reports:?}");
}

#[tokio::test]
async fn a_run_waits_for_another_one_and_says_so() {
    let database = FreshDatabase::create().await;
    let (url, source) = (database.url(), source(&[FIRST], CODE));
    let other = database.session().await;
    let lock = i64::from_be_bytes(*b"tallymig");
    other.client().execute("SELECT pg_advisory_lock($1)", &[&lock]).await.unwrap();
    let (sender, mut waiting) = tokio::sync::mpsc::unbounded_channel();
    let run = tokio::spawn(async move {
        migrate(&url, &source, MigrateOptions::default(), &mut |progress: Progress<'_>| {
            if let Progress::WaitingForAnotherRun { holders } = progress {
                sender.send(holders.to_owned()).unwrap();
            }
        })
        .await
    });
    let holder = pid(&other).await;
    assert!(waiting.recv().await.unwrap().starts_with(&format!("process {holder}, role postgres")));
    other.client().execute("SELECT pg_advisory_unlock($1)", &[&lock]).await.unwrap();
    assert_eq!(versions(&run.await.unwrap().unwrap()), [1]);
}

async fn pid(session: &DedicatedConnection) -> i32 {
    session.client().query_one("SELECT pg_backend_pid()", &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn a_lock_that_is_never_given_back_ends_the_run_and_its_holder_is_named() {
    let database = FreshDatabase::create().await;
    let role = format!("{}_nobody", database.name);
    database.session().await.client().batch_execute(&format!("CREATE ROLE {role} LOGIN")).await.unwrap();
    // No privilege is needed to take it.
    let hostile = database.session_as(&role).await;
    let lock = i64::from_be_bytes(*b"tallymig");
    hostile.client().execute("SELECT pg_advisory_lock($1)", &[&lock]).await.unwrap();
    let options = MigrateOptions { turn_timeout: std::time::Duration::from_millis(20), ..MigrateOptions::default() };
    let (result, heard) = run_with(&database.url(), &source(&[FIRST], CODE), options).await;
    let error = result.unwrap_err();
    assert!(heard.waited && matches!(error, MigrateError::NoTurn { .. }), "{error}");
    let holder = format!("process {}, role {role}", pid(&hostile).await);
    assert!(error.to_string().contains(&holder) && error.to_string().contains("nothing was changed"), "{error}");
}

#[tokio::test]
async fn a_lock_held_by_traffic_ends_the_run_instead_of_blocking_the_traffic() {
    let database = FreshDatabase::create().await;
    migrated(&database.url(), &source(&[FIRST], CODE)).await;
    let traffic = database.session().await;
    traffic.client().batch_execute("BEGIN; SELECT * FROM tallystick.things").await.unwrap();
    let options = MigrateOptions { lock_timeout: std::time::Duration::from_millis(50), ..MigrateOptions::default() };
    let error = run_with(&database.url(), &source(&[FIRST, SECOND], CODE), options).await.0.unwrap_err();
    assert!(matches!(&error, MigrateError::LockTimeout { path, .. } if path.contains("0002")), "{error}");
    traffic.client().batch_execute("COMMIT").await.unwrap();
    assert_eq!(versions(&migrated(&database.url(), &source(&[FIRST, SECOND], CODE)).await), [2]);
}

/// A run that applies the code again, as soon as it waits for a lock that somebody else holds.
async fn a_run_that_waits_for_a_lock(database: &FreshDatabase) -> JoinHandle<Result<Report, MigrateError>> {
    let url = database.url();
    let reapply = MigrateOptions { reapply: true, ..MigrateOptions::default() };
    let run = tokio::spawn(async move { run_with(&url, &shipped(), reapply).await.0 });
    let waiting = "SELECT count(*)::text FROM pg_locks WHERE NOT granted AND database =
                   (SELECT oid FROM pg_database WHERE datname = current_database())";
    while text(database, waiting).await == "0" {
        tokio::task::yield_now().await;
    }
    run
}

#[tokio::test]
async fn migrate_waits_for_a_running_purchase_and_does_not_block_it() {
    let database = FreshDatabase::installed().await;
    // The tables in the order of a purchase: first the customer, at the end the order and the ledger.
    let traffic = database.session().await;
    traffic.client().batch_execute("BEGIN; SELECT FROM tallystick.customers FOR NO KEY UPDATE").await.unwrap();
    let run = a_run_that_waits_for_a_lock(&database).await;
    for table in ["products", "orders", "order_items", "credit_ledger"] {
        let write = format!("LOCK TABLE tallystick.{table} IN ROW EXCLUSIVE MODE");
        traffic.client().batch_execute(&write).await.unwrap_or_else(|error| panic!("{table}: {error}"));
    }
    traffic.client().batch_execute("COMMIT").await.unwrap();
    assert!(run.await.unwrap().unwrap().code_applied);
}

#[tokio::test]
async fn migrate_waits_for_a_reader_of_a_view_before_it_locks_any_table() {
    for view in ["overdue_customers", "overdue_amounts", "customer_accounts", "order_records"] {
        let database = FreshDatabase::installed().await;
        let reader = database.session().await;
        let reading = format!("BEGIN; SELECT FROM tallystick.{view}");
        reader.client().batch_execute(&reading).await.unwrap();
        let run = a_run_that_waits_for_a_lock(&database).await;
        for table in ["customers", "businesses", "products", "orders", "order_items", "credit_ledger"] {
            let write = format!("LOCK TABLE tallystick.{table} IN ROW EXCLUSIVE MODE NOWAIT");
            reader.client().batch_execute(&write).await.unwrap_or_else(|error| panic!("{view}, {table}: {error}"));
        }
        reader.client().batch_execute("COMMIT").await.unwrap();
        assert!(run.await.unwrap().unwrap().code_applied);
    }
}

#[tokio::test]
async fn every_function_that_changes_a_customer_locks_the_view_of_customers_first() {
    let database = FreshDatabase::installed().await;
    let id = "00000000-0000-7000-8000-000000000000";
    for call in [
        format!("customer_update('{id}', '{id}', NULL, 1, NULL, false, NULL)"),
        format!("customer_create('{id}', '{id}', 'Nobody', NULL, 1, false)"),
    ] {
        let session = database.session().await;
        let calling = format!("BEGIN; SET LOCAL app.business_id = '{id}'; SELECT tallystick.{call}");
        session.client().batch_execute(&calling).await.unwrap();
        let locked = "SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND granted
                      AND relation = 'tallystick.customer_accounts'::regclass";
        let locks: i64 = session.client().query_one(locked, &[]).await.unwrap().get(0);
        assert!(locks > 0, "{call}");
    }
}

/// `migrate` locks the customers first (`sql/locks.sql`). Whoever waits for them with another table in hand deadlocks with it.
#[tokio::test]
async fn every_function_that_locks_a_customer_waits_for_the_table_of_customers_before_it_locks_a_later_one() {
    let database = FreshDatabase::installed().await;
    let run = database.session().await;
    run.client().batch_execute("BEGIN; LOCK TABLE tallystick.customers IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let id = "00000000-0000-7000-8000-000000000000";
    let mut calls = Vec::new();
    for call in [
        format!("purchase('{id}', '{id}', '{{{id}}}', '{{1}}', 'k')"),
        format!("payment_record('{id}', '{id}', 1, 'k')"),
        format!("adjustment_record('{id}', '{id}', 'fee', 1, 'r', 'k')"),
        format!("refund_record('{id}', '{id}', 1, 'r', 'k')"),
        format!("allocation_record('{id}', '{id}', '{{{id}}}', '{{1}}', 'r', 'k')"),
        format!("reversal_record('{id}', '{{payment}}', '{id}', 'r', 'k')"),
        format!("return_record('{id}', '{id}', '{{1}}', '{{1}}', '{{NULL}}', 'r', 'k')"),
        format!("customer_create('{id}', '{id}', 'c', NULL, 1, false, 'k')"),
        format!("customer_update('{id}', '{id}', NULL, 1, NULL, false, NULL)"),
        format!("statement_period('{id}', '{id}', '2020-01-01', '2020-01-31')"),
    ] {
        let session = database.session().await;
        let process = pid(&session).await;
        let sql = format!("SET app.business_id = '{id}'; SELECT FROM tallystick.{call}");
        let running = tokio::spawn(async move { session.client().batch_execute(&sql).await });
        let waiting = format!(
            "SELECT count(*)::text FROM pg_locks
             WHERE pid = {process} AND NOT granted AND relation = 'tallystick.customers'::regclass"
        );
        while text(&database, &waiting).await == "0" {
            assert!(!running.is_finished(), "{call} does not lock the customers: {:?}", running.await);
            tokio::task::yield_now().await;
        }
        let held = format!(
            "SELECT coalesce(string_agg(relname, ' '), '') FROM pg_locks JOIN pg_class ON pg_class.oid = relation
             WHERE pid = {process} AND granted AND relkind = 'r' AND relnamespace = 'tallystick'::regnamespace"
        );
        assert_eq!(text(&database, &held).await, "", "{call}");
        calls.push((call, running));
    }
    run.client().batch_execute("COMMIT").await.unwrap();
    for (call, running) in calls {
        drop(running.await.unwrap_or_else(|error| panic!("{call}: {error}")));
    }
}

#[tokio::test]
async fn a_run_that_loses_a_deadlock_is_tried_again() {
    let database = FreshDatabase::installed().await;
    let traffic = database.session().await;
    // This session locks in the opposite order of sql/locks.sql and never looks for deadlocks, so PostgreSQL ends the run.
    let holding = "SET deadlock_timeout = '1h'; BEGIN; LOCK TABLE tallystick.api_keys IN ACCESS SHARE MODE";
    traffic.client().batch_execute(holding).await.unwrap();
    let url = database.url_with("postgres", "options=-c%20deadlock_timeout%3D2s");
    let reapply = MigrateOptions { reapply: true, ..MigrateOptions::default() };
    let run = tokio::spawn(async move { run_with(&url, &shipped(), reapply).await.0 });
    let waiting =
        "SELECT count(*)::text FROM pg_locks WHERE NOT granted AND relation = 'tallystick.api_keys'::regclass";
    while text(&database, waiting).await == "0" {
        tokio::task::yield_now().await;
    }
    traffic.client().batch_execute("LOCK TABLE tallystick.customers IN ACCESS SHARE MODE; COMMIT").await.unwrap();
    assert!(run.await.unwrap().unwrap().code_applied);
}
