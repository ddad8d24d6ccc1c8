//! The `Idempotency-Key` header: required wherever money or stock moves, optional where a record is created.
//!
//! The key may stand in quotes, as the IETF's draft writes it: `"K"` is the key `K`.

use std::borrow::Cow;

use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    http::{HeaderMap, request::Parts},
};

use crate::{
    domain::IdempotencyKey,
    error::{Error, Fault, Result},
    http::error::HttpError,
};

const HEADER: &str = "idempotency-key";
const EXPECTED: &str = "must be 1 to 255 visible ASCII characters";

impl<S: Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, HttpError> {
        read(&parts.headers)?.ok_or(HttpError::IdempotencyKeyMissing)
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for IdempotencyKey {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Option<Self>, HttpError> {
        read(&parts.headers)
    }
}

fn read(headers: &HeaderMap) -> Result<Option<IdempotencyKey>, HttpError> {
    let mut values = headers.get_all(HEADER).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(refused("must be sent once"));
    }
    // An empty header is refused with what a key looks like, because the header itself is not missing.
    let text = value.to_str().map_err(|_| refused(EXPECTED))?;
    let key = unquoted(text).ok_or_else(|| refused("must end with the quote that it begins with"))?;
    key.parse().map(Some).map_err(refused)
}

/// The text of a string as RFC 8941 writes it, or the bare text. `None` if it begins as a string and is none.
fn unquoted(text: &str) -> Option<Cow<'_, str>> {
    let Some(rest) = text.strip_prefix('"') else { return Some(text.into()) };
    let inside = rest.strip_suffix('"')?;
    if !inside.contains(['"', '\\']) {
        return Some(inside.into());
    }
    let mut plain = String::new();
    let mut characters = inside.chars();
    while let Some(character) = characters.next() {
        plain.push(match character {
            '"' => return None,
            '\\' => characters.next().filter(|escaped| ['"', '\\'].contains(escaped))?,
            other => other,
        });
    }
    Some(plain.into())
}

fn refused(detail: &str) -> HttpError {
    Error::InvalidRequest(vec![Fault::header(format!("/{HEADER}"), detail)]).into()
}

#[cfg(test)]
mod tests {
    use super::unquoted;

    #[test]
    fn a_key_in_quotes_is_the_key_without_them() {
        for (sent, key) in [
            ("K", "K"),
            (r#""K""#, "K"),
            (r#""a\"b\\c""#, r#"a"b\c"#),
            (r#"a"b\c"#, r#"a"b\c"#),
            (r#"K""#, r#"K""#),
            (r#""""#, ""),
            ("", ""),
        ] {
            assert_eq!(unquoted(sent).as_deref(), Some(key), "{sent}");
        }
    }

    #[test]
    fn a_string_that_does_not_end_or_escapes_what_needs_no_escape_is_none() {
        for wrong in [r#"""#, r#""K"#, r#""K\""#, r#""a"b""#, r#""\n""#, r#""K";a=1"#] {
            assert_eq!(unquoted(wrong), None, "{wrong}");
        }
    }
}
