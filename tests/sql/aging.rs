//! Open charges, aging, and how much is overdue: who has none, where pages end, and what is read. That the figures are right is
//! what `ledger_model` is for.

use super::plenty::{database, reads};
use crate::support::{
    actor::{Actor, TextRow},
    fresh_database::FreshDatabase,
    two_businesses::{OURS, fill},
};

/// Our business, with a customer who has no entries.
const NEWCOMER: &str = "
    INSERT INTO tallystick.businesses (business_id, name, currency) VALUES ({business}, 'b', 'EUR');
    INSERT INTO tallystick.customers (business_id, id, name, credit_limit) VALUES ({business}, {customer}, 'c', 9007199254740991);";

async fn plant(database: &FreshDatabase, sql: &str) {
    Actor::superuser(database).await.session.client().batch_execute(&fill(sql)).await.unwrap();
}

fn row(columns: &[&str]) -> TextRow {
    columns.iter().map(|column| Some((*column).to_owned()).filter(|text| !text.is_empty())).collect()
}

#[tokio::test]
async fn a_customer_who_owes_nothing_is_told_from_one_who_does_not_exist() {
    let database = database().await;
    plant(&database, NEWCOMER).await;
    let server = Actor::server(&database, &OURS.id("business")).await;
    let told = async |sql: &str| server.rows(&fill(sql)).await;
    let open = "SELECT * FROM tallystick.open_charges({business}, CUSTOMER, NULL, NULL, 10)";
    assert_eq!(told(&open.replace("CUSTOMER", "{newcomer}")).await, [] as [TextRow; 0]);
    assert_eq!(told(&open.replace("CUSTOMER", "{customer}")).await, [row(&[""; 8])]);
    let aging = "SELECT balance, not_due, days_1_to_30, days_31_to_60, days_61_to_90, over_90_days
                 FROM tallystick.customer_aging({business}, CUSTOMER)";
    assert_eq!(told(&aging.replace("CUSTOMER", "{newcomer}")).await, [] as [TextRow; 0]);
    assert_eq!(told(&aging.replace("CUSTOMER", "{customer}")).await, [row(&["0"; 6])]);
    assert_eq!(told("SELECT * FROM tallystick.business_aging({business}, NULL, NULL, 10)").await, [] as [TextRow; 0]);
    let amounts = "SELECT overdue_amount FROM tallystick.overdue_amounts WHERE business_id = {business}";
    assert_eq!(told(amounts).await, [row(&["0"])]);
}

/// 100 that fell due an hour ago, of which 30 are paid, and 50 that fall due in an hour.
#[tokio::test]
async fn the_overdue_list_says_how_much_of_the_balance_is_overdue() {
    let database = database().await;
    let entries = "SELECT by_hand.entries({business}, {customer}, ARRAY[
        jsonb_build_object('kind', 'debit', 'amount', 100, 'due_at', now() - interval '1 hour'),
        jsonb_build_object('kind', 'debit', 'amount', 50, 'due_at', now() + interval '1 hour'),
        jsonb_build_object('kind', 'payment', 'amount', -30)])";
    plant(&database, &[NEWCOMER, entries].concat()).await;
    let server = Actor::server(&database, &OURS.id("business")).await;
    for list in ["overdue_customers", "overdue_list({business}, NULL, 10)"] {
        let amounts = server.rows(&fill(&format!("SELECT balance, overdue_amount FROM tallystick.{list}"))).await;
        assert_eq!(amounts, [row(&["120", "70"])], "{list}");
    }
}

/// A charge, 5,100 payments that leave 5 of it open, and another charge.
const FAR_APART: &str = "SELECT by_hand.entries({business}, {customer},
    jsonb '{\"kind\": \"debit\", \"amount\": 5105}' || array_fill(jsonb '{\"kind\": \"payment\", \"amount\": -1}', ARRAY[5100])
        || jsonb '{\"kind\": \"debit\", \"amount\": 7}')";

#[tokio::test]
async fn a_page_of_open_charges_looks_at_5_000_entries_and_says_where_to_go_on() {
    let database = database().await;
    plant(&database, &[NEWCOMER, FAR_APART].concat()).await;
    let server = Actor::server(&database, &OURS.id("business")).await;
    let page = async |after: &str, limit: &str| {
        let sql = "SELECT entry_no, id IS NOT NULL, open_amount FROM tallystick.open_charges({business}, {customer}, NULL, AFTER, LIMIT)";
        server.rows(&fill(&sql.replace("AFTER", after).replace("LIMIT", limit))).await
    };
    assert_eq!(page("NULL", "1").await, [row(&["1", "t", "5"])]);
    assert_eq!(page("NULL", "2").await, [row(&["1", "t", "5"]), row(&["5000", "f", ""])]);
    assert_eq!(page("1", "1").await, [row(&["5001", "f", ""])]);
    assert_eq!(page("5000", "2").await, [row(&["5102", "t", "7"])]);
    for after in ["5102", "9223372036854775807"] {
        assert_eq!(page(after, "2").await, [row(&["", "f", ""])], "{after}");
    }
    // A page has at most 200 charges and one more, whatever is asked for.
    let many = "SELECT by_hand.entries({business}, {customer}, array_fill(jsonb '{\"kind\": \"debit\", \"amount\": 1}', ARRAY[300]))";
    plant(&database, many).await;
    for limit in ["NULL", "2000000000"] {
        assert_eq!(page("5102", limit).await.len(), 201);
    }
}

/// How often each index is looked into by a statement.
async fn look_ups(server: &Actor, sql: &str) -> Vec<(String, i64)> {
    let (_, read) = reads(server, &fill(sql)).await;
    read.into_iter().map(|(index, scans, _)| (index, scans)).collect()
}

/// Half of 4,000 unpaid charges are due. Halving them takes 12 look-ups, however many there are in between.
#[tokio::test]
async fn what_is_due_of_thousands_of_charges_is_found_by_a_dozen_look_ups() {
    let database = database().await;
    let entries = "SELECT by_hand.entries({business}, {customer}, ARRAY(
        SELECT jsonb_build_object('kind', 'debit', 'amount', 1, 'created_at', now() - interval '1 hour' * (4001 - n),
            'due_at', now() + interval '1 hour' * n - interval '2000.5 hours')
        FROM generate_series(1, 4000) AS n))";
    plant(&database, &[NEWCOMER, entries].concat()).await;
    let server = Actor::server(&database, &OURS.id("business")).await;
    for (sql, expected) in [
        ("SELECT overdue_amount FROM tallystick.overdue_customers", "2000"),
        ("SELECT overdue_amount FROM tallystick.overdue_list({business}, NULL, 5)", "2000"),
        ("SELECT balance - not_due FROM tallystick.customer_aging({business}, {customer})", "2000"),
        // As of the time of the charge with the number 3000, of which nothing was due.
        (
            "SELECT balance FROM tallystick.customer_aging({business}, {customer}, now() - interval '1001 hours')",
            "3000",
        ),
    ] {
        assert_eq!(server.value(&fill(sql)).await, expected, "{sql}");
    }
    for (sql, most) in [
        ("SELECT overdue_amount FROM tallystick.overdue_list({business}, NULL, 5)", 13),
        // The last entry as of the moment, and then four bounds of age.
        (
            "SELECT balance FROM tallystick.customer_aging({business}, {customer}, now() - interval '1000 hours')",
            5 * 13,
        ),
        ("SELECT balance FROM tallystick.business_aging({business}, now() - interval '1000 hours', NULL, 5)", 5 * 13),
    ] {
        look_ups(&server, sql).await;
        let found = look_ups(&server, sql).await;
        let by_number = found.iter().find(|(index, _)| index == "credit_ledger_pk").map_or(0, |(_, scans)| *scans);
        assert!((10..=most).contains(&by_number), "{sql}: {found:?}");
        assert!(
            found.iter().all(|(index, _)| index.ends_with("_pk") || index == "credit_ledger_running_figures"),
            "{found:?}"
        );
    }
}

#[tokio::test]
async fn pages_of_the_aging_show_everybody_who_owes_something_once_however_many_do_not() {
    let database = database().await;
    let customers = "INSERT INTO tallystick.businesses (business_id, name, currency) VALUES ({business}, 'b', 'EUR');
        INSERT INTO tallystick.customers (business_id, id, name, credit_limit)
        SELECT {business}, ('20000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'c', 1000 FROM generate_series(1, 5600) AS n;
        SELECT by_hand.entries({business}, ('20000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid,
            ARRAY[jsonb '{\"kind\": \"debit\", \"amount\": 1}'])
        FROM unnest(ARRAY[1, 5100, 5101, 5102, 5600]) AS n";
    plant(&database, customers).await;
    let server = Actor::server(&database, &OURS.id("business")).await;
    for limit in [1, 2, 3, 200] {
        let mut found = Vec::new();
        let mut before = "NULL".to_owned();
        let mut short_pages = 0;
        loop {
            let sql = format!(
                "SELECT right(customer_id::text, 4), name IS NOT NULL, balance, customer_id
                 FROM tallystick.business_aging({{business}}, NULL, {before}, {limit})"
            );
            let rows = server.rows(&fill(&sql)).await;
            let Some(last) = rows.last() else { break };
            before = format!("'{}'", last[3].as_deref().unwrap());
            short_pages += rows.iter().filter(|row| row[2].is_none()).count();
            found.extend(rows.iter().filter(|row| row[2].is_some()).map(|row| row[0].clone().unwrap()));
        }
        assert_eq!(found, ["5600", "5102", "5101", "5100", "0001"], "{limit}");
        assert!(short_pages > 0, "5,000 customers were asked at most, {limit} of them shown");
    }
}
