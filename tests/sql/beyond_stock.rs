//! Products that may be sold beyond their stock, and services, which have none. No route makes them yet: the owner does.

use crate::support::{
    actor::Actor,
    two_businesses::{OURS, fill, two_businesses},
};

/// All values of all rows, those of one row together.
async fn told(sql: &str) -> Vec<String> {
    let database = two_businesses().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    let rows = owner.rows(&fill(sql)).await;
    rows.into_iter()
        .map(|row| {
            row.into_iter().map(|value| value.unwrap_or_else(|| "NULL".to_owned())).collect::<Vec<_>>().join(" ")
        })
        .collect()
}

#[tokio::test]
async fn what_is_sold_beyond_the_stock_is_owed_and_a_restock_serves_it_first() {
    let buy = |quantity: u32, key: &str| {
        format!(
            "SELECT outcome, available
             FROM tallystick.purchase({{business}}, {{customer}}, ARRAY[{{product}}], '{{{quantity}}}', '{key}');"
        )
    };
    let move_stock = |quantity: i32, key: &str| {
        format!(
            "SELECT outcome, stock_after, backordered_after, available
             FROM tallystick.stock_movement_record({{business}}, {{product}}, {quantity}, 'counted', '{key}');"
        )
    };
    let stock = "SELECT stock, backordered FROM tallystick.products WHERE id = {product};";
    let sql = [
        // 24 are there, and 10 more may be sold.
        "UPDATE tallystick.products SET price = 1, backorder_limit = 10 WHERE id = {product};",
        &buy(30, "30-of-34"),
        stock,
        &buy(5, "5-of-4"),
        &move_stock(4, "4-for-those-who-wait"),
        &move_stock(-1, "nothing-is-there-to-take"),
        &move_stock(5, "2-for-those-who-wait"),
        &buy(2, "2-of-13"),
        stock,
        "SELECT string_agg(stock_taken::text, ' ' ORDER BY stock_taken) FROM tallystick.order_items;
         SELECT (SELECT stock - backordered FROM tallystick.products WHERE id = {product})
              = (SELECT sum(quantity) FROM tallystick.stock_movements WHERE product_id = {product})
              - (SELECT sum(stock_taken) FROM tallystick.order_items WHERE product_id = {product})
              + (SELECT sum(restocked) FROM tallystick.return_items WHERE product_id = {product});",
    ];
    assert_eq!(
        told(&sql.concat()).await,
        [
            "created NULL",
            "0 6",
            "insufficient_stock {4}",
            "created 0 2 0",
            "insufficient_stock 0 3 0",
            "created 3 0 0",
            "created NULL",
            "1 0",
            "1 1 2 30",
            "t",
        ]
    );
}

#[tokio::test]
async fn a_service_is_sold_without_end_and_takes_nothing_from_the_stock() {
    let sql = "
        INSERT INTO tallystick.products (business_id, id, sku, name, price, stock, track_stock)
        VALUES ({business}, {no_product}, 'hour', 'An hour of work', 1, 0, false);
        SELECT outcome FROM tallystick.purchase(
            {business}, {customer}, ARRAY[{no_product}, {product}, {no_product}], '{300, 2, 200}', 'hours');
        SELECT id = {product}, stock, backordered FROM tallystick.products ORDER BY id;
        SELECT line_no, stock_taken FROM tallystick.order_items WHERE quantity > 1 ORDER BY line_no;
        SELECT outcome FROM tallystick.stock_movement_record({business}, {no_product}, 1, 'one more hour', 'restock');";
    assert_eq!(told(sql).await, ["created", "t 22 0", "f 0 0", "1 0", "2 2", "3 0", "stock_not_tracked"]);
}
