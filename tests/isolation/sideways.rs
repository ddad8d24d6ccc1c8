//! Ways around a WHERE: errors that quote values, functions that run queries, rows by their physical place, plans.
//! Each is asked about another business's row and about an unknown row, and must answer the same.

use super::context::relations;
use crate::support::{
    actor::{Actor, TextRow},
    two_businesses::{OURS, THEIR_MARK, fill, two_businesses},
};

/// `{id}` is replaced by another business's id, and by an unknown id. A condition that raises an error would show that
/// it was evaluated.
const QUESTIONS: [&str; 14] = [
    "SELECT 1 / (credit_limit - credit_limit) FROM tallystick.customers WHERE id = {id}",
    "SELECT name::integer FROM tallystick.customers WHERE id = {id}",
    "SELECT FROM tallystick.customers WHERE id = {id} AND name::integer > 0",
    "SELECT FROM tallystick.customers WHERE 1 / (credit_limit - 1000) > 0 AND id = {id}",
    "SELECT FROM tallystick.customers WHERE CASE WHEN id = {id} THEN 1 / (credit_limit - credit_limit) END > 0",
    "SELECT FROM tallystick.customers WHERE id = {id} AND regexp_match(name, repeat('(', 3)) IS NULL",
    "SELECT count(*) FROM tallystick.customers WHERE id = {id} OR to_date(name, 'YYYY') IS NULL AND id = {id}",
    "SELECT FROM tallystick.customer_accounts WHERE id = {id} AND 1 / (balance - 70) > 0",
    "SELECT FROM tallystick.customers AS c LEFT JOIN tallystick.orders AS o ON 1 / (o.total - 100) > 0 AND o.customer_id = {id} WHERE c.id = {id}",
    "SELECT FROM tallystick.customers WHERE id = {id} ORDER BY name::integer",
    "SELECT max(name::integer) FROM tallystick.customers WHERE id = {id}",
    "SELECT exists(SELECT FROM tallystick.customers WHERE id = {id})",
    "SELECT (SELECT name::json FROM tallystick.customers WHERE id = {id})",
    "SELECT jsonb_path_query(to_jsonb(c), 'strict $.nothing') FROM tallystick.customers AS c WHERE id = {id}",
];

/// Functions of PostgreSQL's own that run a query, or read tables, by name.
const READERS: [&str; 9] = [
    "SELECT query_to_xml('SELECT * FROM tallystick.customers', true, false, '')",
    "SELECT table_to_xml('tallystick.orders', true, false, '')",
    "SELECT cursor_to_xml('held', 100, true, false, '')",
    "SELECT word FROM ts_stat('SELECT to_tsvector(''simple'', name) FROM tallystick.customers')",
    "SELECT * FROM tallystick.customers TABLESAMPLE BERNOULLI (100)",
    "SELECT * FROM tallystick.customers WHERE ctid = ANY (ARRAY['(0,1)', '(0,2)', '(0,3)', '(0,4)']::tid[])",
    "SELECT * FROM ONLY tallystick.customers FOR SHARE SKIP LOCKED",
    "SELECT xmin, ctid, tableoid, * FROM tallystick.credit_ledger",
    "TABLE tallystick.order_records",
];

fn with(sql: &str, id: &str) -> String {
    sql.replace("{id}", &fill(id))
}

#[tokio::test]
async fn a_query_about_another_businesss_row_is_answered_like_one_about_an_unknown_row() {
    let database = two_businesses().await;
    for actor in Actor::both(&database, &OURS.id("business")).await {
        for sql in QUESTIONS {
            let theirs = actor.told(&with(sql, "{their_customer}")).await;
            let missing = actor.told(&with(sql, "{no_customer}")).await;
            assert_eq!(theirs, missing, "{sql}");
            // For a row of our own the answer differs, so the question does ask something.
            assert_ne!(actor.told(&with(sql, "{customer}")).await, missing, "{sql}");
        }
    }
}

#[tokio::test]
async fn no_function_of_postgresql_reads_more_than_its_caller() {
    let database = two_businesses().await;
    for actor in Actor::both(&database, &OURS.id("business")).await {
        for sql in READERS {
            let held = if sql.contains("cursor") { "DECLARE held CURSOR FOR TABLE tallystick.customers;" } else { "" };
            match actor.told(&format!("{held} {sql}")).await {
                Ok(rows) => {
                    let shown = format!("{rows:?}");
                    assert!(shown.contains("ours") || shown.contains("aaaaaaaa-"), "{sql} shows nothing: {shown}");
                    assert!(!shown.contains(THEIR_MARK) && !shown.contains("bbbbbbbb-"), "{sql}: {shown}");
                }
                // It may not lock rows, and not every PostgreSQL is built with XML.
                Err([state, ..]) => assert!(["42501", "0A000"].contains(&state.as_str()), "{sql}: {state}"),
            }
        }
    }
}

/// The number of rows that a plan step removed would count other businesses' rows. A look-up by id removes none.
#[tokio::test]
async fn a_plan_for_another_businesss_row_is_the_plan_for_an_unknown_row() {
    let database = two_businesses().await;
    database.session().await.client().batch_execute("ANALYZE").await.unwrap();
    let explain = "EXPLAIN (ANALYZE, VERBOSE, TIMING OFF, SUMMARY OFF, BUFFERS OFF)";
    for actor in Actor::both(&database, &OURS.id("business")).await {
        for sql in [
            "SELECT * FROM tallystick.customers WHERE id = {id}",
            "SELECT * FROM tallystick.orders WHERE customer_id = {id}",
            "SELECT * FROM tallystick.credit_ledger WHERE customer_id = {id} ORDER BY entry_no",
            "SELECT * FROM tallystick.customer_accounts WHERE id = {id}",
        ] {
            let [theirs, missing] = [
                plan(&actor.rows(&with(&format!("{explain} {sql}"), "{their_customer}")).await),
                plan(&actor.rows(&with(&format!("{explain} {sql}"), "{no_customer}")).await),
            ];
            assert_eq!(theirs, missing, "{sql}");
        }
    }
}

/// A plan in which both ids are replaced by the same text.
fn plan(rows: &[TextRow]) -> String {
    let lines: Vec<_> = rows.iter().map(|row| row[0].clone().unwrap()).collect();
    lines.join("\n").replace("bbbbbbbb-", "…").replace("cccccccc-", "…")
}

/// A cursor, a prepared statement and a cached plan made in one business's context are read in another's.
#[tokio::test]
async fn a_statement_prepared_in_one_context_shows_only_rows_of_the_current_one() {
    let database = two_businesses().await;
    for actor in Actor::both(&database, &OURS.id("business")).await {
        let relations = relations(&database).await;
        for relation in relations
            .iter()
            .filter(|relation| !["tallystick.api_keys", "tallystick.creations"].contains(&relation.as_str()))
        {
            let prepared = format!("PREPARE all_rows AS SELECT each::text FROM {relation} AS each");
            actor.rows(&prepared).await;
            // More often than PostgreSQL needs to choose a generic plan, and again after an invalidation.
            for round in 0..8 {
                if round == 6 {
                    actor.session.client().batch_execute("DISCARD PLANS").await.unwrap();
                }
                let seen = format!("{:?}", actor.rows("EXECUTE all_rows").await);
                assert!(seen.contains("aaaaaaaa-") && !seen.contains("bbbbbbbb-"), "{relation}: {seen}");
            }
            // Without a context, in the session that has just seen rows.
            let left = actor.session.client().simple_query("EXECUTE all_rows").await;
            let rows = left.map_or(0, |all| {
                all.iter().filter(|one| matches!(one, tokio_postgres::SimpleQueryMessage::Row(_))).count()
            });
            assert_eq!(rows, 0, "{relation}");
            actor.session.client().batch_execute("DEALLOCATE all_rows").await.unwrap();
        }
    }
}
