//! Whole answers as bytes, for where there is no request to answer: a connection too many, or a head that is no HTTP.

use std::fmt::Write;

use bytes::Bytes;

use crate::{
    error::Error,
    http::{
        extract::RequestId,
        problem::{MEDIA_TYPE, Problem},
    },
};

/// 503 `overloaded`, closing the connection.
pub(super) fn overloaded() -> Bytes {
    let request_id = RequestId::new();
    let problem = Problem::new(&Error::Overloaded, request_id.as_str());
    answer("503 Service Unavailable", "retry-after: 1\r\n", &request_id, &problem)
}

/// The problem in place of hyper's own bare answer, if that is what these bytes are.
///
/// hyper answers a head that it cannot parse by itself, with a status and nothing else, and has no hook for it. Such an
/// answer is the only 4xx without a body that is ever written here: every refusal of ours has one, and no body of ours can
/// look like it, because JSON holds no line breaks in its strings.
pub(super) fn in_place_of(written: &[u8]) -> Option<Bytes> {
    let text = std::str::from_utf8(written).ok()?;
    let is_bare = text.len() < 256 && text.ends_with("\r\n\r\n") && text.contains("content-length: 0\r\n");
    let status = text.strip_prefix("HTTP/1.1 ")?.split("\r\n").next().filter(|_| is_bare)?;
    let (code, detail) = match status.get(..3)? {
        "400" => ("invalid_http", "the request is not HTTP/1.1"),
        "414" => ("uri_too_long", "the request's address is too long"),
        "431" => ("headers_too_large", "the request has too many or too large headers"),
        _ => return None,
    };
    let request_id = RequestId::new();
    let problem = Problem {
        kind: format!("urn:tallystick:problem:{code}"),
        title: "The request cannot be read",
        status: status.get(..3)?.parse().ok()?,
        detail: detail.to_owned(),
        code,
        request_id: request_id.as_str().to_owned(),
        errors: Vec::new(),
        shortages: Vec::new(),
        credit_limit: None,
        balance: None,
        required: None,
    };
    tracing::info!(target: "tallystick::request", status = problem.status, code, request_id = request_id.as_str(), "unreadable request");
    Some(answer(status, "", &request_id, &problem))
}

fn answer(status: &str, headers: &str, request_id: &RequestId, problem: &Problem) -> Bytes {
    // Plain strings and numbers cannot fail to be written.
    let body = serde_json::to_string(problem).unwrap_or_default();
    let mut text = String::with_capacity(body.len() + 256);
    let length = body.len();
    // Writing to a string cannot fail.
    let _ = write!(
        text,
        "HTTP/1.1 {status}\r\ncontent-type: {MEDIA_TYPE}\r\ncontent-length: {length}\r\ncache-control: no-store\r\n\
         x-request-id: {}\r\n{headers}connection: close\r\n\r\n{body}",
        request_id.as_str()
    );
    text.into()
}

#[cfg(test)]
mod tests {
    use super::in_place_of;

    #[test]
    fn only_an_answer_that_hyper_made_up_itself_is_replaced() {
        let bare = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\ndate: x\r\n\r\n";
        let replaced = in_place_of(bare).unwrap();
        assert!(replaced.starts_with(b"HTTP/1.1 431 Request Header Fields Too Large\r\n"));
        assert!(String::from_utf8_lossy(&replaced).contains(r#""code":"headers_too_large""#));
        for ours in [
            &b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n"[..],
            b"HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\n{}",
            b"HTTP/1.1 400 Bad Request\r\ncontent-length: 120\r\n\r\n",
            b"{\"name\": \"HTTP/1.1 400 Bad Request\\r\\ncontent-length: 0\\r\\n\\r\\n\"}",
        ] {
            assert!(in_place_of(ours).is_none(), "{} was replaced", String::from_utf8_lossy(ours));
        }
    }
}
