//! What a ledger entry and an order line keep of their moment.

use crate::support::{
    actor::Actor,
    two_businesses::{OURS, fill, two_businesses},
};

/// The clock of a server that took over from another may be behind the other's.
#[tokio::test]
async fn an_entry_is_never_earlier_than_the_one_before_it() {
    let database = two_businesses().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    let sql = "
        SELECT tallystick.ledger_record(read.account, entry)
        FROM (
            SELECT (tallystick.batch_read_accounts({business}, ARRAY[{customer}], NULL))[1] AS account
        ) AS read
        CROSS JOIN jsonb_populate_record(NULL::tallystick.credit_ledger, jsonb_build_object(
            'business_id', {business}, 'id', {no_payment}, 'kind', 'payment', 'amount', -1,
            'created_at', clock_timestamp() + interval '1 hour', 'idempotency_key', 'an-hour-ahead',
            'request_fingerprint', sha256(''), 'details_digest', sha256('\\x01'), 'actor', 'test')) AS entry;
        SELECT outcome FROM tallystick.payment_record({business}, {customer}, 1, 'payment');
        SELECT outcome FROM tallystick.purchase({business}, {customer}, ARRAY[{product}], '{1}', 'purchase');
        SELECT string_agg(
            (later.created_at - earlier.created_at)::text, ' ' ORDER BY later.entry_no)
        FROM tallystick.credit_ledger AS later
        JOIN tallystick.credit_ledger AS earlier
            ON earlier.customer_id = later.customer_id AND earlier.entry_no = later.entry_no - 1
        WHERE later.customer_id = {customer} AND later.entry_no > 3;";
    let rows = owner.rows(&fill(sql)).await;
    let told: Vec<_> = rows.iter().skip(1).map(|row| row[0].as_deref().unwrap()).collect();
    assert_eq!(told, ["created", "created", "00:00:00 00:00:00"]);
}

#[tokio::test]
async fn a_line_keeps_the_version_that_its_product_had_when_it_was_sold() {
    let database = two_businesses().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    let change =
        |what: &str| format!("SELECT outcome FROM tallystick.product_update({{business}}, {{product}}, {what});");
    let buy = |quantity: u32| {
        format!(
            "SELECT outcome
             FROM tallystick.purchase({{business}}, {{customer}}, ARRAY[{{product}}], '{{{quantity}}}', 'buy-{quantity}');"
        )
    };
    let sql = [
        change("NULL, NULL, 1"),
        buy(2),
        change("NULL, 'another name', NULL"),
        buy(3),
        change("NULL, 'another name', 2"),
        buy(4),
        change("'another sku', NULL, NULL"),
        buy(5),
        "SELECT string_agg(quantity || ': ' || product_version, ', ' ORDER BY quantity)
         FROM tallystick.order_items WHERE product_id = {product};
         SELECT string_agg(version_no || ': ' || sku || ', ' || name, '; ' ORDER BY version_no)
         FROM tallystick.product_versions WHERE product_id = {product};"
            .to_owned(),
    ];
    let rows = owner.rows(&fill(&sql.concat())).await;
    let told: Vec<_> = rows.iter().map(|row| row[0].as_deref().unwrap()).collect();
    let (outcomes, kept) = told.split_at(8);
    assert_eq!(outcomes, ["updated", "created"].repeat(4));
    assert_eq!(
        kept,
        ["1: 1, 1: 1, 2: 1, 3: 2, 4: 2, 5: 3", "1: same, ours; 2: same, another name; 3: another sku, another name"]
    );
}
