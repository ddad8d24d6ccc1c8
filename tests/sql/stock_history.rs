//! What changed a stock, with sales: a page walks the lines of the business backwards, and has an end.

use super::plenty::{PLENTY, database, planting, reads, with_ids};
use crate::support::{
    actor::{Actor, TextRow},
    two_businesses::OURS,
};

/// 3,000 orders of two lines, of the products with the numbers 1 and 2. Product 100 was never sold.
#[tokio::test]
async fn a_page_looks_at_no_line_after_its_time_and_pages_find_what_is_far_behind() {
    let database = database().await;
    let superuser = Actor::superuser(&database).await;
    superuser.session.client().batch_execute(&planting(PLENTY)).await.unwrap();
    // Older than every order.
    let opening =
        "UPDATE tallystick.stock_movements SET id = '00000000-0000-7000-8000-000000000100' WHERE product_id = {id 3}";
    let opening = with_ids(&format!(
        "SET session_replication_role = replica; ALTER TABLE tallystick.stock_movements DISABLE TRIGGER ALL;
        {opening}; ALTER TABLE tallystick.stock_movements ENABLE TRIGGER ALL; RESET session_replication_role"
    ));
    superuser.session.client().batch_execute(&opening).await.unwrap();
    let line = "UPDATE tallystick.order_items SET product_id = '30000000-0000-7000-8000-000000000003'
        WHERE order_id = '40000000-0000-7000-8000-000000002001' AND line_no = 1";
    let line = format!(
        "ALTER TABLE tallystick.order_items DISABLE TRIGGER ALL; {line}; ALTER TABLE tallystick.order_items ENABLE TRIGGER ALL"
    );
    superuser.session.client().batch_execute(&line).await.unwrap();
    let reader = Actor::server(&database, &OURS.id("business")).await;
    let page = |place: &str| {
        with_ids(&format!(
            "SELECT right(id::text, 4), line_no, kind, quantity FROM tallystick.stock_movement_list({{business}}, {{id 3}}, {place}, 10, true)"
        ))
    };
    let row =
        |columns: [&str; 4]| columns.map(|column| Some(column.to_owned()).filter(|text| !text.is_empty())).to_vec();
    let lock = "BEGIN; LOCK TABLE tallystick.order_items IN ACCESS EXCLUSIVE MODE";
    superuser.session.client().batch_execute(lock).await.unwrap();
    let release = async {
        let waits =
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'tallystick.order_items'::regclass)";
        while !superuser.session.client().query_one(waits, &[]).await.unwrap().get::<_, bool>(0) {}
        // Longer than a page may take.
        superuser.session.client().batch_execute("SELECT pg_sleep(0.11); COMMIT").await.unwrap();
    };
    let first = page("NULL, NULL");
    let (rows, ()) = tokio::join!(reader.rows(&first), release);
    // 2,000 lines: those of the orders 3000 to 2001.
    assert_eq!(rows, [row(["2001", "1", "", ""])]);

    // However many lines a page finds time for, the pages end with the opening.
    let mut place = "'40000000-0000-7000-8000-000000002001', 1".to_owned();
    let mut found: Vec<TextRow> = Vec::new();
    for _ in 0..3 {
        let rows = reader.rows(&page(&place)).await;
        let Some(last) = rows.last() else { break };
        place = format!("'40000000-0000-7000-8000-00000000{}', {}", last[0].clone().unwrap(), last[1].clone().unwrap());
        let is_last = last[2].is_some();
        found.extend(rows);
        if is_last {
            break;
        }
    }
    assert_eq!(found.last().unwrap(), &row(["0100", "0", "opening", "1000"]));

    // The last line of the first part was looked at: it is the only one of product 3.
    let third = "SELECT right(id::text, 4), line_no, kind, quantity
        FROM tallystick.stock_movement_list({business}, '30000000-0000-7000-8000-000000000003', NULL, NULL, 10, true)";
    let rows = reader.rows(&with_ids(third)).await;
    assert_eq!(rows[1], row(["2001", "1", "sale", "-1"]));
}

/// 21,000 lines of orders and 21,000 of returns, 500 each, all newer than the one sale of the first product.
const MANY_LINES: &str = "
    ALTER TABLE tallystick.products DISABLE TRIGGER ALL;
    ALTER TABLE tallystick.orders DISABLE TRIGGER ALL;
    ALTER TABLE tallystick.order_items DISABLE TRIGGER ALL;
    ALTER TABLE tallystick.return_items DISABLE TRIGGER ALL;
    INSERT INTO tallystick.businesses (business_id, name, currency) VALUES ({business}, 'ours', 'EUR');
    INSERT INTO tallystick.products SELECT {business}, {id 3 n}, 'sku-' || n, 'p', 1, 1000 FROM generate_series(1, 2) AS n;
    INSERT INTO tallystick.orders SELECT {business}, {id 4 n}, {id 2 n}, 500, now() FROM generate_series(1, 42) AS n;
    INSERT INTO tallystick.order_items (
        business_id, order_id, line_no, product_id, quantity, unit_price, line_total, stock_taken, product_version, decimals)
    SELECT {business}, {id 4 n}, line, {id 3 product}, 1, 1, 1, 1, 1, 0
    FROM generate_series(1, 42) AS n, generate_series(1, 500) AS line,
         LATERAL (SELECT CASE WHEN n = 1 AND line = 1 THEN 1 ELSE 2 END AS product) AS of;
    INSERT INTO tallystick.return_items
    SELECT {business}, {id 7 n}, {id 4 n}, {id 3 product}, 1, 1, 1, 0, 1, 1, 1, NULL, line
    FROM generate_series(1, 42) AS n, generate_series(1, 500) AS line, (VALUES (2)) AS of (product);
    ANALYZE;";

/// The time that a page may take, without which the number of lines is all that ends it.
const NO_HURRY: &str = "
    DO $$
    DECLARE
        v_function text := pg_get_functiondef('tallystick.stock_movement_list'::regproc);
    BEGIN
        ASSERT v_function LIKE '%100 milliseconds%';
        EXECUTE replace(v_function, '100 milliseconds', '1 hour');
    END
    $$";

#[tokio::test]
async fn a_page_looks_at_20_000_lines_of_orders_and_of_returns_and_the_next_one_goes_on_behind_them() {
    let database = database().await;
    let superuser = Actor::superuser(&database).await;
    superuser.session.client().batch_execute(&planting(MANY_LINES)).await.unwrap();
    superuser.session.client().batch_execute(NO_HURRY).await.unwrap();
    let reader = Actor::server(&database, &OURS.id("business")).await;
    let mut place = "NULL, NULL".to_owned();
    for expected in [
        // 40 returns; then 2 returns and 40 orders; then the sale.
        ["70000000-0000-7000-8000-000000000003", "1", "", ""],
        ["40000000-0000-7000-8000-000000000003", "1", "", ""],
        ["40000000-0000-7000-8000-000000000001", "1", "sale", "-1"],
    ] {
        let page = "SELECT id, line_no, kind, quantity FROM tallystick.stock_movement_list({business}, {first product}, PLACE, 10, true)";
        let (rows, read) = reads(&reader, &with_ids(page).replace("PLACE", &place)).await;
        let expected = expected.map(|column| Some(column.to_owned()).filter(|text| !text.is_empty())).to_vec();
        assert_eq!(rows, [expected]);
        // The end of each part is looked for first, and then the part is read.
        for (index, _, entries) in read {
            assert!(entries <= 2 * 20_000, "{index}: {entries} at {place}");
        }
        let [id, line_no] = &rows[0][..2] else { unreachable!() };
        place = format!("'{}', {}", id.as_deref().unwrap(), line_no.as_deref().unwrap());
    }
}
