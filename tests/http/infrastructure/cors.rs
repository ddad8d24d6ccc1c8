//! Cross-origin requests from browsers: none unless origins are named; then preflights, and headers on every answer.

use reqwest::{Method, Response};

use super::server::{Setup, TestServer};

const SHOP: &str = "https://shop.example";

async fn allowing(origins: &str) -> TestServer {
    TestServer::start(Setup { cors_origins: origins.parse().unwrap(), ..Setup::default() }).await
}

async fn from(server: &TestServer, method: Method, path: &str, origin: &str) -> Response {
    server.client.request(method, server.url(path)).header("origin", origin).send().await.unwrap()
}

async fn preflight(server: &TestServer, path: &str, origin: &str) -> Response {
    let request = server.client.request(Method::OPTIONS, server.url(path)).header("origin", origin);
    let request = request.header("access-control-request-method", "POST");
    request.header("access-control-request-headers", "authorization,idempotency-key").send().await.unwrap()
}

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers().get(name).map(|value| value.to_str().unwrap())
}

#[tokio::test]
async fn without_the_setting_no_answer_speaks_of_origins() {
    let server = TestServer::plain().await;
    for response in [preflight(&server, "/write", SHOP).await, from(&server, Method::GET, "/healthz", SHOP).await] {
        assert!(response.headers().keys().all(|name| !name.as_str().starts_with("access-control-")), "{response:?}");
    }
}

#[tokio::test]
async fn a_preflight_needs_no_credentials_on_any_route() {
    let server = allowing(SHOP).await;
    for path in ["/write", "/read", "/platform", "/healthz", "/nothing"] {
        let answer = preflight(&server, path, SHOP).await;
        assert_eq!(
            (answer.status().as_u16(), header(&answer, "access-control-allow-origin")),
            (200, Some(SHOP)),
            "{path}"
        );
        let methods = header(&answer, "access-control-allow-methods").unwrap();
        assert_eq!(methods, "GET,HEAD,POST,PATCH,DELETE", "{path}");
        let headers = header(&answer, "access-control-allow-headers").unwrap();
        for name in ["authorization", "content-type", "idempotency-key", "if-match", "x-request-id"] {
            assert!(headers.split(',').any(|allowed| allowed == name), "{path}: {headers}");
        }
        assert_eq!(header(&answer, "access-control-max-age"), Some("3600"), "{path}");
        assert!(answer.headers().get("access-control-allow-credentials").is_none(), "{path}");
    }
}

#[tokio::test]
async fn every_answer_may_be_read_by_an_allowed_origin_errors_too() {
    let server = allowing(&format!("https://other.example,{SHOP}")).await;
    for (path, status) in [("/healthz", 200), ("/read", 401), ("/nothing", 404), ("/write", 405), ("/panics", 500)] {
        let answer = from(&server, Method::GET, path, SHOP).await;
        assert_eq!(
            (answer.status().as_u16(), header(&answer, "access-control-allow-origin")),
            (status, Some(SHOP)),
            "{path}"
        );
        let exposed = header(&answer, "access-control-expose-headers").unwrap();
        for name in ["etag", "retry-after", "idempotent-replayed", "x-request-id"] {
            assert!(exposed.split(',').any(|shown| shown == name), "{path}: {exposed}");
        }
        assert!(header(&answer, "vary").unwrap().contains("origin"), "{path}");
    }
}

#[tokio::test]
async fn another_origin_is_not_named_and_a_star_names_all() {
    let server = allowing(SHOP).await;
    for other in ["https://evil.example", "http://shop.example", "https://shop.example.evil.example", "null"] {
        for answer in [preflight(&server, "/write", other).await, from(&server, Method::GET, "/healthz", other).await] {
            assert_eq!(header(&answer, "access-control-allow-origin"), None, "{other}");
        }
    }
    let open = allowing("*").await;
    let answer = from(&open, Method::GET, "/healthz", "https://anybody.example").await;
    assert_eq!(header(&answer, "access-control-allow-origin"), Some("*"));
}

#[tokio::test]
async fn options_still_answers_with_the_methods_of_a_route() {
    let server = allowing(SHOP).await;
    let answer = from(&server, Method::OPTIONS, "/write", SHOP).await;
    assert!(answer.status().is_success());
    assert_eq!(header(&answer, "allow"), Some("POST"));
}

#[tokio::test]
async fn a_preflight_has_the_headers_of_every_answer_and_is_counted() {
    let server = allowing(SHOP).await;
    for (number, path) in ["/write", "/customers/1", "/nothing"].into_iter().enumerate() {
        let request = server.client.request(Method::OPTIONS, server.url(path)).header("origin", SHOP);
        let request = request.header("access-control-request-method", "POST").header("x-request-id", "web-42");
        let answer = request.send().await.unwrap();
        assert_eq!(header(&answer, "cache-control"), Some("no-store"), "{path}");
        assert_eq!(header(&answer, "x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(header(&answer, "x-request-id"), Some("web-42"), "{path}");
        let route = ["/write", "/customers/{customer_id}", "unmatched"][number];
        let line = format!(r#"http_requests_total{{route="{route}",method="OPTIONS",status="200",code="ok"}} 1"#);
        assert!(server.metrics().contains(&line), "{line} is missing in {}", server.metrics());
    }
    // Other methods meet the same layer further inside, once.
    from(&server, Method::GET, "/healthz", SHOP).await;
    let line = r#"http_requests_total{route="/healthz",method="GET",status="200",code="ok"} 1"#;
    assert!(server.metrics().contains(line), "{}", server.metrics());
}
