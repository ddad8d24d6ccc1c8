//! Balance and overdue stay index look-ups, however long a ledger is. The plan's structure is asserted, and no time.

use serde_json::Value;

use crate::support::{
    actor::{Actor, context},
    fresh_database::SERVER_ROLE,
    two_businesses::{OURS, fill, two_businesses},
};

/// Our customer's ledger, longer by thousands of entries, in both businesses alike.
const MANY_ENTRIES: &str = "
    SET session_replication_role = replica;
    INSERT INTO tallystick.credit_ledger
    SELECT last.business_id, last.customer_id, 2 + n, gen_random_uuid(), CASE n % 2 WHEN 0 THEN 'payment' ELSE 'purchase' END,
           CASE n % 2 WHEN 0 THEN -1 ELSE 1 END, 70 + (n + 1) % 2, 70 + n % 2, 100 + (n + 1) / 2,
           CASE n % 2 WHEN 0 THEN NULL ELSE 1000 END, 'many-' || n, sha256('x'), now()
    FROM tallystick.credit_ledger AS last, generate_series(1, 5000) AS n
    WHERE last.entry_no = 2;";

/// Every scan in a plan of a table: the table, how, by which index, and how many rows it touched.
fn scans(plan: &Value, found: &mut Vec<(String, String, String, i64)>) {
    if let Some(relation) = plan["Relation Name"].as_str() {
        let text = |name: &str| plan[name].as_str().unwrap_or_default().to_owned();
        let rows = plan["Actual Rows"].as_f64().unwrap() + plan["Rows Removed by Filter"].as_f64().unwrap_or_default();
        #[expect(clippy::cast_possible_truncation, reason = "a handful of rows")]
        found.push((relation.to_owned(), text("Node Type"), text("Index Name"), rows.ceil() as i64));
    }
    for child in plan["Plans"].as_array().into_iter().flatten() {
        scans(child, found);
    }
}

#[tokio::test]
async fn a_customers_balance_and_oldest_unpaid_charge_are_one_index_seek_each() {
    let database = two_businesses().await;
    let superuser = database.session().await;
    superuser.client().batch_execute(MANY_ENTRIES).await.unwrap();
    for statistics in ["", "ANALYZE;"] {
        superuser.client().batch_execute(statistics).await.unwrap();
        // The tables are small in all but the ledger, so whatever reads a whole one of them is right to.
        for (actor, sql) in [
            (Actor::new(&database, SERVER_ROLE, &context(&OURS.id("business"))).await, "customer_accounts"),
            (Actor::signed_in(&database, &OURS.id("business")).await, "customer_accounts"),
            (Actor::new(&database, SERVER_ROLE, &context(&OURS.id("business"))).await, "overdue_customers"),
        ] {
            let id = if sql == "overdue_customers" { "customer_id" } else { "id" };
            let sql = fill(&format!(
                "EXPLAIN (ANALYZE, TIMING OFF, FORMAT json)
                 SELECT * FROM tallystick.{sql} WHERE business_id = {{business}} AND {id} = {{customer}}"
            ));
            let plan: Value = serde_json::from_str(&actor.value(&sql).await).unwrap();
            let mut found = Vec::new();
            scans(&plan[0]["Plan"], &mut found);
            let ledger: Vec<_> = found.iter().filter(|(relation, ..)| relation == "credit_ledger").collect();
            let indexes: Vec<_> = ledger.iter().map(|(_, _, index, _)| index.as_str()).collect();
            assert_eq!(indexes, ["credit_ledger_pk", "credit_ledger_prefix_sums"], "{plan:#}");
            for (_, node, index, rows) in ledger {
                assert!(node.starts_with("Index") && *rows == 1, "{index}: {rows} rows by {node}\n{plan:#}");
            }
        }
    }
}
