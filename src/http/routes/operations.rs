//! Routes for the operator: liveness, readiness and metrics. And for developers: the description of the API.

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::Response,
    routing::get,
};
use bytes::Bytes;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    error::{Error, Result},
    http::{
        error::HttpError,
        extract::Json,
        memory::SharedBody,
        openapi::problems::{Code, problems},
        state::AppState,
    },
    metrics::TextFormat,
};

/// Whether the server is alive.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// Always `ok`: a server that is not does not answer.
    #[schema(examples("ok"))]
    status: &'static str,
}

problems!(HealthProblems: &[]);
problems!(ReadyProblems: &[Code::DatabaseUnavailable, Code::ShuttingDown]);

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
/// It makes one call of the database, on a connection that no business can take. A server that was told to stop says no, while
/// it still answers requests.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "operations",
    operation_id = "getReadiness",
    responses((status = 200, description = "Ready", body = Health), ReadyProblems),
    security(())
)]
pub async fn readyz(State(state): State<AppState>) -> Result<Json<Health>, HttpError> {
    if state.stopping.has_begun() {
        return Err(HttpError::ShuttingDown);
    }
    state.db.ready().await?;
    Ok(Json(Health { status: "ok" }))
}

/// `/metrics`: what an operator watches, in the text format that the request asks for.
///
/// It sums up all businesses, so it is on the operator's listener only, and not in the description of the API.
pub async fn metrics(State(state): State<AppState>, headers: HeaderMap) -> Result<Response> {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let format = TextFormat::accepted(accepted);
    let text = state.metrics.render(format).map_err(Error::internal)?;
    Ok(with_type(HeaderValue::from_static(format.media_type()), text.into()))
}

/// `/openapi.json`: the description of the API. And `/docs`: a page that shows it, in a build with the feature `docs-page`.
pub fn description(document: &utoipa::openapi::OpenApi) -> serde_json::Result<Router<AppState>> {
    let json = Bytes::from(serde_json::to_vec(document)?);
    let serve_json = move || {
        let json = json.clone();
        async move {
            let mut response = with_type(HeaderValue::from_static("application/json"), json);
            response.extensions_mut().insert(SharedBody);
            response
        }
    };
    let router = Router::new().route("/openapi.json", get(serve_json));
    #[cfg(feature = "docs-page")]
    let router = router.merge(super::docs_page::router());
    Ok(router)
}

pub(super) fn with_type(media_type: HeaderValue, body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    response.headers_mut().insert(header::CONTENT_TYPE, media_type);
    response
}
