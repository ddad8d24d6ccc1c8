//! What allocations cost: it grows with the charges that an entry names, and hardly with what the customer has otherwise.

use std::collections::BTreeMap;

use super::plenty::reads;
use crate::support::{
    actor::Actor,
    audit::audit,
    by_hand,
    fresh_database::FreshDatabase,
    two_businesses::{OURS, fill, two_businesses},
};

/// Charges of 10 of the newcomer; the n-th is entry n.
async fn charges(superuser: &Actor, count: u32) {
    let debits = fill(&format!(
        "SELECT by_hand.entries({{business}}, {{newcomer}}, array_fill(
             jsonb '{{\"kind\": \"debit\", \"amount\": 10, \"credit_limit\": 1000000}}', ARRAY[{count}]))"
    ));
    superuser.session.client().batch_execute(&debits).await.unwrap();
}

async fn prepared(count: u32) -> (FreshDatabase, Actor) {
    let database = two_businesses().await;
    by_hand::install(&database).await;
    let superuser = Actor::superuser(&database).await;
    superuser
        .session
        .client()
        .batch_execute(&fill("SELECT set_config('app.business_id', {business}::text, false)"))
        .await
        .unwrap();
    charges(&superuser, count).await;
    (database, superuser)
}

/// The charges with the numbers `from` to `to`, each with `amount`, as a function takes them.
fn named(from: u32, to: u32, amount: i64) -> String {
    fill(&format!(
        "(SELECT array_agg(id ORDER BY entry_no) FROM tallystick.credit_ledger
              WHERE business_id = {{business}} AND customer_id = {{newcomer}} AND entry_no BETWEEN {from} AND {to}), array_fill({amount}::bigint, ARRAY[{}])",
        to + 1 - from
    ))
}

/// How many entries of indexes and rows of tables a call reads, which is made.
async fn cost(actor: &Actor, call: &str) -> i64 {
    let (rows, read) = reads(actor, &format!("SELECT outcome FROM tallystick.{call}")).await;
    assert_eq!(rows[0][0].as_deref(), Some("created"), "{call}");
    // It was rolled back.
    actor.session.client().batch_execute(&format!("SELECT FROM tallystick.{call}")).await.unwrap();
    read.into_iter().map(|(_, scans, entries)| scans + entries).sum()
}

/// With a trigger for each part that looks at all parts of its entry, 500 parts took 8 seconds, and their reversal a minute.
#[tokio::test]
async fn what_an_entry_costs_grows_with_the_charges_that_it_names_and_not_with_their_square() {
    let (database, superuser) = prepared(400).await;
    let mut costs: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for (number, (from, to)) in [(1, 50), (51, 250)].into_iter().enumerate() {
        let (sum, count) = (10 * i64::from(to + 1 - from), to + 1 - from);
        let payment = format!("'{number}0000000-0000-7000-8000-000000000000'::uuid");
        let paid = fill(&format!(
            "payment_record({{business}}, {{newcomer}}, {sum}, 'pay-{number}', {payment}, {})",
            named(from, to, 4)
        ));
        let less = fill(&format!(
            "allocation_record({{business}}, {{newcomer}}, {}, NULL, 'less-{number}')",
            named(from, to, -1)
        ));
        let back = fill(&format!("reversal_record({{business}}, ARRAY['payment'], {payment}, 'r', 'back-{number}')"));
        for (name, call) in [("payment", paid), ("note", less), ("reversal", back)] {
            // What plans are made with is not counted: the call is made once before, and rolled back.
            let again = format!("BEGIN; SELECT FROM tallystick.{call}; ROLLBACK");
            superuser.session.client().batch_execute(&again).await.unwrap();
            costs.entry(name).or_default().push(cost(&superuser, &call).await / i64::from(count));
        }
    }
    for (name, each) in costs {
        let [few, many] = each[..] else { panic!("{each:?}") };
        assert!(many <= few + few / 2, "{name}: each of 200 charges costs {many} reads, and each of 50 {few}");
    }
    audit(&database).await;
}

/// The oldest charge is left unpaid on purpose.
#[tokio::test]
async fn a_payment_for_one_charge_costs_the_same_however_many_were_settled_before_it() {
    let (database, superuser) = prepared(400).await;
    let pay = |number: u32| {
        fill(&format!(
            "payment_record({{business}}, {{newcomer}}, 10, 'pay-{number}', NULL, {})",
            named(number, number, 10)
        ))
    };
    let mut first = 0;
    for number in 2..=300 {
        if number == 20 || number == 300 {
            let read = cost(&superuser, &pay(number)).await;
            if number == 20 {
                first = read;
            }
            assert!(
                read <= first + first / 4,
                "the payment of charge {number} reads {read}, that of charge 20 {first}"
            );
        } else {
            superuser.session.client().batch_execute(&format!("SELECT FROM tallystick.{}", pay(number))).await.unwrap();
        }
    }
    audit(&database).await;
}

/// The payment of the oldest charge passes all that were paid by name before it. At a look-up by a function for each, that of 1,500
/// charges took two seconds.
#[tokio::test]
async fn the_payment_of_the_oldest_charge_reads_four_entries_of_each_that_was_paid_before() {
    let (database, superuser) = prepared(60).await;
    let pay = |amount: u32, key: &str, charges: String| {
        fill(&format!("payment_record({{business}}, {{newcomer}}, {amount}, '{key}', NULL, {charges})"))
    };
    let oldest = pay(15, "oldest", "NULL, NULL".to_owned());
    let mut costs = Vec::new();
    for (from, to) in [(2, 11), (12, 51)] {
        let paid = pay(10 * (to + 1 - from), &format!("pay-{from}"), named(from, to, 10));
        superuser.session.client().batch_execute(&format!("SELECT FROM tallystick.{paid}")).await.unwrap();
        superuser
            .session
            .client()
            .batch_execute(&format!("BEGIN; SELECT FROM tallystick.{oldest}; ROLLBACK"))
            .await
            .unwrap();
        let (rows, read) = reads(&superuser, &format!("SELECT outcome FROM tallystick.{oldest}")).await;
        assert_eq!(rows[0][0].as_deref(), Some("created"));
        costs.push(read.into_iter().map(|(_, scans, entries)| scans + entries).sum::<i64>());
    }
    assert!(costs[1] <= costs[0] + 40 * 4 + 10, "10 charges: {}, and 40 more: {}", costs[0], costs[1]);
    audit(&database).await;
}

/// Whoever may allocate can do it again and again.
#[tokio::test]
async fn a_charge_that_was_settled_in_many_parts_is_passed_by_one_read_of_each() {
    const PARTS: i64 = 40;
    let (database, superuser) = prepared(3).await;
    let client = superuser.session.client();
    let paid = fill("SELECT FROM tallystick.payment_record({business}, {newcomer}, 5, 'pay')");
    client.batch_execute(&paid).await.unwrap();
    let allocated = |from: i64, to: i64| {
        fill(&format!(
            "SELECT FROM generate_series({from}, {to}) AS n, LATERAL tallystick.allocation_record({{business}}, {{newcomer}},
                 (SELECT array_agg(id) FROM tallystick.credit_ledger WHERE customer_id = {{newcomer}} AND entry_no = 2),
                 ARRAY[CASE n % 2 WHEN 0 THEN -5 ELSE 5 END], NULL, 'part-' || n)"
        ))
    };
    // It settles the first charge and the rest of the second one.
    let passing = fill("payment_record({business}, {newcomer}, 16, 'passing')");
    let mut costs = Vec::new();
    for (from, to) in [(1, 1), (2, PARTS + 1)] {
        client.batch_execute(&allocated(from, to)).await.unwrap();
        client.batch_execute(&format!("BEGIN; SELECT FROM tallystick.{passing}; ROLLBACK")).await.unwrap();
        let (rows, read) = reads(&superuser, &format!("SELECT outcome FROM tallystick.{passing}")).await;
        assert_eq!(rows[0][0].as_deref(), Some("created"));
        costs.push(read.into_iter().map(|(_, scans, entries)| scans + entries).sum::<i64>());
    }
    assert!(costs[1] <= costs[0] + PARTS + PARTS / 4, "one part: {}, and {PARTS} more: {}", costs[0], costs[1]);
    audit(&database).await;
}

/// The server asks for adjustments so: there are five kinds of them.
#[tokio::test]
async fn entries_of_several_kinds_are_listed_newest_first_in_pages() {
    let (database, superuser) = prepared(0).await;
    let mut expected = Vec::new();
    for kind in ["credit", "debit", "payment", "fee", "debit", "credit", "fee"] {
        let id = uuid::Uuid::now_v7().to_string();
        let amount = if ["credit", "payment"].contains(&kind) { -1 } else { 1 };
        let entry = format!(
            "SELECT by_hand.entry({{business}}, {{newcomer}}, '{{\"kind\": \"{kind}\", \"amount\": {amount}, \"reference\": \"r\",
                 \"id\": \"{id}\"}}')"
        );
        superuser.session.client().batch_execute(&fill(&entry)).await.unwrap();
        if kind != "payment" {
            expected.insert(0, id);
        }
    }
    let server = Actor::server(&database, &OURS.id("business")).await;
    for filter in ["{newcomer}, NULL", "NULL, 'r'"] {
        let mut listed = Vec::new();
        let mut before = "NULL".to_owned();
        loop {
            let page = fill(&format!(
                "SELECT (entry).id FROM tallystick.entry_list({{business}}, ARRAY['fee', 'credit', 'debit'], {filter}, {before}, 2)"
            ));
            let rows = server.rows(&page).await;
            let Some(last) = rows.last() else { break };
            before = format!("'{}'", last[0].as_deref().unwrap());
            listed.extend(rows.iter().map(|row| row[0].clone().unwrap()));
        }
        assert_eq!(listed, expected, "{filter}");
    }
    audit(&database).await;
}

/// A function takes what the server sends, and refuses what it never sends.
#[tokio::test]
async fn what_no_server_sends_is_an_error() {
    let database = two_businesses().await;
    let server = Actor::server(&database, &OURS.id("business")).await;
    for call in [
        "payment_record({business}, {customer}, 1, 'k', NULL, ARRAY[{order}], NULL)",
        "payment_record({business}, {customer}, 1, 'k', NULL, NULL, '{1}')",
        "payment_record({business}, {customer}, 1, 'k', NULL, ARRAY[{order}], '{2}')",
        "payment_record({business}, {customer}, 1, 'k', NULL, ARRAY[{order}], '{-1}')",
        "payment_record({business}, {customer}, 1, 'k', NULL, ARRAY[{order}], '{0}')",
        "payment_record({business}, {customer}, 2, 'k', NULL, ARRAY[{order}, {order}], '{1,1}')",
        "payment_record({business}, {customer}, 1, 'k', NULL, '{}', '{}')",
        "payment_record({business}, {customer}, 1, 'k', NULL, '{NULL}', '{1}')",
        "allocation_record({business}, {customer}, NULL, NULL, NULL, 'k')",
        "allocation_record({business}, {customer}, ARRAY[{order}], '{0}', NULL, 'k')",
        "allocation_record({business}, {customer}, ARRAY[{order}], '{9007199254740992}', NULL, 'k')",
        "allocation_record({business}, {customer}, ARRAY[{order}, {payment}], '{9007199254740991,1}', NULL, 'k')",
        "allocation_record({business}, {customer}, ARRAY[{order}], '{1}', NULL, NULL)",
        "reversal_record({business}, NULL, {payment}, 'r', 'k')",
        "reversal_record({business}, ARRAY['payment'], {payment}, NULL, 'k')",
        "reversal_record({business}, ARRAY['payment'], {payment}, 'r', NULL)",
        "entry_list({business}, ARRAY['payment'], {customer}, 'r', NULL, 5)",
    ] {
        let refusal = server.refusal(&fill(&format!("SELECT FROM tallystick.{call}"))).await;
        assert_eq!(refusal.code().code(), "22023", "{call}: {refusal}");
    }
    for (call, outcome) in [
        ("reversal_record({business}, ARRAY['payment'], NULL, 'r', 'k')", "entry_not_found"),
        ("reversal_record({business}, ARRAY['purchase'], {order}, 'r', 'k')", "not_reversible"),
        ("reversal_record({business}, ARRAY['payment'], {their_payment}, 'r', 'k')", "entry_not_found"),
        ("allocation_record({business}, NULL, ARRAY[{order}], '{1}', NULL, 'k')", "customer_not_found"),
        ("allocation_record({business}, {customer}, ARRAY[{their_order}], '{1}', NULL, 'k')", "charge_not_found"),
    ] {
        assert_eq!(server.value(&fill(&format!("SELECT outcome FROM tallystick.{call}"))).await, outcome, "{call}");
    }
}

/// A token's claims are looked at in the database, too.
#[tokio::test]
async fn a_reversal_needs_the_scope_adjust_in_the_claims() {
    let database = two_businesses().await;
    let server = Actor::server(&database, &OURS.id("business")).await;
    let reverse = |scope: &str| {
        let claims = format!(r#"{{"business_id": "{}", "sub": "u1", "scope": "{scope}"}}"#, OURS.id("business"));
        fill(&format!(
            "SET LOCAL request.jwt.claims = '{claims}';
             SELECT outcome FROM tallystick.reversal_record({{business}}, ARRAY['payment'], {{payment}}, 'r', 'k')"
        ))
    };
    for scope in ["read write", "read adjust", "write"] {
        let refusal = server.refusal(&reverse(scope)).await;
        assert_eq!(refusal.code().code(), "42501", "{scope}: {refusal}");
    }
    assert_eq!(server.value(&reverse("write adjust")).await, "created");
}

/// Enough charges of the largest amounts, each paid by name, bring the sums of charges and of what is allocated to the end of their type.
#[tokio::test]
async fn at_the_end_of_all_figures_credit_still_settles_and_is_taken_back() {
    const LARGEST: &str = "9007199254740991";
    let (_database, superuser) = prepared(1).await;
    let planting = fill(&format!(
        "ALTER TABLE tallystick.credit_ledger DISABLE TRIGGER ledger_entries_are_right;
         DO $$ BEGIN PERFORM by_hand.entry({{business}}, {{newcomer}},
             jsonb_build_object('kind', 'debit', 'amount', {LARGEST}, 'credit_limit', {LARGEST}),
             jsonb_build_object('entry_no', 1000, 'balance_after', {LARGEST}, 'charged_total', 9223372036854775807,
                 'allocated_total', 9223372036854775807 - {LARGEST}, 'due_run_from', 1000)); END $$;
         ALTER TABLE tallystick.credit_ledger ENABLE TRIGGER ledger_entries_are_right"
    ));
    let charge = "ARRAY[(SELECT id FROM tallystick.credit_ledger WHERE entry_no = 1000)]";
    let paid = "(SELECT id FROM tallystick.credit_ledger WHERE entry_no = 1001)";
    let acts = [
        (format!("payment_record({{business}}, {{newcomer}}, {LARGEST}, 'all', NULL, {charge}, '{{10}}')"), "0"),
        (format!("payment_record({{business}}, {{newcomer}}, {LARGEST}, 'again')"), "-9007199254740991"),
        (format!("allocation_record({{business}}, {{newcomer}}, {charge}, '{{5}}', NULL, 'set')"), "-9007199254740991"),
        (
            format!("allocation_record({{business}}, {{newcomer}}, {charge}, '{{-15}}', NULL, 'back')"),
            "-9007199254740991",
        ),
        (format!("reversal_record({{business}}, ARRAY['payment'], {paid}, 'why', 'bounced')"), "0"),
    ];
    let asked: String = acts
        .iter()
        .map(|(act, _)| fill(&format!("SELECT outcome, (entry).balance_after FROM tallystick.{act};")))
        .collect();
    let expected: Vec<_> =
        acts.iter().map(|(_, balance)| vec![Some("created".to_owned()), Some((*balance).to_owned())]).collect();
    assert_eq!(superuser.rows(&format!("{planting}; {asked}")).await, expected);
}
