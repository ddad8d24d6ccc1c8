//! A function that writes looks up by index what it needs: also in a session that made its plans while the tables were empty,
//! whatever the statistics say, and in whatever order the indexes were made. What is read is asserted, and no time.

use std::collections::BTreeSet;

use super::plenty::{self, PLENTY, RETURNS, planting, reads, turn_the_indexes_round, with_ids};
use crate::support::{
    actor::{Actor, TextRow, context},
    fresh_database::{FreshDatabase, SERVER_ROLE},
    purchase_batch::PurchaseBatch,
    two_businesses::OURS,
};

/// Customer 100 has paid 3,000 times more, product 100 has moved 3,000 times, and everything was created with a key.
const HISTORY: &str = "
    SELECT by_hand.entries({business}, {id 2 n}, array_fill(jsonb '{\"kind\": \"payment\", \"amount\": -1}', ARRAY[3000]))
    FROM (VALUES (100)) AS customer (n);
    SET session_replication_role = replica;
    INSERT INTO tallystick.stock_movements (
        business_id, id, product_id, kind, quantity, stock_after, reason, idempotency_key, request_fingerprint, created_at, actor)
    SELECT {business}, gen_random_uuid(), {id 3 line}, 'adjustment', 1, 1000, 'r', 'moves-' || n, sha256('x'), now(), 'key:x'
    FROM generate_series(1, 3000) AS n, (VALUES (100)) AS product (line);
    INSERT INTO tallystick.creations
    SELECT {business}, kind, 'creates-' || n, sha256('x'), {id 2 n}, now()
    FROM generate_series(1, 3000) AS n, unnest('{api_key,customer,product}'::text[]) AS kind;
    INSERT INTO tallystick.creations
    SELECT {id 1 n}, 'business', 'creates-' || n, sha256('x'), {id 1 n}, now() FROM generate_series(1, 3000) AS n;
    RESET session_replication_role;";

/// What a session finds that is the first to write: our business with one of everything, each under the number 100.
const FIRST: &str = "
    SELECT FROM tallystick.business_create({business}, 'ours', 'EUR', '{\"type\": \"age\", \"days\": 0}');
    SELECT FROM tallystick.customer_create({business}, {id 2}, 'c', 'external-100', 1000, false);
    SELECT FROM tallystick.product_create({business}, {id 3}, 'sku-100', 'p', 1, 1000);
    SELECT FROM tallystick.api_key_create({business}, {id 6}, 'k', 'prefix000100', sha256('x'), '{read}', NULL);";

/// Takes the foreign keys' triggers away, and leaves those that are functions of ours. PostgreSQL writes the queries of
/// foreign keys itself: on a small table without statistics they take whichever index is the newest, until the next ANALYZE.
const NO_FOREIGN_KEYS: &str = "
    DO $$ BEGIN
        EXECUTE (SELECT string_agg(format('ALTER TABLE tallystick.%I DISABLE TRIGGER ALL', tablename), ';')
                 FROM pg_tables WHERE schemaname = 'tallystick');
    END $$;
    ALTER TABLE tallystick.order_items ENABLE ALWAYS TRIGGER order_lines_add_up;
    ALTER TABLE tallystick.credit_ledger ENABLE ALWAYS TRIGGER ledger_entries_are_right;
    ALTER TABLE tallystick.allocations ENABLE ALWAYS TRIGGER allocations_agree;
    ALTER TABLE tallystick.return_items ENABLE ALWAYS TRIGGER return_lines_add_up;
    ALTER TABLE tallystick.products ENABLE ALWAYS TRIGGER product_is_versioned;";

/// More often than PostgreSQL plans a statement anew before it may keep a plan.
const OFTEN: usize = 6;

/// A call, and its outcome when there is plenty of everything.
struct Case {
    outcome: &'static str,
    call: String,
}

fn cases() -> Vec<Case> {
    let case = |outcome, call: &str| Case { outcome, call: format!("SELECT outcome FROM tallystick.{call}") };
    let batch = PurchaseBatch::new("{business}", "ARRAY[{id 2}::uuid]", "ARRAY[{id 3}::uuid]");
    let three_lines = PurchaseBatch::new("{business}", "ARRAY[{id 2}::uuid]", "ARRAY[{other}, {id 3}::uuid]")
        .with("p_line_counts", "'{3}'")
        .with("p_product_positions", "'{2,1,2}'")
        .with("p_quantities", "'{1,1,1}'");
    let key = "'00000000-0000-7000-8000-000000000001'";
    let version = "'70000000-0000-7000-8000-000000000001'::uuid";
    let mut cases = vec![
        case("created", "purchase({business}, {id 2}, ARRAY[{id 3}::uuid], '{1}', 'k')"),
        case("key_reused", "purchase({business}, {id 2}, ARRAY[{id 3}::uuid], '{1}', 'pays-100')"),
        case("insufficient_stock", "purchase({business}, {id 2}, ARRAY[{id 3}::uuid], '{100000}', 'k')"),
        case("key_reused", "payment_record({business}, {id 2}, 1, 'pays-100')"),
        case("created", "adjustment_record({business}, {id 2}, 'fee', 1, 'why', 'k')"),
        case("key_reused", "adjustment_record({business}, {id 2}, 'fee', 1, 'why', 'pays-100')"),
        case("created", "refund_record({business}, {id 2}, 1, 'why', 'k')"),
        case("key_reused", "refund_record({business}, {id 2}, 1, 'why', 'pays-100')"),
        case(
            "charge_open_amount_exceeded",
            "payment_record({business}, {id 2}, 9, 'k', NULL, ARRAY[{id 4}::uuid], '{4}')",
        ),
        case("created", "payment_record({business}, {id 2}, 9, 'k', NULL, ARRAY[{id 4}::uuid], '{3}')"),
        case("created", "allocation_record({business}, {id 2}, ARRAY[{id 4}::uuid], '{1}', NULL, 'k')"),
        case("key_reused", "allocation_record({business}, {id 2}, ARRAY[{id 4}::uuid], '{1}', NULL, 'pays-100')"),
        case("created", "reversal_record({business}, ARRAY['payment'], {id 5}, 'r', 'k')"),
        case("entry_not_found", "reversal_record({business}, ARRAY['payment'], {id 4}, 'r', 'k')"),
        case("key_reused", "reversal_record({business}, ARRAY['payment'], {id 5}, 'r', 'pays-100')"),
        case("key_reused", "stock_movement_record({business}, {id 3}, 1, 'r', 'moves-100')"),
        case("created", "return_record({business}, {id 4}, '{1,2}', '{1,1}', '{NULL,NULL}', 'r', 'k')"),
        case("key_reused", "return_record({business}, {id 4}, '{1,2}', '{1,1}', '{NULL,NULL}', 'r', 'pays-100')"),
        case(
            "quantity_exceeds_returnable",
            "return_record({business}, {returned_sale}, '{1}', '{1}', '{NULL}', 'r', 'k')",
        ),
        case("created", "customer_create({business}, {new}, 'c', 'new', 1, false)"),
        case("created", "customer_create({business}, {new}, 'c', 'new', 1, false, 'k')"),
        case("key_reused", "customer_create({business}, {new}, 'c', 'new', 1, false, 'creates-100')"),
        case("external_id_taken", "customer_create({business}, {new}, 'c', 'external-100', 1, false, 'k')"),
        case("external_id_taken", "customer_update({business}, {id 2}, NULL, NULL, NULL, true, 'external-101')"),
        case(
            "version_differs",
            "customer_update({business}, {id 2}, 'n', 1, NULL, false, NULL, 'wait', NULL, ARRAY[{version}])",
        ),
        case("created", "product_create({business}, {new}, 'new', 'p', 1, 1)"),
        case("created", "product_create({business}, {new}, 'new', 'p', 1, 1, 'k')"),
        case("key_reused", "product_create({business}, {new}, 'new', 'p', 1, 1, 'creates-100')"),
        case("sku_taken", "product_create({business}, {new}, 'sku-100', 'p', 1, 1, 'k')"),
        case("sku_taken", "product_update({business}, {id 3}, 'sku-101', NULL, NULL)"),
        case("version_differs", "product_update({business}, {id 3}, NULL, 'n', NULL, 'wait', NULL, ARRAY[{version}])"),
        case("created", "api_key_create({business}, {new}, 'k', 'prefix999999', sha256('x'), '{read}', NULL)"),
        case("created", "api_key_create({business}, {new}, 'k', 'prefix999999', sha256('x'), '{read}', NULL, 'k')"),
        case(
            "key_reused",
            "api_key_create({business}, {new}, 'k', 'prefix999999', sha256('x'), '{read}', NULL, 'creates-100')",
        ),
        Case { outcome: "t", call: "SELECT tallystick.api_key_revoke({business}, {id 6})".to_owned() },
        case("created", "business_create({business}, 'ours', 'EUR')"),
        case("created", "business_create({business}, 'ours', 'EUR', NULL, 'UTC', 'k')"),
        case("key_reused", "business_create({business}, 'ours', 'EUR', NULL, 'UTC', 'creates-100')"),
    ];
    for held in ["wait", "pass over all"] {
        cases.extend([
            case("created", &batch.clone().with("p_held", format!("'{held}'")).to_string().replace("tallystick.", "")),
            case(
                "created",
                &three_lines.clone().with("p_held", format!("'{held}'")).to_string().replace("tallystick.", ""),
            ),
            case("created", &format!("payment_record({{business}}, {{id 2}}, 1, 'k', p_held => '{held}')")),
            case("created", &format!("stock_movement_record({{business}}, {{id 3}}, 1, 'r', 'k', NULL, '{held}')")),
            case("final", &format!("statement_period({{business}}, {{id 2}}, '2020-01-01', '2020-01-31', '{held}')")),
            case("updated", &format!("customer_update({{business}}, {{id 2}}, 'n', 1, NULL, false, NULL, '{held}')")),
            case("updated", &format!("product_update({{business}}, {{id 3}}, NULL, 'n', NULL, '{held}')")),
        ]);
    }
    for case in &mut cases {
        case.call = case
            .call
            .replace("{new}", key)
            .replace("{version}", version)
            .replace("{other}", "'30000000-0000-7000-8000-000000000099'");
        case.call = with_ids(&case.call);
    }
    cases
}

/// What a case reads, as text: only what reads more than a handful of entries.
fn too_much(read: BTreeSet<(String, i64, i64)>) -> Vec<(String, i64, i64)> {
    read.into_iter().filter(|(_, _, entries)| *entries > 12).collect()
}

/// Runs all cases in sessions that made their plans on the empty tables of `database`, on all but empty ones, and in a new one.
async fn each_writer_reads_no_more_than_it_needs(database: &FreshDatabase, superuser: &Actor) {
    let context = context(&OURS.id("business"));
    let cases = cases();
    let on_nothing = Actor::new(database, SERVER_ROLE, &context).await;
    for case in &cases {
        for _ in 0..OFTEN {
            on_nothing.rows(&case.call).await;
        }
    }
    let on_first = Actor::new(database, SERVER_ROLE, &format!("{context} {}", with_ids(FIRST))).await;
    for case in &cases {
        for _ in 0..OFTEN {
            on_first.rows(&case.call).await;
        }
    }
    superuser.session.client().batch_execute(&planting(&format!("{PLENTY}{HISTORY}{RETURNS}"))).await.unwrap();
    let mut faults = Vec::new();
    for statistics in ["", "ANALYZE;"] {
        superuser.session.client().batch_execute(statistics).await.unwrap();
        let new = Actor::new(database, SERVER_ROLE, &context).await;
        for (session, actor) in [("nothing", &on_nothing), ("first", &on_first), ("new", &new)] {
            for case in &cases {
                // Planning looks into indexes, too: only the second call is counted.
                actor.rows(&case.call).await;
                let (rows, read) = reads(actor, &case.call).await;
                let outcome = rows.last().map(|row| row[0].clone());
                if outcome != Some(Some(case.outcome.to_owned())) {
                    faults.push(format!("{rows:?} {}", case.call));
                }
                let read = too_much(read);
                if !read.is_empty() {
                    faults.push(format!("{statistics:?}, {session}: {read:?} {}", case.call));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// A database without foreign keys, and its superuser.
async fn installed(turned_round: bool) -> (FreshDatabase, Actor) {
    let database = plenty::database().await;
    let superuser = Actor::superuser(&database).await;
    superuser.session.client().batch_execute(NO_FOREIGN_KEYS).await.unwrap();
    if turned_round {
        turn_the_indexes_round(&superuser).await;
    }
    (database, superuser)
}

#[tokio::test]
async fn a_writer_reads_no_more_than_it_needs_whatever_the_statistics_say() {
    let (database, superuser) = installed(false).await;
    each_writer_reads_no_more_than_it_needs(&database, &superuser).await;
}

#[tokio::test]
async fn a_writer_reads_no_more_than_it_needs_whichever_index_is_the_oldest() {
    let (database, superuser) = installed(true).await;
    each_writer_reads_no_more_than_it_needs(&database, &superuser).await;
}

/// Then PostgreSQL believes that there is nothing, where it would assume ten pages otherwise.
#[tokio::test]
async fn a_writer_reads_no_more_than_it_needs_after_a_vacuum_of_empty_tables() {
    for turned_round in [false, true] {
        let (database, superuser) = installed(turned_round).await;
        superuser.session.client().batch_execute("VACUUM ANALYZE").await.unwrap();
        each_writer_reads_no_more_than_it_needs(&database, &superuser).await;
    }
}

/// The settings of a function must allow a plan for everything that it and the functions under it do. Where they do not, PostgreSQL
/// takes the forbidden step all the same, at a cost of 10^10; and a plan of that cost it compiles at every call, in a second.
#[tokio::test]
async fn no_writer_has_a_plan_that_its_own_settings_forbid() {
    let database = plenty::database().await;
    let superuser = Actor::superuser(&database).await;
    superuser.session.client().batch_execute(&planting(&format!("{PLENTY}{HISTORY}{RETURNS}"))).await.unwrap();
    let mut session = database.session().await;
    let begin =
        "LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0; SET auto_explain.log_nested_statements = on;
        SET client_min_messages = log; SELECT set_config('app.business_id', {business}::text, false)";
    session.client().batch_execute(&with_ids(begin)).await.unwrap();
    session.take_notices();
    let mut forbidden = Vec::new();
    for case in cases() {
        session.client().batch_execute(&format!("BEGIN; {}; ROLLBACK", case.call)).await.unwrap();
        let plans: Vec<_> = session.take_notices().into_iter().map(|notice| notice.message).collect();
        assert!(plans.iter().filter(|plan| plan.contains("Query Text:")).count() > 1, "{}: {plans:#?}", case.call);
        // Before version 18 by its cost, and from then on in words.
        forbidden.extend(
            plans
                .iter()
                .filter(|plan| plan.contains("cost=10000000") || plan.contains("Disabled: true"))
                .map(|plan| format!("{}: {plan}", case.call)),
        );
    }
    assert!(forbidden.is_empty(), "{}", forbidden.join("\n"));
}

#[tokio::test]
async fn every_writer_is_tried_above() {
    let database = FreshDatabase::installed().await;
    let writers = "SELECT proname FROM pg_proc WHERE pronamespace = 'tallystick'::regnamespace AND prosecdef
        AND proname !~ '_(get|find|list)$'";
    let writers = Actor::superuser(&database).await.rows(writers).await;
    let calls: String = cases().iter().map(|case| case.call.as_str()).collect();
    for name in writers.iter().map(|row: &TextRow| row[0].as_deref().unwrap()) {
        assert!(calls.contains(&format!("tallystick.{name}(")), "{name}");
    }
}
