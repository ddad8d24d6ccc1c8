//! `purchase` and its siblings, called by somebody who does not check what it sends.

use crate::support::{
    actor::Actor,
    by_hand,
    two_businesses::{OURS, SAME, fill, two_businesses},
};

const INVALID: &str = "22023";

/// Why a purchase is refused.
const LINES: &str = "a batch has lines";
const COUNT: &str = "a purchase has 1 to 500 lines";
const LISTS: &str = "each list by line has one element for each line, counted from 1";
const PRODUCT: &str = "a line has a product";
const QUANTITY: &str = "a line has a quantity of 1 to 2147483647";
const KEY: &str = "a purchase has an idempotency key";

fn purchase(products: &str, quantities: &str, key: &str) -> String {
    fill(&format!(
        "SELECT outcome FROM tallystick.purchase({{business}}, {{customer}}, {products}, {quantities}, {key})"
    ))
}

#[tokio::test]
async fn a_purchase_that_is_not_one_is_refused_before_anything_is_looked_at() {
    let database = two_businesses().await;
    let server = Actor::server(&database, &OURS.id("business")).await;
    let (one, key) = ("ARRAY[{product}]", "'k'");
    for (name, products, quantities, key, reason) in [
        ("no products", "NULL", "'{1}'", key, LINES),
        ("no quantities", one, "NULL", key, LISTS),
        ("neither", "NULL", "NULL", key, LINES),
        ("no lines", "'{}'", "'{}'", key, LINES),
        ("a quantity too few", "ARRAY[{product}, {product}]", "'{1}'", key, LISTS),
        ("a quantity too many", one, "'{1,1}'", key, LISTS),
        ("a product that is NULL", "ARRAY[{product}, NULL]", "'{1,1}'", key, PRODUCT),
        ("nothing but NULL", "ARRAY[NULL]::uuid[]", "'{1}'", key, PRODUCT),
        ("a quantity that is NULL", "ARRAY[{product}, {product}]", "'{1,NULL}'", key, QUANTITY),
        ("products in two dimensions", "ARRAY[[{product}], [{product}]]", "'{1,1}'", key, COUNT),
        ("quantities in two dimensions", "ARRAY[{product}, {product}]", "'{{1},{1}}'", key, LISTS),
        ("both in two dimensions", "ARRAY[[{product}, {product}]]", "'{{1,1}}'", key, LISTS),
        ("501 lines", "array_fill({product}, ARRAY[501])", "array_fill(1::bigint, ARRAY[501])", key, COUNT),
        ("a quantity of 0", one, "'{0}'", key, QUANTITY),
        ("a negative quantity", one, "'{-1}'", key, QUANTITY),
        ("a quantity of 2^31", one, "'{2147483648}'", key, QUANTITY),
        ("the largest quantity there is", one, "'{9223372036854775807}'", key, QUANTITY),
        ("no key", one, "'{1}'", "NULL", KEY),
    ] {
        let refusal = server.refusal(&purchase(products, quantities, key)).await;
        assert_eq!(refusal.code().code(), INVALID, "{name}: {refusal:?}");
        assert_eq!(refusal.message(), reason, "{name}");
    }
}

#[tokio::test]
async fn a_purchase_at_the_bounds_of_what_one_can_be_is_looked_at() {
    let database = two_businesses().await;
    let server = Actor::server(&database, &OURS.id("business")).await;
    for (products, quantities, outcome) in [
        ("array_fill({product}, ARRAY[500])", "array_fill(1::bigint, ARRAY[500])", "insufficient_stock"),
        ("ARRAY[{product}]", "'{2147483647}'", "insufficient_stock"),
        ("array_fill({product}, ARRAY[500])", "array_fill(2147483647::bigint, ARRAY[500])", "insufficient_stock"),
        ("array_fill({no_product}, ARRAY[500])", "array_fill(2147483647::bigint, ARRAY[500])", "product_not_found"),
        ("ARRAY[{product}, {product}]", "'{2,3}'", "created"),
        ("array_fill({product}, ARRAY[2], ARRAY[7])", "'[-3:-2]={2,3}'::bigint[]", "created"),
    ] {
        assert_eq!(server.value(&purchase(products, quantities, "'k'")).await, outcome, "{products} {quantities}");
    }
    let nobody = fill("SELECT outcome FROM tallystick.purchase({business}, NULL, ARRAY[{product}], '{1}', 'k')");
    assert_eq!(server.value(&nobody).await, "customer_not_found");
    let no_business = fill("SELECT outcome FROM tallystick.purchase(NULL, {customer}, ARRAY[{product}], '{1}', 'k')");
    server.is_denied(&no_business).await;
}

#[tokio::test]
async fn a_key_that_is_none_is_refused_by_its_constraint() {
    let database = two_businesses().await;
    let server = Actor::server(&database, &OURS.id("business")).await;
    for key in ["''", "'two words'", "'é'", "repeat('k', 256)", "E'a\\n'"] {
        let refusal = server.refusal(&purchase("ARRAY[{product}]", "'{1}'", key)).await;
        assert_eq!(refusal.constraint(), Some("credit_ledger_idempotency_key_is_visible_ascii"), "{key}");
    }
}

#[tokio::test]
async fn a_purchase_whose_total_is_no_safe_amount_is_refused_whatever_the_limit() {
    let database = two_businesses().await;
    let superuser = Actor::superuser(&database).await;
    let prepare = |price: i64| {
        fill(&format!(
            "UPDATE tallystick.products SET price = {price}, stock = 9007199254740991;
             UPDATE tallystick.customers SET credit_limit = 9007199254740991;
             SET LOCAL ROLE tallystick_server; SELECT set_config('app.business_id', {{business}}::text, true);"
        ))
    };
    for (price, quantities, outcome) in [
        (9_007_199_254_740_991, "'{1}'", "credit_limit_exceeded"),
        (9_007_199_254_740_991 - 70, "'{1}'", "created"),
        (9_007_199_254_740_991, "'{2147483647}'", "total_too_large"),
        (9_007_199_254_740_991, "'{2}'", "total_too_large"),
        (4_503_599_627_370_496, "'{2}'", "total_too_large"),
    ] {
        let rows =
            superuser.rows(&format!("{} {}", prepare(price), purchase("ARRAY[{product}]", quantities, "'k'"))).await;
        assert_eq!(rows.last().unwrap()[0].as_deref(), Some(outcome), "{price} {quantities}");
    }
}

/// After a thousand purchases of the largest amount the sum of all charges comes to the end of its type.
#[tokio::test]
async fn a_purchase_that_no_longer_fits_into_the_total_of_all_charges_is_refused() {
    let database = two_businesses().await;
    by_hand::install(&database).await;
    let superuser = Actor::superuser(&database).await;
    for (left, outcome) in [(100, "created"), (99, "total_too_large"), (0, "total_too_large")] {
        let sql = fill(&format!(
            "ALTER TABLE tallystick.credit_ledger DISABLE TRIGGER ledger_entries_are_right;
             SELECT by_hand.entry({{business}}, {{newcomer}}, '{{\"kind\": \"payment\", \"amount\": -1}}', jsonb_build_object(
                 'entry_no', 1000, 'balance_after', 0, 'charged_total', 9223372036854775807 - {left}));
             ALTER TABLE tallystick.credit_ledger ENABLE ALWAYS TRIGGER ledger_entries_are_right;
             SET LOCAL ROLE tallystick_server; SELECT set_config('app.business_id', {{business}}::text, true);
             SELECT outcome FROM tallystick.purchase({{business}}, {{newcomer}}, ARRAY[{{product}}], '{{1}}', 'k')"
        ));
        assert_eq!(superuser.rows(&sql).await.last().unwrap()[0].as_deref(), Some(outcome), "{left} left");
        // So is any other charge.
        let outcome = if outcome == "created" { outcome } else { "amount_too_large" };
        let (before, _) = sql.rsplit_once("SELECT outcome").unwrap();
        for charge in [
            "adjustment_record({business}, {newcomer}, 'fee', 100, 'why', 'k')",
            "payment_record({business}, {newcomer}, 100, 'paid');
             SELECT outcome FROM tallystick.refund_record({business}, {newcomer}, 100, 'why', 'k')",
        ] {
            let charge = fill(&format!("{before} SELECT outcome FROM tallystick.{charge}"));
            assert_eq!(superuser.rows(&charge).await.last().unwrap()[0].as_deref(), Some(outcome), "{left} left");
        }
    }
}

#[tokio::test]
async fn whatever_moves_money_or_stock_checks_what_it_is_given() {
    let database = two_businesses().await;
    let server = Actor::server(&database, &OURS.id("business")).await;
    for call in [
        "payment_record({business}, {customer}, NULL, 'k')",
        "payment_record({business}, {customer}, 0, 'k')",
        "payment_record({business}, {customer}, -1, 'k')",
        "payment_record({business}, {customer}, 9007199254740992, 'k')",
        "payment_record({business}, {customer}, 1, NULL)",
        "adjustment_record({business}, {customer}, NULL, 1, 'why', 'k')",
        "adjustment_record({business}, {customer}, 'payment', 1, 'why', 'k')",
        "adjustment_record({business}, {customer}, 'refund', 1, 'why', 'k')",
        "adjustment_record({business}, {customer}, 'fee', NULL, 'why', 'k')",
        "adjustment_record({business}, {customer}, 'fee', 0, 'why', 'k')",
        "adjustment_record({business}, {customer}, 'credit', -1, 'why', 'k')",
        "adjustment_record({business}, {customer}, 'fee', 9007199254740992, 'why', 'k')",
        "adjustment_record({business}, {customer}, 'fee', 1, NULL, 'k')",
        "adjustment_record({business}, {customer}, 'fee', 1, 'why', NULL)",
        "adjustment_record({business}, {customer}, 'credit', 1, 'why', 'k', p_due => '{\"due_date\": \"2999-01-01\"}')",
        "adjustment_record({business}, {customer}, 'write_off', 1, 'why', 'k', p_authorized_limit => 1)",
        "adjustment_record({business}, {customer}, 'fee', 1, 'why', 'k', p_authorized_limit => -1)",
        "adjustment_record({business}, {customer}, 'fee', 1, 'why', 'k', p_authorized_limit => 9007199254740992)",
        "adjustment_record({business}, {customer}, 'fee', 1, 'why', 'k', p_due => '[]')",
        "adjustment_record({business}, {customer}, 'fee', 1, 'why', 'k', p_due => '{}')",
        "adjustment_record({business}, {customer}, 'fee', 1, 'why', 'k', p_due => 'null')",
        "adjustment_record({business}, {customer}, 'fee', 1, 'why', 'k', p_due => '{\"due_date\": \"2999-1-1\"}')",
        "adjustment_record({business}, {customer}, 'fee', 1, 'why', 'k', p_due => '{\"due_at\": \"2999-01-01\"}')",
        "adjustment_record({business}, {customer}, 'fee', 1, 'why', 'k',
            p_due => '{\"payment_terms\": {\"type\": \"age\", \"days\": 1}}')",
        "adjustment_record({business}, {customer}, 'fee', 1, 'why', 'k',
            p_due => '{\"due_date\": \"2999-01-01\", \"due_at\": \"2999-01-01T00:00:00Z\"}')",
        "adjustment_record({business}, {customer}, 'fee', 1, 'why', 'k', p_charge_ids => ARRAY[{order}], p_amounts => '{1}')",
        "adjustment_record({business}, {customer}, 'credit', 1, 'why', 'k', p_charge_ids => ARRAY[{order}], p_amounts => '{2}')",
        "adjustment_record({business}, {customer}, 'credit', 1, 'why', 'k', p_charge_ids => ARRAY[{order}], p_amounts => '{-1}')",
        "adjustment_record({business}, {customer}, 'credit', 1, 'why', 'k', p_charge_ids => ARRAY[{order}])",
        "adjustment_record({business}, {customer}, 'credit', 1, 'why', 'k', p_amounts => '{1}')",
        "refund_record({business}, {customer}, NULL, 'why', 'k')",
        "refund_record({business}, {customer}, 0, 'why', 'k')",
        "refund_record({business}, {customer}, 9007199254740992, 'why', 'k')",
        "refund_record({business}, {customer}, 1, NULL, 'k')",
        "refund_record({business}, {customer}, 1, 'why', NULL)",
        "purchase({business}, {customer}, ARRAY[{product}], '{1}', 'k', p_options => '{\"authorized_limit\": -1}')",
        "purchase({business}, {customer}, ARRAY[{product}], '{1}', 'k', p_options => '{\"authorized_limit\": 1.0}')",
        "purchase({business}, {customer}, ARRAY[{product}], '{1}', 'k', p_options => '{\"authorized_limit\": \"1\"}')",
        "purchase({business}, {customer}, ARRAY[{product}], '{1}', 'k', p_options => '{\"authorized_limit\": 9007199254740992}')",
        "purchase({business}, {customer}, ARRAY[{product}], '{1}', 'k', p_options => '{\"authorized_limit\": null}')",
        "stock_movement_record({business}, {product}, NULL, 'why', 'k')",
        "stock_movement_record({business}, {product}, 0, 'why', 'k')",
        "stock_movement_record({business}, {product}, 9007199254740992, 'why', 'k')",
        "stock_movement_record({business}, {product}, -9007199254740992, 'why', 'k')",
        "stock_movement_record({business}, {product}, 1, NULL, 'k')",
        "stock_movement_record({business}, {product}, 1, 'why', NULL)",
    ] {
        let refusal = server.refusal(&fill(&format!("SELECT outcome FROM tallystick.{call}"))).await;
        assert_eq!(refusal.code().code(), INVALID, "{call}: {refusal:?}");
    }
    for (call, outcome) in [
        ("payment_record({business}, NULL, 1, 'k')", "customer_not_found"),
        ("payment_record({business}, {customer}, 9007199254740991, 'k')", "created"),
        ("payment_record({business}, {newcomer}, 9007199254740991, 'k')", "created"),
        ("adjustment_record({business}, NULL, 'fee', 1, 'why', 'k')", "customer_not_found"),
        ("adjustment_record({business}, {newcomer}, 'fee', 1000, 'why', 'k')", "created"),
        ("adjustment_record({business}, {newcomer}, 'fee', 1001, 'why', 'k')", "credit_limit_exceeded"),
        ("adjustment_record({business}, {customer}, 'write_off', 70, 'why', 'k')", "created"),
        ("adjustment_record({business}, {customer}, 'write_off', 71, 'why', 'k')", "balance_exceeded"),
        ("refund_record({business}, NULL, 1, 'why', 'k')", "customer_not_found"),
        ("refund_record({business}, {newcomer}, 1, 'why', 'k')", "credit_balance_exceeded"),
        ("stock_movement_record({business}, NULL, 1, 'why', 'k')", "product_not_found"),
        ("stock_movement_record({business}, {product}, -24, 'why', 'k')", "created"),
        ("stock_movement_record({business}, {product}, -25, 'why', 'k')", "insufficient_stock"),
        ("stock_movement_record({business}, {product}, 9007199254740967, 'why', 'k')", "created"),
        ("stock_movement_record({business}, {product}, 9007199254740968, 'why', 'k')", "stock_too_large"),
    ] {
        assert_eq!(server.value(&fill(&format!("SELECT outcome FROM tallystick.{call}"))).await, outcome, "{call}");
    }
    let twice = "SELECT outcome FROM tallystick.payment_record({business}, {newcomer}, 9007199254740991, 'one');
        SELECT outcome FROM tallystick.payment_record({business}, {newcomer}, 1, 'two')";
    let outcomes = server.rows(&fill(twice)).await;
    assert_eq!(format!("{outcomes:?}"), r#"[[Some("created")], [Some("amount_too_large")]]"#);
}

/// A snapshot from before another purchase cannot be judged by: the chain refuses what READ COMMITTED never tries.
#[tokio::test]
async fn a_purchase_in_an_old_snapshot_is_refused_instead_of_spending_twice() {
    let database = two_businesses().await;
    for level in ["REPEATABLE READ", "SERIALIZABLE"] {
        let late = database.session_as("tallystick_server").await;
        let begin = fill(&format!(
            "BEGIN ISOLATION LEVEL {level}; SELECT set_config('app.business_id', {{business}}::text, true);
             SELECT count(*) FROM tallystick.credit_ledger;"
        ));
        late.client().batch_execute(&begin).await.unwrap();
        let early = database.session_as("tallystick_server").await;
        let pay = fill(&format!(
            "BEGIN; SELECT set_config('app.business_id', {{business}}::text, true);
             SELECT outcome FROM tallystick.payment_record({{business}}, {{customer}}, 1, '{SAME}-{}'); COMMIT",
            level.replace(' ', "-")
        ));
        early.client().batch_execute(&pay).await.unwrap();
        // Another customer's purchase of other stock would be fine; the same customer's is not.
        let error = late.client().simple_query(&purchase("ARRAY[{product}]", "'{1}'", "'late'")).await.unwrap_err();
        let refusal = error.as_db_error().unwrap();
        let chain = refusal.constraint() == Some("credit_ledger_pk");
        assert!(chain || refusal.code().code() == "40001", "{level}: {refusal:?}");
    }
}
