//! Whole error answers as bytes, for clients whose request never reaches the router.
//!
//! Such a client came with one connection too many, or sent a head that cannot be read. hyper would answer the latter with a
//! bare status, or not at all.

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

/// 503 `overloaded`, closing the connection.
pub(super) fn overloaded() -> Bytes {
    answer(&Error::Overloaded.into(), &RequestId::new())
}

/// The problem for a head that cannot be read, closing the connection. It writes the one line in the log.
pub(super) fn unreadable(error: &HttpError) -> Bytes {
    let request_id = RequestId::new();
    tracing::info!(
        target: "tallystick::request",
        status = error.code().status(),
        code = error.code().name(),
        request_id = request_id.as_str(),
        "unreadable request"
    );
    answer(error, &request_id)
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
         x-content-type-options: nosniff\r\nx-request-id: {request_id}\r\n"
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
    use super::answer;
    use crate::{
        error::Error,
        http::{error::HttpError, extract::RequestId},
    };

    #[test]
    fn a_raw_answer_is_as_clients_know_it() {
        let request_id = RequestId::new();
        let written = |error: HttpError| {
            String::from_utf8(answer(&error, &request_id).to_vec()).unwrap().replace(request_id.as_str(), "ID")
        };
        assert_eq!(
            written(Error::Overloaded.into()),
            "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/problem+json\r\ncontent-length: 257\r\n\
             cache-control: no-store\r\nx-content-type-options: nosniff\r\nx-request-id: ID\r\nretry-after: 1\r\nconnection: close\r\n\r\n\
             {\"type\":\"urn:tallystick:problem:overloaded\",\"title\":\"Overloaded\",\"status\":503,\
             \"detail\":\"the server is overloaded; try again later, with the same Idempotency-Key if the request has one\",\
             \"code\":\"overloaded\",\"request_id\":\"ID\"}"
        );
        assert_eq!(
            written(HttpError::UriTooLong),
            "HTTP/1.1 414 URI Too Long\r\ncontent-type: application/problem+json\r\ncontent-length: 215\r\n\
             cache-control: no-store\r\nx-content-type-options: nosniff\r\nx-request-id: ID\r\nconnection: close\r\n\r\n\
             {\"type\":\"urn:tallystick:problem:uri_too_long\",\"title\":\"The request cannot be read\",\"status\":414,\
             \"detail\":\"the request's address is too long\",\"code\":\"uri_too_long\",\"request_id\":\"ID\"}"
        );
    }
}
