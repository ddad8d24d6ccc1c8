//! Query parameters. Unknown ones are refused.

use std::fmt::Display;

use axum::{extract::FromRequestParts, http::request::Parts};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use url::form_urlencoded;

use super::explain::{Explanation, explain};
use crate::error::{Error, Fault, Result};

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
    let deserializer = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
    serde_path_to_error::deserialize(deserializer).map_err(|error| {
        let Explanation { pointer, detail } = explain(error.path(), &error.inner().to_string());
        Error::InvalidRequest(vec![Fault::query(pointer, detail)])
    })
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

    use super::{parse, parsed, parsed_option};
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
    }
}
