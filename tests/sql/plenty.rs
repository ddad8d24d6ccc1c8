//! A business with plenty of everything, and what a statement reads of it.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::{
    actor::{Actor, TextRow},
    by_hand,
    fresh_database::FreshDatabase,
    two_businesses::fill,
};

/// Our business: 3,000 customers who bought once, two lines each, and paid a part of it (of ten, somebody allowed more than the limit);
/// 3,000 products, each with its opening stock; 3,000 API keys.
/// And 3,000 other businesses. The last twelve digits of an id are the number of the thing.
/// What a customer, a product or a payment is called by counts down: what has a low number is far behind in those indexes.
///
/// [`planting`] writes the ids out. A function for them would be temporary, and so make a schema; then every session would
/// plan everything anew, and no plan of the empty tables would be left to be tried. (The schema `by_hand` is there before.)
pub const PLENTY: &str = "
    SET session_replication_role = replica;
    INSERT INTO tallystick.businesses (business_id, name, currency, payment_terms)
    SELECT id, name, 'EUR', '{\"type\": \"age\", \"days\": 0}'
    FROM (VALUES ({business}, 'ours') UNION ALL SELECT {id 1 n}, 'b' FROM generate_series(1, 3000) AS n) AS business (id, name);
    INSERT INTO tallystick.customers
    SELECT {business}, {id 2 n}, 'c', 'external-' || (3001 - n), 1000 FROM generate_series(1, 3000) AS n;
    INSERT INTO tallystick.products
    SELECT {business}, {id 3 n}, 'sku-' || (3001 - n), 'p', 1, 1000 FROM generate_series(1, 3000) AS n;
    INSERT INTO tallystick.orders
    SELECT {business}, {id 4 n}, {id 2 n}, 3, now() - interval '1 hour' FROM generate_series(1, 3000) AS n;
    SELECT by_hand.write(ARRAY(
        SELECT entry
        FROM generate_series(1, 3000) AS n
        CROSS JOIN (
            SELECT by_hand.digest(array_agg({line 4 n})) AS digest FROM (VALUES (1)) AS of (n), generate_series(1, 2) AS line
        ) AS lines
        CROSS JOIN LATERAL by_hand.chain({business}, {id 2 n}, ARRAY[
            jsonb_build_object('kind', 'purchase', 'id', {id 4 n}, 'amount', 3, 'details_digest', digest,
                'authorized_limit', CASE WHEN n <= 10 THEN 2000 END,
                'created_at', now() - interval '1 hour'),
            jsonb_build_object('kind', 'payment', 'id', {id 5 n}, 'amount', -1, 'idempotency_key', 'pays-' || n,
                'reference', 'reference-' || (3001 - n))]) AS entry));
    INSERT INTO tallystick.order_items
    SELECT item.* FROM generate_series(1, 3000) AS n, generate_series(1, 2) AS line, {line 4 n} AS item;
    INSERT INTO tallystick.api_keys
    SELECT {business}, {id 6 n}, 'k', 'prefix' || lpad(n::text, 6, '0'), sha256('x'), '{read}'
    FROM generate_series(1, 3000) AS n;
    INSERT INTO tallystick.stock_movements
    SELECT {business}, {id 7 n}, {id 3 n}, 'opening', 1000, 1000, 0, 'opening stock', NULL, NULL, now(), 'role:x'
    FROM generate_series(1, 3000) AS n;
    RESET session_replication_role;";

/// One customer more, who bought 3,000 pieces for nothing and returned them one by one. The ids of the returns begin with 7, the
/// others lie in the middle of those of [`PLENTY`].
pub const RETURNS: &str = "
    SET session_replication_role = replica;
    INSERT INTO tallystick.customers VALUES ({business}, {returner}, 'c', 'external-returner', 1000);
    SELECT by_hand.purchase({business}, {returner}, {returned_sale}, ARRAY[jsonb_build_object(
        'product_id', {id 3 n}, 'quantity', 3000, 'unit_price', 0, 'line_total', 0)],
        jsonb_build_object('created_at', now() - interval '1 hour')) FROM (VALUES (1500)) AS product (n);
    INSERT INTO tallystick.returns
    SELECT {business}, {id 7 n}, {returned_sale}, {returner}, 0, now(), 1 FROM generate_series(1, 3000) AS n;
    SELECT by_hand.entries({business}, {returner}, ARRAY(
        SELECT jsonb_build_object('kind', 'return', 'id', {id 7 n}, 'amount', 0, 'created_at', now(), 'details_digest',
            sha256(tallystick.return_details({returned_sale}, ARRAY[{part n}])))
        FROM generate_series(1, 3000) AS n));
    INSERT INTO tallystick.return_items SELECT part.* FROM generate_series(1, 3000) AS n, LATERAL (SELECT ({part n}).*) AS part;
    RESET session_replication_role;";

const PART: &str = "jsonb_populate_record(NULL::tallystick.return_items, jsonb_build_object('business_id', {business},
    'return_id', {id 7 n}, 'order_id', {returned_sale}, 'product_id', '30000000-0000-7000-8000-000000001500', 'part_no', n,
    'quantity', 1, 'restocked', 1, 'returned_before', n - 1, 'returned_after', n, 'bought', 3000, 'line_total', 0, 'line_no', 1))";

pub async fn database() -> FreshDatabase {
    let database = FreshDatabase::installed().await;
    by_hand::install(&database).await;
    database
}

/// The line of an order with the number `line`: of the product with that number, each for 1.
const LINE: &str = "by_hand.line({business}, ORDER, jsonb_build_object('line_no', line, 'product_id', {id 3 line},
    'quantity', QUANTITY, 'unit_price', 1, 'line_total', QUANTITY))";

/// Statements with the ids of their things: `{id 2 n}` is the id of the customer with the number n.
pub fn planting(sql: &str) -> String {
    let line = LINE.replace("ORDER", "{id 4 n}");
    let sql = &literals(&sql.replace("{part n}", PART));
    let sql = sql.replace("{line 4 n}", &line.replace("QUANTITY", "line"));
    let mut sql = fill(&sql.replace("{one of line 4 n}", &line.replace("QUANTITY", "1")));
    for first in '1'..='7' {
        for number in ["n", "line", "product"] {
            let id = format!("('{first}0000000-0000-7000-8000-' || lpad({number}::text, 12, '0'))::uuid");
            sql = sql.replace(&format!("{{id {first} {number}}}"), &id);
        }
    }
    sql
}

/// A call with the ids of the things with the number 100: `{id 2}` is the id of that customer.
/// `{first product}` is the product with the number 1, which is on the first line of every order.
pub fn with_ids(sql: &str) -> String {
    let sql = sql.replace("{first product}", "'30000000-0000-7000-8000-000000000001'");
    (1..=7).fold(fill(&literals(&sql)), |sql, n| {
        sql.replace(&format!("{{id {n}}}"), &format!("'{n}0000000-0000-7000-8000-000000000100'"))
    })
}

/// The customer and the order of [`RETURNS`].
fn literals(sql: &str) -> String {
    sql.replace("{returner}", "'20000000-0000-7000-8000-00000000150a'::uuid")
        .replace("{returned_sale}", "'40000000-0000-7000-8000-00000000150a'::uuid")
}

/// By relation: how often it was scanned, and how many rows or entries were read, by this session and lately.
const READ: &str = "
    SELECT relation.relname, pg_stat_get_xact_numscans(relation.oid), pg_stat_get_xact_tuples_returned(relation.oid)
    FROM pg_class AS relation
    WHERE relation.relnamespace = 'tallystick'::regnamespace AND relation.relkind IN ('r', 'i');";

/// The rows that a statement returns, of other than three columns, and what it reads: a table or an index, how often, and how
/// many rows or entries in all.
pub async fn reads(actor: &Actor, sql: &str) -> (Vec<TextRow>, BTreeSet<(String, i64, i64)>) {
    let rows = actor.rows(&format!("{READ} {sql}; {READ}")).await;
    let (counts, returned): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.len() == 3);
    let mut before = BTreeMap::new();
    let mut read = BTreeSet::new();
    for row in counts {
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

/// Makes all indexes anew, the newest first, so that the newest of each table becomes its oldest. Which index is older decides
/// between plans that cost the same, and so does a restored backup: it makes indexes in the order of their names.
pub async fn turn_the_indexes_round(superuser: &Actor) {
    let newest_first = "SELECT index.indexrelid::regclass FROM pg_index AS index JOIN pg_class AS relation ON relation.oid = index.indexrelid
        WHERE relation.relnamespace = 'tallystick'::regnamespace ORDER BY index.indexrelid DESC";
    for index in superuser.rows(newest_first).await {
        let sql = format!("REINDEX INDEX CONCURRENTLY {}", index[0].as_deref().unwrap());
        superuser.session.client().batch_execute(&sql).await.unwrap();
    }
}
