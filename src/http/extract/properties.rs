//! Properties of all extractors: any input is accepted as described, or refused with a pointer and without repeating it.

use axum::http::{HeaderMap, HeaderValue};
use proptest::{collection::vec, prelude::*};
use regex::Regex;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::form_urlencoded;
use utoipa::ToSchema;

use super::{RequestId, caller::bearer, id_path, json, parsed, parsed_option, query};
use crate::{
    domain::{Cursor, CustomerId, Name, OrderId, PageLimit, Quantity},
    error::{Error, Fault},
    http::error::HttpError,
};

#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Body {
    name: Name,
    #[serde(default)]
    note: Option<String>,
    items: Vec<Item>,
}

#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Item {
    customer_id: CustomerId,
    quantity: Quantity,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct List {
    #[serde(deserialize_with = "parsed")]
    limit: PageLimit,
    cursor: Option<Cursor<OrderId>>,
    #[serde(deserialize_with = "parsed_option")]
    customer_id: Option<CustomerId>,
}

/// Occurs in no word of ours.
const MARK: &str = "QzQ";

/// Texts that would be recognised if they came back.
fn marked() -> impl Strategy<Value = String> {
    "[ -~]{0,12}".prop_map(|text| format!("{MARK}{text}{MARK}"))
}

fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        marked().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((marked(), inner), 0..4).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// The faults that a refusal points at. Input may cause no other refusal.
fn faults(error: impl Into<HttpError>) -> Vec<Fault> {
    match error.into() {
        HttpError::Operation(Error::InvalidRequest(faults)) => faults,
        HttpError::InvalidJson { detail } => vec![Fault::body("", detail)],
        other => panic!("{other:?}"),
    }
}

/// The words of a refusal name no Rust type and repeat nothing of the input.
fn well_said(faults: &[Fault]) -> Result<(), TestCaseError> {
    prop_assert!(!faults.is_empty());
    for fault in faults {
        prop_assert!(!fault.detail.contains(MARK), "{:?}", fault);
        for rust in ["struct", "i64", "u16", "Vec", "enum", "visitor", "`"] {
            prop_assert!(!fault.detail.contains(rust), "{:?}", fault);
        }
    }
    Ok(())
}

fn good() -> Value {
    json!({"name": "A", "note": null, "items": [{"customer_id": CustomerId::new(), "quantity": 1}]})
}

proptest! {
    #[test]
    fn any_bytes_as_a_body_are_taken_or_refused(bytes in vec(any::<u8>(), 0..200)) {
        if let Err(error) = json::parse::<Body>(&bytes) {
            faults(error);
        }
    }

    #[test]
    fn any_json_as_a_body_is_refused_without_repeating_it(value in anything()) {
        well_said(&faults(json::parse::<Body>(value.to_string().as_bytes()).unwrap_err()))?;
    }

    /// One wrong value in a good body: refused, and at its place.
    #[test]
    fn a_wrong_value_is_pointed_at(at in 0..4_usize, value in anything()) {
        let pointer = ["/name", "/note", "/items/0/customer_id", "/items/0/quantity"][at];
        let mut body = good();
        *body.pointer_mut(pointer).unwrap() = value.clone();
        match json::parse::<Body>(body.to_string().as_bytes()) {
            Ok(taken) => prop_assert_eq!(serde_json::to_value(taken).unwrap(), body),
            Err(error) => {
                let faults = faults(error);
                well_said(&faults)?;
                prop_assert!(faults[0].pointer.starts_with(pointer), "{:?}: {}", faults, value);
            }
        }
    }

    /// A good body with a piece cut off, doubled or replaced.
    #[test]
    fn a_damaged_body_is_taken_or_refused(at in 0..80_usize, length in 0..20_usize, with in ".{0,5}") {
        let body = good().to_string();
        let (start, end) = (at.min(body.len()), (at + length).min(body.len()));
        let damaged = format!("{}{with}{}", &body[..start], &body[end..]);
        if let Err(error) = json::parse::<Body>(damaged.as_bytes()) {
            faults(error);
        }
    }

    /// Two values under one name: parsers disagree which one counts, so neither does.
    #[test]
    fn a_member_that_is_given_twice_is_refused(value in anything(), first in any::<bool>(), member in 0..3_usize) {
        let (name, body) = (["name", "note", "items"][member], good().to_string());
        let inner = &body[1..body.len() - 1];
        let twice = if first { format!(r#"{{"{name}":{value},{inner}}}"#) } else { format!(r#"{{{inner},"{name}":{value}}}"#) };
        let faults = faults(json::parse::<Body>(twice.as_bytes()).unwrap_err());
        well_said(&faults)?;
        prop_assert!(faults[0].pointer.starts_with(&format!("/{name}")), "{:?}", faults);
    }

    #[test]
    fn any_query_is_taken_or_refused(text in ".{0,80}", pairs in vec(("limit|cursor|customer_id|[a-z]{1,9}", marked()), 0..4)) {
        let pairs = form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
        if let Err(error) = query::parse::<List>(&text) {
            faults(error);
        }
        if let Err(error) = query::parse::<List>(&pairs) {
            well_said(&faults(error))?;
        }
    }

    #[test]
    fn a_good_query_is_taken_in_any_order_and_not_twice(limit in 1..=200_u16, id in any::<u128>(), swapped in any::<bool>()) {
        let id = uuid::Uuid::from_u128(id);
        let mut pairs = [("limit", limit.to_string()), ("cursor", Cursor(id).to_string()), ("customer_id", id.to_string())];
        if swapped {
            pairs.reverse();
        }
        let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
        let list = query::parse::<List>(&text).unwrap();
        prop_assert_eq!(list.limit.get(), limit);
        prop_assert_eq!((list.cursor, list.customer_id), (Some(Cursor(id.into())), Some(id.into())));
        for (name, value) in &pairs {
            let twice = faults(query::parse::<List>(&format!("{text}&{name}={value}")).unwrap_err());
            prop_assert_eq!(twice, [Fault::query(format!("/{name}"), "must be given once")]);
        }
    }

    #[test]
    fn an_id_in_a_path_is_hyphenated_or_of_nothing(text in prop_oneof![".{0,40}", "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "\\{?[0-9a-f]{32}\\}?"]) {
        let form = Regex::new("^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$").unwrap();
        prop_assert_eq!(id_path::parse::<CustomerId>(&text).is_ok(), form.is_match(&text));
    }

    #[test]
    fn a_credential_is_what_follows_the_one_bearer(text in prop_oneof!["[bB][eE][aA][rR][eE][rR]?[ \\t]{0,3}[!-~ ]{0,20}", "[ -~]{0,30}"], twice in any::<bool>()) {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", HeaderValue::from_str(&text).unwrap());
        let form = Regex::new("^(?i:bearer) +([^ ](?:.*[^ ])?) *$").unwrap();
        prop_assert_eq!(bearer(&headers), form.captures(&text).map(|found| found.get(1).unwrap().as_str()));
        if twice {
            headers.append("authorization", HeaderValue::from_str(&text).unwrap());
            prop_assert_eq!(bearer(&headers), None);
        }
    }

    #[test]
    fn any_bytes_in_the_header_are_a_credential_or_none(bytes in vec(any::<u8>(), 0..60)) {
        let Ok(value) = HeaderValue::from_bytes(&[b"Bearer ", &bytes[..]].concat()) else { return Ok(()) };
        let headers = HeaderMap::from_iter([(axum::http::header::AUTHORIZATION, value)]);
        // A credential is text; what is none cannot be compared with one.
        prop_assert!(bearer(&headers).is_none_or(|credential| credential.is_ascii() && !credential.is_empty()));
    }

    #[test]
    fn a_request_id_is_taken_over_in_its_form_only(text in prop_oneof!["[A-Za-z0-9_.:+/=@-]{1,128}", "[ -~]{0,20}", "[a-z]{126,131}"]) {
        let headers = HeaderMap::from_iter([(super::REQUEST_ID, HeaderValue::from_str(&text).unwrap())]);
        let form = Regex::new("^[A-Za-z0-9_.:+/=@-]{1,128}$").unwrap();
        prop_assert_eq!(RequestId::from_headers(&headers).as_str() == text, form.is_match(&text));
    }
}
