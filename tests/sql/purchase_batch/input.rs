//! What is no batch, or not one's own, is refused as a whole.

use uuid::Uuid;

use super::{Buy, Place, buy, outcomes, product, together};
use crate::support::{
    audit::audit,
    contents::contents,
    two_businesses::{OURS, THEIRS},
};

#[tokio::test]
async fn the_same_key_twice_in_a_batch_is_an_error_and_nothing_is_written_unless_the_first_was_refused() {
    let place = Place::new().await;
    let before = contents(&place.database).await;
    let twice = [buy(0, &[(1, 1)], "k"), buy(3, &[(2, 1)], "other"), buy(3, &[(1, 1)], "k")];
    assert_eq!(place.refusal(&together(&twice, true)).await, "23505");
    let same = buy(0, &[(1, 1)], "k");
    let same_twice = [same.clone(), Buy { order_id: Uuid::now_v7(), ..same }];
    assert_eq!(place.refusal(&together(&same_twice, true)).await, "23505");
    assert_eq!(contents(&place.database).await, before);

    let first_refused = [buy(2, &[(1, 1)], "k"), buy(0, &[(1, 1)], "k")];
    assert_eq!(outcomes(&place.rows(&together(&first_refused, true)).await), ["credit_limit_exceeded", "created"]);
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
    for wait in [true, false] {
        let rows = place.rows(&together(&buys, wait)).await;
        assert_eq!(outcomes(&rows), ["customer_not_found", "product_not_found", "customer_not_found"]);
    }
    let in_their_name = together(&buys, true).replace(&OURS.id("business"), &THEIRS.id("business"));
    assert_eq!(place.refusal(&in_their_name).await, "42501");
    assert_eq!(contents(&place.database).await, before);
    audit(&place.database).await;
}

/// A call with arguments as they are.
fn call_of(arguments: &[String]) -> String {
    let business = OURS.id("business");
    format!("SELECT outcome FROM tallystick.purchase_batch('{business}', {})", arguments.join(", "))
}

#[tokio::test]
async fn a_batch_that_is_none_is_refused_before_anything_is_looked_at() {
    let place = Place::new().await;
    let (a, b) = (OURS.id("customer"), OURS.id("newcomer"));
    let good = [
        format!("'{{{a},{b}}}'"),
        format!("'{{{},{}}}'", OURS.id("product"), product(0)),
        "'{1,2}'".into(),
        "'{k,l}'".into(),
        "'{NULL,NULL}'".into(),
        "'{1,2}'".into(),
        "'{1,1,2}'".into(),
        "'{1,1,1}'".into(),
        "true".into(),
    ];
    let before = contents(&place.database).await;
    for (argument, bad) in [
        (0, format!("'{{{b},{a}}}'")),
        (0, format!("'{{{a},{a}}}'")),
        (0, format!("'{{{a}}}'")),
        (0, format!("'[0:1]={{{a},{b}}}'")),
        (0, format!("'{{{{{a}}},{{{b}}}}}'")),
        (0, format!("'{{{a},NULL}}'")),
        (0, "'{}'".into()),
        (0, "NULL".into()),
        (1, format!("'{{{0},{0}}}'", OURS.id("product"))),
        (1, format!("'{{{},{}}}'", product(0), OURS.id("product"))),
        (1, format!("'{{{},NULL}}'", OURS.id("product"))),
        (1, "'{}'".into()),
        (1, "NULL".into()),
        (2, "'{1,3}'".into()),
        (2, "'{0,1}'".into()),
        (2, "'{-1,1}'".into()),
        (2, "'{1,NULL}'".into()),
        (2, "'{1}'".into()),
        (2, "'{1,2,2}'".into()),
        (2, "'[2:3]={1,2}'".into()),
        (2, "'{{1},{2}}'".into()),
        (2, "'{{1,2}}'".into()),
        (2, "'{}'".into()),
        (2, "NULL".into()),
        (3, "'{k,NULL}'".into()),
        (3, "'{k}'".into()),
        (3, "'{k,l,m}'".into()),
        (3, "'[0:1]={k,l}'".into()),
        (3, "NULL".into()),
        (4, "'{NULL}'".into()),
        (4, "'[0:1]={NULL,NULL}'".into()),
        (4, "NULL".into()),
        (5, "'{1,1}'".into()),
        (5, "'{2,2}'".into()),
        (5, "'{0,3}'".into()),
        (5, "'{-1,4}'".into()),
        (5, "'{3,NULL}'".into()),
        (5, "'{501,1}'".into()),
        (5, "'{2147483647,2147483647}'".into()),
        (5, "'[2:3]={1,2}'".into()),
        (5, "NULL".into()),
        (6, "'{1,1,3}'".into()),
        (6, "'{0,1,1}'".into()),
        (6, "'{1,NULL,1}'".into()),
        (6, "'{1,1}'".into()),
        (6, "'[0:2]={1,1,1}'".into()),
        (6, "'{{1,1,1}}'".into()),
        (6, "NULL".into()),
        (7, "'{1,1,0}'".into()),
        (7, "'{1,1,-1}'".into()),
        (7, "'{1,1,2147483648}'".into()),
        (7, "'{1,1,NULL}'".into()),
        (7, "'{1,1}'".into()),
        (7, "'[0:2]={1,1,1}'".into()),
        (7, "NULL".into()),
    ] {
        let mut arguments = good.clone();
        arguments[argument] = bad;
        let sql = call_of(&arguments);
        assert_eq!(place.refusal(&sql).await, "22023", "{sql}");
    }
    assert_eq!(contents(&place.database).await, before);
    assert_eq!(outcomes(&place.rows(&call_of(&good)).await), ["created", "created"]);
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
        call_of(&[
            one(OURS.id("customer")),
            one(OURS.id("product")),
            ones("integer"),
            keys,
            ids,
            ones("integer"),
            ones("integer"),
            ones("bigint"),
            "true".into(),
        ])
    };
    assert_eq!(place.refusal(&many(501)).await, "22023");
    let rows = place.rows(&many(500)).await;
    assert_eq!(rows.len(), 500);
    // 24 pieces are left for 930 of credit.
    assert_eq!(outcomes(&rows).iter().filter(|outcome| **outcome == "created").count(), 9);
    audit(&place.database).await;
}
