//! Routes for the operator: liveness, readiness, metrics, and the description of the API.

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderValue, header},
    response::Response,
    routing::get,
};
use bytes::Bytes;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    error::{Error, Result},
    http::{
        extract::Json,
        openapi::problems::{Code, problems},
        state::AppState,
    },
    metrics,
};

/// Whether the server is alive.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// Always `ok`: a server that is not does not answer.
    #[schema(examples("ok"))]
    status: &'static str,
}

problems!(HealthProblems: &[]);
problems!(ReadyProblems: &[Code::DatabaseUnavailable]);
problems!(MetricsProblems: &[]);

/// Is the process alive?
///
/// It asks nothing else: a database that is away is no reason to restart the server.
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "operations",
    operation_id = "getHealth",
    responses((status = 200, description = "Alive", body = Health), HealthProblems),
    security(())
)]
pub async fn healthz() -> Json<Health> {
    Json(Health { status: "ok" })
}

/// Can the server answer requests now?
///
/// It makes one call of the database, on a connection that no business can take.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "operations",
    operation_id = "getReadiness",
    responses((status = 200, description = "Ready", body = Health), ReadyProblems),
    security(())
)]
pub async fn readyz(State(state): State<AppState>) -> Result<Json<Health>> {
    state.db.ready().await?;
    Ok(Json(Health { status: "ok" }))
}

/// What an operator watches
///
/// Counters, gauges and histograms, as `OpenMetrics` text.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "operations",
    operation_id = "getMetrics",
    responses((status = 200, description = "Now", body = String, content_type = "application/openmetrics-text"), MetricsProblems),
    security(())
)]
pub async fn metrics(State(state): State<AppState>) -> Result<Response> {
    let text = state.metrics.render().map_err(Error::internal)?;
    Ok(with_type(metrics::MEDIA_TYPE, text.into()))
}

/// `/openapi.json`: the description of the API. And `/docs`: a page that shows it, in a build with the feature `docs-page`.
pub fn description(document: &utoipa::openapi::OpenApi) -> serde_json::Result<Router<AppState>> {
    let json = Bytes::from(serde_json::to_vec(document)?);
    let serve_json = move || {
        let json = json.clone();
        async move { with_type("application/json", json) }
    };
    let router = Router::new().route("/openapi.json", get(serve_json));
    #[cfg(feature = "docs-page")]
    let router = router.merge(super::docs_page::router());
    Ok(router)
}

fn with_type(media_type: &'static str, body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}
