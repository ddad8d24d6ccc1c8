//! A purchase reads as many rows on the day of the installation as ever after: the plans that a session makes while the tables
//! are empty are good ones, for they are kept. What is read is asserted, and no time.

use crate::support::{
    actor::{Actor, context},
    fresh_database::SERVER_ROLE,
    purchase_batch::PurchaseBatch,
    two_businesses::{OURS, fill, two_businesses},
};

const PLENTY: &str = "
    SET session_replication_role = replica;
    UPDATE tallystick.products SET stock = 1000000;
    UPDATE tallystick.customers SET credit_limit = 9007199254740991;";

/// So many calls of so many purchases each, by one session in one transaction.
fn purchases(calls: u32, each: u32) -> String {
    let ones = format!("array_fill(1, ARRAY[{each}])");
    let batch = PurchaseBatch::new("{business}", "ARRAY[{customer}::uuid]", "ARRAY[{product}::uuid]")
        .with("p_customer_positions", &ones)
        .with(
            "p_idempotency_keys",
            format!("ARRAY(SELECT 'k-' || call || '-' || n FROM generate_series(1, {each}) AS n)"),
        )
        .with("p_order_ids", format!("array_fill(NULL::uuid, ARRAY[{each}])"))
        .with("p_line_counts", &ones)
        .with("p_product_positions", &ones)
        .with("p_quantities", format!("array_fill(1::bigint, ARRAY[{each}])"));
    fill(&format!(
        "SELECT count(*) FILTER (WHERE decided.outcome = 'created')
         FROM generate_series(1, {calls}) AS call, LATERAL {batch} AS decided;"
    ))
}

const READ: &str = "
    SELECT relname, idx_tup_fetch, seq_tup_read FROM pg_stat_xact_user_tables
    WHERE schemaname = 'tallystick' AND coalesce(idx_tup_fetch, 0) + seq_tup_read > 0;";

/// Runs 300 movements in a session that begins on next to empty tables. Each reads a handful of rows: locks, look-ups, and
/// those that foreign keys point at. If each read all earlier ones, that would be 45,000.
async fn reads_a_handful_of_rows(movements: &str) {
    let database = two_businesses().await;
    database.session().await.client().batch_execute(PLENTY).await.unwrap();
    let server = Actor::new(&database, SERVER_ROLE, &context(&OURS.id("business"))).await;
    let rows = server.rows(&format!("{movements} {READ}")).await;
    assert_eq!(rows[0], [Some("300".to_owned())]);
    for row in &rows[1..] {
        let [Some(table), fetched, read] = row.as_slice() else { panic!("{row:?}") };
        let number = |text: &Option<String>| text.as_deref().unwrap_or("0").parse::<u32>().unwrap();
        assert!(number(fetched) <= 300 * 10, "{table}: {fetched:?} rows by index for 300 movements");
        assert_eq!(number(read), 0, "{table} was read as a whole");
    }
}

#[tokio::test]
async fn a_purchase_in_a_session_that_began_on_empty_tables_reads_a_handful_of_rows() {
    for (calls, each) in [(300, 1), (60, 5)] {
        reads_a_handful_of_rows(&purchases(calls, each)).await;
    }
}

#[tokio::test]
async fn a_payment_or_a_stock_movement_in_such_a_session_reads_a_handful_of_rows_too() {
    for call in [
        "payment_record({business}, {customer}, 1, 'k-' || n)",
        "stock_movement_record({business}, {product}, 1, 'x', 'k-' || n)",
        "payment_record({business}, {customer}, 1, 'k-' || n, p_held => 'pass over all')",
        "stock_movement_record({business}, {product}, 1, 'x', 'k-' || n, NULL, 'pass over all')",
    ] {
        let movements = format!(
            "SELECT count(*) FILTER (WHERE moved.outcome = 'created')
             FROM generate_series(1, 300) AS n, LATERAL tallystick.{call} AS moved;"
        );
        reads_a_handful_of_rows(&fill(&movements)).await;
    }
}

/// As of all writers (`writer_plans.rs`); and of what a movement does that follows from another one.
#[tokio::test]
async fn no_movement_has_a_plan_that_its_own_settings_forbid() {
    let database = two_businesses().await;
    let mut session = database.session().await;
    let begin =
        "LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0; SET auto_explain.log_nested_statements = on;
        SET client_min_messages = log; SELECT set_config('app.business_id', {business}::text, false)";
    session.client().batch_execute(&fill(begin)).await.unwrap();
    session.take_notices();
    for call in [
        purchases(1, 2),
        fill("SELECT FROM tallystick.payment_record({business}, {customer}, 1, 'k')"),
        fill("SELECT FROM tallystick.stock_movement_record({business}, {product}, 1, 'x', 'k')"),
        fill("SELECT FROM tallystick.payment_record({business}, {customer}, 1, 'l', p_held => 'pass over all')"),
        fill(
            "SELECT FROM tallystick.payment_record({business}, {customer}, 9, 'm', {no_order}, ARRAY[{order}], '{5}')",
        ),
        fill("SELECT FROM tallystick.allocation_record({business}, {customer}, ARRAY[{order}], '{1}', NULL, 'n')"),
        fill("SELECT FROM tallystick.reversal_record({business}, ARRAY['payment'], {no_order}, 'x', 'o')"),
        fill("SELECT FROM tallystick.stock_movement_record({business}, {product}, 1, 'x', 'l', NULL, 'pass over all')"),
        // All replays, and a return and a reversal of what was settled by name before.
        fill("SELECT FROM tallystick.allocation_record({business}, {customer}, ARRAY[{order}], '{1}', NULL, 'n')"),
        fill("SELECT FROM tallystick.reversal_record({business}, ARRAY['payment'], {no_order}, 'x', 'o')"),
        fill("SELECT FROM tallystick.return_record({business}, {order}, '{1}', '{1}', '{NULL}', 'r', 'p')"),
        fill("SELECT FROM tallystick.return_record({business}, {order}, '{1}', '{1}', '{NULL}', 'r', 'p')"),
        fill(
            "SELECT FROM tallystick.adjustment_record({business}, {customer}, 'credit', 9, 'r', 'q', {no_payment}, NULL,
                NULL, ARRAY[{order}], '{1}')",
        ),
    ] {
        session.client().batch_execute(&call).await.unwrap();
        let plans: Vec<_> = session.take_notices().into_iter().map(|notice| notice.message).collect();
        assert!(plans.iter().filter(|plan| plan.contains("Query Text:")).count() > 5, "{call}: {plans:#?}");
        // Before version 18 by its cost, and from then on in words.
        let forbidden = plans.iter().find(|plan| plan.contains("cost=10000000") || plan.contains("Disabled: true"));
        assert_eq!(forbidden, None, "{call}");
    }
}

/// While a ledger is small and has no statistics, the indexes cost next to the same. A session keeps the plan that it makes then.
#[tokio::test]
async fn the_last_entry_is_looked_up_by_the_running_figures_while_the_ledger_is_small() {
    for entries in [0, 72, 144, 192] {
        let database = two_businesses().await;
        database.session().await.client().batch_execute(PLENTY).await.unwrap();
        let server = Actor::new(&database, SERVER_ROLE, &context(&OURS.id("business"))).await;
        // Two customers of each business have two entries each.
        if entries > 0 {
            server.committed(&purchases(1, entries - 8)).await;
        }
        let read = fill(
            "LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0; SET auto_explain.log_nested_statements = on;
             SET client_min_messages = log; SELECT set_config('app.business_id', {business}::text, false);
             SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_hashjoin = off;
             SET enable_mergejoin = off; SELECT tallystick.batch_read_accounts({business}, ARRAY[{customer}::uuid, {newcomer}], NULL)",
        );
        let mut session = database.session().await;
        session.client().batch_execute(&read).await.unwrap();
        let plans: Vec<_> = session.take_notices().into_iter().map(|notice| notice.message).collect();
        let plan =
            plans.iter().find(|plan| plan.contains("WITH ORDINALITY") && plan.contains("credit_ledger")).unwrap();
        let index = "using credit_ledger_running_figures on credit_ledger";
        assert!(plan.contains(index) && !plan.contains("Sort"), "{entries} entries: {plan}");
    }
}
