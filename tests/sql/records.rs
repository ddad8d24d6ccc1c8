//! Customers and products are created once, and changed one at a time.

use crate::support::{
    actor::Actor,
    two_businesses::{OURS, fill, two_businesses},
};

#[tokio::test]
async fn creating_a_product_again_under_its_id_changes_nothing() {
    let database = two_businesses().await;
    let server = Actor::server(&database, &OURS.id("business")).await;
    let sql = "SELECT outcome, (product).name, (product).stock
            FROM tallystick.product_create({business}, {product}, 'again', 'again', 1, 7);
        SELECT kind, quantity FROM tallystick.stock_movements ORDER BY created_at";
    let rows = server.rows(&fill(sql)).await;
    let texts: Vec<Vec<_>> = rows.iter().map(|row| row.iter().flatten().map(String::as_str).collect()).collect();
    assert_eq!(texts, [vec!["created", "ours", "24"], vec!["opening", "20"], vec!["adjustment", "5"]]);
}

#[tokio::test]
async fn creating_a_customer_again_under_its_id_changes_nothing() {
    let database = two_businesses().await;
    let server = Actor::server(&database, &OURS.id("business")).await;
    let sql = "SELECT outcome, (customer).name, (customer).credit_limit, (customer).balance
            FROM tallystick.customer_create({business}, {customer}, 'again', 'again', 1, true);
        SELECT name, blocked FROM tallystick.customers WHERE id = {customer}";
    let rows = server.rows(&fill(sql)).await;
    let texts: Vec<Vec<_>> = rows.iter().map(|row| row.iter().flatten().map(String::as_str).collect()).collect();
    assert_eq!(texts, [vec!["created", "ours", "1000", "70"], vec!["ours", "f"]]);
}

#[tokio::test]
async fn a_change_of_one_leaves_the_others_alone() {
    let database = two_businesses().await;
    let server = Actor::server(&database, &OURS.id("business")).await;
    let sql = "SELECT outcome FROM tallystick.product_create({business}, {no_product}, 'other', 'other', 5, 0);
        SELECT outcome FROM tallystick.customer_update({business}, {customer}, 'new', 7, true, false, NULL);
        SELECT outcome FROM tallystick.product_update({business}, {product}, NULL, 'new', 7);
        SELECT name, credit_limit FROM tallystick.customers ORDER BY id;
        SELECT name, price FROM tallystick.products ORDER BY id";
    let rows = server.rows(&fill(sql)).await;
    let texts: Vec<Vec<_>> = rows[3..].iter().map(|row| row.iter().flatten().map(String::as_str).collect()).collect();
    assert_eq!(texts, [["new", "7"], ["ours too", "1000"], ["ours", "1000"], ["new", "7"], ["other", "5"]]);
}

#[tokio::test]
async fn an_order_keeps_its_lines_as_they_were_sent() {
    let database = two_businesses().await;
    let server = Actor::server(&database, &OURS.id("business")).await;
    let sql = "SELECT outcome FROM tallystick.product_create({business}, {no_product}, 'dear', 'dear', 300, 9);
        SELECT outcome FROM tallystick.purchase(
            {business}, {customer}, ARRAY[{no_product}, {product}], '{1,2}', 'two-lines', {no_order});
        SELECT product_ids = ARRAY[{no_product}, {product}], quantities, unit_prices
        FROM tallystick.order_get({business}, {no_order})";
    let order = server.rows(&fill(sql)).await.pop().unwrap();
    assert_eq!(order, ["t", "{1,2}", "{300,100}"].map(|value| Some(value.to_owned())));
}
