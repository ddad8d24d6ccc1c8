//! Lists: whose rows they show, from where on, and in which order.

use crate::support::{
    actor::Actor,
    two_businesses::{OURS, fill, two_businesses},
};

#[tokio::test]
async fn a_ledger_tells_of_its_customer_only_and_begins_with_the_newest_entry() {
    let database = two_businesses().await;
    let server = Actor::server(&database, &OURS.id("business")).await;
    for (customer, limit, entries) in [
        ("customer", 10, vec![Some("2"), Some("1")]),
        ("customer", 1, vec![Some("2")]),
        // One row of NULLs.
        ("newcomer", 10, vec![None]),
    ] {
        let sql = format!("SELECT entry_no FROM tallystick.ledger_list({{business}}, {{{customer}}}, NULL, {limit})");
        let rows = server.rows(&fill(&sql)).await;
        assert_eq!(rows.iter().map(|row| row[0].as_deref()).collect::<Vec<_>>(), entries, "{customer}");
    }
}

#[tokio::test]
async fn what_a_filter_finds_is_shown_before_the_cursor_only() {
    let database = two_businesses().await;
    let server = Actor::server(&database, &OURS.id("business")).await;
    for (list, id) in [
        ("customer_list({business}, 'same', {before}, 10)", "customer"),
        ("product_list({business}, 'same', {before}, 10)", "product"),
        ("order_list({business}, {customer}, {before}, 10)", "order"),
        ("return_list({business}, NULL, {payer}, {before}, 10)", "return"),
        ("return_list({business}, {returned_order}, NULL, {before}, 10)", "return"),
    ] {
        for (before, found) in [("NULL", 1), (&*format!("{{{id}}}"), 0)] {
            let sql = fill(&format!("SELECT id FROM tallystick.{}", list.replace("{before}", before)));
            assert_eq!(server.rows(&sql).await.len(), found, "{sql}");
        }
    }
}
