//! The API's description: current, complete, and enough for a generated client.

use std::{collections::BTreeSet, fs, path::Path};

use reqwest::Method;
use serde_json::Value;

use crate::support::{
    client::send,
    contract::{Direction, body_schema, document, faults, operations},
    server::TestServer,
};

#[test]
fn the_committed_description_is_the_programs_own() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    let committed: Value = serde_json::from_str(&fs::read_to_string(file).unwrap_or_default()).unwrap_or_default();
    assert_eq!(committed["openapi"], "3.1.0");
    assert!(
        committed == *document(),
        "openapi.json is out of date; write it anew with `cargo run -- openapi > openapi.json` and commit it"
    );
}

#[tokio::test]
async fn the_server_serves_the_same_description() {
    let server = TestServer::start().await;
    let answer = server.anonymous().get("/openapi.json").await;
    assert_eq!(answer.expect(200), *document());
    assert_eq!(answer.header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn a_described_path_allows_exactly_the_described_methods() {
    let server = TestServer::start().await;
    for (path, methods) in document()["paths"].as_object().unwrap() {
        let path = path.replace(['{', '}'], "");
        let refused = send(server.anonymous().request(Method::PUT, &path)).await;
        refused.expect_problem(405, "method_not_allowed");
        let mut expected: BTreeSet<_> = methods.as_object().unwrap().keys().map(|name| name.to_uppercase()).collect();
        if expected.contains("GET") {
            expected.insert("HEAD".to_owned());
        }
        let allowed: BTreeSet<_> =
            refused.header("allow").unwrap().split(',').map(|method| method.trim().to_owned()).collect();
        assert_eq!(allowed, expected, "{path}");
    }
}

#[test]
fn every_operation_has_a_name_of_its_own_a_tag_and_its_credentials() {
    let declared: BTreeSet<_> =
        document()["tags"].as_array().unwrap().iter().map(|tag| &tag["name"]).map(text).collect();
    let mut names = BTreeSet::new();
    for (path, method, operation) in operations() {
        let at = format!("{method} {path}");
        assert!(names.insert(text(&operation["operationId"])), "{at}: the operationId is not unique");
        let tags: Vec<_> = operation["tags"].as_array().unwrap().iter().map(text).collect();
        assert!(tags.len() == 1 && declared.contains(&tags[0]), "{at}: {tags:?}");
        assert!(!text(&operation["summary"]).is_empty(), "{at}: no summary");
        let expected = match path {
            _ if !path.starts_with("/v1/") => serde_json::json!([{}]),
            _ if path.starts_with("/v1/businesses") => serde_json::json!([{"admin": []}]),
            _ => serde_json::json!([{"business": []}]),
        };
        assert_eq!(operation["security"], expected, "{at}");
    }
}

#[test]
fn every_operation_describes_the_errors_that_any_request_can_get() {
    for (path, method, operation) in operations().filter(|(path, ..)| path.starts_with("/v1/")) {
        let mut expected = vec!["unauthenticated", "forbidden", "rate_limited", "internal_error", "overloaded"];
        expected.extend(["database_unavailable", "too_many_attempts"]);
        if operation.get("requestBody").is_some() {
            expected.extend(["invalid_json", "invalid_request", "request_timeout", "body_too_large"]);
            expected.push("unsupported_media_type");
        }
        if let Some(key) = parameter(operation, "Idempotency-Key") {
            expected.push("idempotency_key_reused");
            expected.extend((key["required"] == true).then_some("idempotency_key_missing"));
        }
        if parameter(operation, "If-Match").is_some() {
            expected.push("precondition_failed");
        }
        // Any route refuses a query parameter that it does not have.
        expected.push("invalid_request");
        let described = described_codes(operation);
        for code in expected {
            assert!(described.contains(code), "{method} {path} does not describe {code}");
        }
    }
}

fn parameter<'a>(operation: &'a Value, name: &str) -> Option<&'a Value> {
    operation["parameters"].as_array().into_iter().flatten().find(|parameter| parameter["name"] == name)
}

/// A change of what has versions takes the version that it is meant for, and every answer with such a record names one.
#[test]
fn every_record_that_can_be_changed_has_versions() {
    for (path, method, operation) in operations() {
        let at = format!("{method} {path}");
        let tagged = operation["responses"]
            .as_object()
            .unwrap()
            .iter()
            .any(|(_, answer)| answer["headers"].get("ETag").is_some());
        let has_versions = operations().any(|(other, method, _)| other == path && method == "patch");
        assert_eq!(parameter(operation, "If-Match").is_some(), method == "patch", "{at}");
        assert!(tagged || !has_versions, "{at} has no ETag");
    }
}

fn described_codes(operation: &Value) -> BTreeSet<String> {
    let responses = operation["responses"].as_object().unwrap().values();
    let examples = responses.filter_map(|response| response["content"]["application/problem+json"].get("examples"));
    examples.flat_map(|examples| examples.as_object().unwrap().keys().cloned()).collect()
}

#[test]
fn every_path_parameter_is_described() {
    for (path, method, operation) in operations() {
        let named: Vec<_> =
            path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}')).collect();
        let described: Vec<_> = operation["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|parameter| parameter["in"] == "path")
            .map(|parameter| text(&parameter["name"]))
            .collect();
        assert_eq!(described, named, "{method} {path}");
    }
}

/// Reasons to refuse a body that JSON Schema cannot express. The fuzzer accepts these as described.
#[test]
fn what_a_schema_cannot_say_is_said_in_words() {
    assert!(text(&document()["info"]["description"]).contains("in plain digits"));
    for (schema, member, words) in [
        ("ApiKeyRequest", "expires_at", "a moment to come"),
        ("PaymentRequest", "amount", "balance of -(2^53 - 1)"),
        ("PurchaseRequest", "items", "The total is at most 2^53 - 1"),
        ("StockMovementRequest", "quantity", "not 0"),
    ] {
        let described = &document()["components"]["schemas"][schema]["properties"][member]["description"];
        assert!(text(described).contains(words), "{schema}.{member}: {described}");
    }
}

/// A filter is compared with a field, so a value that the field cannot hold is refused in the filter too.
#[test]
fn a_filter_is_described_as_the_field_that_it_filters_by() {
    for (path, name, field) in [("/v1/customers", "external_id", "ExternalId"), ("/v1/products", "sku", "Sku")] {
        let parameters = document()["paths"][path]["get"]["parameters"].as_array().unwrap();
        let filter = parameters.iter().find(|parameter| parameter["name"] == name).unwrap();
        assert_eq!(filter["schema"]["$ref"], format!("#/components/schemas/{field}"), "{path}");
        assert!(document()["components"]["schemas"][field]["pattern"].is_string(), "{field}");
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_schema_is_used() {
    let mut references = BTreeSet::new();
    collect_references(document(), &mut references);
    for reference in &references {
        let target = document().pointer(reference.strip_prefix('#').unwrap());
        assert!(target.is_some_and(Value::is_object), "{reference} leads nowhere");
    }
    for name in document()["components"]["schemas"].as_object().unwrap().keys() {
        assert!(references.contains(&format!("#/components/schemas/{name}")), "{name} is used nowhere");
    }
}

fn collect_references(value: &Value, references: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                match (name.as_str(), value) {
                    ("$ref", Value::String(reference)) => _ = references.insert(reference.clone()),
                    _ => collect_references(value, references),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect_references(item, references)),
        _ => {}
    }
}

#[test]
fn every_schema_has_a_description_and_examples_that_are_valid() {
    for (name, schema) in document()["components"]["schemas"].as_object().unwrap() {
        assert!(schema.get("description").is_some(), "{name} has no description");
        let examples = schema.get("examples").and_then(Value::as_array).into_iter().flatten();
        for example in examples.chain(schema.get("example")) {
            let faults = faults(document(), schema, example, Direction::Answer);
            assert!(faults.is_empty(), "an example of {name}: {faults:#?}");
        }
    }
}

#[test]
fn every_problem_has_an_example() {
    for (path, method, operation) in operations() {
        for (status, response) in operation["responses"].as_object().unwrap() {
            let Some(content) = response["content"].get("application/problem+json") else { continue };
            let examples = content["examples"].as_object().unwrap();
            assert!(!examples.is_empty(), "{method} {path} {status}");
            for (code, example) in examples {
                let problem = &example["value"];
                let faults = faults(document(), &content["schema"], problem, Direction::Answer);
                assert!(faults.is_empty(), "{method} {path} {status} {code}: {faults:#?}");
                assert_eq!(
                    (&problem["code"], problem["status"].to_string()),
                    (&Value::from(code.clone()), status.clone())
                );
            }
            let may_retry = status == "429" || status == "503";
            assert_eq!(response["headers"].get("Retry-After").is_some(), may_retry, "{method} {path} {status}");
        }
    }
}

#[test]
fn every_body_comes_with_an_example() {
    for (path, method, operation) in operations() {
        let answers = operation["responses"].as_object().unwrap().iter().filter(|(status, _)| status.starts_with('2'));
        let bodies = operation.get("requestBody").into_iter().chain(answers.map(|(_, answer)| answer));
        for schema in bodies.filter_map(|body| body_schema(body, "application/json")) {
            let target = document().pointer(text(&schema["$ref"]).strip_prefix('#').unwrap()).unwrap();
            let rows = target["properties"]["data"]["items"].get("$ref");
            let shown = rows.map_or(target, |rows| document().pointer(&text(rows)[1..]).unwrap());
            let of_a_member = shown["properties"].as_object().is_some_and(|all| all.len() == 1);
            assert!(shown.get("examples").is_some() || of_a_member, "{method} {path}: {schema} has no example");
        }
    }
}

#[tokio::test]
async fn the_example_of_every_request_passes_validation() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    for (path, method, operation) in operations() {
        let Some(body) = operation.get("requestBody") else { continue };
        let schema = text(&body_schema(body, "application/json").unwrap()["$ref"]);
        let example = &document().pointer(&schema[1..]).unwrap()["examples"][0];
        let nobody = uuid::Uuid::now_v7().to_string();
        let address = path.replace("{business_id}", &shop.business_id.to_string());
        let address = address.replace("{customer_id}", &nobody).replace("{product_id}", &nobody);
        let client = if path.starts_with("/v1/businesses") { server.admin() } else { shop.client.clone() };
        let request = client.request(method.to_ascii_uppercase().parse().unwrap(), &address);
        let answer = send(request.header("Idempotency-Key", "example").json(example)).await;
        // The ids in the examples do not exist.
        assert!([201, 404].contains(&answer.status), "{method} {path}: {}", answer.body);
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is not text")).to_owned()
}
