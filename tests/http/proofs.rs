//! What proves the ledger: with every movement of money, for each entry, and for a whole business.

use std::{collections::BTreeSet, process::Stdio};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tallystick::domain::{EntryKind, Hash};
use tokio::process::Command;

use crate::{
    isolation::http::callers::{JWT_FLAGS, token},
    support::{
        actor::Actor,
        server::TestServer,
        shop::{Shop, unnamed},
    },
};

/// A customer's entries, newest first, with all that their hashes cover.
async fn hashed(shop: &Shop, customer: &str) -> Vec<Value> {
    let path = format!("/v1/customers/{customer}/ledger?include=hashed");
    shop.client.get(&path).await.expect(200)["data"].as_array().unwrap().clone()
}

#[tokio::test]
async fn every_answer_that_moves_money_carries_its_proof_and_so_does_whatever_shows_it_later() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans) = (shop.customer(10_000).await, shop.product(100, 10).await);

    let order = shop.buy_with("order", &customer, &[(&beans, 2)]).await.expect(201);
    let body = json!({"customer_id": customer, "amount": 50});
    let payment = shop.client.move_with("payment", "/v1/payments", &body).await.expect(201);
    assert_eq!((&order["proof"]["entry_no"], &payment["proof"]["entry_no"]), (&json!(1), &json!(2)));

    assert_eq!(shop.buy_with("order", &customer, &[(&beans, 2)]).await.expect(201), order);
    assert_eq!(shop.client.move_with("payment", "/v1/payments", &body).await.expect(201), payment);
    let path = format!("/v1/orders/{}", order["id"].as_str().unwrap());
    assert_eq!(unnamed(shop.client.get(&path).await.expect(200)), order);
    for path in ["/v1/orders".to_owned(), format!("/v1/orders?customer_id={customer}")] {
        assert_eq!(shop.client.get(&path).await.expect(200)["data"], json!([order]));
    }

    let ledger = shop.client.get(&format!("/v1/customers/{customer}/ledger")).await.expect(200);
    // The ledger shows an entry without the charges that it settles by name.
    let mut entry = payment.clone();
    entry.as_object_mut().unwrap().remove("allocations");
    assert_eq!(ledger["data"][0], entry);
    assert_eq!((&ledger["data"][1]["proof"], &ledger["data"][1]["due_at"]), (&order["proof"], &order["due_at"]));
    assert_eq!(payment["due_at"], Value::Null);
    let time = |text: &Value| text.as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    assert_eq!(time(&order["due_at"]) - time(&order["created_at"]), chrono::TimeDelta::days(30));

    let sql = "SELECT encode(entry_hash, 'hex') FROM tallystick.credit_ledger ORDER BY entry_no";
    let kept = Actor::superuser(&server.database).await.rows(sql).await;
    let shown: Vec<_> = [&order, &payment].map(|one| one["proof"]["hash"].as_str().map(str::to_owned)).into();
    assert_eq!(kept.concat(), shown);
}

#[tokio::test]
async fn an_entry_shows_what_its_hash_covers_only_if_it_is_asked_for() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans) = (shop.customer(10_000).await, shop.product(100, 10).await);
    assert_eq!(hashed(&shop, &customer).await, [json!(null); 0]);
    shop.buy_with("first", &customer, &[(&beans, 1)]).await.expect(201);
    shop.buy_with("second", &customer, &[(&beans, 1)]).await.expect(201);

    let mut entries = hashed(&shop, &customer).await;
    assert_eq!(entries[1]["hashed"]["idempotency_key"], "first");
    assert_eq!(entries[0]["hashed"]["charged_total"], "200");

    for entry in &mut entries {
        entry.as_object_mut().unwrap().remove("hashed").unwrap();
    }
    let path = format!("/v1/customers/{customer}/ledger");
    assert_eq!(shop.client.get(&path).await.expect(200)["data"], json!(entries));
    for wrong in ["", "proof", "hashed,", "Hashed"] {
        let problem = shop.client.get(&format!("{path}?include={wrong}")).await.expect_problem(422, "invalid_request");
        assert_eq!(problem["errors"][0]["pointer"], "/include", "{problem}");
    }
}

/// A list must not fail on a kind that this server does not write.
#[tokio::test]
async fn a_ledger_shows_every_kind_of_entry_that_the_database_can_have() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans) = (shop.customer(10_000).await, shop.product(100, 10).await);
    let plant = format!(
        r"DO $$
        DECLARE
            v_step record;
            v_entry tallystick.credit_ledger;
        BEGIN
            FOR v_step IN
                SELECT * FROM (VALUES
                    ('opening', 10), ('fee', 10), ('debit', 10), ('write_off', -1), ('payment', -50), ('refund', 5), ('credit', -1),
                    ('reversal', 1), ('allocation', 0)) AS step (kind, amount)
            LOOP
                v_entry := NULL;
                v_entry.business_id := '{business}';
                v_entry.id := gen_random_uuid();
                v_entry.kind := v_step.kind;
                v_entry.amount := v_step.amount;
                v_entry.created_at := clock_timestamp();
                v_entry.due_at := CASE WHEN v_step.kind IN ('opening', 'fee', 'debit', 'refund') THEN now() END;
                v_entry.credit_limit := CASE WHEN v_step.kind IN ('opening', 'fee', 'debit') THEN 10000 END;
                v_entry.reverses_no := CASE v_step.kind WHEN 'reversal' THEN 7 END;
                v_entry.idempotency_key := v_step.kind;
                v_entry.request_fingerprint := sha256('');
                v_entry.details_digest := sha256('\x01');
                v_entry.actor := 'role:test';
                PERFORM tallystick.ledger_record(tallystick.ledger_account_of('{business}', '{customer}'), v_entry);
            END LOOP;
        END $$",
        business = shop.business_id
    );
    server.database.session().await.client().batch_execute(&plant).await.unwrap();
    // These two have rows elsewhere, which their digests cover.
    let order = shop.buy(&customer, &[(&beans, 3)]).await.expect(201);
    let body = json!({"order_id": order["id"], "items": [{"line_no": 1, "quantity": 2}], "reason": "torn"});
    let returned = shop.client.move_once("/v1/returns", &body).await.expect(201);

    let mut entries = hashed(&shop, &customer).await;
    entries.reverse();
    let kinds: Vec<_> = entries.iter().map(|entry| entry["kind"].as_str().unwrap()).collect();
    let planted = ["opening", "fee", "debit", "write_off", "payment", "refund", "credit", "reversal", "allocation"];
    assert_eq!(kinds, [&planted[..], &["purchase", "return"]].concat());
    assert_eq!(BTreeSet::from_iter(kinds), BTreeSet::from(EntryKind::ALL.map(EntryKind::as_str)));
    let due: Vec<_> = entries.iter().filter(|entry| !entry["due_at"].is_null()).map(|entry| &entry["kind"]).collect();
    assert_eq!(due, ["opening", "fee", "debit", "refund", "purchase"]);
    assert_eq!(entries[7]["reverses_entry_no"], 7);
    let shown = |entry: &Value| json!([entry["id"], entry["order_id"], entry["amount"], entry["proof"]]);
    assert_eq!(shown(&entries[9]), json!([order["id"], order["id"], 300, order["proof"]]));
    assert_eq!(shown(&entries[10]), json!([returned["id"], null, -200, returned["proof"]]));
    if let Some(computed) = recompute(&server, &shop, &customer).await {
        computed.unwrap();
    }
}

/// What `docs/check_ledger.py` says of a customer's ledger: its figures, or what is wrong. `None` if there is no python3.
async fn recompute(server: &TestServer, shop: &Shop, customer: &str) -> Option<Result<String, String>> {
    let path = format!("/v1/businesses/{}/api-keys", shop.business_id);
    let key = server.admin().post(&path, &json!({"name": "auditor", "scopes": ["read"]})).await.expect(201);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/check_ledger.py");
    let output = Command::new("python3")
        .args([script, &format!("http://{}", server.address), key["key"].as_str().unwrap(), customer])
        .env("no_proxy", "*")
        .stdin(Stdio::null())
        .output()
        .await;
    let output = match output {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            eprintln!("NOT TESTED: docs/check_ledger.py, because there is no python3 here");
            return None;
        }
        output => output.unwrap(),
    };
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Some(if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) })
}

#[tokio::test]
async fn a_program_in_another_language_computes_a_ledger_anew_and_notices_one_changed_figure() {
    let server = TestServer::start_with(&JWT_FLAGS).await;
    let shop = server.shop().await;
    let claims = json!({"business_id": shop.business_id, "sub": r"ada\x41é👍"});
    let by_token = Shop { client: server.client(&token(&claims)), ..shop.clone() };
    let (customer, beans) = (shop.customer(10_000).await, shop.product(100, 1_000).await);
    let Some(computed) = recompute(&server, &shop, &customer).await else { return };
    assert_eq!(computed.unwrap(), format!("0 entries, balance 0, hash {:064}\n", 0));

    for (number, shop) in [&shop, &by_token, &shop].into_iter().enumerate() {
        shop.buy_with(&format!(r"key\x41\{number}"), &customer, &[(&beans, 1)]).await.expect(201);
    }
    // More entries than a page has.
    for _ in 0..50 {
        shop.pay(&customer, 1).await.expect(201);
    }
    let last = &hashed(&shop, &customer).await[0]["proof"];
    let expected = format!("53 entries, balance 250, hash {}\n", last["hash"].as_str().unwrap());
    assert_eq!(recompute(&server, &shop, &customer).await.unwrap().unwrap(), expected);

    let change = "ALTER TABLE tallystick.credit_ledger DISABLE TRIGGER refuse_change;
                  UPDATE tallystick.credit_ledger SET credit_limit = credit_limit + 1 WHERE entry_no = 2";
    server.database.session().await.client().batch_execute(change).await.unwrap();
    let computed = recompute(&server, &shop, &customer).await.unwrap();
    assert_eq!(computed.unwrap_err(), "entry 2 is not what its hash says\n");
}

#[test]
fn the_page_shows_the_program_as_it_is() {
    let page = include_str!("../../docs/proofs.md");
    let program = page.split("```python\n").nth(1).unwrap().split("```").next().unwrap();
    assert_eq!(program, include_str!("../../docs/check_ledger.py"));
}

/// The lines of the list of proofs, and its last line.
async fn heads(shop: &Shop) -> (Vec<Value>, Value) {
    let answer = shop.client.get("/v1/proofs").await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/x-ndjson")));
    let at = answer.body.trim_end().rfind('\n').map_or(0, |line_feed| line_feed + 1);
    let (lines, last) = answer.body.split_at(at);
    let heads: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let last: Value = serde_json::from_str(last).unwrap();
    let sha256 = json!(Hash::from(<[u8; 32]>::from(Sha256::digest(lines))));
    assert_eq!(last, json!({"count": heads.len(), "sha256": sha256}));
    (heads, last)
}

#[tokio::test]
async fn the_list_of_proofs_has_the_last_entry_of_each_customer_of_the_business_and_ends_with_a_digest() {
    let server = TestServer::start().await;
    let (shop, other) = (server.shop().await, server.shop().await);
    assert_eq!(heads(&shop).await.0, [json!(null); 0]);
    let beans = shop.product(100, 10).await;
    let customers = [shop.customer(1_000).await, shop.customer(1_000).await, shop.customer(1_000).await];
    let head = |customer: &str, answer: &Value| {
        let Value::Object(proof) = &answer["proof"] else { panic!("{answer}") };
        let (entry_no, hash) = (&proof["entry_no"], &proof["hash"]);
        json!({"business_id": shop.business_id, "customer_id": customer, "entry_no": entry_no, "hash": hash})
    };
    shop.buy(&customers[2], &[(&beans, 1)]).await.expect(201);
    let last = shop.pay(&customers[2], 10).await.expect(201);
    let first = shop.buy(&customers[0], &[(&beans, 1)]).await.expect(201);
    let foreign = other.customer(1).await;
    other.pay(&foreign, 1).await.expect(201);

    let (lines, digest) = heads(&shop).await;
    assert_eq!(lines, [head(&customers[0], &first), head(&customers[2], &last)]);
    assert_eq!(heads(&shop).await.1, digest);
    let more = shop.pay(&customers[0], 10).await.expect(201);
    assert_eq!(heads(&shop).await.0, [head(&customers[0], &more), head(&customers[2], &last)]);
}

/// Customers whose ids are 1, 2, 3 …, before those of all others.
async fn plant_customers(server: &TestServer, shop: &Shop, count: u32) {
    let sql = format!(
        "INSERT INTO tallystick.customers (business_id, id, name, credit_limit)
         SELECT '{}', ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'A', 0
         FROM generate_series(1, {count}) AS n",
        shop.business_id
    );
    server.database.session().await.client().batch_execute(&sql).await.unwrap();
}

#[tokio::test]
async fn the_parts_of_the_list_of_proofs_neither_repeat_nor_skip_a_customer() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    plant_customers(&server, &shop, 3_001).await;
    let listed = async || -> Vec<String> {
        heads(&shop).await.0.iter().map(|line| line["customer_id"].as_str().unwrap()[24..].to_owned()).collect()
    };
    assert_eq!(listed().await, [""; 0]);
    // The first of a part, the last, one in between, and the only one of the last part; no one of the third.
    for number in [1, 1_000, 1_001, 1_500, 3_001] {
        shop.pay(&format!("00000000-0000-7000-8000-{number:012}"), 1).await.expect(201);
    }
    assert_eq!(listed().await, [1, 1_000, 1_001, 1_500, 3_001].map(|number| format!("{number:012}")));
}

#[tokio::test]
async fn a_list_of_proofs_that_fails_on_its_way_ends_without_its_digest_and_the_connection_says_so() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    plant_customers(&server, &shop, 1_000).await;
    shop.pay("00000000-0000-7000-8000-000000000001", 1).await.expect(201);
    let break_the_second_part = "
        ALTER FUNCTION tallystick.proof_list RENAME TO first_part;
        CREATE FUNCTION tallystick.proof_list(p_business_id uuid, p_after uuid, p_limit integer)
        RETURNS TABLE (customer_id uuid, entry_no bigint, entry_hash bytea) LANGUAGE plpgsql AS $$
        BEGIN
            IF p_after IS NOT NULL THEN
                RAISE EXCEPTION 'broken';
            END IF;
            RETURN QUERY SELECT * FROM tallystick.first_part(p_business_id, p_after, p_limit);
        END $$;
        GRANT EXECUTE ON FUNCTION tallystick.proof_list TO tallystick_app";
    server.database.session().await.client().batch_execute(break_the_second_part).await.unwrap();
    let answer = shop.client.request(reqwest::Method::GET, "/v1/proofs").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let mut answer = answer;
    let mut text = Vec::new();
    let ended = loop {
        match answer.chunk().await {
            Ok(Some(chunk)) => text.extend_from_slice(&chunk),
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    assert!(ended.is_err(), "{}", String::from_utf8_lossy(&text));
    assert!(!String::from_utf8_lossy(&text).contains("sha256"));
}
