//! Balance and overdue stay index look-ups, however long a ledger is, and a page of the overdue reads no further than it
//! needs. What is read is asserted, and no time.

use serde_json::Value;

use super::plenty::reads;
use crate::support::{
    actor::{Actor, TextRow, context},
    by_hand,
    fresh_database::{FreshDatabase, SERVER_ROLE},
    two_businesses::{OURS, fill, two_businesses},
};

/// Our customer's ledger, longer by thousands of entries, in both businesses alike.
const MANY_ENTRIES: &str = "
    SELECT by_hand.entries(last.business_id, last.customer_id, ARRAY(
        SELECT jsonb_build_object('kind', CASE n % 2 WHEN 0 THEN 'payment' ELSE 'debit' END, 'amount', n % 2 * 2 - 1)
        FROM generate_series(1, 3000) AS n))
    FROM (
        SELECT business_id, customer_id FROM tallystick.credit_ledger WHERE entry_no = 2 AND allocated_total = 0 OFFSET 0
    ) AS last;";

/// Every scan in a plan of a table that was executed: the table, how, by which index, and how many rows it touched.
fn scans(plan: &Value, found: &mut Vec<(String, String, String, i64)>) {
    if let Some(relation) = plan["Relation Name"].as_str().filter(|_| plan["Actual Loops"] != 0) {
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
    by_hand::install(&database).await;
    let superuser = database.session().await;
    superuser.client().batch_execute(MANY_ENTRIES).await.unwrap();
    for statistics in ["", "ANALYZE;"] {
        superuser.client().batch_execute(statistics).await.unwrap();
        // The tables are small in all but the ledger, so whatever reads a whole one of them is right to.
        for (actor, sql, expected) in [
            (Actor::new(&database, SERVER_ROLE, &context(&OURS.id("business"))).await, "customer_accounts", 2),
            (Actor::signed_in(&database, &OURS.id("business")).await, "customer_accounts", 2),
            (Actor::new(&database, SERVER_ROLE, &context(&OURS.id("business"))).await, "overdue_customers", 4),
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
            // From its end for the balance, and by what was paid for the charge. The view of the overdue asks the same again, for
            // the amount.
            assert_eq!(indexes, vec!["credit_ledger_running_figures"; expected], "{plan:#}");
            for (_, node, index, rows) in ledger {
                assert!(node.starts_with("Index") && *rows == 1, "{index}: {rows} rows by {node}\n{plan:#}");
            }
        }
    }
}

/// How many pages it takes to read an account, after it was read once.
async fn pages(actor: &Actor, customer: &str) -> i64 {
    let sql = fill(&format!(
        "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT json)
         SELECT * FROM tallystick.customer_accounts WHERE business_id = {{business}} AND id = {customer}"
    ));
    actor.value(&sql).await;
    let plan: Value = serde_json::from_str(&actor.value(&sql).await).unwrap();
    plan[0]["Plan"]["Shared Hit Blocks"].as_i64().unwrap() + plan[0]["Plan"]["Shared Read Blocks"].as_i64().unwrap()
}

/// The price of an account does not grow with its length: 3,000 entries are read as 10 are.
#[tokio::test]
async fn an_account_of_thousands_of_entries_is_read_by_as_many_pages_as_one_of_ten() {
    let database = two_businesses().await;
    by_hand::install(&database).await;
    let superuser = database.session().await;
    let ten = fill(
        "SELECT by_hand.entries({business}, {newcomer}, array_fill(jsonb '{\"kind\": \"debit\", \"amount\": 1}', ARRAY[10]));",
    );
    superuser.client().batch_execute(&[&ten, MANY_ENTRIES].concat()).await.unwrap();
    for statistics in ["", "VACUUM ANALYZE tallystick.credit_ledger"] {
        superuser.client().batch_execute(statistics).await.unwrap();
        let server = Actor::server(&database, &OURS.id("business")).await;
        let (long, short) = (pages(&server, "{customer}").await, pages(&server, "{newcomer}").await);
        assert!(10 * long <= 12 * short, "{long} pages for thousands of entries, {short} for ten");
    }
}

/// Our business alone: 3,000 customers with two entries each. Every third one
/// has paid, the others are overdue.
const MANY_CUSTOMERS: &str = "
    SET session_replication_role = replica;
    INSERT INTO tallystick.businesses (business_id, name, currency, payment_terms)
    VALUES ({business}, 'b', 'EUR', '{\"type\": \"age\", \"days\": 0}');
    INSERT INTO tallystick.customers
    SELECT {business}, ('20000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'c', NULL, 1000
    FROM generate_series(1, 3000) AS n;
    SELECT by_hand.write(ARRAY(
        SELECT entry
        FROM tallystick.customers AS customer
        CROSS JOIN LATERAL (SELECT CASE right(customer.id::text, 4)::integer % 3 WHEN 0 THEN 3 ELSE 1 END AS paid) AS paying
        CROSS JOIN LATERAL by_hand.chain({business}, customer.id, ARRAY[
            jsonb_build_object('kind', 'debit', 'amount', 3, 'created_at', now() - interval '1 hour'),
            jsonb_build_object('kind', 'payment', 'amount', -paid)]) AS entry));
    RESET session_replication_role;";

/// By relation: how often it was scanned, and how many rows or entries were read, by this session and lately.
const READ: &str = "
    SELECT relation, pg_stat_get_xact_numscans(relation), pg_stat_get_xact_tuples_returned(relation)
    FROM unnest('{tallystick.customers, tallystick.customers_pk, tallystick.credit_ledger, tallystick.credit_ledger_pk,
                  tallystick.credit_ledger_running_figures}'::regclass[]) AS relation;";

/// A page of the overdue list, and what was read for it: relation, scans, and rows or entries.
async fn page(actor: &Actor, limit: u32) -> (Vec<TextRow>, Vec<(String, i64, i64)>) {
    let list = fill(&format!("SELECT customer_id FROM tallystick.overdue_list({{business}}, NULL, {limit});"));
    let mut page = actor.rows(&[READ, &list, READ].concat()).await;
    let after = page.split_off(page.len() - 5);
    let before: Vec<_> = page.drain(..5).collect();
    let number = |row: &TextRow, column: usize| row[column].as_deref().unwrap().parse::<i64>().unwrap();
    let read = before.iter().zip(&after).map(|(before, after)| {
        let relation = after[0].clone().unwrap().replace("tallystick.", "");
        (relation, number(after, 1) - number(before, 1), number(after, 2) - number(before, 2))
    });
    (page, read.filter(|(_, scans, _)| *scans > 0).collect())
}

/// A debit of the newcomer, thousands of payments of a part of it, and debits that are due earlier and earlier.
const FALLS: &str = r"
    SELECT by_hand.entries({business}, {newcomer}, ARRAY(
        SELECT CASE
            WHEN n = 1 THEN jsonb_build_object('kind', 'debit', 'amount', 900, 'due_at', '2100-01-01')
            WHEN n > 800 THEN jsonb_build_object('kind', 'debit', 'amount', 1, 'due_at', timestamptz '2020-01-20' - make_interval(days => n / 2))
            ELSE jsonb_build_object('kind', 'payment', 'amount', -1)
        END
        FROM generate_series(1, 820) AS n));";

#[tokio::test]
async fn due_times_that_fell_are_looked_up_by_their_runs_and_not_among_all_entries() {
    let database = two_businesses().await;
    by_hand::install(&database).await;
    database.session().await.client().batch_execute(&fill(FALLS)).await.unwrap();
    let server = Actor::server(&database, &OURS.id("business")).await;
    let (page, read) = page(&server, 5).await;
    assert_eq!(page.len(), 2, "our customer and the newcomer: {page:?}");
    let entries: i64 = read.iter().filter(|(index, ..)| index == "credit_ledger_pk").map(|(.., entries)| entries).sum();
    assert!((20..150).contains(&entries), "{entries} entries of 820, for ten falls: {read:?}");
}

#[tokio::test]
async fn a_page_of_the_overdue_reads_no_further_than_it_needs_whatever_the_statistics_say() {
    let database = FreshDatabase::installed().await;
    by_hand::install(&database).await;
    let superuser = Actor::superuser(&database).await;
    let context = context(&OURS.id("business"));
    let from_the_start = Actor::new(&database, SERVER_ROLE, &context).await;
    // The plan is made here, and kept.
    assert_eq!(page(&from_the_start, 5).await.0, [] as [TextRow; 0]);
    superuser.session.client().batch_execute(&fill(MANY_CUSTOMERS)).await.unwrap();
    for statistics in ["", "ANALYZE;"] {
        superuser.session.client().batch_execute(statistics).await.unwrap();
        for actor in [&from_the_start, &Actor::new(&database, SERVER_ROLE, &context).await] {
            let (customers, read) = page(actor, 5).await;
            let expected = [2999, 2998, 2996, 2995, 2993];
            assert_eq!(customers, expected.map(|n| vec![Some(format!("20000000-0000-7000-8000-{n:012}"))]));
            // From 3000 to 2993 there are 8, of whom 5 owe something. How much of it is overdue is asked of these alone.
            let expected =
                [("customers_pk", 1 + 5, 8 + 5), ("credit_ledger_running_figures", 8 + 5 + 2 * 5, 8 + 5 + 2 * 5)];
            assert_eq!(read, expected.map(|(relation, scans, read)| (relation.to_owned(), scans, read)));
        }
    }
}

/// Where nobody is overdue, a page asks 5,000 customers in ten parts, or fewer if its time ends before: each once for what it owes,
/// and each part's customers once more for the place where the next part begins.
#[tokio::test]
async fn a_page_without_anybody_overdue_asks_5_000_customers_at_most() {
    let database = FreshDatabase::installed().await;
    let superuser = Actor::superuser(&database).await;
    let planting = "INSERT INTO tallystick.businesses (business_id, name, currency) VALUES ({business}, 'b', 'EUR');
        INSERT INTO tallystick.customers
        SELECT {business}, ('20000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'c', NULL, 1000
        FROM generate_series(1, 6000) AS n;";
    superuser.session.client().batch_execute(&fill(planting)).await.unwrap();
    let server = Actor::server(&database, &OURS.id("business")).await;
    page(&server, 5).await;
    let (rows, read) = page(&server, 5).await;
    assert_eq!(rows.len(), 1, "the place where the next page begins");
    let parts = read[0].1 / 2;
    assert!((1..=10).contains(&parts), "{read:?}");
    let expected = [("customers_pk", 2 * parts, 1000 * parts), ("credit_ledger_running_figures", 500 * parts, 0)];
    assert_eq!(read, expected.map(|(relation, scans, read)| (relation.to_owned(), scans, read)));
}

/// Debits that are due in the years `{year}`. All but the oldest were paid, each by its name.
const DISPUTED: &str = r#"
    SELECT by_hand.entries({business}, {newcomer}, ARRAY(
        SELECT jsonb_build_object('kind', 'debit', 'amount', 10, 'due_at', make_timestamptz({year}, 1, 1, 0, 0, 0))
        FROM generate_series(1, {debits}) AS n));
    SELECT by_hand.allocating({business}, {newcomer}, '{"kind": "payment", "amount": -10}', ARRAY[n], '{10}')
    FROM generate_series(2, {debits}) AS n;
    UPDATE tallystick.customers SET overdue_hold_after_days = 0 WHERE id = {newcomer};"#;

/// A run of due times whose charges are all settled is not searched beyond its end: each run was once, and so the cost grew with the
/// square of the runs. 1,500 debits took eight seconds. And what is due no earlier than the oldest debit is not searched at all.
#[tokio::test]
async fn charges_that_were_paid_by_name_are_passed_once_however_often_due_times_fell() {
    for (what, call) in [
        ("the account", "SELECT FROM tallystick.customer_get({business}, {newcomer})"),
        ("the hold", "SELECT FROM tallystick.overdue_since({business}, {newcomer})"),
    ] {
        for (year, most) in [
            // Each earlier than the one before it: twice as many for twice as many debits.
            ("2100 - n", 24 * 12),
            // One fall, to times after that of the oldest.
            ("CASE n WHEN 1 THEN 2020 WHEN 2 THEN 2110 ELSE 2100 END", 6),
        ] {
            let mut costs = Vec::new();
            for debits in ["24", "48"] {
                let database = two_businesses().await;
                by_hand::install(&database).await;
                let superuser = Actor::superuser(&database).await;
                let planting = fill(&DISPUTED.replace("{debits}", debits).replace("{year}", year));
                superuser.session.client().batch_execute(&planting).await.unwrap();
                let owner = Actor::owner(&database, &OURS.id("business")).await;
                // What plans are made with is not counted.
                owner.rows(&fill(call)).await;
                let (_, read) = reads(&owner, &fill(call)).await;
                costs.push(read.into_iter().map(|(_, scans, entries)| scans + entries).sum::<i64>());
            }
            assert!(costs[1] <= costs[0] + most, "{what}, {year}: 24 debits cost {} reads, 48 {}", costs[0], costs[1]);
        }
    }
}
