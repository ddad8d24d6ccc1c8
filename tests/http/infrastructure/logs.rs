//! What the log contains, and what it must not contain.

use std::{cell::RefCell, io, sync::Once};

use tallystick::{
    domain::{BusinessId, Scope},
    telemetry::{LogFormat, log_layer},
};
use tracing_subscriber::{EnvFilter, layer::SubscriberExt, util::SubscriberInitExt};

use super::server::{ADMIN_TOKEN, Setup, TestServer};

thread_local! {
    /// A test's runtime has one thread, so what is logged on it is what the test's own server logs.
    static LINES: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// Begins to keep the log lines of this thread.
///
/// The subscriber is global. tracing remembers per call site that nobody listens, so a subscriber of this thread only
/// could come too late for a call site that another thread reached first.
fn capture() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let layer = log_layer(LogFormat::Json, EnvFilter::new("tallystick=trace"), || Lines);
        tracing_subscriber::registry().with(layer).init();
    });
    LINES.set(Some(Vec::new()));
}

/// The log lines of this thread.
fn logged() -> String {
    String::from_utf8(LINES.with_borrow(|lines| lines.clone().unwrap())).unwrap()
}

/// The one line of the request with this id.
#[track_caller]
fn line_of(request_id: &str) -> serde_json::Value {
    let text = logged();
    let lines = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let mut lines = lines.filter(|line| line["request_id"] == request_id).collect::<Vec<_>>();
    assert_eq!(lines.len(), 1, "{lines:#?}");
    lines.remove(0)
}

/// Writes to the kept lines of the current thread, if it keeps any.
struct Lines;

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.with_borrow_mut(|lines| lines.as_mut().map(|lines| lines.extend_from_slice(bytes)));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn every_request_logs_one_line_with_the_route_and_without_the_address() {
    capture();
    let server = TestServer::plain().await;
    let business_id = BusinessId::new();
    let (key, _) = server.keys.add(business_id, &[Scope::Read], None);
    server.get("/read").bearer_auth(&key).header("x-request-id", "good").send().await.unwrap();
    // No route has such a parameter; the line must not say it all the same.
    server.get("/customers/1?token=hunter2").header("x-request-id", "missing").send().await.unwrap();
    server.get("/nowhere/hunter2").header("x-request-id", "unknown").send().await.unwrap();
    server.get("/replayed").header("x-request-id", "replayed").send().await.unwrap();
    server.get("/fails").header("x-request-id", "failed").send().await.unwrap();
    server.get("/panics").header("x-request-id", "panicked").send().await.unwrap();

    let good = line_of("good");
    assert_eq!((&good["route"], &good["method"], &good["status"]), (&"/read".into(), &"GET".into(), &200.into()));
    assert_eq!((&good["code"], &good["level"]), (&"ok".into(), &"INFO".into()));
    assert_eq!(good["business_id"], business_id.to_string());
    assert!(good["latency_ms"].as_f64().unwrap() > 0.0, "{good}");

    let missing = line_of("missing");
    assert_eq!((&missing["route"], &missing["code"]), (&"/customers/{customer_id}".into(), &"invalid_request".into()));
    assert_eq!(line_of("unknown")["route"], "unmatched");
    assert_eq!(line_of("replayed")["replayed"], true);
    let failed = line_of("failed");
    assert_eq!((&failed["level"], &failed["error"]), (&"ERROR".into(), &"while failing: password=hunter2".into()));
    assert_eq!(line_of("panicked")["error"], "panic: on purpose");
    assert_eq!(logged().matches("hunter2").count(), 1, "only the cause of the error may say it");
}

#[tokio::test]
async fn a_preflight_logs_one_line_too() {
    capture();
    let cors_origins = "https://shop.example".parse().unwrap();
    let server = TestServer::start(Setup { cors_origins, ..Setup::default() }).await;
    let preflight = server.client.request(reqwest::Method::OPTIONS, server.url("/write"));
    let preflight = preflight.header("origin", "https://shop.example").header("access-control-request-method", "POST");
    preflight.header("x-request-id", "preflight").send().await.unwrap();
    let line = line_of("preflight");
    assert_eq!((&line["route"], &line["method"]), (&"/write".into(), &"OPTIONS".into()));
    assert_eq!((&line["status"], &line["code"]), (&200.into(), &"ok".into()));
}

#[tokio::test]
async fn no_credential_and_no_body_is_ever_logged() {
    capture();
    let server = TestServer::plain().await;
    let (key, _) = server.keys.add(BusinessId::new(), &[Scope::Read, Scope::Write], None);
    let (other, _) = server.keys.add(BusinessId::new(), &[Scope::Read], None);
    let secret = &key[key.len() - 43..];
    let wrong_secret = format!("{}{secret}", &other[..other.len() - 43]);
    let token = "eyJhbGciOiJIUzI1NiJ9.eyJzZWNyZXQiOjF9.c2VjcmV0LXNpZ25hdHVyZQ";
    for credential in [&key, &wrong_secret, token, "tally_garbage-secret", ADMIN_TOKEN] {
        for path in ["/read", "/platform"] {
            server.get(path).bearer_auth(credential).send().await.unwrap();
        }
        let write = server.post("/write").bearer_auth(credential).header("idempotency-key", "private-key");
        write.json(&serde_json::json!({"name": "private-name"})).send().await.unwrap();
        let write = server.post("/write").bearer_auth(credential).header("idempotency-key", "private key");
        write.json(&serde_json::json!({"private-name": "private-name"})).send().await.unwrap();
    }
    let text = logged();
    assert!(text.lines().count() >= 20, "the log must have something to say: {text}");
    for secret in [secret, token, "c2VjcmV0", "garbage-secret", ADMIN_TOKEN, "private"] {
        assert!(!text.contains(secret), "{secret} is logged in {text}");
    }
}
