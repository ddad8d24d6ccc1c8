//! What changed a stock, with sales: a page walks the lines of the business backwards, and has an end.

use super::plenty::{PLENTY, database, planting, with_ids};
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
