//! A function that reads keeps its plan, and the plan looks rows up by index: also in a session that made it while the
//! tables were empty, whatever the statistics say, and in whatever order the indexes were made. What is read is asserted, and
//! no time.

use std::collections::BTreeSet;

use super::plenty::{PLENTY, RETURNS, database, planting, reads, turn_the_indexes_round, with_ids};
use crate::support::{
    actor::{Actor, TextRow, context},
    fresh_database::{FreshDatabase, SERVER_ROLE},
    two_businesses::{OURS, fill},
};

/// The indexes of one account: the customer; the last entry, and the oldest unpaid charge.
const ACCOUNT: [(&str, i64, i64); 2] = [("customers_pk", 1, 1), ("credit_ledger_running_figures", 2, 2)];

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
    // One order by itself tells what its products were called.
    let order =
        [("orders_pk", 1, 1), ("credit_ledger_id_is_unique", 1, 1), ("order_items_pk", 1, 2), ("product_versions_pk", 2, 2)];
    // The last line of each order, which tells how many there are, and then the lines.
    let each_of_5 = [("credit_ledger_id_is_unique", 5, 5), ("order_items_pk", 5 + 5, 5 + 10)];
    let order_of_a_list = [("credit_ledger_id_is_unique", 1, 1), ("order_items_pk", 1 + 1, 1 + 2)];
    let open_charges = |scans, read| [("customers_pk", 1, 1), ("credit_ledger_running_figures", 2, 2), ("credit_ledger_pk", scans, read)];
    // The last entry and, for each of four bounds, the oldest unpaid charge; and entries by number, so many for each customer.
    let aging = |customers, by_number| {
        let figures = (1 + 4) * customers;
        let by_number = by_number * customers;
        [("customers_pk", 1, customers), ("credit_ledger_running_figures", figures, figures), ("credit_ledger_pk", by_number, by_number)]
    };
    // Whether each of them was taken back.
    let reversals = |entries| [("credit_ledger_an_entry_is_reversed_once", entries, 0)];
    // The entry of each return, what it settles, its line, and the line of the order.
    let returned = |returns| {
        [
            ("credit_ledger_id_is_unique", returns, returns),
            ("allocations_of_an_entry", returns, 0),
            ("return_items_of_a_return", returns, returns),
            ("order_items_pk", returns, returns),
        ]
    };
    // And before that, how many lines there are.
    let returned_of_a_list = |returns| {
        let mut reads = returned(returns);
        reads[2] = ("return_items_of_a_return", 2 * returns, 2 * returns);
        reads
    };
    let accounts_of_5 = [("credit_ledger_running_figures", 2 * 5, 2 * 5)];
    let one_by = |first, others: &[(&'static str, i64, i64)]| [&[(first, 1, 1)], others].concat();
    let five_by = |first, others: &[(&'static str, i64, i64)]| [&[(first, 1, 5)], others].concat();
    vec![
        case("business_get({business})", 1, &one_row(&["businesses_pk"])),
        case("business_list(NULL, 5)", 5, &five_by("businesses_pk", &[])),
        case("business_list({id 1}, 5)", 5, &five_by("businesses_pk", &[])),
        case("api_key_find({business}, 'prefix000100')", 1, &one_row(&["api_keys_prefix_is_unique"])),
        case("api_key_list({business}, NULL, 5)", 5, &five_by("api_keys_pk", &[])),
        case("api_key_list({business}, {id 6}, 5)", 5, &five_by("api_keys_pk", &[])),
        case("customer_get({business}, {id 2})", 1, &ACCOUNT),
        case("customer_list({business}, NULL, NULL, 5)", 5, &five_by("customers_pk", &accounts_of_5)),
        case("customer_list({business}, NULL, {id 2}, 5)", 5, &five_by("customers_pk", &accounts_of_5)),
        case("customer_list({business}, 'external-100', NULL, 5)", 1, &one_by("customers_external_id_is_unique", &ACCOUNT)),
        case("product_get({business}, {id 3})", 1, &one_row(&["products_pk"])),
        case("product_list({business}, NULL, NULL, 5)", 5, &five_by("products_pk", &[])),
        case("product_list({business}, NULL, {id 3}, 5)", 5, &five_by("products_pk", &[])),
        case("product_list({business}, 'sku-100', NULL, 5)", 1, &one_row(&["products_sku_is_unique"])),
        case("ledger_list({business}, {id 2}, NULL, 5)", 2, &[("customers_pk", 1, 1), ("credit_ledger_pk", 1, 2)]),
        case("ledger_list({business}, {id 2}, 2, 5)", 1, &[("customers_pk", 1, 1), ("credit_ledger_pk", 1, 1)]),
        case("limit_override_list({business}, NULL, 5)", 5, &five_by("credit_ledger_overrides", &[])),
        case("limit_override_list({business}, {id 4}, 5)", 5, &five_by("credit_ledger_overrides", &[])),
        case("entry_get({business}, ARRAY['credit','payment'], {id 5})", 1, &[
            ("credit_ledger_id_is_unique", 1, 1), ("allocations_of_an_entry", 1, 0), ("credit_ledger_an_entry_is_reversed_once", 1, 0),
        ]),
        case("entry_list({business}, ARRAY['payment'], NULL, NULL, NULL, 5)", 5, &five_by("credit_ledger_by_kind", &reversals(5))),
        case("entry_list({business}, ARRAY['payment'], NULL, NULL, {id 5}, 5)", 5, &five_by("credit_ledger_by_kind", &reversals(5))),
        case("entry_list({business}, ARRAY['payment'], {id 2}, NULL, NULL, 5)", 1, &one_by("credit_ledger_by_customer_and_kind", &reversals(1))),
        case("entry_list({business}, ARRAY['payment'], NULL, 'reference-100', NULL, 5)", 1, &one_by("credit_ledger_by_reference", &reversals(1))),
        // A look-up for each kind.
        case("entry_list({business}, ARRAY['credit','payment','refund'], NULL, NULL, NULL, 5)", 5, &[
            ("credit_ledger_by_kind", 3, 5), ("credit_ledger_an_entry_is_reversed_once", 5, 0),
        ]),
        case("proof_list({business}, NULL, 5)", 5, &five_by("customers_pk", &[("credit_ledger_running_figures", 5, 5)])),
        case("proof_list({business}, {id 2}, 5)", 5, &five_by("customers_pk", &[("credit_ledger_running_figures", 5, 5)])),
        case("order_get({business}, {id 4})", 1, &order),
        case("order_list({business}, NULL, NULL, 5)", 5, &five_by("orders_pk", &each_of_5)),
        case("order_list({business}, NULL, {id 4}, 5)", 5, &five_by("orders_pk", &each_of_5)),
        case("order_list({business}, {id 2}, NULL, 5)", 1, &one_by("orders_by_customer", &order_of_a_list)),
        case("return_get({business}, {id 7})", 1, &one_by("returns_pk", &returned(1))),
        case("return_list({business}, NULL, NULL, NULL, 5)", 5, &five_by("returns_pk", &returned_of_a_list(5))),
        case("return_list({business}, NULL, NULL, {id 7}, 5)", 5, &five_by("returns_pk", &returned_of_a_list(5))),
        case("return_list({business}, {returned_sale}, NULL, NULL, 5)", 5, &five_by("returns_by_order", &returned_of_a_list(5))),
        case("return_list({business}, NULL, {returner}, NULL, 5)", 5, &five_by("returns_by_customer", &returned_of_a_list(5))),
        // And how much of it is overdue: the customer, the last entry, and the oldest unpaid charge again.
        case("overdue_list({business}, NULL, 5)", 5, &[("customers_pk", 1 + 5, 5 + 5), ("credit_ledger_running_figures", 4 * 5, 4 * 5)]),
        case("open_charges({business}, {id 2}, NULL, NULL, 5)", 1, &open_charges(1, 2)),
        // Before the payment: the last entry of then is looked for by number, and read.
        case("open_charges({business}, {id 2}, now() - interval '30 minutes', NULL, 5)", 1, &open_charges(3, 3)),
        // Four bounds of age. The charge is due, but not for 30, 60 or 90 days: it is looked at for each of these.
        case("customer_aging({business}, {id 2}, NULL)", 1, &aging(1, 3)),
        case("customer_aging({business}, {id 2}, now() - interval '30 minutes')", 1, &aging(1, 2)),
        // The last entry; and a search for the last before a moment.
        case("statement_get({business}, {id 2}, NULL, NULL)", 1, &[("businesses_pk", 1, 1), ("customers_pk", 1, 1), ("credit_ledger_running_figures", 6, 6), ("credit_ledger_pk", 3, 3)]),
        case("statement_get({business}, {id 2}, now() - interval '2 hours', now() - interval '30 minutes')", 1,
            &[("businesses_pk", 1, 1), ("customers_pk", 1, 1), ("credit_ledger_running_figures", 6, 6), ("credit_ledger_pk", 4, 3)]),
        case("statement_line_list({business}, {id 2}, NULL, NULL, NULL, 5)", 2, &[("credit_ledger_pk", 1, 2)]),
        case("statement_line_list({business}, {id 2}, 1, 2, 'Europe/Berlin', 5)", 1, &[("credit_ledger_pk", 1, 1)]),
        // A part from the middle of 3,000 entries; and two searches among them, by as many look-ups as their number has binary digits.
        case("statement_line_list({business}, {returner}, 1500, 3001, NULL, 5)", 5, &[("credit_ledger_pk", 1, 5)]),
        case("statement_get({business}, {returner}, now() - interval '2 hours', now() - interval '30 minutes')", 1,
            &[("businesses_pk", 1, 1), ("customers_pk", 1, 1), ("credit_ledger_running_figures", 2, 2), ("credit_ledger_pk", 24, 23)]),
        case("business_aging({business}, NULL, NULL, 5)", 5, &aging(5, 3)),
        case("business_aging({business}, now() - interval '30 minutes', NULL, 5)", 5, &aging(5, 2)),
        // Where the part ends, and then its entries: no customer is looked up. In the middle of a customer, the last entry again.
        case("aging_totals({business}, NULL, NULL, NULL, NULL, 7)", 1, &[("credit_ledger_pk", 2, 7 + 7), ("businesses_pk", 1, 1)]),
        case("aging_totals({business}, NULL, {id 2}, 2, 2, 7)", 1, &[("credit_ledger_pk", 3, 7 + 1 + 7), ("businesses_pk", 1, 1)]),
        case("stock_movement_list({business}, {id 3}, NULL, NULL, 5, false)", 1, &one_row(&["products_pk", "stock_movements_by_product"])),
        // The opening, and four of the five last lines; of each order, the line of another product is read in vain. So are the lines of
        // 3,000 returns of another product, in two parts.
        case("stock_movement_list({business}, {first product}, NULL, NULL, 5, true)", 5, &[("products_pk", 1, 1),
            ("order_items_pk", 4, 4000 + 10), ("orders_pk", 5, 5), ("stock_movements_by_product", 2, 1),
            ("return_items_of_a_return", 4, 2 * 3000)]),
    ]
}

/// How many rows a call returns, and what it reads.
async fn call(actor: &Actor, case: &Case) -> (usize, BTreeSet<(String, i64, i64)>) {
    let (returned, read) = reads(actor, &format!("SELECT FROM tallystick.{}", with_ids(case.call))).await;
    (returned.len(), read)
}

/// Runs all cases in a session that made its plans on the empty tables of `database`, and in a new one.
async fn each_reader_reads_no_more_than_it_needs(database: &FreshDatabase, superuser: &Actor) {
    let context = context(&OURS.id("business"));
    let from_the_start = Actor::new(database, SERVER_ROLE, &context).await;
    let cases = cases();
    for case in &cases {
        // The plan is made here, and kept.
        let rows = usize::from(case.call.starts_with("aging_totals"));
        assert_eq!(call(&from_the_start, case).await.0, rows, "{}", case.call);
    }
    superuser.session.client().batch_execute(&planting(&format!("{PLENTY}{RETURNS}"))).await.unwrap();
    for statistics in ["", "ANALYZE;"] {
        superuser.session.client().batch_execute(statistics).await.unwrap();
        for (session, actor) in [("old", &from_the_start), ("new", &Actor::new(database, SERVER_ROLE, &context).await)]
        {
            for case in &cases {
                // Planning looks into indexes, too: only the second call is counted.
                call(actor, case).await;
                let expected = case.reads.iter().map(|(index, scans, read)| ((*index).to_owned(), *scans, *read));
                let at = format!("{}, {statistics:?}, {session} session", case.call);
                assert_eq!(call(actor, case).await, (case.rows, expected.collect()), "{at}");
            }
        }
    }
}

#[tokio::test]
async fn a_reader_reads_no_more_than_it_needs_whatever_the_statistics_say() {
    let database = database().await;
    let superuser = Actor::superuser(&database).await;
    each_reader_reads_no_more_than_it_needs(&database, &superuser).await;
}

#[tokio::test]
async fn a_reader_reads_no_more_than_it_needs_whichever_index_is_the_oldest() {
    let database = database().await;
    let superuser = Actor::superuser(&database).await;
    turn_the_indexes_round(&superuser).await;
    each_reader_reads_no_more_than_it_needs(&database, &superuser).await;
}

/// Then PostgreSQL believes that there is nothing, where it would assume ten pages otherwise.
#[tokio::test]
async fn a_reader_reads_no_more_than_it_needs_after_a_vacuum_of_empty_tables() {
    for turned_round in [false, true] {
        let database = database().await;
        let superuser = Actor::superuser(&database).await;
        if turned_round {
            turn_the_indexes_round(&superuser).await;
        }
        superuser.session.client().batch_execute("VACUUM ANALYZE").await.unwrap();
        each_reader_reads_no_more_than_it_needs(&database, &superuser).await;
    }
}

/// Twelve orders of 500 lines each.
const LONG_ORDERS: &str = "
    SET session_replication_role = replica;
    INSERT INTO tallystick.businesses (business_id, name, currency) VALUES ({business}, 'ours', 'EUR');
    INSERT INTO tallystick.customers SELECT {business}, {id 2 n}, 'c', NULL, 1000 FROM generate_series(1, 12) AS n;
    INSERT INTO tallystick.products
    SELECT {business}, {id 3 n}, 'sku-' || n, 'p', 1, 1000 FROM generate_series(1, 500) AS n;
    INSERT INTO tallystick.orders SELECT {business}, {id 4 n}, {id 2 n}, 500, now() FROM generate_series(1, 12) AS n;
    SELECT by_hand.write(ARRAY(
        SELECT entry
        FROM generate_series(1, 12) AS n
        CROSS JOIN (
            SELECT by_hand.digest(array_agg({one of line 4 n})) AS digest
            FROM (VALUES (1)) AS of (n), generate_series(1, 500) AS line
        ) AS lines
        CROSS JOIN LATERAL by_hand.chain({business}, {id 2 n}, ARRAY[jsonb_build_object('kind', 'purchase',
            'id', {id 4 n}, 'amount', 500, 'credit_limit', 1000, 'created_at', now(), 'details_digest', digest)]) AS entry));
    INSERT INTO tallystick.order_items
    SELECT item.* FROM generate_series(1, 12) AS n, generate_series(1, 500) AS line, {one of line 4 n} AS item;
    RESET session_replication_role;";

#[tokio::test]
async fn a_page_of_orders_reads_2_000_lines_at_most_and_names_the_order_that_it_has_no_room_for() {
    let database = database().await;
    let superuser = Actor::superuser(&database).await;
    superuser.session.client().batch_execute(&planting(LONG_ORDERS)).await.unwrap();
    let server = Actor::server(&database, &OURS.id("business")).await;
    let page = "SELECT right(id::text, 2), cardinality(quantities), total FROM tallystick.order_list({business}, NULL, NULL, 11)";
    let whole = |number: &str| [Some(number.to_owned()), Some("500".to_owned()), Some("500".to_owned())];
    let expected =
        [whole("12"), whole("11"), whole("10"), whole("09"), [Some("08".to_owned()), None, Some("500".to_owned())]];
    assert_eq!(server.rows(&fill(page)).await, expected);

    let case = case(
        "order_list({business}, NULL, NULL, 11)",
        5,
        &[
            ("orders_pk", 1, 11),
            ("credit_ledger_id_is_unique", 5, 5),
            // The number of the last line of each order, and all lines of four.
            ("order_items_pk", 11 + 4, 11 + 2000),
        ],
    );
    let expected = case.reads.iter().map(|(index, scans, read)| ((*index).to_owned(), *scans, *read));
    assert_eq!(call(&server, &case).await, (5, expected.collect()));
}

#[tokio::test]
async fn a_page_of_returns_reads_2_000_lines_at_most_and_names_the_return_that_it_has_no_room_for() {
    let database = database().await;
    let superuser = Actor::superuser(&database).await;
    superuser.session.client().batch_execute(&planting(LONG_ORDERS)).await.unwrap();
    let server = Actor::server(&database, &OURS.id("business")).await;
    let returns = "SELECT answer.outcome FROM generate_series(1, 6) AS n, LATERAL tallystick.return_record({business}, {id 4 n},
        ARRAY(SELECT generate_series(1, 500)), array_fill(1, ARRAY[500])::bigint[], array_fill(0, ARRAY[500])::bigint[], 'torn',
        'key-' || n, {id 7 n}) AS answer";
    assert_eq!(server.committed(&planting(returns)).await, vec![vec![Some("created".to_owned())]; 6]);
    let page = "SELECT right(id::text, 2), cardinality(quantities), total FROM tallystick.return_list({business}, NULL, NULL, NULL, 6)";
    let whole = |number: &str| [Some(number.to_owned()), Some("500".to_owned()), Some("500".to_owned())];
    let expected =
        [whole("06"), whole("05"), whole("04"), whole("03"), [Some("02".to_owned()), None, Some("500".to_owned())]];
    assert_eq!(server.rows(&fill(page)).await, expected);

    let case = case(
        "return_list({business}, NULL, NULL, NULL, 6)",
        5,
        &[
            ("returns_pk", 1, 6),
            ("credit_ledger_id_is_unique", 5, 5),
            ("allocations_of_an_entry", 5, 5),
            // The lines up to the first one for which there is no room, and all lines of four.
            ("return_items_of_a_return", 5 + 4, 2001 + 2000),
            ("order_items_pk", 2000, 2000),
        ],
    );
    let expected = case.reads.iter().map(|(index, scans, read)| ((*index).to_owned(), *scans, *read));
    assert_eq!(call(&server, &case).await, (5, expected.collect()));
}

/// The rows that a call returns, from a database that has more than that of everything.
#[tokio::test]
async fn no_list_returns_more_than_200_rows_and_one_whatever_is_asked_for() {
    let database = database().await;
    let superuser = Actor::superuser(&database).await;
    superuser.session.client().batch_execute(&planting(&format!("{PLENTY}{RETURNS}"))).await.unwrap();
    let ledger = "SELECT by_hand.entries({business}, {id 2 n}, array_fill(jsonb '{\"kind\": \"payment\", \"amount\": -1}', ARRAY[300]))
        FROM (VALUES (100)) AS customer (n)";
    superuser.session.client().batch_execute(&planting(ledger)).await.unwrap();
    let server = Actor::server(&database, &OURS.id("business")).await;
    for list in [
        "business_list(NULL, {limit})",
        "api_key_list({business}, NULL, {limit})",
        "customer_list({business}, NULL, NULL, {limit})",
        "product_list({business}, NULL, NULL, {limit})",
        "ledger_list({business}, {id 2}, NULL, {limit})",
        "entry_list({business}, ARRAY['payment'], NULL, NULL, NULL, {limit})",
        "entry_list({business}, ARRAY['payment'], {id 2}, NULL, NULL, {limit})",
        "order_list({business}, NULL, NULL, {limit})",
        "return_list({business}, NULL, NULL, NULL, {limit})",
        "overdue_list({business}, NULL, {limit})",
        "business_aging({business}, NULL, NULL, {limit})",
        "stock_movement_list({business}, {first product}, NULL, NULL, {limit}, true)",
        "statement_line_list({business}, {id 2}, NULL, NULL, NULL, {limit})",
    ] {
        for (limit, rows) in [("200", "200"), ("201", "201"), ("2000000000", "201"), ("NULL", "201")] {
            let call = list.replace("{limit}", limit);
            let count = with_ids(&format!("SELECT count(*) FROM tallystick.{call}"));
            assert_eq!(server.value(&count).await, rows, "{call}");
        }
    }
}

#[tokio::test]
async fn every_reader_is_tried_above() {
    let database = FreshDatabase::installed().await;
    let readers = "SELECT proname FROM pg_proc WHERE pronamespace = 'tallystick'::regnamespace AND proname ~ '_(get|find|list)$|^(customer|business)_aging$|^open_charges$|^aging_totals$'";
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
