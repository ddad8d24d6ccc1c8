//! Whole error answers as bytes, for clients whose request never reaches the router.
//!
//! Such a client came with one connection too many, or sent a head that hyper cannot read.

use std::fmt::Write;

use bytes::Bytes;

use crate::{
    error::Error,
    http::{
        error::HttpError,
        extract::RequestId,
        problem::{MEDIA_TYPE, Problem, retry_after_seconds},
    },
};

/// An answer that hyper makes itself is shorter than this, in bytes: a status line and three short headers.
const MAX_BARE_BYTES: usize = 256;

/// 503 `overloaded`, closing the connection.
pub(super) fn overloaded() -> Bytes {
    answer(&Error::Overloaded.into(), &RequestId::new())
}

/// The problem to send instead of `written`, if hyper made `written` itself.
pub(super) fn in_place_of(written: &[u8]) -> Option<Bytes> {
    let error = refused_by_hyper(written)?;
    let request_id = RequestId::new();
    tracing::info!(
        target: "tallystick::request",
        status = error.code().status(),
        code = error.code().name(),
        request_id = request_id.as_str(),
        "unreadable request"
    );
    Some(answer(&error, &request_id))
}

/// Why hyper refused a head, if these bytes are hyper's own answer to it.
///
/// hyper answers such a head by itself, with a status and no body, and has no hook for it. No other 4xx without a body is
/// written here, because each of our own refusals has one. No part of a body of ours can look like it, because a string
/// in JSON holds no line breaks. Every write comes through here, so the cheapest tests stand first.
fn refused_by_hyper(written: &[u8]) -> Option<HttpError> {
    const NO_BODY: &[u8] = b"content-length: 0\r\n";
    if written.len() >= MAX_BARE_BYTES || !written.starts_with(b"HTTP/1.1 4") || !written.ends_with(b"\r\n\r\n") {
        return None;
    }
    if !written.windows(NO_BODY.len()).any(|window| window == NO_BODY) {
        return None;
    }
    match written.get("HTTP/1.1 ".len()..)?.get(..3)? {
        b"400" => Some(HttpError::InvalidHttp),
        b"414" => Some(HttpError::UriTooLong),
        b"431" => Some(HttpError::HeadersTooLarge),
        _ => None,
    }
}

fn answer(error: &HttpError, request_id: &RequestId) -> Bytes {
    let (status, request_id) = (error.status(), request_id.as_str());
    let body = Problem::new(error, request_id).to_json();
    let length = body.len();
    let mut head = String::with_capacity(length + 256);
    // Writing to a string cannot fail.
    let _ = write!(
        head,
        "HTTP/1.1 {status}\r\ncontent-type: {MEDIA_TYPE}\r\ncontent-length: {length}\r\ncache-control: no-store\r\n\
         x-request-id: {request_id}\r\n"
    );
    if let Some(seconds) = retry_after_seconds(error) {
        let _ = write!(head, "retry-after: {seconds}\r\n");
    }
    head.push_str("connection: close\r\n\r\n");
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(&body);
    bytes.into()
}

#[cfg(test)]
mod tests {
    use super::{answer, in_place_of};
    use crate::{
        error::Error,
        http::{error::HttpError, extract::RequestId},
    };

    #[test]
    fn only_an_answer_that_hyper_made_itself_is_replaced() {
        for (status, code) in [
            ("400 Bad Request", "invalid_http"),
            ("414 URI Too Long", "uri_too_long"),
            ("431 Request Header Fields Too Large", "headers_too_large"),
        ] {
            let bare = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: 0\r\ndate: x\r\n\r\n");
            let replaced = in_place_of(bare.as_bytes()).unwrap();
            assert!(replaced.starts_with(format!("HTTP/1.1 {status}\r\n").as_bytes()), "{replaced:?}");
            assert!(String::from_utf8_lossy(&replaced).contains(&format!(r#""code":"{code}""#)), "{replaced:?}");
        }
        let long = format!("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nx: {}\r\n\r\n", "x".repeat(256));
        for ours in [
            &b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n"[..],
            b"HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\n{}",
            b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n",
            b"HTTP/1.1 400 Bad Request\r\ncontent-length: 120\r\n\r\n",
            b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n",
            b"{\"name\": \"HTTP/1.1 400 Bad Request\\r\\ncontent-length: 0\\r\\n\\r\\n\"}",
            long.as_bytes(),
        ] {
            assert!(in_place_of(ours).is_none(), "{} was replaced", String::from_utf8_lossy(ours));
        }
    }

    #[test]
    fn a_raw_answer_is_as_clients_know_it() {
        let request_id = RequestId::new();
        let written = |error: HttpError| {
            String::from_utf8(answer(&error, &request_id).to_vec()).unwrap().replace(request_id.as_str(), "ID")
        };
        assert_eq!(
            written(Error::Overloaded.into()),
            "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/problem+json\r\ncontent-length: 257\r\n\
             cache-control: no-store\r\nx-request-id: ID\r\nretry-after: 1\r\nconnection: close\r\n\r\n\
             {\"type\":\"urn:tallystick:problem:overloaded\",\"title\":\"Overloaded\",\"status\":503,\
             \"detail\":\"the server is overloaded; try again later, with the same Idempotency-Key if the request has one\",\
             \"code\":\"overloaded\",\"request_id\":\"ID\"}"
        );
        assert_eq!(
            written(HttpError::UriTooLong),
            "HTTP/1.1 414 URI Too Long\r\ncontent-type: application/problem+json\r\ncontent-length: 215\r\n\
             cache-control: no-store\r\nx-request-id: ID\r\nconnection: close\r\n\r\n\
             {\"type\":\"urn:tallystick:problem:uri_too_long\",\"title\":\"The request cannot be read\",\"status\":414,\
             \"detail\":\"the request's address is too long\",\"code\":\"uri_too_long\",\"request_id\":\"ID\"}"
        );
    }
}
