//! Requests that a proxy and the server could read differently: one request gets one answer, and a credential counts in one
//! place only.

use std::time::Duration;

use tallystick::domain::{BusinessId, Scope};
use tokio::{io::AsyncWriteExt, time::timeout};

use super::server::{TestServer, read_to_end};

/// Much longer than any limit that a test reaches.
const LONG: Duration = Duration::from_secs(20);

/// A second request that a proxy, which reads the first one differently, would take for a part of its body.
const SMUGGLED: &str = "GET /healthz HTTP/1.1\r\nhost: smuggled\r\n\r\n";

/// Sends this on a new connection and reads until it closes: the statuses of all answers, and their text.
async fn statuses(server: &TestServer, sent: &str) -> (Vec<u16>, String) {
    let answer = timeout(LONG, server.exchange(sent.as_bytes())).await.unwrap();
    let heads = answer.match_indices("HTTP/1.1 ").map(|(at, found)| &answer[at + found.len()..]);
    (heads.map(|rest| rest[..3].parse().unwrap()).collect(), answer)
}

fn post(headers: &str, body: &str) -> String {
    format!("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n{headers}\r\n{body}")
}

#[tokio::test]
async fn a_request_whose_length_is_in_doubt_is_refused_and_nothing_after_it_is_read() {
    let server = TestServer::plain().await;
    let chunked = format!("d\r\n{{\"name\": \"n\"}}\r\n0\r\n\r\n{SMUGGLED}");
    let counted = format!("{{\"name\": \"n\"}}{SMUGGLED}");
    // Twice the same length counts as one.
    let twice = post("content-length: 13\r\ncontent-length: 13\r\nconnection: close\r\n", "{\"name\": \"n\"}");
    assert_eq!(statuses(&server, &twice).await.0, [200]);
    for (headers, body) in [
        ("content-length: 13\r\ncontent-length: 14\r\n", &counted),
        ("content-length: 13, 14\r\n", &counted),
        ("content-length: +13\r\n", &counted),
        ("content-length: -1\r\n", &counted),
        ("content-length: 0xd\r\n", &counted),
        ("content-length: 13 0\r\n", &counted),
        ("content-length: 99999999999999999999\r\n", &counted),
        ("content-length:\r\n", &counted),
        ("content-length : 13\r\n", &counted),
        ("transfer-encoding: identity\r\n", &counted),
        ("transfer-encoding: chunked, identity\r\n", &chunked),
        ("transfer-encoding: xchunked\r\n", &chunked),
        ("transfer-encoding: gzip\r\n", &chunked),
        ("transfer-encoding : chunked\r\n", &chunked),
        ("transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n", &chunked),
        ("transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n", &chunked),
        ("transfer-encoding: gzip, chunked\r\n", &chunked),
        ("content-length: 13\r\ntransfer-encoding: chunked\r\n", &chunked),
        ("transfer-encoding: chunked\r\ncontent-length: 13\r\n", &chunked),
        ("transfer-encoding: chunked\r\ncontent-length: 0\r\n", &chunked),
    ] {
        let (statuses, text) = statuses(&server, &post(headers, body)).await;
        assert_eq!(statuses, [400], "{headers:?}");
        assert!(text.contains(r#""code":"invalid_http""#), "{headers:?}: {text}");
    }
}

#[tokio::test]
async fn chunks_that_break_their_grammar_end_the_request_and_the_connection() {
    let server = TestServer::plain().await;
    for chunks in [
        "xyz\r\n{}\r\n",
        "FFFFFFFFFFFFFFFFFF\r\n{}\r\n",
        "2\r\n{}X\r\n",
        "-2\r\n{}\r\n",
        "0x2\r\n{}\r\n",
        "+2\r\n{}\r\n",
        "2\n{}\r\n",
        "2\r\n{}\n",
        "2;x\ny\r\n{}\r\n",
        "2\r\n{}\r\n0\r\nx: y\nz: y\r\n\r\n",
    ] {
        let sent = post("transfer-encoding: chunked\r\n", &format!("{chunks}0\r\n\r\n{SMUGGLED}"));
        let (statuses, text) = statuses(&server, &sent).await;
        assert_eq!(statuses, [400], "{chunks:?}");
        assert!(text.contains(r#""code":"invalid_http""#), "{chunks:?}: {text}");
    }
    let cut_off = post("transfer-encoding: chunked\r\n", "d\r\n{\"name\": \"n\"");
    let mut connection = server.connect().await;
    connection.write_all(cut_off.as_bytes()).await.unwrap();
    connection.shutdown().await.unwrap();
    let answer = timeout(LONG, read_to_end(&mut connection)).await.unwrap();
    assert!(answer.is_empty() || answer.contains(r#""code":"invalid_http""#), "{answer}");
}

/// A body that a route does not need is skipped, and not read as the next request.
#[tokio::test]
async fn a_body_is_never_read_as_the_next_request() {
    let server = TestServer::plain().await;
    let length = SMUGGLED.len();
    let get = format!("GET /healthz HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n\r\n{SMUGGLED}");
    let refused = format!("POST /write HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n\r\n{SMUGGLED}");
    let last = "GET /nothing HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    assert_eq!(statuses(&server, &format!("{get}{last}")).await.0, [200, 404]);
    assert_eq!(statuses(&server, &format!("{refused}{last}")).await.0, [401, 404]);
}

#[tokio::test]
async fn garbage_after_a_good_request_is_refused_and_ends_the_connection() {
    let server = TestServer::plain().await;
    let good = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
    for garbage in [
        "\0\u{1}garbage\r\n\r\n",
        "garbage\r\n\r\n",
        "GET\r\n\r\n",
        "{\"a\": 1}\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{2}\r\n\r\n",
    ] {
        let (statuses, text) = statuses(&server, &format!("{good}{garbage}{good}")).await;
        assert_eq!(statuses, [200, 400], "{garbage:?}");
        assert!(text.contains(r#""code":"invalid_http""#), "{garbage:?}: {text}");
    }
}

/// Clients of HTTP/2 show such an answer, or say that the server speaks HTTP/1.1.
#[tokio::test]
async fn a_client_of_http_2_is_told_that_this_is_http_1_1() {
    let server = TestServer::plain().await;
    let good = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
    let preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u{4}\0\0\0\0\0";
    for (sent, answers) in [(preface.to_owned(), &[505_u16][..]), (format!("{good}{preface}"), &[200, 505])] {
        let (statuses, text) = statuses(&server, &sent).await;
        assert_eq!(statuses, answers);
        assert!(text.contains(r#""code":"http_version_not_supported""#), "{text}");
    }
}

/// The refusal of one request does not touch those before it, whether they are answered at once or not.
#[tokio::test]
async fn what_comes_before_a_bad_request_is_answered_and_what_comes_after_is_not_read() {
    let server = TestServer::plain().await;
    let good = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
    let echo = post("content-length: 13\r\n", "{\"name\": \"n\"}");
    let chunked = post("transfer-encoding: chunked\r\n", "d\r\n{\"name\": \"n\"}\r\n0\r\n\r\n");
    for bad in [
        "GET /healthz HTTP/1.1\r\n\r\n",
        "GET /healthz HTTP/1.1\nhost: x\n\n",
        "GET /healthz HTTP/1.1\r\nhost: x\r\nhost: x\r\n\r\n",
        "GET  /healthz HTTP/1.1\r\nhost: x\r\n\r\n",
        "GET foo HTTP/1.1\r\nhost: x\r\n\r\n",
        "\u{16}\u{3}\u{1}",
    ] {
        let (statuses, text) = statuses(&server, &[good, &echo, &chunked, bad, good].concat()).await;
        assert_eq!(statuses, [200, 200, 200, 400], "{bad:?}");
        assert!(text.contains(r#""code":"invalid_http""#), "{bad:?}: {text}");
    }
    let mut connection = server.connect().await;
    let waits = "GET /waits HTTP/1.1\r\nhost: x\r\n\r\n";
    connection.write_all(format!("{waits}{waits}GET /healthz HTTP/1.1\n\n{good}").as_bytes()).await.unwrap();
    for _ in 0..2 {
        server.gates.entered.notified().await;
        server.gates.leave.notify_one();
    }
    let answers = timeout(LONG, read_to_end(&mut connection)).await.unwrap();
    assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), 2, "{answers}");
    assert_eq!(answers.matches("HTTP/1.1 400 ").count(), 1, "{answers}");
}

#[tokio::test]
async fn a_head_that_can_be_read_in_two_ways_is_not_read() {
    let server = TestServer::plain().await;
    let (key, _) = server.keys.add(BusinessId::new(), &[Scope::Read], None);
    let good = format!("GET /read HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {key}\r\n\r\n");
    assert_eq!(statuses(&server, &good).await.0, [200]);
    for (from, to) in [
        ("authorization:", "authorization :"),
        ("authorization:", " authorization:"),
        ("authorization:", "authorization\0:"),
        ("Bearer ", "Bearer\r\n "),
        ("Bearer ", "Bearer\r"),
        ("Bearer ", "Bearer \0"),
        ("GET /", "GET  /"),
        ("GET /", "GET\t/"),
        ("HTTP/1.1", "HTTP/1.1 "),
        (" HTTP/1.1", ""),
        ("/read", "/re ad"),
        ("host: x\r\n", ""),
        ("host: x\r\n", "host: x\r\nhost: x\r\n"),
        ("host: x\r\n", "host: x y\r\n"),
        ("host: x\r\n", "host: me@x\r\n"),
        ("HTTP/1.1\r\n", "HTTP/1.1\n"),
        ("host: x\r\n", "host: x\n"),
    ] {
        let changed = good.replacen(from, to, 1);
        assert_ne!(changed, good);
        let (statuses, text) = statuses(&server, &changed).await;
        assert_eq!(statuses, [400], "{to:?}");
        assert!(text.contains(r#""code":"invalid_http""#), "{to:?}: {text}");
    }
}

#[tokio::test]
async fn a_credential_counts_in_its_one_header_only() {
    let server = TestServer::plain().await;
    let (key, _) = server.keys.add(BusinessId::new(), &[Scope::Read, Scope::Write], None);
    let get = |target: &str, headers: &str| {
        format!("GET {target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}\r\n").replace("KEY", &key)
    };
    for (target, headers, status) in [
        ("/read", "Authorization: Bearer KEY\r\n", 200),
        ("/read", "AUTHORIZATION:bearer   KEY  \r\n", 200),
        ("http://evil.example/read", "authorization: BEARER KEY\r\n", 200),
        ("/read", "authorization: Bearer KEY\r\nAUTHORIZATION: Bearer KEY\r\n", 401),
        ("/read", "authorization: Bearer KEY\r\nauthorization: Basic eDp4\r\n", 401),
        ("/read", "authorization: Bearer KEY, Bearer KEY\r\n", 401),
        ("/read", "authorization: Bearer KEY KEY\r\n", 401),
        ("/read", "authorization: Bearer \"KEY\"\r\n", 401),
        ("/read", "authorization: Token KEY\r\n", 401),
        ("/read", "authorization: KEY\r\n", 401),
        ("/read", "proxy-authorization: Bearer KEY\r\nx-authorization: Bearer KEY\r\nx-api-key: KEY\r\n", 401),
        ("/read", "x-forwarded-authorization: Bearer KEY\r\ncookie: authorization=Bearer KEY\r\n", 401),
        ("/read?authorization=Bearer+KEY&access_token=KEY", "", 422),
        ("http://KEY@evil.example/read", "", 401),
        ("http://x:KEY@evil.example/read", "", 401),
    ] {
        assert_eq!(statuses(&server, &get(target, headers)).await.0, [status], "{target} {headers}");
    }
    // A header after the body does not count.
    let late = format!(
        "POST /write HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nidempotency-key: k\r\nconnection: close\r\n\
         transfer-encoding: chunked\r\ntrailer: authorization\r\n\r\nd\r\n{{\"name\": \"n\"}}\r\n0\r\nauthorization: Bearer {key}\r\n\r\n"
    );
    assert_eq!(statuses(&server, &late).await.0, [401]);
}

/// Headers that a proxy may add or a client may invent. They do not change the answer.
#[tokio::test]
async fn no_header_changes_the_route_the_method_or_the_caller() {
    let server = TestServer::plain().await;
    for headers in [
        "x-original-url: /healthz\r\nx-rewrite-url: /healthz\r\nx-forwarded-prefix: /healthz\r\n",
        "x-http-method-override: DELETE\r\nx-method-override: DELETE\r\nx-http-method: DELETE\r\n",
        "x-forwarded-for: 127.0.0.1\r\nx-real-ip: 127.0.0.1\r\nforwarded: for=127.0.0.1;proto=https\r\n",
        "x-forwarded-user: admin\r\nx-remote-user: admin\r\nremote-user: admin\r\nx-business-id: 1\r\n",
        "x-forwarded-host: evil.example\r\nx-forwarded-proto: https\r\nx-forwarded-port: 443\r\n",
        "connection: authorization, close\r\n",
        "expect: 200-ok\r\n",
        "upgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n",
        "range: bytes=0-1\r\nif-none-match: *\r\nif-modified-since: Thu, 01 Jan 2099 00:00:00 GMT\r\n",
    ] {
        for (target, status) in [("/read", 401), ("/healthz", 200), ("/nothing", 404), ("/platform", 401)] {
            let sent = format!("GET {target} HTTP/1.1\r\nhost: x\r\n{headers}connection: close\r\n\r\n");
            let (statuses, text) = statuses(&server, &sent).await;
            assert_eq!(statuses, [status], "{target} {headers}");
            assert!(!text.contains("evil.example"), "{text}");
        }
    }
    for (line, status) in [("OPTIONS *", 404), ("CONNECT evil.example:443", 404), ("TRACE /healthz", 405)] {
        let sent = format!("{line} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        assert_eq!(statuses(&server, &sent).await.0, [status], "{line}");
    }
}
