//! Turns serde's error about a value of the wrong shape into words for the client.
//!
//! serde's errors are English text, written for the author of the Rust types. Here they become a JSON Pointer and a sentence
//! that names neither Rust types nor the value that was sent. This module knows the fixed words of serde's messages, such as
//! "missing field `…`". A new release of serde may change them; then the tests below fail. The messages of our own domain
//! types ("must be …", or "member `…` must be …") are passed on as they are.

use serde_path_to_error::{Path, Segment};

/// The longest member name that an answer repeats, in bytes.
pub(super) const MAX_REPEATED_NAME_BYTES: usize = 200;

/// Where the fault is, as a JSON Pointer (RFC 6901), and what it is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Explanation<'a> {
    pub pointer: String,
    pub detail: String,
    pub kind: Kind<'a>,
}

/// What kind of fault it is: one of a member with this name, or of the value at the place itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind<'a> {
    Missing(&'a str),
    Unknown(&'a str),
    Duplicate(&'a str),
    /// The member's value, because of other members. Its own type let it through.
    Member(&'a str),
    Value,
}

/// Explains an error that serde found at `path`.
pub(super) fn explain<'a>(path: &Path, message: &'a str) -> Explanation<'a> {
    let message = without_position(message);
    let mut pointer = pointer(path);
    let kind = kind(message);
    let detail = match kind {
        Kind::Missing(name) => {
            push(&mut pointer, name);
            "is required".to_owned()
        }
        Kind::Unknown(name) => {
            point_at_member(&mut pointer, name);
            "is not known".to_owned()
        }
        Kind::Duplicate(name) => {
            point_at_member(&mut pointer, name);
            "must be given once".to_owned()
        }
        Kind::Member(name) => {
            push(&mut pointer, name);
            message.split_once("` ").map_or(message, |(_, detail)| detail).to_owned()
        }
        Kind::Value => detail(message),
    };
    Explanation { pointer, detail, kind }
}

fn kind(message: &str) -> Kind<'_> {
    if let Some(name) = quoted(message, "missing field `") {
        Kind::Missing(name)
    } else if let Some(name) = unknown_field(message) {
        Kind::Unknown(name)
    } else if let Some(name) = quoted(message, "duplicate field `") {
        Kind::Duplicate(name)
    } else if let Some((name, _)) = message.strip_prefix("member `").and_then(|rest| rest.split_once("` ")) {
        Kind::Member(name)
    } else {
        Kind::Value
    }
}

/// `serde_json` appends a line and a column. The pointer says that better.
fn without_position(message: &str) -> &str {
    match message.rfind(" at line ") {
        Some(at) if message[at..].contains(" column ") => &message[..at],
        _ => message,
    }
}

/// The name in a message that says nothing else: "missing field `name`".
fn quoted<'a>(message: &'a str, before: &str) -> Option<&'a str> {
    message.strip_prefix(before)?.strip_suffix('`')
}

/// The name in "unknown field `name`, expected …". A client can choose any name, so the end of the name is looked for from
/// the end of the message.
fn unknown_field(message: &str) -> Option<&str> {
    let rest = message.strip_prefix("unknown field `")?;
    rest.strip_suffix("`, there are no fields").or_else(|| rest.rfind("`, expected ").map(|end| &rest[..end]))
}

fn pointer(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => push(&mut pointer, &index.to_string()),
            Segment::Map { key } if key.len() <= MAX_REPEATED_NAME_BYTES => push(&mut pointer, key),
            // A pointer cannot lead any deeper.
            Segment::Map { .. } | Segment::Enum { .. } | Segment::Unknown => break,
        }
    }
    pointer
}

/// Adds a member's name, unless the path ends with it already: for an unknown or a duplicate member serde may report either.
fn point_at_member(pointer: &mut String, name: &str) {
    let mut segment = String::new();
    push(&mut segment, name);
    if name.len() <= MAX_REPEATED_NAME_BYTES && !pointer.ends_with(&segment) {
        pointer.push_str(&segment);
    }
}

/// Adds a segment, escaped as RFC 6901 says.
pub(super) fn push(pointer: &mut String, name: &str) {
    pointer.push('/');
    for character in name.chars() {
        match character {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            other => pointer.push(other),
        }
    }
}

fn detail(message: &str) -> String {
    if let Some(rest) = message.strip_prefix("invalid type: ") {
        return match expected(rest) {
            Some(expected) => format!("must be {}, not {}", words(expected), given(rest)),
            None => "has the wrong type".to_owned(),
        };
    }
    if let Some(rest) = message.strip_prefix("invalid value: ") {
        return match expected(rest).map(words) {
            // The number does not fit the integer type, so the domain type never saw it.
            Some("a whole number") | None => "is out of range".to_owned(),
            Some(words) => format!("must be {words}"),
        };
    }
    if message.starts_with("invalid length ") {
        return "has the wrong number of elements".to_owned();
    }
    from_other_library(message).unwrap_or(message).to_owned()
}

/// Our words for messages that come from other libraries: `serde_json`, `chrono` and `uuid`.
fn from_other_library(message: &str) -> Option<&'static str> {
    const TIMESTAMP: &str = "must be an RFC 3339 date and time, such as 2026-01-31T12:00:00Z";
    const UUID_FAILURES: [&str; 2] = ["UUID parsing failed", "failed to parse a UUID"];
    match message {
        "number out of range" => Some("is out of range"),
        "recursion limit exceeded" => Some("is nested too deeply"),
        "unexpected end of hex escape" | "lone leading surrogate in hex escape" => {
            Some("must be text of whole Unicode characters")
        }
        "premature end of input"
        | "input contains invalid characters"
        | "input is out of range"
        | "trailing input"
        | "no possible date and time matching input" => Some(TIMESTAMP),
        _ if UUID_FAILURES.iter().any(|failure| message.starts_with(failure)) => Some("must be a UUID"),
        _ => None,
    }
}

/// What the type expects. The part before it repeats what the client sent, so the search starts at the end.
fn expected(rest: &str) -> Option<&str> {
    rest.rfind(", expected ").map(|at| &rest[at + ", expected ".len()..])
}

/// The kind of value that was sent, without the value.
fn given(rest: &str) -> &'static str {
    const KINDS: [(&str, &str); 8] = [
        ("null", "null"),
        ("boolean", "a boolean"),
        ("integer", "a whole number"),
        ("floating point", "a number with a fraction or exponent"),
        ("number", "a number"),
        ("string", "a string"),
        ("sequence", "an array"),
        ("map", "an object"),
    ];
    KINDS.iter().find(|(kind, _)| rest.starts_with(kind)).map_or("something else", |(_, words)| words)
}

/// A type's name for itself, in JSON's words.
fn words(expected: &str) -> &str {
    match expected {
        "i8" | "i16" | "i32" | "i64" | "i128" | "u8" | "u16" | "u32" | "u64" | "u128" | "usize" | "isize" => {
            "a whole number"
        }
        "a sequence" => "an array",
        "a formatted UUID string" | "a UUID string" => "a UUID",
        "an RFC 3339 formatted date and time string" | "a formatted date and time string" => {
            "an RFC 3339 date and time"
        }
        _ if expected.starts_with("struct ") => "an object",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::{explain, without_position};
    use crate::{
        domain::{Name, ProductId, Quantity, Scope},
        http::extract::objects_only::ObjectsOnly,
    };

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only the parsing matters")]
    struct Sample {
        name: Name,
        items: Vec<Item>,
        #[serde(default)]
        scopes: Vec<Scope>,
        expires_at: Option<chrono::DateTime<chrono::Utc>>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only the parsing matters")]
    struct Item {
        product_id: ProductId,
        quantity: Quantity,
    }

    #[track_caller]
    fn check(json: &str, pointer: &str, detail: &str) {
        let deserializer = &mut serde_json::Deserializer::from_str(json);
        let error = serde_path_to_error::deserialize::<_, Sample>(ObjectsOnly(deserializer)).unwrap_err();
        let message = error.inner().to_string();
        let explanation = explain(error.path(), &message);
        assert_eq!((explanation.pointer.as_str(), explanation.detail.as_str()), (pointer, detail));
    }

    const ID: &str = "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c11";

    fn with_item(item: &str) -> String {
        format!(r#"{{"name": "n", "items": [{{"product_id": "{ID}", "quantity": 1}}, {item}]}}"#)
    }

    #[test]
    fn a_missing_member_is_pointed_at_where_it_should_be() {
        check("{}", "/name", "is required");
        check(&with_item(&format!(r#"{{"product_id": "{ID}"}}"#)), "/items/1/quantity", "is required");
    }

    #[test]
    fn an_unknown_member_is_pointed_at_whatever_its_name() {
        check(r#"{"nam": "x"}"#, "/nam", "is not known");
        check(&with_item(r#"{"a/b~c": 1}"#), "/items/1/a~1b~0c", "is not known");
        check(r#"{"x`, expected `y": 1}"#, "/x`, expected `y", "is not known");
        let long = "n".repeat(300);
        check(&format!(r#"{{"{long}": 1}}"#), "", "is not known");
    }

    /// A query has no lines.
    #[test]
    fn only_a_position_is_taken_for_one() {
        assert_eq!(without_position("is wrong at line 1 column 7"), "is wrong");
        assert_eq!(without_position("unknown field `waits at line 3`"), "unknown field `waits at line 3`");
    }

    #[test]
    fn a_duplicate_member_is_pointed_at() {
        check(r#"{"name": "a", "name": "b"}"#, "/name", "must be given once");
    }

    #[test]
    fn a_wrong_type_is_named_in_the_words_of_json() {
        check("[]", "", "must be an object, not an array");
        check("null", "", "must be an object, not null");
        check(r#"{"name": 5}"#, "/name", "must be a string, not a whole number");
        check(r#"{"name": "n", "items": {}}"#, "/items", "must be an array, not an object");
        let quantity = |value: &str| with_item(&format!(r#"{{"product_id": "{ID}", "quantity": {value}}}"#));
        let at = "/items/1/quantity";
        check(&quantity("\"1, expected cake\""), at, "must be a whole number, not a string");
        check(&quantity("1.5"), at, "must be a whole number, not a number with a fraction or exponent");
        check(&quantity("null"), at, "must be a whole number, not null");
        check(&quantity("true"), at, "must be a whole number, not a boolean");
    }

    #[test]
    fn a_value_out_of_range_is_pointed_at() {
        let quantity = |value: &str| with_item(&format!(r#"{{"product_id": "{ID}", "quantity": {value}}}"#));
        check(&quantity("0"), "/items/1/quantity", "must be a whole number from 1 to 2147483647");
        check(&quantity("9223372036854775808"), "/items/1/quantity", "is out of range");
        check(&quantity("1e999"), "/items/1/quantity", "is out of range");
        check(r#"{"name": ""}"#, "/name", "must have 1 to 200 characters");
    }

    #[test]
    fn ids_choices_and_times_explain_themselves() {
        check(&with_item(r#"{"product_id": "x"}"#), "/items/1/product_id", "must be a UUID");
        check(&with_item(r#"{"product_id": 7}"#), "/items/1/product_id", "must be a UUID, not a whole number");
        check(r#"{"scopes": ["admin"]}"#, "/scopes/0", "must be read, write, price or adjust");
        check(r#"{"scopes": [5]}"#, "/scopes/0", "must be a string, not a whole number");
        check(r#"{"scopes": [{}]}"#, "/scopes/0", "must be a string, not an object");
        check(r#"{"scopes": ["read", {"read": null}]}"#, "/scopes/1", "must be a string, not an object");
        check(
            r#"{"expires_at": "soon"}"#,
            "/expires_at",
            "must be an RFC 3339 date and time, such as 2026-01-31T12:00:00Z",
        );
        check(r#"{"expires_at": 5}"#, "/expires_at", "must be an RFC 3339 date and time, not a whole number");
    }

    #[test]
    fn text_that_is_none_and_what_is_nested_too_deeply_explain_themselves() {
        for name in [r#""\ud800""#, r#""\ud800x""#, r#""\ud800\u0041""#] {
            check(&format!(r#"{{"name": {name}}}"#), "/name", "must be text of whole Unicode characters");
        }
        let deep = "[".repeat(200);
        let deserializer = &mut serde_json::Deserializer::from_str(&deep);
        let error = serde_path_to_error::deserialize::<_, serde_json::Value>(deserializer).unwrap_err();
        assert_eq!(explain(error.path(), &error.inner().to_string()).detail, "is nested too deeply");
    }
}
