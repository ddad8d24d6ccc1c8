//! The ledger's chain holds by itself: an entry written by hand, by the owner, is refused by the rule that it breaks.

use std::collections::BTreeSet;

use crate::support::{
    actor::Actor,
    by_hand::{self, Values, object},
    fresh_database::FreshDatabase,
    two_businesses::{OURS, fill, two_businesses},
};

/// The next entry of our customer, who owes 70 after two entries: a payment.
const PAYMENT: Values<'static> =
    &[("kind", "'payment'"), ("amount", "-40"), ("id", "{no_payment}"), ("idempotency_key", "'by-hand'")];

/// What differs when it is a purchase, by the order that [`NEW_ORDER`] writes.
const PURCHASE: Values<'static> =
    &[("kind", "'purchase'"), ("amount", "500"), ("id", "{no_order}"), ("created_at", "now()")];

/// Without its lines, which are looked at when the transaction commits.
const NEW_ORDER: &str = "SET CONSTRAINTS ALL DEFERRED;
    INSERT INTO tallystick.orders (business_id, id, customer_id, total, created_at)
    VALUES ({business}, {no_order}, {customer}, 500, now());";

const ZEROS: &str = "'\\x0000000000000000000000000000000000000000000000000000000000000000'";

/// An entry of `customer`: the [`PAYMENT`] with other properties, from which follow its number and its figures. Then `changed`
/// makes something wrong. Its hash is right again, unless `changed` has one.
fn entry_of(customer: &str, given: Values, changed: Values) -> String {
    let sql = format!(
        "SELECT by_hand.entry({{business}}, {customer}, {}, {});",
        object(&[PAYMENT, given]),
        object(&[changed])
    );
    fill(&sql)
}

fn entry(given: Values, changed: Values) -> String {
    entry_of("{customer}", given, changed)
}

/// The first entry of a customer who has none.
fn first(given: Values, changed: Values) -> String {
    entry_of("{newcomer}", given, changed)
}

fn purchase(given: Values, changed: Values) -> String {
    fill(NEW_ORDER) + &entry(&[PURCHASE, given].concat(), changed)
}

/// A purchase of another amount than 500, with an order of it.
fn purchase_of(amount: &'static str, given: Values) -> String {
    fill(NEW_ORDER).replace("500", amount) + &entry(&[PURCHASE, &[("amount", amount)], given].concat(), &[])
}

async fn database() -> FreshDatabase {
    let database = two_businesses().await;
    by_hand::install(&database).await;
    database
}

/// Fails unless each entry is refused by its constraint: of the ledger, or one that says of allocations what they are.
async fn are_refused(cases: &[(&str, String, &str)]) {
    let database = database().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    for (name, sql, constraint) in cases {
        let refusal = owner.refusal(sql).await;
        let constraint = if constraint.starts_with("allocations") {
            (*constraint).to_owned()
        } else {
            format!("credit_ledger_{constraint}")
        };
        assert_eq!(refusal.constraint(), Some(constraint.as_str()), "{name}: {refusal:?}");
    }
}

#[tokio::test]
async fn the_entries_that_the_tests_start_from_are_accepted() {
    let database = database().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    let opening: Values = &[("kind", "'opening'"), ("amount", "930")];
    for sql in [
        entry(&[], &[]),
        purchase(&[], &[]),
        first(&[], &[]),
        // Exactly at the limit, and a payment that leaves the customer in credit.
        purchase(&[("credit_limit", "570")], &[]),
        entry(&[("amount", "-71")], &[]),
        entry(opening, &[]),
        // Somebody allowed more.
        entry(&[opening, &[("credit_limit", "0"), ("authorized_limit", "1000")]].concat(), &[]),
        entry(&[("kind", "'fee'"), ("amount", "1"), ("due_date", "'2026-12-31'")], &[]),
        entry(&[("kind", "'debit'"), ("amount", "1"), ("reason", "'why'"), ("reference", "'what'")], &[]),
        entry(&[("kind", "'credit'")], &[]),
        entry(&[("kind", "'write_off'"), ("amount", "-70")], &[]),
        entry(&[("kind", "'allocation'"), ("amount", "0")], &[]),
        // All of entry 2 is taken back.
        entry(&[("kind", "'reversal'"), ("amount", "30"), ("reverses_no", "2")], &[]),
        // All that was paid too much is paid out.
        first(&[], &[])
            + &first(&[("kind", "'refund'"), ("amount", "40"), ("id", "{no_order}"), ("idempotency_key", "'2'")], &[]),
        // A charge that is due before the last one starts a new run.
        entry(&[opening, &[("due_at", "'2001-01-01'")]].concat(), &[("due_run_from", "3")]),
    ] {
        owner.rows(&sql).await;
    }
}

#[tokio::test]
async fn an_entry_that_does_not_continue_the_last_one_is_refused() {
    let beginning: Values = &[
        ("entry_no", "1"),
        ("balance_after", "-40"),
        ("charged_total", "0"),
        ("due_at", "'-infinity'"),
        ("due_run_from", "0"),
    ];
    let continues = "continues_the_previous_entry";
    let (balance, charged) = ("balance_after_is_before_plus_amount", "charged_total_adds_the_charges");
    let (carry, covers) = ("others_carry_the_due_time", "entry_hash_covers_the_entry");
    let none: Values = &[];
    let debit: Values = &[("kind", "'debit'"), ("amount", "5")];
    are_refused(&[
        ("a gap", entry(none, &[("entry_no", "4")]), continues),
        ("a fork", entry(none, &[("entry_no", "2"), ("balance_after", "60")]), "pk"),
        ("a second beginning", entry(none, beginning), "pk"),
        ("a wrong balance", entry(none, &[("balance_after", "31")]), balance),
        ("a balance from two entries ago", entry(none, &[("balance_after", "60")]), balance),
        ("a charged total too high", entry(none, &[("charged_total", "101")]), charged),
        ("a charged total too low", entry(none, &[("charged_total", "99")]), charged),
        ("a charge that is not in the charged total", entry(debit, &[("charged_total", "100")]), charged),
        ("a charge that is there twice", entry(debit, &[("charged_total", "110")]), charged),
        ("another due time", entry(none, &[("due_at", "'2001-01-01'")]), carry),
        ("another run of due times", entry(none, &[("due_run_from", "2")]), carry),
        ("a time before the last entry's", entry(&[("created_at", "'2001-01-01'")], none), "created_at_never_falls"),
        ("the hash of no entry", entry(none, &[("previous_hash", "sha256('x')")]), covers),
        ("the hash of no first entry", entry(none, &[("previous_hash", ZEROS)]), covers),
        (
            "the hash of the entry before the last",
            entry(none, &[("previous_hash", "(SELECT entry_hash FROM tallystick.credit_ledger WHERE id = {order})")]),
            covers,
        ),
        ("no beginning", first(none, &[("entry_no", "2")]), continues),
        ("a first balance from nowhere", first(none, &[("balance_after", "10")]), balance),
        ("charges from nowhere", first(none, &[("charged_total", "7")]), charged),
        ("due before the beginning", first(none, &[("due_at", "'2001-01-01'")]), carry),
        ("a run before the beginning", first(none, &[("due_run_from", "1")]), carry),
        ("a hash before the beginning", first(none, &[("previous_hash", "sha256('x')")]), covers),
        ("entry 0", entry(none, &[("entry_no", "0")]), continues),
        ("entry -1", entry(none, &[("entry_no", "-1")]), continues),
        ("a foreign customer", first(none, &[("customer_id", "{their_customer}")]), "customer_exists"),
        ("a customer that is missing", first(none, &[("customer_id", "{no_customer}")]), "customer_exists"),
        ("a later entry of a foreign customer", entry(none, &[("customer_id", "{their_customer}")]), continues),
        ("a later entry of a customer that is missing", entry(none, &[("customer_id", "{no_customer}")]), continues),
        ("another customer's entry", entry(none, &[("customer_id", "{newcomer}")]), continues),
    ])
    .await;
}

#[tokio::test]
async fn an_amount_is_that_of_its_kind_and_within_what_a_number_can_say_exactly() {
    let wrong = "amount_is_that_of_its_kind";
    let of = |kind: &'static str, amount: &'static str| {
        // A reversal names an entry, and a refund needs a customer in credit.
        let given =
            [("kind", kind), ("amount", amount), ("reverses_no", if kind == "'reversal'" { "1" } else { "NULL" })];
        if kind == "'refund'" { first(&given, &[]) } else { entry(&given, &[]) }
    };
    let mut cases = vec![
        // What raises the debt needs a limit, and only new debt may have one.
        (
            "a payment that charges, with a limit",
            entry(&[("amount", "40"), ("credit_limit", "1000")], &[]),
            "new_debt_keeps_the_limit_in_force",
        ),
        ("a payment that charges", of("'payment'", "40"), "credit_stays_within_the_limit"),
        ("a purchase that pays", purchase_of("-500", &[]), "purchase_charges_its_orders_total"),
        ("a return that charges", of("'return'", "1"), "credit_stays_within_the_limit"),
        ("an allocation that charges", of("'allocation'", "1"), "credit_stays_within_the_limit"),
        ("an allocation that pays", of("'allocation'", "-1"), wrong),
        ("a credit that charges", of("'credit'", "1"), "credit_stays_within_the_limit"),
        ("a write-off that charges", of("'write_off'", "1"), "credit_stays_within_the_limit"),
        ("an opening that pays", of("'opening'", "-1"), wrong),
        ("a fee that pays", of("'fee'", "-1"), wrong),
        ("a debit that pays", of("'debit'", "-1"), wrong),
        ("a refund that pays", of("'refund'", "-1"), wrong),
        (
            "an unsafe purchase",
            purchase_of("9007199254740992", &[("authorized_limit", "9223372036854775807")]),
            "amount_is_safe_money",
        ),
        ("an unsafe amount", entry(&[("amount", "-9007199254740992")], &[]), "amount_is_safe_money"),
        (
            "an unsafe balance",
            first(&[], &[])
                + &first(&[("amount", "-9007199254740991"), ("id", "{no_order}"), ("idempotency_key", "'2'")], &[]),
            "balance_is_safe_money",
        ),
    ];
    for kind in ["payment", "credit", "write_off", "opening", "fee", "debit", "refund", "reversal"] {
        let quoted: &'static str = format!("'{kind}'").leak();
        cases.push(("an entry of nothing", of(quoted, "0"), wrong));
    }
    for kind in ["'gift'", "'hold'", "'release'", "'expiry'", "''", "'Payment'"] {
        cases.push(("an unknown kind, or one that is not used yet", of(kind, "0"), wrong));
    }
    are_refused(&cases).await;
}

#[tokio::test]
async fn new_debt_stays_within_the_limit_and_says_which_one() {
    let limit = "credit_stays_within_the_limit";
    let mut cases = vec![
        ("a charge above the limit", purchase(&[("credit_limit", "569")], &[]), limit),
        ("a charge without a limit", purchase(&[], &[("credit_limit", "NULL")]), limit),
        (
            "a charge of nothing without a limit",
            purchase_of("0", &[("credit_limit", "NULL")]),
            "new_debt_keeps_the_limit_in_force",
        ),
        ("a payment with a limit", entry(&[("credit_limit", "1000")], &[]), "new_debt_keeps_the_limit_in_force"),
        ("a payment beyond a limit", entry(&[("authorized_limit", "1000")], &[]), "authorized_limit_is_for_new_debt"),
        ("a negative limit", purchase_of("0", &[("authorized_limit", "-1")]), "authorized_limit_is_for_new_debt"),
        (
            "an unsafe limit",
            purchase(&[("authorized_limit", "9007199254740992")], &[]),
            "authorized_limit_is_for_new_debt",
        ),
        (
            "a refund of what was not paid",
            entry(&[("kind", "'refund'"), ("amount", "1")], &[]),
            "a_refund_pays_out_a_credit_balance",
        ),
        (
            "a write-off of what is not owed",
            entry(&[("kind", "'write_off'"), ("amount", "-71")], &[]),
            "a_write_off_gives_up_at_most_the_balance",
        ),
    ];
    for kind in ["'opening'", "'fee'", "'debit'"] {
        let of = |given: Values| entry(&[&[("kind", kind), ("amount", "1")], given].concat(), &[]);
        cases.extend([
            ("new debt above the limit", of(&[("credit_limit", "70")]), limit),
            ("new debt above what somebody allowed", of(&[("authorized_limit", "70")]), limit),
            ("new debt without a limit", of(&[("credit_limit", "NULL")]), limit),
            (
                "new debt that somebody allowed without a limit",
                of(&[("credit_limit", "NULL"), ("authorized_limit", "71")]),
                limit,
            ),
        ]);
    }
    are_refused(&cases).await;
}

const ALLOCATION: Values<'static> = &[("kind", "'allocation'"), ("amount", "0")];
const ADD_UP: &str = "allocations_add_up_to_what_the_entry_allocates";

#[tokio::test]
async fn what_is_allocated_ahead_or_held_cannot_be_made_up() {
    let opening: Values = &[("kind", "'opening'"), ("amount", "1")];
    // After a payment of 40 that allocates something to entry 1.
    let allocated = |amount: u32, given: Values, changed: Values| {
        let payment = format!(
            "SELECT by_hand.allocating({{business}}, {{customer}}, {}, '{{1}}', '{{{amount}}}');",
            object(&[&[("kind", "'payment'"), ("amount", "-40")]])
        );
        fill(&payment) + &entry(given, changed)
    };
    let reversal: Values = &[("kind", "'reversal'"), ("amount", "30"), ("reverses_no", "2")];
    are_refused(&[
        (
            "more back than there was",
            entry(&[ALLOCATION, &[("allocated_total", "31")]].concat(), &[]),
            "unapplied_credit_is_never_negative",
        ),
        ("less than nothing allocated", entry(&[], &[("allocated_total", "-1")]), "allocated_total_is_never_negative"),
        (
            "a payment for more than it is",
            entry(&[], &[("allocated_total", "41")]),
            "a_credit_allocates_at_most_itself",
        ),
        (
            "a payment that takes back",
            allocated(20, &[], &[("allocated_total", "19")]),
            "a_credit_allocates_nothing_back",
        ),
        ("a charge that allocates", entry(opening, &[("allocated_total", "1")]), "charges_move_no_pointer"),
        ("a charge that moves the pointer", entry(opening, &[("ahead_total", "1")]), "charges_move_no_pointer"),
        (
            "a reversal that allocates",
            allocated(20, reversal, &[("allocated_total", "21")]),
            "a_credit_allocates_at_most_itself",
        ),
        (
            "a reversal of more than it is",
            allocated(35, reversal, &[("allocated_total", "4")]),
            "a_reversal_takes_back_at_most_itself",
        ),
        ("less than nothing ahead", entry(&[], &[("ahead_total", "-1")]), "ahead_is_a_part_of_allocated"),
        ("more ahead than allocated", entry(&[], &[("ahead_total", "1")]), "ahead_is_a_part_of_allocated"),
        (
            "a sum ahead where nothing is owed",
            entry(&[("amount", "-70")], &[("allocated_total", "1"), ("ahead_total", "1")]),
            "nothing_is_ahead_without_debt",
        ),
        (
            "all that was allocated, taken back in no allocation",
            allocated(20, reversal, &[("allocated_total", "0"), ("ahead_total", "0")]),
            ADD_UP,
        ),
        ("a payment that allocates nothing of it", entry(&[], &[("allocated_total", "40")]), ADD_UP),
        ("an allocation of nothing", entry(&[ALLOCATION, &[("allocated_total", "1")]].concat(), &[]), ADD_UP),
        (
            "an allocation that has another digest",
            entry(&[ALLOCATION, &[("details_digest", "sha256('x')")]].concat(), &[]),
            "allocations_are_those_of_the_ledger_entry",
        ),
        ("a hold", entry(&[], &[("held_total", "1")]), "nothing_is_held"),
        ("a hold of less than nothing", entry(&[], &[("held_total", "-1")]), "nothing_is_held"),
    ])
    .await;
}

#[tokio::test]
async fn due_times_follow_from_the_charges() {
    let opening: Values = &[("kind", "'opening'"), ("amount", "1")];
    let early: Values = &[("kind", "'opening'"), ("amount", "1"), ("due_at", "'2001-01-01'")];
    let run = "a_charge_continues_or_starts_a_run_of_due_times";
    are_refused(&[
        ("a run that begins too late", entry(opening, &[("due_run_from", "3")]), run),
        ("a run that begins too early", entry(opening, &[("due_run_from", "0")]), run),
        ("a run that goes on after a fall", entry(early, &[("due_run_from", "1")]), run),
        ("a run that begins with another entry", entry(early, &[("due_run_from", "2")]), run),
        ("a first charge that begins no run", first(opening, &[("due_run_from", "0")]), run),
        (
            "a charge that is never due",
            entry(&[opening, &[("due_at", "'infinity'")]].concat(), &[]),
            "a_charge_is_due_at_some_time",
        ),
        (
            "a charge that was always due",
            entry(&[opening, &[("due_at", "'-infinity'")]].concat(), &[]),
            "a_charge_is_due_at_some_time",
        ),
        ("a payment that is due", entry(&[], &[("due_at", "'2001-01-01'")]), "others_carry_the_due_time"),
        ("a payment that begins a run", entry(&[], &[("due_run_from", "3")]), "others_carry_the_due_time"),
        ("a payment that is due on a day", entry(&[], &[("due_date", "'2026-12-31'")]), "others_carry_the_due_time"),
        ("a payment at no time", entry(&[], &[("created_at", "'infinity'")]), "created_at_is_a_time"),
        ("a payment before all times", first(&[], &[("created_at", "'-infinity'")]), "created_at_is_a_time"),
    ])
    .await;
}

#[tokio::test]
async fn an_entry_is_taken_back_once_by_a_reversal_that_names_it() {
    let reversal: Values = &[("kind", "'reversal'"), ("amount", "5"), ("reverses_no", "2")];
    let takes_back = "a_reversal_takes_back_its_entry";
    let right = entry(&[reversal, &[("amount", "30")]].concat(), &[]);
    let of = |reverses_no: &'static str| entry(&[reversal, &[("reverses_no", reverses_no)]].concat(), &[]);
    let again = entry(&[reversal, &[("id", "{no_order}"), ("idempotency_key", "'again'")]].concat(), &[]);
    are_refused(&[
        ("a reversal of nothing", of("NULL"), "a_reversal_names_an_earlier_entry"),
        ("a reversal of entry 0", of("0"), "a_reversal_names_an_earlier_entry"),
        ("a reversal of itself", of("3"), "a_reversal_names_an_earlier_entry"),
        ("a reversal of what is to come", of("4"), "a_reversal_names_an_earlier_entry"),
        (
            "a reversal of a charge",
            entry(&[reversal, &[("reverses_no", "1"), ("amount", "100")]].concat(), &[]),
            takes_back,
        ),
        ("a reversal of a part", of("2"), takes_back),
        ("a reversal of more", entry(&[reversal, &[("amount", "31")]].concat(), &[]), takes_back),
        ("a payment that takes back", entry(&[("reverses_no", "2")], &[]), "a_reversal_names_an_earlier_entry"),
        ("a second reversal", right.clone() + &again, "an_entry_is_reversed_once"),
    ])
    .await;
}

/// Entry 4, a payment of 40, settles 20 of charge 1; entry 5 settles 5 of that and 20 of charge 3. 50 are unapplied.
#[tokio::test]
async fn a_reversal_takes_back_what_its_entry_settled_and_still_stands_and_nothing_else() {
    let allocating = |given: Values, charges: &str, amounts: &str| {
        let given = object(&[given]);
        fill(&format!(
            "SELECT by_hand.allocating({{business}}, {{customer}}, {given}, '{{{charges}}}', '{{{amounts}}}');"
        ))
    };
    let settled = allocating(&[("kind", "'opening'"), ("amount", "50")], "", "")
        + &allocating(&[("kind", "'payment'"), ("amount", "-40")], "1", "20")
        + &allocating(&[("kind", "'payment'"), ("amount", "-25")], "1,3", "5,20");
    let reversed = |before: &str, charges: &str, amounts: &str| {
        let reversal: Values = &[("kind", "'reversal'"), ("amount", "40"), ("reverses_no", "4")];
        settled.clone() + before + &allocating(reversal, charges, amounts)
    };
    // What is taken back of charge 1 before: 10, of which 15 are left, and all of it.
    let some = allocating(ALLOCATION, "1", "-10");
    let all = allocating(ALLOCATION, "1", "-25");
    // Both move to charge 3 what entry 4 settled, as far as that has room.
    let moved = allocating(ALLOCATION, "1,3", "-25,25");

    let own = "allocations_of_a_reversal_are_those_that_its_entry_made";
    are_refused(&[
        ("less than its own", reversed("", "1", "-19"), own),
        ("nothing of its own", reversed("", "", ""), own),
        ("more than its own", reversed("", "1", "-25"), own),
        ("another's besides", reversed("", "1,3", "-20,-5"), own),
        ("another's in place of its own", reversed("", "3", "-20"), own),
        ("its own, and more for another charge", reversed("", "1,3", "-20,5"), own),
        ("less than is left of its own", reversed(&some, "1", "-14"), own),
        ("what another settles now", reversed(&moved, "3", "-20"), own),
    ])
    .await;
    let database = database().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    for right in
        [reversed("", "1", "-20"), reversed(&some, "1", "-15"), reversed(&all, "", ""), reversed(&moved, "", "")]
    {
        owner.rows(&right).await;
    }
}

#[tokio::test]
async fn a_charge_is_that_of_its_order() {
    let order = "purchase_charges_its_orders_total";
    let of = |given: Values| entry(&[&[("kind", "'purchase'"), ("amount", "100")], given].concat(), &[]);
    are_refused(&[
        ("an order whose total differs", purchase(&[("amount", "499")], &[]), order),
        ("no order", purchase(&[("id", "{no_payment}")], &[]), order),
        ("a foreign order", of(&[("id", "{their_order}")]), order),
        ("an order charged before", of(&[("id", "{order}")]), "id_is_unique"),
        ("another customer's order", fill(NEW_ORDER) + &first(PURCHASE, &[]), order),
        ("an order of another time", purchase(&[("created_at", "now() + interval '1 microsecond'")], &[]), order),
        ("a used key", entry(&[("idempotency_key", "'same-purchase'")], &[]), "idempotency_key_is_used_once"),
        ("a used id", entry(&[("id", "{payment}")], &[]), "id_is_unique"),
    ])
    .await;
}

#[tokio::test]
async fn hashes_and_texts_are_what_they_say() {
    let covers = "entry_hash_covers_the_entry";
    are_refused(&[
        ("another hash", entry(&[], &[("entry_hash", "sha256('x')")]), covers),
        ("a hash of no length", entry(&[], &[("entry_hash", "''::bytea")]), covers),
        ("a hash after one of another length", entry(&[], &[("previous_hash", "'x'::bytea")]), covers),
        ("a digest that is none", purchase(&[], &[("details_digest", "'x'::bytea")]), "details_digest_is_sha256"),
        (
            "a digest of a payment, which has no details",
            entry(&[("details_digest", "sha256('x')")], &[]),
            "without_details_the_digest_is_that_of_nothing",
        ),
        ("a fingerprint that is none", entry(&[("request_fingerprint", "'x'::bytea")], &[]), "fingerprint_is_sha256"),
        ("nobody", entry(&[("actor", "''")], &[]), "actor_is_short_text"),
        ("a long name of somebody", entry(&[("actor", "repeat('x', 301)")], &[]), "actor_is_short_text"),
        ("a long reason", entry(&[("reason", "repeat('x', 501)")], &[]), "reason_is_short_text"),
        ("a long reference", entry(&[("reference", "repeat('x', 201)")], &[]), "reference_is_short_text"),
    ])
    .await;
    let database = database().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    for column in ["reason", "reference"] {
        for text in ["''", "' '", "U&'\\200b'", "E'a\\nb'"] {
            let refusal = owner.refusal(&entry(&[(column, text)], &[])).await;
            assert_eq!(refusal.constraint(), Some("visible_text_shows_something"), "{column} {text}: {refusal:?}");
        }
    }
}

#[tokio::test]
async fn a_key_is_1_to_255_visible_ascii_characters() {
    let database = database().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    for key in ["'!'", "'~'", "repeat('k', 255)", "'a\"b''c\\'"] {
        owner.rows(&entry(&[("idempotency_key", key)], &[])).await;
    }
    for key in ["''", "' '", "'a b'", "' a'", "E'a\\n'", "E'a\\nb'", "E'\\x7f'", "'é'", "'ａ'", "repeat('k', 256)"] {
        let refusal = owner.refusal(&entry(&[("idempotency_key", key)], &[])).await;
        assert_eq!(refusal.constraint(), Some("credit_ledger_idempotency_key_is_visible_ascii"), "{key}: {refusal:?}");
    }
}

/// One NULL in a rule or in a hash would switch it off.
#[tokio::test]
async fn nothing_but_what_few_entries_have_may_be_left_out() {
    let database = database().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    let columns = "SELECT attname FROM pg_attribute
        WHERE attrelid = 'tallystick.credit_ledger'::regclass AND attnum > 0 AND attgenerated = '' AND NOT attisdropped";
    let mut optional = BTreeSet::new();
    for row in owner.rows(columns).await {
        let column = row[0].as_deref().unwrap();
        match owner.try_rows(&entry(&[], &[(column, "NULL")])).await {
            Ok(_) => drop(optional.insert(column.to_owned())),
            // A row of no business is not our business's.
            Err(error) if column == "business_id" => assert_eq!(error.code().unwrap().code(), "42501"),
            Err(error) => {
                let error = error.as_db_error().unwrap();
                assert_eq!((error.code().code(), error.column()), ("23502", Some(column)), "{error:?}");
            }
        }
    }
    let few = ["authorized_limit", "credit_limit", "due_date", "reason", "received_on", "reference", "reverses_no"];
    assert_eq!(optional, BTreeSet::from(few.map(str::to_owned)));
}

#[tokio::test]
async fn the_owner_in_one_context_writes_nothing_into_another_business() {
    let database = database().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    let theirs: Values = &[("business_id", "{their_business}"), ("customer_id", "{their_customer}")];
    for sql in [entry(&[], theirs), first(&[], theirs)] {
        let refusal = owner.refusal(&sql).await;
        assert_eq!(refusal.code().code(), "42501", "{refusal:?}");
        assert_eq!(refusal.message(), "new row violates row-level security policy for table \"credit_ledger\"");
    }
}
