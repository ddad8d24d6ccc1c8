//! The description of the API, and the page that shows it.

use std::sync::Arc;

use axum::body::Body;
use http_body_util::BodyExt;
use tallystick::{
    auth::{Authenticator, KeyCacheSettings},
    http::{
        client_address::TrustedProxies,
        rate_limit::RateLimiter,
        router::router,
        state::{AppState, RequestLimits, Shared},
    },
    metrics::Metrics,
};
use tower::ServiceExt;

use super::server::{MemoryKeys, nowhere};

async fn get(path: &str) -> (u16, String, String) {
    let metrics = Arc::new(Metrics::new());
    let keys = Arc::new(MemoryKeys::default());
    let authenticator = Authenticator::new(keys, KeyCacheSettings::default(), None, None, Arc::clone(&metrics));
    let limits = RequestLimits::default();
    let db = nowhere(&metrics);
    let state = AppState::from(Shared {
        db,
        metrics,
        authenticator,
        trusted_proxies: TrustedProxies::default(),
        rate_limiter: RateLimiter::new(None),
        limits,
    });
    let request = axum::http::Request::get(path).body(Body::empty()).unwrap();
    let response = router(state).unwrap().oneshot(request).await.unwrap();
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

#[tokio::test]
async fn metrics_are_served_as_text() {
    let (status, kind, body) = get("/metrics").await;
    assert_eq!((status, kind.as_str()), (200, "application/openmetrics-text; version=1.0.0; charset=utf-8"));
    assert!(body.contains("tallystick_build_info") && body.ends_with("# EOF\n"), "{body}");
}
