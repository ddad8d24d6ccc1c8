//! Plants one damage after the other, as the superuser, and checks that the verification finds it.
//!
//! Each damage is made in a transaction that is rolled back, and the verification runs inside that transaction. So one
//! database serves all, and the other tests of the cluster do not see damaged roles.

use std::collections::BTreeSet;

use tallystick::{
    db::connection::{DedicatedConnection, explain},
    verify::{CHECKS, CheckReport, Progress, VerifyOptions, VerifyReport, check_within, verify_within},
};

use super::damages::{
    Damage, access, allocations, enforcement, hashes, identities_and_references, isolation, ledger, ledger_rules,
    orders_and_stock, returns, shipped, surroundings, times,
};
use crate::support::{audit, cluster::cluster, fresh_database::FreshDatabase};

const SEED: &str = include_str!("seed.sql");
const EVERY_KIND: &str = include_str!("every_kind.sql");
const EXTREMES: &str = include_str!("extremes.sql");
const UNPROTECTED: &str = include_str!("unprotected.sql");

/// A database with a little of everything in it.
pub async fn seeded() -> FreshDatabase {
    let database = FreshDatabase::installed().await;
    database.session().await.client().batch_execute(SEED).await.unwrap();
    database
}

/// The same, and products of every sort and ledger entries of every kind.
pub async fn seeded_with_every_kind() -> FreshDatabase {
    let database = seeded().await;
    database.session().await.client().batch_execute(EVERY_KIND).await.unwrap();
    database
}

async fn verified(session: &DedicatedConnection) -> VerifyReport {
    let report = verify_within(session.client(), VerifyOptions::default(), &mut |_: Progress| {}).await;
    report.unwrap_or_else(|error| panic!("{error}"))
}

/// Plants the damage, checks it, and rolls back. Returns what was wrong with the report, if anything.
async fn judge(session: &DedicatedConnection, damage: &Damage, after: After) -> Result<(), String> {
    let plant = format!("SAVEPOINT planted; {}", damage.sql);
    let judged = match session.client().batch_execute(&plant).await {
        Ok(()) => found_and_mended(session, damage, after).await,
        Err(error) => Err(format!("cannot be planted: {}", explain(&error))),
    };
    session.client().batch_execute("ROLLBACK TO SAVEPOINT planted").await.unwrap();
    judged
}

async fn found_and_mended(session: &DedicatedConnection, damage: &Damage, after: After) -> Result<(), String> {
    let report = check_within(session.client(), damage.check).await.unwrap_or_else(|error| panic!("{error}"));
    let found = audit::findings_of(&report);
    let fits = |finding: &&String| {
        finding.starts_with(&format!("{}:", damage.check)) && damage.finding.iter().all(|part| finding.contains(part))
    };
    let fitting: Vec<_> = found.iter().filter(fits).collect();
    if fitting.is_empty() {
        return Err(format!("{} did not find {:?}, but:\n  {}", damage.check, damage.finding, found.join("\n  ")));
    }
    // What `migrate` mends is tested with it. Some damage no statement mends.
    let mends: Vec<_> = mends(&report).into_iter().filter(|mend| !mend.contains("tallystick migrate")).collect();
    if after == After::Mending && !mends.is_empty() && fitting.iter().all(|finding| finding.contains("\"mend\":")) {
        // What mends an index without holding others back cannot be done in a transaction.
        let statements = mends.join(";").replace(" CONCURRENTLY", "");
        if let Err(error) = session.client().batch_execute(&statements).await {
            return Err(format!("{statements}\n  does not mend it: {}", explain(&error)));
        }
        let again = check_within(session.client(), damage.check).await.unwrap_or_else(|error| panic!("{error}"));
        let left: Vec<_> = audit::findings_of(&again).into_iter().filter(|finding| fits(&finding)).collect();
        if !left.is_empty() {
            return Err(format!("{statements}\n  does not mend it:\n  {}", left.join("\n  ")));
        }
    }
    Ok(())
}

/// The statements that mend what a check found.
fn mends(report: &CheckReport) -> Vec<String> {
    let mut mends: Vec<_> = report.findings.iter().filter_map(|finding| finding.mend.clone()).collect();
    mends.sort();
    mends.dedup();
    mends
}

/// What is done with a damage that was found.
#[derive(Clone, Copy, PartialEq, Eq)]
enum After {
    Finding,
    /// Executes the statements that the findings name. They must mend the damage.
    Mending,
}

/// A collation that only a PostgreSQL with ICU has.
const ICU: &str = "und-x-icu";

/// Whether this PostgreSQL was built without ICU, as some packages of 18 are. Debian's 15 is not.
async fn has_no_icu(session: &DedicatedConnection) -> bool {
    let there = format!("SELECT to_regcollation('\"{ICU}\"') IS NOT NULL");
    let has_icu: bool = session.client().query_one(&there, &[]).await.unwrap().get(0);
    assert!(has_icu || cluster().major_version() > 15, "without ICU, damage goes untried");
    !has_icu
}

/// Damage to rows. A superuser takes away first what protects them.
async fn find_all_in_rows(damages: &[Damage]) {
    find_all(&seeded_with_every_kind().await, UNPROTECTED, damages, After::Finding).await;
}

/// Damage to what is around the rows.
async fn find_all_and_mend(damages: &[Damage]) {
    find_all(&seeded().await, "", damages, After::Mending).await;
}

async fn find_all(database: &FreshDatabase, before: &str, damages: &[Damage], after: After) {
    let session = database.session().await;
    session.client().batch_execute(&format!("BEGIN; {before}")).await.unwrap();
    let mut failures = Vec::new();
    for damage in damages {
        if damage.sql.contains(ICU) && has_no_icu(&session).await {
            println!("not planted, because this PostgreSQL was built without ICU: {}", damage.name);
            continue;
        }
        if let Err(failure) = judge(&session, damage, after).await {
            failures.push(format!("{}: {failure}", damage.name));
        }
    }
    session.client().batch_execute("ROLLBACK").await.unwrap();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    audit::audit(database).await;
}

#[tokio::test]
async fn damage_to_the_ledger_is_found() {
    find_all_in_rows(ledger::DAMAGES).await;
}

#[tokio::test]
async fn damage_to_what_a_ledger_entry_may_be_is_found() {
    find_all_in_rows(ledger_rules::DAMAGES).await;
}

#[tokio::test]
async fn damage_to_what_credit_settles_is_found() {
    find_all_in_rows(allocations::DAMAGES).await;
}

#[tokio::test]
async fn damage_to_times_is_found() {
    find_all_in_rows(times::DAMAGES).await;
}

#[tokio::test]
async fn damage_that_only_hashes_contradict_is_found() {
    find_all_in_rows(hashes::DAMAGES).await;
}

#[tokio::test]
async fn damage_to_orders_and_stock_is_found() {
    find_all_in_rows(orders_and_stock::DAMAGES).await;
}

#[tokio::test]
async fn damage_to_returns_is_found() {
    find_all_in_rows(returns::DAMAGES).await;
}

#[tokio::test]
async fn damage_to_identities_and_references_is_found() {
    find_all_in_rows(identities_and_references::DAMAGES).await;
}

#[tokio::test]
async fn damage_to_isolation_is_found() {
    find_all_and_mend(isolation::DAMAGES).await;
}

#[tokio::test]
async fn damage_to_the_installed_schema_is_found() {
    find_all_and_mend(shipped::DAMAGES).await;
}

#[tokio::test]
async fn damage_to_who_can_reach_what_is_found_and_mended() {
    find_all_and_mend(access::DAMAGES).await;
}

#[tokio::test]
async fn damage_to_what_enforces_the_constraints_is_found_and_mended() {
    find_all_and_mend(enforcement::DAMAGES).await;
}

#[tokio::test]
async fn damage_around_the_schema_is_found_and_mended() {
    find_all_and_mend(surroundings::DAMAGES).await;
}

/// A figure that does not fit into its type, or a time that never was, is a finding like any other.
#[tokio::test]
async fn no_figure_keeps_a_check_from_running() {
    let database = seeded_with_every_kind().await;
    let session = database.session().await;
    session.client().batch_execute(&format!("BEGIN; {UNPROTECTED}")).await.unwrap();
    for extreme in ["greatest", "least", "none"] {
        let plant = format!("SAVEPOINT planted; {}", EXTREMES.replace("{extreme}", extreme));
        session.client().batch_execute(&plant).await.unwrap();
        let report = verified(&session).await;
        session.client().batch_execute("ROLLBACK TO SAVEPOINT planted").await.unwrap();
        let (mut stopped, mut silent) = (Vec::new(), Vec::new());
        for check in &report.checks {
            stopped.extend(audit::findings_of(check).into_iter().filter(|found| found.contains("cannot run")));
            if check.findings_total == 0 && (check.name.starts_with("ledger_") || check.name == "allocations") {
                silent.push(check.name);
            }
        }
        assert_eq!(stopped, [""; 0], "{extreme}");
        // Without a customer, nobody has allocations. Without a kind, there is no charge that could be due.
        let expected: &[&str] = if extreme == "none" { &["ledger_pointer", "ledger_due_times"] } else { &[] };
        assert_eq!(silent, expected, "{extreme}");
        assert!(report.businesses.len() >= 3, "{extreme}: the businesses could not be added up");
    }
}

#[test]
fn every_check_has_a_planted_damage() {
    let planted: BTreeSet<_> = [
        ledger::DAMAGES,
        ledger_rules::DAMAGES,
        allocations::DAMAGES,
        hashes::DAMAGES,
        orders_and_stock::DAMAGES,
        returns::DAMAGES,
        identities_and_references::DAMAGES,
        isolation::DAMAGES,
        shipped::DAMAGES,
        access::DAMAGES,
        enforcement::DAMAGES,
        surroundings::DAMAGES,
        times::DAMAGES,
    ]
    .into_iter()
    .flatten()
    .map(|damage| damage.check)
    .collect();
    let checks: BTreeSet<_> =
        CHECKS.iter().map(|check| check.name).chain(["index_contents", "catalogue", "release"]).collect();
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
         INSERT INTO tallystick.order_items
             (business_id, order_id, line_no, product_id, product_version, decimals, quantity, stock_taken, unit_price, line_total)
         SELECT '0a000000-0000-7000-8000-000000000000', '0a000000-0000-7000-8000-0000000000e1', number,
                '0a000000-0000-7000-8000-0000000000d1', 1, 0, 1, 1, 1, 2
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

/// What others may have in the same database, and what is preset with good reason.
const HARMLESS: &str = "
    CREATE ROLE harmless_reports LOGIN BYPASSRLS;
    GRANT tallystick_owner TO harmless_reports;
    CREATE VIEW public.mine WITH (security_invoker = true) AS SELECT * FROM tallystick.customers;
    GRANT SELECT ON public.mine TO authenticated;
    CREATE MATERIALIZED VIEW public.turnover AS SELECT business_id, sum(total) FROM tallystick.orders GROUP BY 1;
    GRANT SELECT ON public.turnover TO harmless_reports;
    CREATE TABLE public.notes (business_id uuid, text text);
    ALTER TABLE public.notes ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON public.notes USING (business_id::text = current_setting('request.jwt.claim.business_id', true));
    GRANT ALL ON public.notes TO authenticated;
    CREATE TABLE public.products (id bigint, sku text, name text, price numeric, stock integer);
    GRANT SELECT ON public.products TO anon;
    CREATE SCHEMA closed;
    CREATE TABLE closed.copy AS SELECT * FROM tallystick.orders;
    GRANT SELECT ON closed.copy TO PUBLIC;
    CREATE FUNCTION closed.total() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT sum(total) FROM tallystick.orders';
    CREATE VIEW public.figures AS SELECT closed.total();
    GRANT SELECT ON public.figures TO harmless_reports;
    CREATE FUNCTION public.figures_for_reports() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN closed.total(); END';
    CREATE FUNCTION closed.own() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT sum(total) FROM tallystick.orders';
    REVOKE ALL ON FUNCTION closed.own FROM PUBLIC;
    CREATE VIEW public.own_figures AS SELECT closed.own();
    GRANT SELECT ON public.own_figures TO PUBLIC;
    CREATE FUNCTION public.total() RETURNS bigint LANGUAGE sql AS 'SELECT sum(total) FROM tallystick.orders';
    CREATE FUNCTION public.hello() RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN ''hello''; END';
    CREATE FUNCTION public.private() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT sum(total) FROM tallystick.orders';
    REVOKE ALL ON FUNCTION public.private FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION public.private TO harmless_reports;
    CREATE EXTENSION dblink SCHEMA public;
    CREATE SCHEMA extensions;
    CREATE FUNCTION extensions.pgrst_ddl_watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
    CREATE EVENT TRIGGER pgrst_ddl_watch ON ddl_command_end EXECUTE FUNCTION extensions.pgrst_ddl_watch();
    CREATE PUBLICATION supabase_realtime;
    CREATE PUBLICATION harmless_notes FOR TABLE public.notes;
    GRANT SET ON PARAMETER log_statement TO harmless_reports;
    GRANT EXECUTE ON FUNCTION pg_read_file(text) TO harmless_reports;
    GRANT pg_monitor TO harmless_reports;
    ALTER ROLE harmless_reports SET synchronous_commit = off;
    ALTER ROLE tallystick_server SET statement_timeout = '5s';
    ALTER ROLE tallystick_server SET lock_timeout = '2s';
    ALTER ROLE tallystick_server SET synchronous_commit = remote_apply;
    ALTER ROLE tallystick_server SET default_transaction_isolation = 'read committed';
    ALTER ROLE tallystick_server SET enable_indexscan = true;
    ALTER ROLE authenticator SET session_preload_libraries = 'safeupdate', 'supautils';
    ALTER ROLE authenticator SET pgrst.db_schemas = 'public, tallystick';
    ALTER ROLE anon SET statement_timeout = '3s';
    ALTER ROLE authenticated SET log_min_duration_statement = 100;
    DO $$ BEGIN
        EXECUTE format('ALTER DATABASE %I SET search_path = \"$user\", public, extensions', current_database());
        EXECUTE format('ALTER DATABASE %I SET app.settings.jwt_exp = 3600', current_database());
        EXECUTE format('ALTER DATABASE %I SET TimeZone = \"UTC\"', current_database());
        EXECUTE format('GRANT TEMPORARY, CREATE ON DATABASE %I TO harmless_reports', current_database());
    END $$";

#[tokio::test]
async fn what_others_have_in_the_same_database_is_no_finding() {
    let database = seeded().await;
    let session = database.session().await;
    session.client().batch_execute(&format!("BEGIN; {HARMLESS}")).await.unwrap();
    let report = verified(&session).await;
    // Roles belong to the whole cluster, and other tests make theirs as bad as they want them.
    let of_another_test = |finding: &&String| finding.contains(&format!("\"t{}_", std::process::id()));
    let found: Vec<_> = audit::findings(&report).into_iter().filter(|finding| !of_another_test(&finding)).collect();
    assert_eq!(found, [""; 0]);
    assert_eq!(report.not_checked, 0);
}

#[tokio::test]
async fn a_function_that_is_not_amchecks_own_is_not_executed() {
    let database = seeded().await;
    let session = database.session().await;
    let plant = "BEGIN;
        CREATE FUNCTION public.bt_index_check(regclass) RETURNS void LANGUAGE plpgsql
            AS 'BEGIN RAISE EXCEPTION ''executed''; END'";
    session.client().batch_execute(plant).await.unwrap();
    let report = verified(&session).await;
    let contents = report.checks.iter().find(|check| check.name == "index_contents").unwrap();
    assert_eq!((contents.findings_total, contents.not_checked.len()), (0, 0), "{contents:?}");
    assert!(contents.rows_checked > 0);
}
