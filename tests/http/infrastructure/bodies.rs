//! Bodies: how large, how slow, of what kind, and how well-formed they may be.

use std::time::Duration;

use tallystick::http::state::RequestLimits;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};

use super::server::{SHORT, Setup, TestServer, problem, read_answer, read_to_end};

/// Much longer than any limit that a test reaches.
const LONG: Duration = Duration::from_secs(20);

async fn post(server: &TestServer, body: impl Into<reqwest::Body>) -> (u16, String, serde_json::Value) {
    let request = server.post("/echo").header("content-type", "application/json").body(body);
    problem(request.send().await.unwrap()).await
}

#[tokio::test]
async fn a_good_body_arrives() {
    let server = TestServer::plain().await;
    let request = server.post("/echo").header("content-type", "application/json; charset=UTF-8");
    let response = request.body(r#"{"name": "n", "items": [{"quantity": 2}]}"#).send().await.unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["content-type"]),
        (200, &"application/json".parse().unwrap())
    );
    assert_eq!(response.text().await.unwrap(), r#"{"name":"n","items":[{"quantity":2}]}"#);
}

#[tokio::test]
async fn a_body_that_is_not_json_is_told_apart_from_one_of_the_wrong_shape() {
    let server = TestServer::plain().await;
    for broken in ["", " ", "{", "{\"name\":\"n\"}}", "{\"name\":\"n\",}", "{\"name\":1} x", "{name:1}", "\u{feff}{}"] {
        let (status, code, _) = post(&server, broken).await;
        assert_eq!((status, code.as_str()), (400, "invalid_json"), "{broken:?}");
    }
    let (status, code, _) = post(&server, vec![b'"', 0xff, b'"']).await;
    assert_eq!((status, code.as_str()), (400, "invalid_json"));
    let nested = "[".repeat(60_000) + &"]".repeat(60_000);
    for misshapen in ["[]", "null", "1", "\"\"", "[\"n\", []]", &nested] {
        let (status, code, body) = post(&server, misshapen.to_owned()).await;
        assert_eq!((status, code.as_str()), (422, "invalid_request"), "{misshapen:.20}");
        assert_eq!(body["errors"][0]["pointer"], "", "{misshapen:.20}");
    }
}

#[tokio::test]
async fn a_fault_in_a_body_is_pointed_at() {
    let server = TestServer::plain().await;
    for (json, pointer) in [
        (r#"{"items": []}"#, "/name"),
        (r#"{"name": "n", "items": [{"quantity": 1}, {"quantity": 0}]}"#, "/items/1/quantity"),
        (r#"{"name": "n", "items": [{"quantity": 1.5}]}"#, "/items/0/quantity"),
        (r#"{"name": "n", "items": [{}]}"#, "/items/0/quantity"),
        (r#"{"name": "n", "items": [[1]]}"#, "/items/0"),
        (r#"{"name": "n", "price/~": 1}"#, "/price~1~0"),
        (r#"{"name": "n", "name": "m"}"#, "/name"),
        (r#"{"name": "\ud800"}"#, "/name"),
    ] {
        let (status, code, body) = post(&server, json).await;
        assert_eq!((status, code.as_str()), (422, "invalid_request"), "{json}");
        assert_eq!(
            (&body["errors"][0]["in"], &body["errors"][0]["pointer"]),
            (&"body".into(), &pointer.into()),
            "{json}"
        );
        for rust in ["i64", "struct", "Sample", "Item", "Vec", "column"] {
            assert!(!body["errors"].to_string().contains(rust), "{body} speaks Rust");
        }
    }
}

#[tokio::test]
async fn a_body_that_is_not_declared_as_json_is_refused() {
    let server = TestServer::plain().await;
    for kind in
        [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("application/json; charset=latin1")]
    {
        let mut request = server.post("/echo").body(r#"{"name": "n"}"#);
        if let Some(kind) = kind {
            request = request.header("content-type", kind);
        }
        let (status, code, _) = problem(request.send().await.unwrap()).await;
        assert_eq!((status, code.as_str()), (415, "unsupported_media_type"), "{kind:?}");
    }
}

#[tokio::test]
async fn a_body_with_a_content_encoding_is_refused() {
    let server = TestServer::plain().await;
    for (coding, status) in [("gzip", 415), ("br", 415), ("identity, gzip", 415), ("identity", 200), ("Identity", 200)]
    {
        let request =
            server.post("/echo").header("content-type", "application/json").header("content-encoding", coding);
        let response = request.body(r#"{"name": "n"}"#).send().await.unwrap();
        assert_eq!(response.status(), status, "{coding}");
        if status == 415 {
            assert_eq!(response.headers()["accept-encoding"], "identity");
            let (_, code, body) = problem(response).await;
            assert_eq!(code, "unsupported_media_type");
            assert!(body["detail"].as_str().unwrap().contains("Content-Encoding"), "{body}");
        }
    }
}

fn limited_to(body_limit_bytes: usize) -> Setup {
    Setup { requests: RequestLimits { body_limit_bytes, ..RequestLimits::default() }, ..Setup::default() }
}

#[tokio::test]
async fn a_body_of_exactly_the_limit_is_read() {
    let json = r#"{"name": "n"}"#;
    let server = TestServer::start(limited_to(json.len())).await;
    let request = server.post("/echo").header("content-type", "application/json");
    assert_eq!(request.body(json).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_body_that_announces_to_be_too_large_is_refused_unread() {
    let server = TestServer::start(limited_to(100)).await;
    // The client has sent nothing of the body, and still gets its answer.
    let head = "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 101\r\n\r\n";
    let mut connection = server.connect().await;
    connection.write_all(head.as_bytes()).await.unwrap();
    let answer = read_answer(&mut connection).await;
    assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains("body_too_large"), "{answer}");
    // A client that sends all of it at once also gets the answer, and no reset.
    let (status, code, _) = post(&server, "x".repeat(900_000)).await;
    assert_eq!((status, code.as_str()), (413, "body_too_large"));
}

#[tokio::test]
async fn a_body_that_turns_out_to_be_too_large_is_not_read_to_its_end() {
    let server = TestServer::start(limited_to(1_000)).await;
    let mut connection = server.connect().await;
    let head = "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    connection.write_all(head.as_bytes()).await.unwrap();
    // The body never ends, so only a server that stops reading can answer.
    let (mut reading, mut writing) = connection.split();
    let endless = async {
        while writing.write_all(b"a\r\n          \r\n").await.is_ok() {}
        std::future::pending::<()>().await;
    };
    let mut answer = Vec::new();
    tokio::select! {
        // The server may reset the connection of an endless sender. What it sent before is here.
        _ = timeout(LONG, reading.read_to_end(&mut answer)) => {}
        () = endless => unreachable!(),
    }
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains("body_too_large"), "{answer}");
}

#[tokio::test]
async fn a_body_that_does_not_arrive_in_time_is_refused() {
    let requests = RequestLimits { body_read_timeout: SHORT, ..RequestLimits::default() };
    let server = TestServer::start(Setup { requests, ..Setup::default() }).await;
    let mut connection = server.connect().await;
    let head =
        "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{\"name\":";
    connection.write_all(head.as_bytes()).await.unwrap();
    let answer = timeout(LONG, read_to_end(&mut connection)).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains(r#""code":"request_timeout""#), "{answer}");
}

#[tokio::test]
async fn a_refusal_before_the_body_is_read_reaches_a_client_that_is_still_sending() {
    let server = TestServer::plain().await;
    let request = server.post("/write").header("content-type", "application/json").body("x".repeat(250_000));
    let (status, code, _) = problem(request.send().await.unwrap()).await;
    assert_eq!((status, code.as_str()), (401, "unauthenticated"));
}
