//! Query parameters. Unknown ones are refused.
//!
//! A route that takes none needs no extractor for that: [`DeclaredQueries`](crate::http::layers::DeclaredQueries) holds every
//! query against the API's description before the handler runs.

use std::{borrow::Cow, collections::BTreeSet, fmt::Display};

use axum::{extract::FromRequestParts, http::request::Parts};
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use url::form_urlencoded;

use super::explain::{Explanation, MAX_REPEATED_NAME_BYTES, explain, push};
use crate::error::{Error, Fault, Result};

/// The most faults of a query that one answer names.
const MAX_FAULTS: usize = 100;

/// The query, as a struct with `#[serde(deny_unknown_fields)]`.
#[derive(Debug, Clone, Copy)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self> {
        parse(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

pub(super) fn parse<T: DeserializeOwned>(query: &str) -> Result<T> {
    let faults = faults(query, |_| true);
    if !faults.is_empty() {
        return Err(Error::InvalidRequest(faults));
    }
    let deserializer = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
    serde_path_to_error::deserialize(deserializer).map_err(|error| {
        let message = error.inner().to_string();
        let Explanation { pointer, detail, .. } = explain(error.path(), &message);
        Error::InvalidRequest(vec![Fault::query(pointer, detail)])
    })
}

/// What is wrong with the parameters of a query, whatever their types: one that is not known, one that is given twice, and
/// text that is not UTF-8.
pub(in crate::http) fn faults(query: &str, is_known: impl Fn(&str) -> bool) -> Vec<Fault> {
    let mut seen = BTreeSet::new();
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let fault = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let Some(name) = decoded(name) else { return Some(Fault::query("", "must be UTF-8")) };
        let detail = if !is_known(&name) {
            "is not known"
        } else if decoded(value).is_none() {
            "must be UTF-8"
        } else if !seen.insert(name.clone()) {
            "must be given once"
        } else {
            return None;
        };
        Some(Fault::query(pointer(&name), detail))
    };
    pairs.filter_map(fault).take(MAX_FAULTS).collect()
}

/// A part of a query without its percent signs and plus signs. `None` if it is not UTF-8; the usual decoders put other
/// characters in its place.
fn decoded(part: &str) -> Option<String> {
    let spaced: Cow<str> = if part.contains('+') { part.replace('+', " ").into() } else { part.into() };
    percent_decode_str(&spaced).decode_utf8().ok().map(Cow::into_owned)
}

fn pointer(name: &str) -> String {
    let mut pointer = String::new();
    if name.len() <= MAX_REPEATED_NAME_BYTES {
        push(&mut pointer, name);
    }
    pointer
}

/// For `#[serde(deserialize_with = "parsed")]`: reads a parameter with its type's `FromStr`.
pub fn parsed<'de, T, D>(deserializer: D) -> std::result::Result<T, D::Error>
where
    T: std::str::FromStr<Err: Display>,
    D: Deserializer<'de>,
{
    String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
}

/// For `#[serde(default, deserialize_with = "parsed_option")]`: does the same for a parameter that may be absent.
pub fn parsed_option<'de, T, D>(deserializer: D) -> std::result::Result<Option<T>, D::Error>
where
    T: std::str::FromStr<Err: Display>,
    D: Deserializer<'de>,
{
    parsed(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::{decoded, faults, parse, parsed, parsed_option};
    use crate::{
        domain::{Cursor, CustomerId, OrderId, PageLimit},
        error::{Error, Fault},
    };

    #[derive(Debug, Default, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Page {
        #[serde(deserialize_with = "parsed")]
        limit: PageLimit,
        cursor: Option<Cursor<OrderId>>,
        #[serde(deserialize_with = "parsed_option")]
        customer_id: Option<CustomerId>,
    }

    #[track_caller]
    fn refused(query: &str, pointer: &str, detail: &str) {
        let Err(Error::InvalidRequest(faults)) = parse::<Page>(query) else { panic!("{query} was taken") };
        assert_eq!(faults, [Fault::query(pointer, detail)]);
    }

    #[test]
    fn an_absent_parameter_has_its_default() {
        let page: Page = parse("").unwrap();
        assert_eq!((page.limit, page.cursor, page.customer_id), (PageLimit::default(), None, None));
    }

    #[test]
    fn a_parameter_is_read_with_its_own_rules() {
        let customer_id = CustomerId::new();
        let page: Page = parse(&format!("limit=7&customer_id={customer_id}")).unwrap();
        assert_eq!((page.limit.get(), page.customer_id), (7, Some(customer_id)));
        refused("limit=0", "/limit", "must be a whole number from 1 to 200");
        refused("cursor=x", "/cursor", "must be a next_cursor of an earlier page of this list");
        refused("customer_id=x", "/customer_id", "must be a UUID");
    }

    #[test]
    fn an_unknown_or_repeated_parameter_is_refused() {
        refused("offset=7", "/offset", "is not known");
        refused("limit=7&limit=8", "/limit", "must be given once");
        refused("limit=7&l%69mit=7", "/limit", "must be given once");
    }

    #[test]
    fn text_that_is_not_utf_8_is_refused_and_not_replaced() {
        refused("cursor=%ff", "/cursor", "must be UTF-8");
        refused("cursor=a%C3", "/cursor", "must be UTF-8");
        refused("cursor=%ED%A0%80", "/cursor", "must be UTF-8");
        refused("%ff=1", "", "must be UTF-8");
        assert_eq!(decoded("a+%C3%A9%2B%").as_deref(), Some("a \u{e9}+%"));
    }

    #[test]
    fn every_unknown_parameter_is_named_up_to_a_bound() {
        let all = faults("a=1&limit=1&b/c&a=2&&=3", |name| name == "limit");
        let pointers: Vec<_> = all.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(pointers, ["/a", "/b~1c", "/a", "/"]);
        assert_eq!(faults(&"x&".repeat(1_000), |_| false).len(), 100);
        assert!(faults("", |_| false).is_empty() && faults("&", |_| false).is_empty());
    }
}
