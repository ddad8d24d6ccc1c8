//! `ledger_list`: one customer's entries.

use crate::support::{
    actor::Actor,
    two_businesses::{OURS, fill, two_businesses},
};

#[tokio::test]
async fn a_ledger_tells_of_its_customer_only() {
    let database = two_businesses().await;
    let server = Actor::server(&database, &OURS.id("business")).await;
    for (customer, entries) in [("customer", vec![Some("2"), Some("1")]), ("newcomer", vec![None])] {
        let sql = format!("SELECT entry_no FROM tallystick.ledger_list({{business}}, {{{customer}}}, NULL, 10)");
        let rows = server.rows(&fill(&sql)).await;
        assert_eq!(rows.iter().map(|row| row[0].as_deref()).collect::<Vec<_>>(), entries, "{customer}");
    }
}
