//! The head of a request, as strictly as HTTP/1.1 has it (RFC 9112). What two readers could read differently is refused.
//!
//! hyper reads heads leniently: it takes lines that end without a carriage return, a request without `Host`, and a request
//! with two kinds of length. So each head is looked at here before hyper gets it. Here it is also known why a head is
//! refused, and hyper has no hook for that. `httparse` is the parser that hyper uses itself.

use std::mem::MaybeUninit;

use axum::http::{Uri, uri::Authority};

use crate::http::error::HttpError;

/// The most headers that a request may have.
pub(super) const MAX_HEADERS: usize = 64;
/// The longest target of a request, in bytes. RFC 9112 asks for at least 8,000 for the whole line.
const MAX_TARGET_BYTES: usize = 8 * 1024;
/// The longest method that HTTP knows, two spaces, and a version.
const REST_OF_REQUEST_LINE_BYTES: usize = 32;

/// What follows the head of a request, up to the next head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Body {
    /// This many bytes; none if 0.
    Counted(u64),
    /// Chunks.
    Chunked,
}

/// What is known of a head that has not arrived to its end.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// Where to go on.
    from: usize,
    /// Where the line begins that has not ended.
    line: usize,
    /// Whether the request line has ended.
    has_request_line: bool,
}

impl Scan {
    /// Looks for the end of the head. `head` is all that has arrived of it and after it, each time from its first byte.
    ///
    /// Empty lines before a request line are skipped, as HTTP asks.
    pub(super) fn end(&mut self, head: &[u8]) -> Result<Option<usize>, HttpError> {
        while let Some(length) = head.get(self.from..).and_then(|rest| rest.iter().position(|byte| *byte == b'\n')) {
            let line = self.line..self.from + length;
            if head.get(line.clone()).and_then(<[u8]>::last) != Some(&b'\r') {
                return Err(invalid("a line ends without a carriage return"));
            }
            let is_empty = line.len() == 1;
            self.from = line.end + 1;
            self.line = self.from;
            if is_empty && self.has_request_line {
                return Ok(Some(self.from));
            }
            self.has_request_line |= !is_empty;
        }
        self.from = head.len();
        Ok(None)
    }
}

/// Refuses a head that is larger than the server reads. `head` may be a part of it.
pub(super) fn check_size(head: &[u8], max_bytes: usize) -> Result<(), HttpError> {
    let line = head.trim_ascii_start();
    let line_bytes = line.iter().position(|byte| *byte == b'\n').unwrap_or(line.len());
    if line_bytes > MAX_TARGET_BYTES + REST_OF_REQUEST_LINE_BYTES {
        return Err(HttpError::UriTooLong);
    }
    if head.len() > max_bytes { Err(HttpError::HeadersTooLarge) } else { Ok(()) }
}

/// Refuses the beginning of a head that is no HTTP already, so that its sender need not wait for an answer.
pub(super) fn check_beginning(head: &[u8]) -> Result<(), HttpError> {
    let mut headers = [const { MaybeUninit::uninit() }; MAX_HEADERS];
    let parsed = httparse::Request::new(&mut []).parse_with_uninit_headers(head, &mut headers);
    parsed.map(drop).map_err(|error| refusal(error, head))
}

/// Refuses a whole head that is no HTTP/1.1, and finds what follows it.
pub(super) fn check(head: &[u8]) -> Result<Body, HttpError> {
    let mut headers = [const { MaybeUninit::uninit() }; MAX_HEADERS];
    let mut request = httparse::Request::new(&mut []);
    match request.parse_with_uninit_headers(head, &mut headers) {
        // To the parser, the head ends where it ends here. Anything else could be read in two ways.
        Ok(httparse::Status::Complete(length)) if length == head.len() => {}
        Ok(_) => return Err(invalid("its head has no clear end")),
        Err(error) => return Err(refusal(error, head)),
    }
    let target = request.path.unwrap_or_default();
    if target.len() > MAX_TARGET_BYTES {
        return Err(HttpError::UriTooLong);
    }
    if !is_target(request.method.unwrap_or_default(), target) {
        return Err(invalid("its target is no address"));
    }
    let is_http_1_1 = request.version == Some(1);
    check_host(request.headers, is_http_1_1)?;
    body(request.headers, is_http_1_1)
}

/// A path, a whole address, or what belongs to a method: `OPTIONS *`, `CONNECT host:port`.
fn is_target(method: &str, target: &str) -> bool {
    let is_of_its_method = match target.as_bytes() {
        [b'/', ..] => true,
        b"*" => method == "OPTIONS",
        _ => method == "CONNECT" || target.contains("://"),
    };
    is_of_its_method && target.parse::<Uri>().is_ok()
}

/// `Host` must be there once and be a host. HTTP/1.0 does without it.
fn check_host(headers: &[httparse::Header<'_>], is_http_1_1: bool) -> Result<(), HttpError> {
    let mut hosts = values(headers, "host");
    match (hosts.next(), hosts.next()) {
        (None, _) if is_http_1_1 => Err(invalid("it has no Host header")),
        (Some(_), Some(_)) => Err(invalid("it has more than one Host header")),
        (Some(host), None) if !is_host(host) => Err(invalid("its Host header is no host")),
        _ => Ok(()),
    }
}

/// A host with or without a port, and without a user. It may be empty.
fn is_host(value: &[u8]) -> bool {
    value.is_empty() || (!value.contains(&b'@') && Authority::try_from(value).is_ok())
}

/// How long the body is. Two kinds of length, two lengths, and codings other than chunks are refused.
fn body(headers: &[httparse::Header<'_>], is_http_1_1: bool) -> Result<Body, HttpError> {
    let mut codings = values(headers, "transfer-encoding");
    let mut lengths = values(headers, "content-length");
    let (coding, length) = (codings.next(), lengths.next());
    match (coding, length) {
        (Some(_), Some(_)) => Err(invalid("it has both Content-Length and Transfer-Encoding")),
        (Some(_), None) if !is_http_1_1 => Err(invalid("HTTP/1.0 has no Transfer-Encoding")),
        (Some(coding), None) if codings.next().is_some() || !coding.eq_ignore_ascii_case(b"chunked") => {
            Err(invalid("the one Transfer-Encoding that is understood is chunked"))
        }
        (Some(_), None) => Ok(Body::Chunked),
        (None, Some(length)) if lengths.any(|other| other != length) => {
            Err(invalid("it has more than one Content-Length"))
        }
        (None, Some(length)) => number(length).map(Body::Counted).ok_or(invalid("its Content-Length is no length")),
        (None, None) => Ok(Body::Counted(0)),
    }
}

/// Digits only: `from_str` takes a sign, too.
fn number(digits: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(digits).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?;
    // hyper keeps the two largest numbers for itself.
    text.parse::<i64>().ok()?.try_into().ok()
}

fn values<'a>(headers: &'a [httparse::Header<'_>], name: &'static str) -> impl Iterator<Item = &'a [u8]> {
    headers.iter().filter(move |header| header.name.eq_ignore_ascii_case(name)).map(|header| header.value)
}

const fn invalid(detail: &'static str) -> HttpError {
    HttpError::InvalidHttp { detail }
}

fn refusal(error: httparse::Error, head: &[u8]) -> HttpError {
    match error {
        httparse::Error::TooManyHeaders => HttpError::HeadersTooLarge,
        httparse::Error::Version if names_another_version(head) => HttpError::VersionNotSupported,
        httparse::Error::HeaderName => invalid("the name of a header is none"),
        httparse::Error::HeaderValue => invalid("the value of a header has a character that it must not have"),
        httparse::Error::NewLine => invalid("a carriage return stands alone"),
        _ => invalid("its request line is none"),
    }
}

/// Whether the request line ends with a version of HTTP. The first line of HTTP/2 does, too, so that this server can tell it.
fn names_another_version(head: &[u8]) -> bool {
    let line = head.trim_ascii_start().split(|byte| *byte == b'\r').next().unwrap_or_default();
    let version = line.rsplit(|byte| *byte == b' ').next().unwrap_or_default();
    matches!(version, [b'H', b'T', b'T', b'P', b'/', major, b'.', minor]
        if *major != b'1' && major.is_ascii_digit() && minor.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::{Body, Scan, check};
    use crate::http::error::HttpError;

    fn checked(head: &str) -> Result<Body, HttpError> {
        check(head.as_bytes())
    }

    #[track_caller]
    fn refused(head: &str) -> String {
        match checked(head) {
            Err(error) => format!("{} {error}", error.code().name()),
            Ok(body) => panic!("{head:?} was taken, with {body:?}"),
        }
    }

    #[test]
    fn a_good_head_says_what_follows_it() {
        for (headers, body) in [
            ("host: x\r\n", Body::Counted(0)),
            ("HOST:x:80\r\n", Body::Counted(0)),
            ("host: [::1]:8080\r\n", Body::Counted(0)),
            ("host:\r\n", Body::Counted(0)),
            ("host: x\r\ncontent-length: 13\r\n", Body::Counted(13)),
            ("content-length: 13\r\nhost: x\r\ncontent-length: 13\r\n", Body::Counted(13)),
            ("host: x\r\ntransfer-encoding: Chunked\r\n", Body::Chunked),
        ] {
            assert_eq!(checked(&format!("POST /v1 HTTP/1.1\r\n{headers}\r\n")).unwrap(), body, "{headers:?}");
        }
        assert_eq!(checked("\r\n\r\nGET / HTTP/1.0\r\n\r\n").unwrap(), Body::Counted(0));
        assert_eq!(checked("OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n").unwrap(), Body::Counted(0));
    }

    #[test]
    fn a_head_that_two_readers_could_read_differently_is_refused_and_says_why() {
        for (head, why) in [
            ("GET / HTTP/1.1\r\n\r\n", "no Host"),
            ("GET http://x/ HTTP/1.1\r\n\r\n", "no Host"),
            ("GET / HTTP/1.1\r\nhost: x\r\nHost: x\r\n\r\n", "more than one Host"),
            ("GET / HTTP/1.0\r\nhost: x\r\nHost: y\r\n\r\n", "more than one Host"),
            ("GET / HTTP/1.1\r\nhost: a b\r\n\r\n", "no host"),
            ("GET / HTTP/1.1\r\nhost: me@x\r\n\r\n", "no host"),
            ("GET / HTTP/1.1\r\nhost: x/y\r\n\r\n", "no host"),
            ("GET / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n", "both"),
            ("GET / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\ncontent-length: 0\r\n\r\n", "both"),
            ("GET / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: gzip, chunked\r\n\r\n", "chunked"),
            (
                "GET / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n",
                "chunked",
            ),
            ("GET / HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n", "HTTP/1.0"),
            ("GET / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n", "more than one"),
            ("GET / HTTP/1.1\r\nhost: x\r\ncontent-length: +1\r\n\r\n", "no length"),
            ("GET / HTTP/1.1\r\nhost: x\r\ncontent-length: 18446744073709551615\r\n\r\n", "no length"),
            ("GET / HTTP/1.1\r\nhost : x\r\n\r\n", "name"),
            ("GET / HTTP/1.1\r\nhost: x\0\r\n\r\n", "value"),
            ("GET foo HTTP/1.1\r\nhost: x\r\n\r\n", "address"),
            ("GET * HTTP/1.1\r\nhost: x\r\n\r\n", "address"),
            ("GET x:80 HTTP/1.1\r\nhost: x\r\n\r\n", "address"),
            ("GET http:// HTTP/1.1\r\nhost: x\r\n\r\n", "address"),
            ("GET /re ad HTTP/1.1\r\nhost: x\r\n\r\n", "request line"),
            ("GET  / HTTP/1.1\r\nhost: x\r\n\r\n", "request line"),
        ] {
            let refused = refused(head);
            assert!(refused.starts_with("invalid_http ") && refused.contains(why), "{head:?}: {refused}");
        }
    }

    #[test]
    fn another_version_of_http_is_told_apart_from_no_http() {
        for head in ["PRI * HTTP/2.0\r\n\r\n", "GET / HTTP/3.0\r\nhost: x\r\n\r\n"] {
            assert!(refused(head).starts_with("http_version_not_supported "), "{head:?}");
        }
        for head in ["GET / HTTP/x\r\n\r\n", "GET / HTTP/11.1\r\n\r\n", "GET /HTTP/2.0\r\n\r\n", "hello\r\n\r\n"] {
            assert!(refused(head).starts_with("invalid_http "), "{head:?}");
        }
    }

    #[test]
    fn what_is_too_long_says_what_is() {
        let long = "y".repeat(9_000);
        assert!(refused(&format!("GET /{long} HTTP/1.1\r\nhost: x\r\n\r\n")).starts_with("uri_too_long "));
        let many = "x: y\r\n".repeat(65);
        assert!(refused(&format!("GET / HTTP/1.1\r\n{many}\r\n")).starts_with("headers_too_large "));
    }

    /// Every way to cut a head gives the same end.
    #[test]
    fn the_end_of_a_head_is_found_however_it_arrives() {
        let sent = b"\r\nGET / HTTP/1.1\r\nhost: x\r\n\r\nGET ";
        for cut in 0..sent.len() {
            let mut scan = Scan::default();
            let early = scan.end(&sent[..cut]).unwrap();
            let end = early.map_or_else(|| scan.end(sent).unwrap(), Some);
            assert_eq!(end, Some(sent.len() - 4), "{cut}");
        }
        for bare in ["GET / HTTP/1.1\nhost: x\r\n\r\n", "GET / HTTP/1.1\r\nhost: x\n\r\n", "GET / HTTP/1.1\r\n\n", "\n"]
        {
            for cut in 0..bare.len() {
                let mut scan = Scan::default();
                let early = scan.end(&bare.as_bytes()[..cut]);
                assert!(early.is_err() || scan.end(bare.as_bytes()).is_err(), "{bare:?} cut at {cut}");
            }
        }
    }
}
