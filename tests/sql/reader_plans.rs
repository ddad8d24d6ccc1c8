//! A function that reads keeps its plan, and the plan looks rows up by index: also in a session that made it while the
//! tables were empty, and whatever the statistics say. What is read is asserted, and no time.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::{
    actor::{Actor, TextRow, context},
    fresh_database::{FreshDatabase, SERVER_ROLE},
    two_businesses::{OURS, fill},
};

/// Our business: 3,000 customers who bought once, two lines each, and paid a part of it; 3,000 products; 3,000 API keys.
/// And 3,000 other businesses. The last twelve digits of an id are the number of the thing.
const PLENTY: &str = "
    SET session_replication_role = replica;
    CREATE FUNCTION pg_temp.id(first text, n integer) RETURNS uuid LANGUAGE sql AS
        $$ SELECT (first || '0000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid $$;
    INSERT INTO tallystick.businesses VALUES ({business}, 'ours', 'EUR', 0);
    INSERT INTO tallystick.businesses SELECT pg_temp.id('1', n), 'b', 'EUR', 0 FROM generate_series(1, 3000) AS n;
    INSERT INTO tallystick.customers
    SELECT {business}, pg_temp.id('2', n), 'c', 'external-' || n, 1000 FROM generate_series(1, 3000) AS n;
    INSERT INTO tallystick.products
    SELECT {business}, pg_temp.id('3', n), 'sku-' || n, 'p', 1, 1000 FROM generate_series(1, 3000) AS n;
    INSERT INTO tallystick.orders
    SELECT {business}, pg_temp.id('4', n), pg_temp.id('2', n), 3, now() - interval '1 hour' FROM generate_series(1, 3000) AS n;
    INSERT INTO tallystick.order_items
    SELECT {business}, pg_temp.id('4', n), line, pg_temp.id('3', line), line, 1, line
    FROM generate_series(1, 3000) AS n, generate_series(1, 2) AS line;
    INSERT INTO tallystick.credit_ledger
    SELECT {business}, pg_temp.id('2', n), 1, pg_temp.id('4', n), 'purchase', 3, 0, 3, 3, 1000, 'buys-' || n, sha256('x'),
           now() - interval '1 hour'
    FROM generate_series(1, 3000) AS n;
    INSERT INTO tallystick.credit_ledger
    SELECT {business}, pg_temp.id('2', n), 2, pg_temp.id('5', n), 'payment', -1, 3, 2, 3, NULL, 'pays-' || n, sha256('x'), now()
    FROM generate_series(1, 3000) AS n;
    INSERT INTO tallystick.api_keys
    SELECT {business}, pg_temp.id('6', n), 'k', 'prefix' || lpad(n::text, 6, '0'), sha256('x'), '{read}'
    FROM generate_series(1, 3000) AS n;
    RESET session_replication_role;";

/// The indexes of one account: the customer, the business, the last entry, the oldest unpaid charge.
const ACCOUNT: [&str; 4] = ["customers_pk", "businesses_pk", "credit_ledger_pk", "credit_ledger_prefix_sums"];

/// A call of a reader; how many rows it returns; and what it reads: an index, how often, and how many entries in all.
struct Case {
    call: &'static str,
    rows: usize,
    reads: Vec<(&'static str, i64, i64)>,
}

fn case(call: &'static str, rows: usize, reads: &[(&'static str, i64, i64)]) -> Case {
    Case { call, rows, reads: reads.to_vec() }
}

/// Reads of one row by each of these indexes.
fn one_row(indexes: &[&'static str]) -> Vec<(&'static str, i64, i64)> {
    indexes.iter().map(|index| (*index, 1, 1)).collect()
}

#[rustfmt::skip]
fn cases() -> Vec<Case> {
    let order = [("orders_pk", 1, 1), ("credit_ledger_id_is_unique", 1, 1), ("order_items_pk", 1, 2)];
    let each_of_5 = [("credit_ledger_id_is_unique", 5, 5), ("order_items_pk", 5, 10)];
    let accounts_of_5 = [("businesses_pk", 1, 1), ("credit_ledger_pk", 5, 5), ("credit_ledger_prefix_sums", 5, 5)];
    let one_by = |first, others: &[(&'static str, i64, i64)]| [&[(first, 1, 1)], others].concat();
    let five_by = |first, others: &[(&'static str, i64, i64)]| [&[(first, 1, 5)], others].concat();
    vec![
        case("business_get({business})", 1, &one_row(&["businesses_pk"])),
        case("business_list(NULL, 5)", 5, &five_by("businesses_pk", &[])),
        case("business_list({1}, 5)", 5, &five_by("businesses_pk", &[])),
        case("api_key_find({business}, 'prefix000100')", 1, &one_row(&["api_keys_prefix_is_unique"])),
        case("api_key_list({business}, NULL, 5)", 5, &five_by("api_keys_pk", &[])),
        case("api_key_list({business}, {6}, 5)", 5, &five_by("api_keys_pk", &[])),
        case("customer_get({business}, {2})", 1, &one_row(&ACCOUNT)),
        case("customer_list({business}, NULL, NULL, 5)", 5, &five_by("customers_pk", &accounts_of_5)),
        case("customer_list({business}, NULL, {2}, 5)", 5, &five_by("customers_pk", &accounts_of_5)),
        case("customer_list({business}, 'external-100', NULL, 5)", 1, &one_by("customers_external_id_is_unique", &one_row(&ACCOUNT))),
        case("product_get({business}, {3})", 1, &one_row(&["products_pk"])),
        case("product_list({business}, NULL, NULL, 5)", 5, &five_by("products_pk", &[])),
        case("product_list({business}, NULL, {3}, 5)", 5, &five_by("products_pk", &[])),
        case("product_list({business}, 'sku-100', NULL, 5)", 1, &one_row(&["products_sku_is_unique"])),
        case("ledger_list({business}, {2}, NULL, 5)", 2, &[("customers_pk", 1, 1), ("credit_ledger_pk", 1, 2)]),
        case("ledger_list({business}, {2}, 2, 5)", 1, &[("customers_pk", 1, 1), ("credit_ledger_pk", 1, 1)]),
        case("order_get({business}, {4})", 1, &order),
        case("order_list({business}, NULL, NULL, 5)", 5, &five_by("orders_pk", &each_of_5)),
        case("order_list({business}, NULL, {4}, 5)", 5, &five_by("orders_pk", &each_of_5)),
        case("order_list({business}, {2}, NULL, 5)", 1, &one_by("orders_total_belongs_to_the_customer", &order[1..])),
        case("overdue_list({business}, NULL, 5)", 5, &five_by("customers_pk", &accounts_of_5)),
    ]
}

/// By relation: how often it was scanned, and how many rows or entries were read, by this session and lately.
const READ: &str = "
    SELECT relation.relname, pg_stat_get_xact_numscans(relation.oid), pg_stat_get_xact_tuples_returned(relation.oid)
    FROM pg_class AS relation
    WHERE relation.relnamespace = 'tallystick'::regnamespace AND relation.relkind IN ('r', 'i');";

/// How many rows a call returns, and what it reads.
async fn call(actor: &Actor, case: &Case) -> (usize, BTreeSet<(String, i64, i64)>) {
    let number = |n: u32| format!("'{n}0000000-0000-7000-8000-000000000100'");
    let call = (1..7).fold(fill(case.call), |sql, n| sql.replace(&format!("{{{n}}}"), &number(n)));
    let rows = actor.rows(&format!("{READ} SELECT FROM tallystick.{call}; {READ}")).await;
    let is_count = |row: &TextRow| row.len() == 3;
    let returned = rows.iter().filter(|row| !is_count(row)).count();
    let mut before = BTreeMap::new();
    let mut read = BTreeSet::new();
    for row in rows.iter().filter(|row| is_count(row)) {
        let number = |column: usize| row[column].as_deref().unwrap().parse::<i64>().unwrap();
        let (relation, scans, entries) = (row[0].clone().unwrap(), number(1), number(2));
        if let Some((scans_before, entries_before)) = before.insert(relation.clone(), (scans, entries))
            && scans > scans_before
        {
            read.insert((relation, scans - scans_before, entries - entries_before));
        }
    }
    (returned, read)
}

#[tokio::test]
async fn a_reader_reads_no_more_than_it_needs_whatever_the_statistics_say() {
    let database = FreshDatabase::installed().await;
    let superuser = Actor::superuser(&database).await;
    let context = context(&OURS.id("business"));
    let from_the_start = Actor::new(&database, SERVER_ROLE, &context).await;
    let cases = cases();
    for case in &cases {
        // The plan is made here, and kept.
        assert_eq!(call(&from_the_start, case).await.0, 0, "{}", case.call);
    }
    superuser.session.client().batch_execute(&fill(PLENTY)).await.unwrap();
    for statistics in ["", "ANALYZE;"] {
        superuser.session.client().batch_execute(statistics).await.unwrap();
        for actor in [&from_the_start, &Actor::new(&database, SERVER_ROLE, &context).await] {
            for case in &cases {
                // Planning looks into indexes, too: only the second call is counted.
                call(actor, case).await;
                let expected = case.reads.iter().map(|(index, scans, read)| ((*index).to_owned(), *scans, *read));
                assert_eq!(call(actor, case).await, (case.rows, expected.collect()), "{}, {statistics:?}", case.call);
            }
        }
    }
}

#[tokio::test]
async fn every_reader_is_tried_above() {
    let database = FreshDatabase::installed().await;
    let readers =
        "SELECT proname FROM pg_proc WHERE pronamespace = 'tallystick'::regnamespace AND proname ~ '_(get|find|list)$'";
    let readers = Actor::superuser(&database).await.rows(readers).await;
    let readers: BTreeSet<_> = readers.into_iter().map(|row| row[0].clone().unwrap()).collect();
    let tried = cases().iter().map(|case| case.call.split('(').next().unwrap_or_default().to_owned()).collect();
    assert_eq!(readers, tried);
}

/// Before version 18, PostgreSQL parses and plans a function in SQL anew at every call that it does not inline; and it inlines
/// no function with a setting, which each of ours has.
#[tokio::test]
async fn no_function_is_planned_anew_at_every_call() {
    let database = FreshDatabase::installed().await;
    let in_sql = "SELECT oid::regprocedure FROM pg_proc
                  WHERE pronamespace = 'tallystick'::regnamespace AND prolang <> (SELECT oid FROM pg_language WHERE lanname = 'plpgsql')";
    assert_eq!(Actor::superuser(&database).await.rows(in_sql).await, [] as [TextRow; 0]);
}
