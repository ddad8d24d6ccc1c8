//! The ledger's chain holds by itself: an entry written by hand, by the owner, is refused by the constraint it breaks.

use crate::support::{
    actor::Actor,
    two_businesses::{OURS, fill, two_businesses},
};

/// Column and SQL value.
type Values<'a> = &'a [(&'a str, &'a str)];

/// The next entry of our customer, who owes 70 after two entries: a payment of 40, right in every respect.
const NEXT_PAYMENT: [(&str, &str); 13] = [
    ("business_id", "{business}"),
    ("customer_id", "{customer}"),
    ("entry_no", "3"),
    ("id", "{no_payment}"),
    ("kind", "'payment'"),
    ("amount", "-40"),
    ("balance_before", "70"),
    ("balance_after", "30"),
    ("charged_total", "100"),
    ("credit_limit", "NULL"),
    ("idempotency_key", "'by-hand'"),
    ("request_fingerprint", "sha256('by hand')"),
    ("created_at", "clock_timestamp()"),
];

/// What differs when the next entry is a purchase for 500, by the order that [`NEW_ORDER`] writes.
const NEXT_PURCHASE: Values = &[
    ("id", "{no_order}"),
    ("kind", "'purchase'"),
    ("amount", "500"),
    ("balance_after", "570"),
    ("charged_total", "600"),
    ("credit_limit", "1000"),
];

/// What differs when it is the first entry of a customer who has none.
const FIRST_PAYMENT: Values = &[
    ("customer_id", "{newcomer}"),
    ("entry_no", "1"),
    ("balance_before", "0"),
    ("balance_after", "-40"),
    ("charged_total", "0"),
];

const NEW_ORDER: &str = "SET CONSTRAINTS ALL DEFERRED;
    INSERT INTO tallystick.orders (business_id, id, customer_id, total, created_at)
    VALUES ({business}, {no_order}, {customer}, 500, clock_timestamp());";

/// The INSERT of [`NEXT_PAYMENT`] with changes, later ones over earlier ones.
fn entry(changes: &[Values]) -> String {
    let mut values = NEXT_PAYMENT.to_vec();
    for (column, value) in changes.iter().copied().flatten() {
        let place = values.iter_mut().find(|(name, _)| name == column).unwrap_or_else(|| panic!("no column {column}"));
        place.1 = value;
    }
    let (columns, values): (Vec<_>, Vec<_>) = values.into_iter().unzip();
    fill(&format!("INSERT INTO tallystick.credit_ledger ({}) VALUES ({});", columns.join(", "), values.join(", ")))
}

fn purchase(changes: Values) -> String {
    fill(NEW_ORDER) + &entry(&[NEXT_PURCHASE, changes])
}

#[tokio::test]
async fn the_entries_that_the_tests_start_from_are_accepted() {
    let database = two_businesses().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    for sql in [entry(&[]), purchase(&[]), entry(&[FIRST_PAYMENT])] {
        owner.rows(&sql).await;
    }
    // Exactly at the limit, and a payment that leaves the customer in credit.
    owner.rows(&purchase(&[("credit_limit", "570")])).await;
    owner.rows(&entry(&[&[("amount", "-71"), ("balance_after", "-1")]])).await;
}

#[tokio::test]
async fn a_payment_that_breaks_a_rule_is_refused_by_the_rules_constraint() {
    let database = two_businesses().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    let cases: [(&str, Values, &str); 26] = [
        ("a wrong balance", &[("balance_after", "31")], "balance_after_is_before_plus_amount"),
        (
            "a wrong balance before",
            &[("balance_before", "71"), ("balance_after", "31")],
            "continues_the_previous_entry",
        ),
        ("a gap", &[("entry_no", "4")], "continues_the_previous_entry"),
        ("a fork", &[("entry_no", "2"), ("balance_before", "100"), ("balance_after", "60")], "pk"),
        ("a second beginning", &[FIRST_PAYMENT, &[("customer_id", "{customer}")]].concat(), "pk"),
        (
            "a balance from two entries ago",
            &[("balance_before", "100"), ("balance_after", "60")],
            "continues_the_previous_entry",
        ),
        ("a charged total too high", &[("charged_total", "101")], "continues_the_previous_entry"),
        ("a charged total too low", &[("charged_total", "99")], "continues_the_previous_entry"),
        (
            "a first balance from nowhere",
            &[FIRST_PAYMENT, &[("balance_before", "50"), ("balance_after", "10")]].concat(),
            "first_entry_starts_from_zero",
        ),
        ("charges from nowhere", &[FIRST_PAYMENT, &[("charged_total", "7")]].concat(), "first_entry_starts_from_zero"),
        ("no beginning", &[FIRST_PAYMENT, &[("entry_no", "2")]].concat(), "continues_the_previous_entry"),
        (
            "a payment that charges",
            &[("amount", "40"), ("balance_after", "110"), ("charged_total", "140")],
            "purchase_charges_and_payment_pays",
        ),
        ("a payment of nothing", &[("amount", "0"), ("balance_after", "70")], "purchase_charges_and_payment_pays"),
        ("an unknown kind", &[("kind", "'gift'")], "purchase_charges_and_payment_pays"),
        ("a payment with a limit", &[("credit_limit", "1000")], "charge_keeps_the_limit_in_force"),
        ("a foreign customer", &[FIRST_PAYMENT, &[("customer_id", "{their_customer}")]].concat(), "customer_exists"),
        (
            "a customer that is missing",
            &[FIRST_PAYMENT, &[("customer_id", "{no_customer}")]].concat(),
            "customer_exists",
        ),
        ("a later entry of a foreign customer", &[("customer_id", "{their_customer}")], "continues_the_previous_entry"),
        (
            "a later entry of a customer that is missing",
            &[("customer_id", "{no_customer}")],
            "continues_the_previous_entry",
        ),
        ("a used key", &[("idempotency_key", "'same-purchase'")], "idempotency_key_is_used_once"),
        ("a used id", &[("id", "{payment}")], "id_is_unique"),
        ("entry 0", &[("entry_no", "0")], "entry_no_counts_from_1"),
        ("entry -1", &[("entry_no", "-1")], "entry_no_counts_from_1"),
        ("a fingerprint that is none", &[("request_fingerprint", "'x'")], "fingerprint_is_sha256"),
        (
            "an unsafe amount",
            &[("amount", "-9007199254740992"), ("balance_after", "-9007199254740922")],
            "amount_is_safe_money",
        ),
        (
            "an unsafe balance",
            &[("balance_before", "-1"), ("amount", "-9007199254740991"), ("balance_after", "-9007199254740992")],
            "balance_is_safe_money",
        ),
    ];
    for (name, changes, constraint) in cases {
        let refusal = owner.refusal(&entry(&[changes])).await;
        assert_eq!(refusal.constraint(), Some(format!("credit_ledger_{constraint}").as_str()), "{name}: {refusal:?}");
    }
}

#[tokio::test]
async fn a_charge_that_breaks_a_rule_is_refused_by_the_rules_constraint() {
    let database = two_businesses().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    let other_amount: Values = &[("amount", "499"), ("balance_after", "569"), ("charged_total", "599")];
    let cases: [(&str, Values, &str); 14] = [
        ("a charge above the limit", &[("credit_limit", "569")], "charge_stays_within_the_limit"),
        ("a charge without a limit", &[("credit_limit", "NULL")], "charge_keeps_the_limit_in_force"),
        (
            "a charge that pays",
            &[("amount", "-500"), ("balance_after", "-430"), ("charged_total", "100")],
            "purchase_charges_and_payment_pays",
        ),
        ("a charge that is not counted", &[("charged_total", "100")], "continues_the_previous_entry"),
        ("a charge that is counted twice", &[("charged_total", "1100")], "continues_the_previous_entry"),
        ("a wrong balance", &[("balance_after", "71")], "balance_after_is_before_plus_amount"),
        (
            "a wrong balance before",
            &[("balance_before", "0"), ("balance_after", "500")],
            "continues_the_previous_entry",
        ),
        ("an order whose total differs", other_amount, "purchase_charges_its_orders_total"),
        ("no order", &[("id", "{no_payment}")], "purchase_charges_its_orders_total"),
        (
            "a foreign order",
            &[("id", "{their_order}"), ("amount", "100"), ("balance_after", "170"), ("charged_total", "200")],
            "purchase_charges_its_orders_total",
        ),
        (
            "an order charged before",
            &[("id", "{order}"), ("amount", "100"), ("balance_after", "170"), ("charged_total", "200")],
            "id_is_unique",
        ),
        (
            "another customer's order",
            &[FIRST_PAYMENT, &[("amount", "500"), ("balance_after", "500"), ("charged_total", "500")]].concat(),
            "purchase_charges_its_orders_total",
        ),
        (
            "a first charge that is not counted",
            &[FIRST_PAYMENT, &[("amount", "500"), ("balance_after", "500")]].concat(),
            "first_entry_starts_from_zero",
        ),
        ("a payment under an order's id", &[("kind", "'payment'")], "charge_keeps_the_limit_in_force"),
    ];
    for (name, changes, constraint) in cases {
        let refusal = owner.refusal(&purchase(changes)).await;
        assert_eq!(refusal.constraint(), Some(format!("credit_ledger_{constraint}").as_str()), "{name}: {refusal:?}");
    }
}

#[tokio::test]
async fn a_key_is_1_to_255_visible_ascii_characters() {
    let database = two_businesses().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    for key in ["'!'", "'~'", "repeat('k', 255)", "'a\"b''c\\'"] {
        owner.rows(&entry(&[&[("idempotency_key", key)]])).await;
    }
    for key in ["''", "' '", "'a b'", "' a'", "E'a\\n'", "E'a\\nb'", "E'\\x7f'", "'é'", "'ａ'", "repeat('k', 256)"] {
        let refusal = owner.refusal(&entry(&[&[("idempotency_key", key)]])).await;
        assert_eq!(refusal.constraint(), Some("credit_ledger_idempotency_key_is_visible_ascii"), "{key}: {refusal:?}");
    }
}

#[tokio::test]
async fn nothing_but_the_limit_may_be_left_out_of_an_entry() {
    let database = two_businesses().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    for (column, _) in NEXT_PAYMENT.iter().filter(|(column, _)| *column != "credit_limit") {
        let refusal = owner.refusal(&entry(&[&[(column, "NULL")]])).await;
        // 42501: a row of no business is not our business's.
        let expected = if *column == "business_id" { "42501" } else { "23502" };
        assert_eq!(refusal.code().code(), expected, "{column}: {refusal:?}");
    }
}

#[tokio::test]
async fn the_owner_in_one_context_writes_nothing_into_another_business() {
    let database = two_businesses().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    let theirs: Values = &[("business_id", "{their_business}"), ("customer_id", "{their_customer}")];
    for sql in [entry(&[theirs]), entry(&[FIRST_PAYMENT, theirs])] {
        let refusal = owner.refusal(&sql).await;
        assert_eq!(refusal.code().code(), "42501", "{refusal:?}");
        assert_eq!(refusal.message(), "new row violates row-level security policy for table \"credit_ledger\"");
    }
    // The derived columns cannot be given at all.
    for column in ["previous_entry_no", "charged_before", "order_id", "first_entry_customer_id"] {
        let sql = entry(&[]).replacen(" (business_id", &format!(" ({column}, business_id"), 1);
        let sql = sql.replacen("VALUES (", "VALUES (NULL, ", 1);
        assert_eq!(owner.refusal(&sql).await.code().code(), "428C9", "{column}");
    }
}
