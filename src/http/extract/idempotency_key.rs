//! The `Idempotency-Key` header, required wherever money or stock moves.

use axum::{extract::FromRequestParts, http::request::Parts};

use crate::{
    domain::IdempotencyKey,
    error::{Error, Fault, Result},
    http::error::HttpError,
};

const HEADER: &str = "idempotency-key";

impl<S: Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, HttpError> {
        let mut values = parts.headers.get_all(HEADER).iter();
        let value = values.next().ok_or(HttpError::IdempotencyKeyMissing)?;
        if values.next().is_some() {
            return Err(refused("must be sent once"));
        }
        // An empty header is refused with what a key looks like, because the header itself is not missing.
        let text = value.to_str().map_err(|_| refused("must be 1 to 255 visible ASCII characters"))?;
        text.parse().map_err(refused)
    }
}

fn refused(detail: &str) -> HttpError {
    Error::InvalidRequest(vec![Fault::header(format!("/{HEADER}"), detail)]).into()
}
