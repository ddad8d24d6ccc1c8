//! The check of every answer against the API's description must find each difference.

use std::panic::{AssertUnwindSafe, catch_unwind};

use reqwest::{
    Method,
    header::{CONTENT_TYPE, HeaderMap, HeaderValue},
};
use serde_json::{Value, json};

use crate::support::{
    client::Answer,
    contract::{Direction, check, document, faults},
};

fn answer(status: u16, media_type: &'static str, body: &Value) -> Answer {
    let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(media_type))]);
    Answer { status, headers, body: body.to_string() }
}

/// Whether the check accepts an answer to `GET /v1/products/{product_id}`.
fn takes(answer: &Answer) -> bool {
    let path = "/v1/products/0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c22";
    catch_unwind(AssertUnwindSafe(|| check(&Method::GET, path, None, answer))).is_ok()
}

fn example(name: &str) -> Value {
    document()["components"]["schemas"][name]["examples"][0].clone()
}

#[test]
fn the_check_finds_an_answer_that_is_not_described() {
    let product = example("Product");
    assert!(takes(&answer(200, "application/json", &product)));
    assert!(!takes(&answer(201, "application/json", &product)), "another status");
    assert!(!takes(&answer(200, "text/plain", &product)), "another media type");
    assert!(!takes(&answer(200, "application/json", &json!({}))), "another body");

    let problem = |code: &str| {
        let responses = &document()["paths"]["/v1/orders/{order_id}"]["get"]["responses"]["404"];
        let mut problem =
            responses["content"]["application/problem+json"]["examples"]["order_not_found"]["value"].clone();
        problem["code"] = json!(code);
        answer(404, "application/problem+json", &problem)
    };
    assert!(takes(&problem("product_not_found")));
    assert!(!takes(&problem("order_not_found")), "another route's code");
}

#[test]
fn the_check_finds_an_accepted_request_that_is_not_described() {
    let created = answer(201, "application/json", &example("Product"));
    let takes = |body: Value| {
        let body = body.to_string();
        let check = || check(&Method::POST, "/v1/products", Some(body.as_bytes()), &created);
        catch_unwind(AssertUnwindSafe(check)).is_ok()
    };
    assert!(takes(example("ProductRequest")));
    assert!(!takes(json!({"sku": "S-1", "name": "A", "price": -1, "stock": 1})));
    assert!(!takes(json!({"sku": "S-1", "name": "A", "price": 1, "stock": 1, "more": 1})));
}

#[test]
fn the_check_finds_every_kind_of_wrong_value() {
    let wrong = |member: &str, value: Value| {
        let mut customer = example("Customer");
        customer[member] = value;
        let schema = &document()["components"]["schemas"]["Customer"];
        !faults(document(), schema, &customer, Direction::Answer).is_empty()
    };
    assert!(!wrong("balance", json!(-5)));
    assert!(!wrong("external_id", Value::Null));
    for (member, value) in [
        ("balance", json!(9_007_199_254_740_992_i64)),
        ("credit_limit", json!(-1)),
        ("credit_limit", json!(1.5)),
        ("credit_limit", json!("1")),
        ("credit_limit", Value::Null),
        ("blocked", json!("false")),
        ("id", json!("C-1")),
        ("created_at", json!("2026-01-31")),
        ("oldest_unpaid_at", json!(1)),
        ("new", json!(1)),
    ] {
        assert!(wrong(member, value.clone()), "{member}: {value} was taken");
    }
}

#[test]
fn the_check_finds_a_missing_member() {
    let mut entry = example("LedgerEntry");
    let schema = &document()["components"]["schemas"]["LedgerEntry"];
    assert!(faults(document(), schema, &entry, Direction::Answer).is_empty());
    for member in ["id", "credit_limit", "order_id"] {
        let taken = entry.as_object_mut().unwrap().remove(member).unwrap();
        assert_eq!(faults(document(), schema, &entry, Direction::Answer).len(), 1, "{member}");
        entry[member] = taken;
    }
    entry["kind"] = json!("gift");
    assert_eq!(faults(document(), schema, &entry, Direction::Answer).len(), 1);
}
