//! Replays as SQL callers meet them, and the fingerprint that tells a replay from another request.

use std::collections::BTreeSet;

use crate::support::{
    actor::Actor,
    fresh_database::FreshDatabase,
    two_businesses::{OURS, SAME, fill, two_businesses},
};

/// Requests that look alike and are not: each must have a fingerprint of its own.
#[tokio::test]
async fn different_requests_have_different_fingerprints() {
    let database = FreshDatabase::installed().await;
    let superuser = Actor::superuser(&database).await;
    let requests = [
        "'a'",
        "''",
        "NULL",
        "'NULL'",
        "'null'",
        "'a', 'b'",
        "'ab'",
        "'a,b'",
        "'b', 'a'",
        "'a', ''",
        "'', 'a'",
        "'a', NULL",
        "NULL, 'a'",
        "'a', 'NULL'",
        "'\"a\"'",
        "'\"a', 'b\"'",
        "'a\",\"b'",
        "'{a,b}'",
        "'{a}', '{b}'",
        "'\\\\'",
        "'\\\\', ''",
        "'\\\"'",
        "'a '",
        "' a'",
        "'A'",
        "'é'",
        "E'e\\u0301'",
        "'a''b'",
        "E'a\\nb'",
        "E'a\\tb'",
        "'purchase', 'x', '{1,2}', '{1}'",
        "'purchase', 'x', '{1}', '{2,1}'",
        "'purchase', 'x', '{1},{2}', '{1}'",
        "'payment', 'x', '11'",
        "'payment', 'x1', '1'",
        "'stock_movement', 'x', '1', '1'",
        "'stock_movement', 'x', '11', ''",
    ];
    let mut fingerprints = BTreeSet::new();
    for request in requests {
        let value = superuser.value(&format!("SELECT tallystick.request_fingerprint({request})")).await;
        assert_eq!(value.len(), "\\x".len() + 64, "32 bytes: {value}");
        assert!(fingerprints.insert(value), "{request} has the fingerprint of another request");
    }
}

#[tokio::test]
async fn a_fingerprint_depends_on_nothing_that_a_session_can_set() {
    let database = FreshDatabase::installed().await;
    let superuser = Actor::superuser(&database).await;
    let parts = "'purchase', ARRAY[gen_random_uuid()]::text, ARRAY[1::bigint, 2]::text, 'é \"x\" NULL'";
    let parts = parts.replace("gen_random_uuid()", "'aaaaaaaa-0000-7000-8000-000000000001'::uuid");
    let sql = format!("SELECT encode(tallystick.request_fingerprint({parts}), 'hex')");
    let plain = superuser.value(&sql).await;
    for set in [
        "SET LOCAL bytea_output = 'escape'",
        "SET LOCAL client_encoding = 'LATIN1'",
        "SET LOCAL array_nulls = off",
        "SET LOCAL TimeZone = 'Asia/Tokyo'",
        "SET LOCAL DateStyle = 'German'",
        "SET LOCAL search_path = pg_temp",
    ] {
        // The statement itself is ASCII but for the one letter, which LATIN1 would read as two.
        let sql = sql.replace('é', "' || chr(233) || '");
        assert_eq!(superuser.value(&format!("{set}; {sql}")).await, plain, "{set}");
    }
}

#[tokio::test]
async fn a_replay_is_answered_as_it_was_whatever_has_changed_since() {
    let database = two_businesses().await;
    let server = Actor::server(&database, &OURS.id("business")).await;
    let replays = fill(&format!(
        "SELECT outcome, order_id, total, balance_after, unit_prices
         FROM tallystick.purchase({{business}}, {{customer}}, ARRAY[{{product}}], '{{1}}', '{SAME}-purchase');
         SELECT outcome, entry, charge_ids, amounts, 0
         FROM tallystick.payment_record({{business}}, {{customer}}, 30, '{SAME}-payment');
         SELECT outcome, id, stock_after, 0, 0
         FROM tallystick.stock_movement_record({{business}}, {{product}}, 5, 'ours', '{SAME}-movement')"
    ));
    let before = server.rows(&replays).await;
    assert!(before.iter().all(|row| row[0].as_deref() == Some("replayed")), "{before:?}");
    let change = fill(
        "SELECT FROM tallystick.customer_update({business}, {customer}, 'x', 0, true, true, NULL);
         SELECT FROM tallystick.product_update({business}, {product}, 'x', 'x', 7);
         SELECT FROM tallystick.stock_movement_record({business}, {product}, -24, 'all gone', 'gone');
         SELECT FROM tallystick.payment_record({business}, {customer}, 1000, 'more');
         SELECT FROM tallystick.api_key_revoke({business}, {api_key});",
    );
    let after = server.rows(&format!("{change} {replays}")).await;
    assert_eq!(after[after.len() - 3..], before[..], "blocked, no limit, another price, no stock, no key");
}

/// A key stands for one request of its business, whatever kind of movement of money it was.
#[tokio::test]
async fn another_request_under_a_used_key_is_refused() {
    let database = two_businesses().await;
    let server = Actor::server(&database, &OURS.id("business")).await;
    for call in [
        format!("purchase({{business}}, {{customer}}, ARRAY[{{product}}], '{{2}}', '{SAME}-purchase')"),
        format!("purchase({{business}}, {{newcomer}}, ARRAY[{{product}}], '{{1}}', '{SAME}-purchase')"),
        format!("purchase({{business}}, {{no_customer}}, ARRAY[{{product}}], '{{1}}', '{SAME}-purchase')"),
        format!("purchase({{business}}, {{customer}}, ARRAY[{{no_product}}], '{{1}}', '{SAME}-purchase')"),
        format!("purchase({{business}}, {{customer}}, ARRAY[{{product}}, {{product}}], '{{1,1}}', '{SAME}-purchase')"),
        format!("purchase({{business}}, {{customer}}, ARRAY[{{product}}], '{{1}}', '{SAME}-payment')"),
        format!("payment_record({{business}}, {{customer}}, 31, '{SAME}-payment')"),
        format!("payment_record({{business}}, {{newcomer}}, 30, '{SAME}-payment')"),
        format!("payment_record({{business}}, {{customer}}, 100, '{SAME}-purchase')"),
        format!("stock_movement_record({{business}}, {{product}}, 6, 'ours', '{SAME}-movement')"),
        format!("stock_movement_record({{business}}, {{product}}, 5, 'Ours', '{SAME}-movement')"),
        format!("stock_movement_record({{business}}, {{no_product}}, 5, 'ours', '{SAME}-movement')"),
    ] {
        let outcome = server.value(&fill(&format!("SELECT outcome FROM tallystick.{call}"))).await;
        assert_eq!(outcome, "key_reused", "{call}");
    }
}

#[tokio::test]
async fn keys_are_told_apart_by_every_character() {
    let database = two_businesses().await;
    let server = Actor::server(&database, &OURS.id("business")).await;
    let keys = ["K", "k", "k.", "k-", "k_", "k%", "\\k", "k''"];
    let pay = keys
        .map(|key| format!("SELECT outcome FROM tallystick.payment_record({{business}}, {{customer}}, 1, '{key}');"));
    let outcomes = server.rows(&fill(&pay.concat())).await;
    assert_eq!(outcomes.len(), keys.len());
    assert!(outcomes.iter().all(|row| row[0].as_deref() == Some("created")), "{outcomes:?}");
}

#[tokio::test]
async fn a_replay_tells_the_prices_in_the_order_of_the_lines() {
    let database = two_businesses().await;
    let server = Actor::server(&database, &OURS.id("business")).await;
    let buy = "SELECT outcome, unit_prices FROM tallystick.purchase(
        {business}, {customer}, ARRAY[{no_product}, {product}], '{1,1}', 'two-lines');";
    let sql = format!(
        "SELECT outcome FROM tallystick.product_create({{business}}, {{no_product}}, 'dear', 'dear', 300, 9); {buy} {buy}"
    );
    let rows = server.rows(&fill(&sql)).await;
    let answer = |outcome: &str| [Some(outcome.to_owned()), Some("{300,100}".to_owned())];
    assert_eq!(rows[1..], [answer("created"), answer("replayed")]);
}
