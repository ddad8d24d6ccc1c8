//! Compares every answer in every test with the API's own description. What is not described there fails the test.
//!
//! Paths that the description does not have are not checked: tests ask for them on purpose.

mod schema;

use std::sync::OnceLock;

use reqwest::Method;
use serde_json::Value;

pub use schema::{Direction, faults};

use super::client::Answer;

/// The description, as JSON.
pub fn document() -> &'static Value {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    DOCUMENT.get_or_init(|| serde_json::to_value(tallystick::http::router::document()).unwrap())
}

/// Every operation as its path, method and description.
pub fn operations() -> impl Iterator<Item = (&'static str, &'static str, &'static Value)> {
    document()["paths"].as_object().unwrap().iter().flat_map(|(path, methods)| {
        methods.as_object().unwrap().iter().map(|(method, operation)| (path.as_str(), method.as_str(), operation))
    })
}

/// The document's schema for a body, if it has one of that media type.
pub fn body_schema(described: &'static Value, media_type: &str) -> Option<&'static Value> {
    described["content"].get(media_type).map(|content| &content["schema"])
}

/// Fails if the answer is not one that the description has for this request.
#[track_caller]
pub fn check(method: &Method, path: &str, request_body: Option<&[u8]>, answer: &Answer) {
    let Some(methods) = described_path(path) else { return };
    let name = method.as_str().to_ascii_lowercase();
    let Some(operation) = methods.get(&name) else { return check_other_method(method, answer) };
    let status = answer.status.to_string();
    let described = &operation["responses"][&status];
    assert!(described.is_object(), "{method} {path} gave {status}, which is not described: {}", answer.body);
    check_body(described, answer, &format!("{method} {path} gave {status}"));
    if answer.status < 300 && operation.get("requestBody").is_some() {
        check_request(operation, request_body.unwrap_or_default(), &format!("{method} {path}"));
    }
}

fn described_path(path: &str) -> Option<&'static Value> {
    let path = path.split('?').next().unwrap_or_default();
    let paths = document()["paths"].as_object().unwrap();
    paths.iter().find(|(template, _)| is_of_template(path, template)).map(|(_, methods)| methods)
}

fn is_of_template(path: &str, template: &str) -> bool {
    let (path, template): (Vec<_>, Vec<_>) = (path.split('/').collect(), template.split('/').collect());
    let mut segments = path.iter().zip(&template);
    path.len() == template.len() && segments.all(|(path, template)| template.starts_with('{') || path == template)
}

/// A method that the description does not have must be refused, except methods with a meaning in HTTP itself.
#[track_caller]
fn check_other_method(method: &Method, answer: &Answer) {
    if *method != Method::HEAD && *method != Method::OPTIONS {
        answer.expect_problem(405, "method_not_allowed");
    }
}

#[track_caller]
fn check_body(described: &'static Value, answer: &Answer, what: &str) {
    let Some(content) = described["content"].as_object() else {
        assert_eq!(answer.body, "", "{what} with a body, which is not described");
        return;
    };
    let media_type = answer.header("content-type").unwrap_or_default().split(';').next().unwrap_or_default();
    let Some(content) = content.get(media_type) else { panic!("{what} as {media_type:?}, which is not described") };
    if !media_type.ends_with("json") {
        return;
    }
    if media_type == "application/x-ndjson" {
        return answer.body.lines().for_each(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            let faults = faults(document(), &content["schema"], &line, Direction::Answer);
            assert!(faults.is_empty(), "{what} with a line other than described: {faults:#?}\n{line:#}");
        });
    }
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    let faults = faults(document(), &content["schema"], &body, Direction::Answer);
    assert!(faults.is_empty(), "{what} other than described: {faults:#?}\n{body:#}");
    if let Some(code) = body.get("code").and_then(Value::as_str) {
        assert!(content["examples"].get(code).is_some(), "{what} with the code {code}, which is not described");
    }
}

/// A request that the server accepts must be one that the description allows.
#[track_caller]
fn check_request(operation: &'static Value, body: &[u8], what: &str) {
    let schema = body_schema(&operation["requestBody"], "application/json").unwrap();
    let body: Value = serde_json::from_slice(body).unwrap();
    let faults = faults(document(), schema, &body, Direction::Request);
    assert!(faults.is_empty(), "{what} was taken with a body that is not described: {faults:#?}\n{body:#}");
}
