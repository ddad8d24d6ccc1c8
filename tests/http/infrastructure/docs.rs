//! The description of the API, and the page that shows it.

use std::sync::Arc;

use axum::{Router, body::Body};
use http_body_util::BodyExt;
use tallystick::{
    auth::{Authenticator, KeyCacheSettings},
    http::{
        client_address::TrustedProxies,
        rate_limit::RateLimiter,
        router::{operator_router, router},
        state::{AppState, RequestLimits, Shared, Stopping},
    },
    metrics::Metrics,
};
use tower::ServiceExt;

use super::{
    exposition,
    server::{MemoryKeys, nowhere},
};

/// The routers of a server without a database: for everybody, and for the operator.
fn routers() -> [Router; 2] {
    let state = state();
    [router(state.clone()).unwrap(), operator_router(state)]
}

fn state() -> AppState {
    let metrics = Arc::new(Metrics::new());
    let keys = Arc::new(MemoryKeys::default());
    let authenticator = Authenticator::new(keys, KeyCacheSettings::default(), None, None, Arc::clone(&metrics));
    let limits = RequestLimits::default();
    let db = nowhere(&metrics);
    AppState::from(Shared {
        db,
        metrics,
        authenticator,
        trusted_proxies: TrustedProxies::default(),
        rate_limiter: RateLimiter::new(None),
        limits,
        memory: Arc::default(),
        stopping: Stopping::default(),
    })
}

/// A refusal names many faults where a request has many. It takes memory like any other answer.
#[tokio::test]
async fn a_large_refusal_counts_like_any_other_large_answer() {
    let state = state();
    let faults = (0..300).map(|number| format!("unknown_{number:0100}=1")).collect::<Vec<_>>().join("&");
    let path = format!("/openapi.json?{faults}");
    let answer = get_from(router(state.clone()).unwrap(), &path, "*/*").await;
    assert!(answer.0 == 422 && answer.2.len() > 8 * 1024, "{answer:?}");
    let mut all = state.memory.of(None);
    all.grow(64 * 1024 * 1024).unwrap();
    let answer = get_from(router(state).unwrap(), &path, "*/*").await;
    assert_eq!((answer.0, answer.2.contains(r#""code":"overloaded""#)), (503, true), "{answer:?}");
    drop(all);
}

/// The answer of the first router: status, type or location, body.
async fn get(path: &str) -> (u16, String, String) {
    let [router, _] = routers();
    get_from(router, path, "*/*").await
}

async fn get_from(router: Router, path: &str, accept: &str) -> (u16, String, String) {
    let request = axum::http::Request::get(path).header("accept", accept).body(Body::empty()).unwrap();
    let response = router.oneshot(request).await.unwrap();
    let header = |name| response.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
    let (status, kind) = (response.status().as_u16(), header("content-type") + &header("location"));
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, kind, String::from_utf8_lossy(&body).into_owned())
}

#[tokio::test]
async fn the_description_is_openapi_3_1_and_knows_the_problems() {
    let (status, kind, body) = get("/openapi.json").await;
    assert_eq!((status, kind.as_str()), (200, "application/json"));
    let document: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"), "{}", document["openapi"]);
    assert!(document["components"]["schemas"]["Problem"]["properties"]["code"].is_object());
    assert!(document["paths"]["/healthz"]["get"].is_object());
}

#[cfg(feature = "docs-page")]
#[tokio::test]
async fn the_docs_page_asks_nobody_else_for_anything() {
    let (status, location, _) = get("/docs").await;
    assert_eq!((status, location.as_str()), (303, "/docs/"));
    let (status, kind, page) = get("/docs/").await;
    assert_eq!((status, kind.as_str()), (200, "text/html"));
    let (_, _, initializer) = get("/docs/swagger-initializer.js").await;
    assert!(initializer.contains(r#""url": "/openapi.json""#), "{initializer}");
    assert!(initializer.contains(r#""validatorUrl": "none""#), "{initializer}");
    let mut assets = 0;
    for attribute in ["src=\"", "href=\""] {
        for asset in page.split(attribute).skip(1).map(|rest| rest.split('"').next().unwrap()) {
            assert!(!asset.contains("//"), "the page loads {asset}");
            assert_eq!(get(&format!("/docs/{}", asset.trim_start_matches("./"))).await.0, 200, "{asset} is missing");
            assets += 1;
        }
    }
    assert!(assets >= 4, "{page}");
}

#[cfg(not(feature = "docs-page"))]
#[tokio::test]
async fn a_build_without_the_docs_page_does_not_know_its_route() {
    let (status, kind, body) = get("/docs").await;
    assert_eq!((status, kind.as_str()), (404, "application/problem+json"));
    assert!(body.contains("route_not_found"), "{body}");
}

#[tokio::test]
async fn a_missing_asset_of_the_docs_is_a_problem() {
    let (status, kind, body) = get("/docs/nothing.js").await;
    assert_eq!((status, kind.as_str()), (404, "application/problem+json"));
    assert!(body.contains("route_not_found"), "{body}");
}

/// The page's files are part of the program. What an answer with one of them holds is that part, and no copy of it.
#[cfg(feature = "docs-page")]
#[tokio::test]
async fn the_files_of_the_docs_page_are_answered_without_a_copy() {
    let [router, _] = routers();
    let mut places = Vec::new();
    for _ in 0..2 {
        let request = axum::http::Request::get("/docs/swagger-ui-bundle.js").body(Body::empty()).unwrap();
        let response = router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.headers()["cache-control"], "public, max-age=3600");
        places.push(response.into_body().collect().await.unwrap().to_bytes());
    }
    assert!(places[0].len() > 1_000_000);
    assert_eq!(places[0].as_ptr(), places[1].as_ptr());
}

/// All clients share these answers. So they are there however much memory clients hold.
#[tokio::test]
async fn the_description_and_its_page_are_answered_when_clients_hold_all_memory() {
    let state = state();
    let mut all = state.memory.of(None);
    all.grow(64 * 1024 * 1024).unwrap();
    let router = router(state).unwrap();
    let mut paths = vec!["/openapi.json"];
    paths.extend(cfg!(feature = "docs-page").then_some("/docs/swagger-ui-bundle.js"));
    for path in paths {
        let (status, _, body) = get_from(router.clone(), path, "*/*").await;
        assert!(status == 200 && body.len() > 8 * 1024, "{path}: {status}, {} bytes", body.len());
    }
    drop(all);
}

#[tokio::test]
async fn metrics_are_for_the_operator_in_the_format_that_is_asked_for() {
    let [public, operator] = routers();
    for (path, status) in [("/metrics", 404), ("/healthz", 200)] {
        assert_eq!(get_from(public.clone(), path, "*/*").await.0, status, "{path}");
    }
    let (status, kind, body) = get_from(operator.clone(), "/metrics", "text/plain;version=0.0.4, */*;q=0.1").await;
    assert_eq!((status, kind.as_str()), (200, "text/plain; version=0.0.4; charset=utf-8"));
    exposition::check(&body);
    assert!(!body.contains("# EOF") && body.contains("# TYPE tallystick_build_info gauge\n"), "{body}");
    let accept = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
    let (status, kind, open_metrics) = get_from(operator.clone(), "/metrics", accept).await;
    assert_eq!((status, kind.as_str()), (200, "application/openmetrics-text; version=1.0.0; charset=utf-8"));
    assert!(open_metrics.contains("# TYPE tallystick_build info\n") && open_metrics.ends_with("# EOF\n"));
    // Dashboards ask for samples, and those have one name in both.
    assert_eq!(exposition::names(&body), exposition::names(&open_metrics));
    for route in ["/healthz", "/metrics"] {
        assert_eq!(get_from(operator.clone(), route, "*/*").await.0, 200, "{route}");
    }
    assert_eq!(get_from(operator, "/v1/orders", "*/*").await.0, 404);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn metrics_say_what_the_process_uses() {
    let [_, operator] = routers();
    let (_, _, body) = get_from(operator, "/metrics", "*/*").await;
    for name in [
        "process_cpu_seconds_total",
        "process_resident_memory_bytes",
        "process_virtual_memory_bytes",
        "process_start_time_seconds",
        "process_open_fds",
        "process_max_fds",
        "process_threads",
    ] {
        let value = body.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<f64>().ok());
        assert!(value.is_some_and(|value| value > 0.0), "{name} is missing in {body}");
    }
}
