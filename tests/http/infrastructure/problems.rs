//! Every error is a problem body with a request id, whichever part of the server made it.

use std::time::Duration;

use tallystick::http::state::RequestLimits;

use super::server::{SHORT, Setup, TestServer, problem};

#[tokio::test]
async fn an_unknown_route_is_a_problem() {
    let server = TestServer::plain().await;
    for path in ["/", "/v2/nothing", "/healthz/", "/customers", "//", "/%ff", "/customers/1/2"] {
        let (status, code, _) = problem(server.get(path).send().await.unwrap()).await;
        assert_eq!((status, code.as_str()), (404, "route_not_found"), "{path}");
    }
}

#[tokio::test]
async fn a_path_with_a_slash_too_many_is_told_so() {
    let server = TestServer::plain().await;
    for (path, hint) in
        [("/healthz/", true), ("/customers/1/", true), ("/", false), ("/healthzz", false), ("/a/?b=/", true)]
    {
        let (status, code, body) = problem(server.get(path).send().await.unwrap()).await;
        assert_eq!((status, code.as_str()), (404, "route_not_found"), "{path}");
        assert_eq!(body["detail"].as_str().unwrap().contains("ends with a slash"), hint, "{path}: {body}");
    }
}

#[tokio::test]
async fn every_answer_forbids_to_store_it_and_to_guess_its_type() {
    let server = TestServer::plain().await;
    for (method, path) in [
        ("GET", "/healthz"),
        ("HEAD", "/healthz"),
        ("OPTIONS", "/healthz"),
        ("DELETE", "/healthz"),
        ("GET", "/nothing"),
        ("GET", "/read"),
        ("GET", "/fails"),
        ("GET", "/panics"),
        ("GET", "/large"),
        ("POST", "/echo"),
    ] {
        let answer = server.client.request(method.parse().unwrap(), server.url(path)).send().await.unwrap();
        assert_eq!(answer.headers()["cache-control"], "no-store", "{method} {path}");
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff", "{method} {path}");
    }
}

#[tokio::test]
async fn a_server_that_is_about_to_stop_is_not_ready_and_still_answers() {
    let server = TestServer::plain().await;
    // This server has no database, so it says another no before.
    assert_eq!(problem(server.get("/readyz").send().await.unwrap()).await.1, "database_unavailable");
    server.state.stopping.begin();
    let response = server.get("/readyz").send().await.unwrap();
    assert_eq!(response.headers()["retry-after"], "1");
    let (status, code, _) = problem(response).await;
    assert_eq!((status, code.as_str()), (503, "shutting_down"));
    assert_eq!(server.get("/healthz").send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_wrong_method_is_answered_with_the_allowed_methods() {
    let server = TestServer::plain().await;
    for method in ["DELETE", "PUT", "BREW"] {
        let request = server.client.request(method.parse().unwrap(), server.url("/healthz"));
        let response = request.send().await.unwrap();
        assert_eq!(response.headers()["allow"], "GET,HEAD");
        let (status, code, _) = problem(response).await;
        assert_eq!((status, code.as_str()), (405, "method_not_allowed"));
    }
}

#[tokio::test]
async fn options_answers_with_the_methods_of_a_route() {
    let server = TestServer::plain().await;
    let options = |path| server.client.request(reqwest::Method::OPTIONS, server.url(path)).send();
    let response = options("/write").await.unwrap();
    assert_eq!((response.status().as_u16(), &response.headers()["allow"]), (204, &"POST".parse().unwrap()));
    assert_eq!(problem(options("/nothing").await.unwrap()).await.0, 404);
}

#[tokio::test]
async fn head_answers_like_get_without_the_body() {
    let server = TestServer::plain().await;
    let get = server.get("/healthz").send().await.unwrap();
    let head = server.client.head(server.url("/healthz")).send().await.unwrap();
    assert_eq!(head.status(), 200);
    assert_eq!(head.headers()["content-length"], get.headers()["content-length"]);
    assert_eq!(head.text().await.unwrap(), "");
    let missing = server.client.head(server.url("/nothing")).send().await.unwrap();
    assert_eq!((missing.status().as_u16(), missing.text().await.unwrap().as_str()), (404, ""));
    // It has the query parameters of GET, and no others.
    for (path, status) in [("/list?limit=1", 200), ("/list?offset=1", 422), ("/healthz?limit=1", 422)] {
        let head = server.client.head(server.url(path)).send().await.unwrap();
        let get = server.get(path).send().await.unwrap();
        assert_eq!((head.status().as_u16(), get.status().as_u16()), (status, status), "{path}");
    }
}

#[tokio::test]
async fn every_answer_carries_the_clients_request_id_or_a_new_one() {
    let server = TestServer::plain().await;
    for path in ["/healthz", "/nothing", "/panics", "/fails"] {
        let response = server.get(path).header("x-request-id", "web-42").send().await.unwrap();
        assert_eq!(response.headers()["x-request-id"], "web-42", "{path}");
        for unusable in ["", "a b", "<script>", &"x".repeat(129)] {
            let response = server.get(path).header("x-request-id", unusable).send().await.unwrap();
            let id = response.headers()["x-request-id"].to_str().unwrap();
            assert_eq!(uuid::Uuid::parse_str(id).unwrap().get_version_num(), 7, "{path} {unusable:?}");
        }
    }
}

#[tokio::test]
async fn a_panic_is_a_problem_and_the_server_goes_on() {
    let server = TestServer::plain().await;
    let (status, code, body) = problem(server.get("/panics").send().await.unwrap()).await;
    assert_eq!((status, code.as_str()), (500, "internal_error"));
    assert!(!body.to_string().contains("on purpose"));
    assert_eq!(server.get("/healthz").send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn the_cause_of_an_internal_error_stays_inside() {
    let server = TestServer::plain().await;
    let (status, code, body) = problem(server.get("/fails").send().await.unwrap()).await;
    assert_eq!((status, code.as_str()), (500, "internal_error"));
    assert!(!body.to_string().contains("hunter2"));
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_answered_overloaded() {
    let requests = RequestLimits { request_timeout: SHORT, ..RequestLimits::default() };
    let server = TestServer::start(Setup { requests, ..Setup::default() }).await;
    let response = server.get("/hangs").timeout(Duration::from_secs(10)).send().await.unwrap();
    assert_eq!(response.headers()["retry-after"], "1");
    let (status, code, _) = problem(response).await;
    assert_eq!((status, code.as_str()), (503, "overloaded"));
}

#[tokio::test]
async fn an_unknown_or_wrong_query_parameter_is_pointed_at() {
    let server = TestServer::plain().await;
    for (query, pointer) in
        [("offset=1", "/offset"), ("limit=0", "/limit"), ("limit=1&limit=2", "/limit"), ("limit=%ff", "/limit")]
    {
        let (status, code, body) = problem(server.get(&format!("/list?{query}")).send().await.unwrap()).await;
        assert_eq!((status, code.as_str()), (422, "invalid_request"), "{query}");
        assert_eq!((&body["errors"][0]["in"], &body["errors"][0]["pointer"]), (&"query".into(), &pointer.into()));
    }
}

#[tokio::test]
async fn a_malformed_id_answers_exactly_as_a_missing_one() {
    let server = TestServer::plain().await;
    let mut answers = Vec::new();
    for id in
        ["0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c11", "1", "not-a-uuid", "%ff", "0198c5a07d3e7c1a9f273b1f0f6f2c11", "%00"]
    {
        let request = server.get(&format!("/customers/{id}")).header("x-request-id", "same");
        let response = request.send().await.unwrap();
        let headers = response.headers().iter().filter(|(name, _)| *name != "date");
        let headers = headers.map(|(name, value)| format!("{name}: {value:?}")).collect::<Vec<_>>();
        answers.push((response.status(), headers, response.text().await.unwrap()));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
    assert!(answers[0].2.contains("customer_not_found"));
}
