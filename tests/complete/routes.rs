//! What a route needs: from its handler to the places that test every route alike.

use std::collections::BTreeSet;

use super::{
    assert_complete,
    project::{all, files, text},
};
use crate::isolation::http::{
    cases::{CASES, WITHOUT_IDS},
    description::{Operation, operations, places},
    keys::MOVEMENTS,
};

#[test]
fn everything_a_route_needs_is_there() {
    let operations = operations();
    let mut missing = handlers_without_a_route(&operations);
    for operation in &operations {
        missing.extend(description(operation));
        missing.extend(isolation(operation));
        missing.extend(movement(operation));
    }
    missing.extend(cases_without_a_route(&operations));
    assert_complete(&missing);
}

/// A handler that is described but leads nowhere.
fn handlers_without_a_route(operations: &[Operation]) -> Vec<String> {
    let mut missing = Vec::new();
    for (path, handlers) in files("src/http/routes", ".rs") {
        for id in all(r#"operation_id = "(\w+)""#, &handlers) {
            if !operations.iter().any(|operation| operation.id == id) {
                missing.push(format!("src/http/router.rs: a line routes!(…) for {id} of {path}"));
            }
        }
    }
    missing
}

fn description(operation: &Operation) -> Vec<String> {
    let Operation { method, path, .. } = operation;
    let committed: serde_json::Value = serde_json::from_str(&text("openapi.json")).unwrap_or_default();
    let mut missing = Vec::new();
    if committed["paths"][path][method.to_lowercase()].is_null() {
        missing.push(format!("openapi.json: {method} {path}: cargo run -- openapi > openapi.json"));
    }
    let part = last_part(path);
    if !text("docs/api.md").lines().any(|line| line.contains(method) && line.contains(&part)) {
        missing.push(format!("docs/api.md: the table of routes has no {method} {path}"));
    }
    missing
}

/// An id of another business is tried in every place of every operation.
fn isolation(operation: &Operation) -> Vec<String> {
    let mut missing = Vec::new();
    let places = places(operation);
    for (id, place) in &places {
        if !CASES.iter().any(|case| case.operation == id && case.place == place) {
            missing.push(format!("tests/isolation/http/cases.rs: a case \"{id}\" \"{place}\""));
        }
    }
    if places.is_empty() && !WITHOUT_IDS.iter().any(|(id, _)| *id == operation.id) {
        missing
            .push(format!("tests/isolation/http/cases.rs: WITHOUT_IDS, with the reason why {} has none", operation.id));
    }
    missing
}

/// What moves money or stock happens once.
fn movement(operation: &Operation) -> Vec<String> {
    let mut missing = Vec::new();
    if operation.takes_a_key() {
        let Operation { id, path, .. } = operation;
        if !MOVEMENTS.iter().any(|(movement, _)| movement == id) {
            missing.push(format!("tests/isolation/http/keys.rs: MOVEMENTS has no \"{id}\""));
        }
        if !text("tests/http/idempotency.rs").contains(&last_part(path)) {
            missing.push(format!("tests/http/idempotency.rs: Movements::requests() has no {path}"));
        }
    }
    if operation.may_take_a_key() && !text("tests/http/creations.rs").contains(&last_part(&operation.path)) {
        missing.push(format!("tests/http/creations.rs: creations() has no {}", operation.path));
    }
    // Every POST makes something, so it can be sent again under its key.
    if operation.method == "POST" && !operation.takes_a_key() && !operation.may_take_a_key() {
        missing.push(format!("src/http/routes: POST {} takes no Idempotency-Key", operation.path));
    }
    missing
}

/// Cases of an operation that is gone, or was renamed.
fn cases_without_a_route(operations: &[Operation]) -> Vec<String> {
    let known: BTreeSet<&str> = operations.iter().map(|operation| operation.id.as_str()).collect();
    let cases = CASES.iter().map(|case| case.operation).chain(WITHOUT_IDS.iter().map(|(id, _)| *id));
    let named: BTreeSet<&str> = cases.chain(MOVEMENTS.iter().map(|(id, _)| *id)).collect();
    named
        .difference(&known)
        .map(|id| format!("src/http/router.rs: tests know an operation {id}, the router does not"))
        .collect()
}

/// The last part of a path that is no parameter, with its slash: `/ledger`.
fn last_part(path: &str) -> String {
    let part = path.rsplit('/').find(|part| !part.starts_with('{')).unwrap();
    format!("/{part}")
}
