//! A malformed batch, and one of another business, is refused as a whole.

use uuid::Uuid;

use super::{Buy, Place, buy, outcomes, product, together};
use crate::support::{
    audit::audit,
    contents::contents,
    purchase_batch::{HELD, PurchaseBatch},
    two_businesses::{OURS, THEIRS},
};

#[tokio::test]
async fn the_same_key_twice_in_a_batch_is_an_error_and_nothing_is_written_unless_the_first_was_refused() {
    let place = Place::new().await;
    let before = contents(&place.database).await;
    let twice = [buy(0, &[(1, 1)], "k"), buy(3, &[(2, 1)], "other"), buy(3, &[(1, 1)], "k")];
    assert_eq!(place.refusal(&together(&twice, "wait")).await, "23505");
    let same = buy(0, &[(1, 1)], "k");
    let same_twice = [same.clone(), Buy { order_id: Uuid::now_v7(), ..same }];
    assert_eq!(place.refusal(&together(&same_twice, "wait")).await, "23505");
    assert_eq!(contents(&place.database).await, before);

    let first_refused = [buy(2, &[(1, 1)], "k"), buy(0, &[(1, 1)], "k")];
    assert_eq!(outcomes(&place.rows(&together(&first_refused, "wait")).await), ["credit_limit_exceeded", "created"]);
    audit(&place.database).await;
}

#[tokio::test]
async fn a_batch_sees_nothing_of_another_business() {
    let place = Place::new().await;
    let (theirs, thing): (Uuid, Uuid) = (THEIRS.id("customer").parse().unwrap(), THEIRS.id("product").parse().unwrap());
    let before = contents(&place.database).await;
    let buys = [
        Buy { customer: theirs, ..buy(0, &[(1, 1)], "their-customer") },
        Buy { lines: vec![(thing, 1)], ..buy(0, &[], "their-product") },
        Buy { customer: theirs, lines: vec![(thing, 1)], ..buy(0, &[], "both") },
    ];
    for held in HELD {
        let rows = place.rows(&together(&buys, held)).await;
        assert_eq!(outcomes(&rows), ["customer_not_found", "product_not_found", "customer_not_found"]);
    }
    let in_their_name = together(&buys, "wait").replace(&OURS.id("business"), &THEIRS.id("business"));
    assert_eq!(place.refusal(&in_their_name).await, "42501");
    assert_eq!(contents(&place.database).await, before);
    audit(&place.database).await;
}

fn outcomes_of(call: &PurchaseBatch) -> String {
    format!("SELECT outcome FROM {call}")
}

/// A batch of two purchases, the second of two lines.
fn well_formed() -> PurchaseBatch {
    let business = format!("'{}'", OURS.id("business"));
    let customers = format!("'{{{},{}}}'", OURS.id("customer"), OURS.id("newcomer"));
    let products = format!("'{{{},{}}}'", OURS.id("product"), product(0));
    PurchaseBatch::new(&business, &customers, &products)
        .with("p_customer_positions", "'{1,2}'")
        .with("p_idempotency_keys", "'{k,l}'")
        .with("p_actors", "'{a,NULL}'")
        .with("p_order_ids", "'{NULL,NULL}'")
        .with("p_line_counts", "'{1,2}'")
        .with("p_product_positions", "'{1,1,2}'")
        .with("p_quantities", "'{1,1,1}'")
}

#[tokio::test]
async fn a_malformed_batch_is_refused_before_anything_is_looked_at() {
    let place = Place::new().await;
    let (a, b) = (OURS.id("customer"), OURS.id("newcomer"));
    let good = well_formed();
    let before = contents(&place.database).await;
    for (argument, bad) in [
        ("p_customer_ids", format!("'{{{b},{a}}}'")),
        ("p_customer_ids", format!("'{{{a},{a}}}'")),
        ("p_customer_ids", format!("'{{{a}}}'")),
        ("p_customer_ids", format!("'[0:1]={{{a},{b}}}'")),
        ("p_customer_ids", format!("'{{{{{a}}},{{{b}}}}}'")),
        ("p_customer_ids", format!("'{{{a},NULL}}'")),
        ("p_customer_ids", "'{}'".into()),
        ("p_customer_ids", "NULL".into()),
        ("p_product_ids", format!("'{{{0},{0}}}'", OURS.id("product"))),
        ("p_product_ids", format!("'{{{},{}}}'", product(0), OURS.id("product"))),
        ("p_product_ids", format!("'{{{},NULL}}'", OURS.id("product"))),
        ("p_product_ids", "'{}'".into()),
        ("p_product_ids", "NULL".into()),
        ("p_customer_positions", "'{1,3}'".into()),
        ("p_customer_positions", "'{0,1}'".into()),
        ("p_customer_positions", "'{-1,1}'".into()),
        ("p_customer_positions", "'{1,NULL}'".into()),
        ("p_customer_positions", "'{1}'".into()),
        ("p_customer_positions", "'{1,2,2}'".into()),
        ("p_customer_positions", "'[2:3]={1,2}'".into()),
        ("p_customer_positions", "'{{1},{2}}'".into()),
        ("p_customer_positions", "'{{1,2}}'".into()),
        ("p_customer_positions", "'{}'".into()),
        ("p_customer_positions", "NULL".into()),
        ("p_idempotency_keys", "'{k,NULL}'".into()),
        ("p_idempotency_keys", "'{k}'".into()),
        ("p_idempotency_keys", "'{k,l,m}'".into()),
        ("p_idempotency_keys", "'[0:1]={k,l}'".into()),
        ("p_idempotency_keys", "NULL".into()),
        ("p_actors", "'{a}'".into()),
        ("p_actors", "'[0:1]={a,b}'".into()),
        ("p_actors", "'{}'".into()),
        ("p_actors", "NULL".into()),
        ("p_order_ids", "'{NULL}'".into()),
        ("p_order_ids", "'[0:1]={NULL,NULL}'".into()),
        ("p_order_ids", "NULL".into()),
        ("p_line_counts", "'{1,1}'".into()),
        ("p_line_counts", "'{2,2}'".into()),
        ("p_line_counts", "'{0,3}'".into()),
        ("p_line_counts", "'{-1,4}'".into()),
        ("p_line_counts", "'{3,NULL}'".into()),
        ("p_line_counts", "'{501,1}'".into()),
        ("p_line_counts", "'{2147483647,2147483647}'".into()),
        ("p_line_counts", "'[2:3]={1,2}'".into()),
        ("p_line_counts", "NULL".into()),
        ("p_product_positions", "'{1,1,3}'".into()),
        ("p_product_positions", "'{0,1,1}'".into()),
        ("p_product_positions", "'{1,NULL,1}'".into()),
        ("p_product_positions", "'{1,1}'".into()),
        ("p_product_positions", "'[0:2]={1,1,1}'".into()),
        ("p_product_positions", "'{{1,1,1}}'".into()),
        ("p_product_positions", "NULL".into()),
        ("p_quantities", "'{1,1,0}'".into()),
        ("p_quantities", "'{1,1,-1}'".into()),
        ("p_quantities", "'{1,1,2147483648}'".into()),
        ("p_quantities", "'{1,1,NULL}'".into()),
        ("p_quantities", "'{1,1}'".into()),
        ("p_quantities", "'[0:2]={1,1,1}'".into()),
        ("p_quantities", "NULL".into()),
        ("p_options", "'{NULL}'".into()),
        ("p_options", "'{NULL,NULL,NULL}'".into()),
        ("p_options", "'[0:1]={NULL,NULL}'".into()),
        ("p_options", "'{{NULL,NULL}}'".into()),
        ("p_options", "'{}'".into()),
        ("p_held", "'pass over'".into()),
        ("p_held", "'WAIT'".into()),
        ("p_held", "''".into()),
        ("p_held", "NULL".into()),
    ] {
        let sql = outcomes_of(&good.clone().with(argument, bad));
        assert_eq!(place.refusal(&sql).await, "22023", "{sql}");
    }
    assert_eq!(contents(&place.database).await, before);
    assert_eq!(outcomes(&place.rows(&outcomes_of(&good)).await), ["created", "created"]);
}

#[tokio::test]
async fn malformed_options_are_refused_before_anything_is_looked_at() {
    let place = Place::new().await;
    let good = well_formed();
    let before = contents(&place.database).await;
    let line = |json: &str| format!(r#"{{"lines": [{json}, null]}}"#);
    for bad in [
        "[]",
        "null",
        "7",
        "{}",
        r#"{"line": [null, {"tax": 1}]}"#,
        r#"{"lines": [{"tax": 1}, null], "more": 1}"#,
        r#"{"lines": {}}"#,
        r#"{"lines": null}"#,
        r#"{"lines": []}"#,
        r#"{"lines": [{"tax": 1}]}"#,
        r#"{"lines": [{"tax": 1}, null, null]}"#,
        &line("null"),
        &line("{}"),
        &line("7"),
        &line("[]"),
        &line(r#"{"price": 1}"#),
        &line(r#"{"tax": null}"#),
        &line(r#"{"tax": "1"}"#),
        &line(r#"{"tax": 1.0}"#),
        &line(r#"{"tax": 1.5}"#),
        &line(r#"{"tax": -1}"#),
        &line(r#"{"discount": true}"#),
        &line(r#"{"unit_price": 9007199254740992}"#),
        &line(r#"{"unit_price": 99999999999999999999}"#),
        &line(r#"{"unit_price": 1, "discount": 0, "tax": []}"#),
    ] {
        let sql = outcomes_of(&good.clone().with("p_options", format!("ARRAY[NULL, '{bad}']::jsonb[]")));
        assert_eq!(place.refusal(&sql).await, "22023", "{sql}");
    }
    assert_eq!(contents(&place.database).await, before);
    let priced = format!("ARRAY[NULL, '{}']::jsonb[]", line(r#"{"unit_price": 9, "discount": 9, "tax": 1e0}"#));
    let good = good.with("p_options", priced);
    assert_eq!(outcomes(&place.rows(&outcomes_of(&good)).await), ["created", "created"]);
    audit(&place.database).await;
}

#[tokio::test]
async fn a_batch_has_500_purchases_at_most() {
    let place = Place::new().await;
    let many = |purchases: usize| {
        let ones = |sql_type: &str| format!("array_fill(1::{sql_type}, ARRAY[{purchases}])");
        let keys = format!("ARRAY(SELECT 'k' || n FROM generate_series(1, {purchases}) AS n)");
        let ids = format!("array_fill(NULL::uuid, ARRAY[{purchases}])");
        let one = |id: String| format!("'{{{id}}}'");
        let business = format!("'{}'", OURS.id("business"));
        let call = PurchaseBatch::new(&business, &one(OURS.id("customer")), &one(OURS.id("product")))
            .with("p_customer_positions", ones("integer"))
            .with("p_idempotency_keys", keys)
            .with("p_order_ids", ids)
            .with("p_line_counts", ones("integer"))
            .with("p_product_positions", ones("integer"))
            .with("p_quantities", ones("bigint"));
        outcomes_of(&call)
    };
    assert_eq!(place.refusal(&many(501)).await, "22023");
    let rows = place.rows(&many(500)).await;
    assert_eq!(rows.len(), 500);
    // 24 pieces are left for 930 of credit.
    assert_eq!(outcomes(&rows).iter().filter(|outcome| **outcome == "created").count(), 9);
    audit(&place.database).await;
}
