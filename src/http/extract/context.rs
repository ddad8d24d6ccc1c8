//! What the log needs to know about a request: its id and, once the caller is authenticated, its business.

use std::sync::{Arc, OnceLock};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, HeaderValue, request::Parts},
};
use uuid::Uuid;

use crate::{
    domain::BusinessId,
    error::{Error, Result},
};

/// The header that carries a request's id, in and out.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest request id that the server takes from a client, in characters.
const MAX_CHARS: usize = 128;

/// A request's id: the client's own if it sent a usable one, otherwise a new UUIDv7.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(HeaderValue);

impl RequestId {
    /// The client's `X-Request-Id`, or a new id.
    #[must_use]
    pub fn from_headers(headers: &HeaderMap) -> Self {
        match headers.get(REQUEST_ID) {
            Some(value) if is_usable(value.as_bytes()) => Self(value.clone()),
            _ => Self::new(),
        }
    }

    /// A new id.
    #[must_use]
    pub fn new() -> Self {
        let mut buffer = Uuid::encode_buffer();
        let text = Uuid::now_v7().hyphenated().encode_lower(&mut buffer);
        // Hexadecimal digits and hyphens are always a header value.
        Self(HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("unknown")))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }

    /// The id as a header's value.
    #[must_use]
    pub fn header_value(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl Default for RequestId {
    fn default() -> Self {
        Self::new()
    }
}

/// An id goes into logs and answers, so only characters without a special meaning in either are accepted.
fn is_usable(id: &[u8]) -> bool {
    (1..=MAX_CHARS).contains(&id.len())
        && id.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:+/=@".contains(byte))
}

/// The outer layer puts this into every request, and reads it when the response is there.
#[derive(Debug, Clone)]
pub struct RequestContext(Arc<Known>);

#[derive(Debug)]
struct Known {
    id: RequestId,
    business_id: OnceLock<BusinessId>,
}

impl RequestContext {
    /// The context of a request of which only the id is known.
    #[must_use]
    pub fn new(id: RequestId) -> Self {
        Self(Arc::new(Known { id, business_id: OnceLock::new() }))
    }

    /// The request's id.
    #[must_use]
    pub fn id(&self) -> &RequestId {
        &self.0.id
    }

    /// The business of the caller, once the caller is authenticated.
    #[must_use]
    pub fn business_id(&self) -> Option<BusinessId> {
        self.0.business_id.get().copied()
    }

    /// Notes the business for the log. Only the first one counts.
    pub fn set_business_id(&self, business_id: BusinessId) {
        // A request authenticates once. If it did so twice, the first business would stand.
        let _ = self.0.business_id.set(business_id);
    }
}

impl<S: Sync> FromRequestParts<S> for RequestContext {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(|| Error::internal(anyhow::anyhow!("a route is not wrapped in the outer layer")))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue};

    use super::{REQUEST_ID, RequestId};

    fn from(value: &[u8]) -> RequestId {
        let mut headers = HeaderMap::new();
        headers.insert(REQUEST_ID, HeaderValue::from_bytes(value).unwrap());
        RequestId::from_headers(&headers)
    }

    #[test]
    fn a_usable_request_id_is_taken_over() {
        assert_eq!(from(b"web-7:a.b_c/1").as_str(), "web-7:a.b_c/1");
        assert_eq!(from(&[b'a'; 128]).as_str().len(), 128);
    }

    #[test]
    fn an_unusable_request_id_is_replaced() {
        for wrong in [&b""[..], b"a b", b"a\"b", b"\xff", &[b'a'; 129]] {
            assert_eq!(from(wrong).as_str().len(), 36, "{wrong:?} was taken");
        }
    }
}
