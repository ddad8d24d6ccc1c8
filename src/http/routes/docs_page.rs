//! The page at `/docs` that shows the description of the API. It asks nobody else for anything.

use axum::{
    Router,
    http::{HeaderValue, header},
    middleware::map_response,
    response::Response,
};
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::http::state::AppState;

/// The page may load only what comes from this server. It is its author's code, so the browser enforces that.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:",
);

/// The page and its files.
pub fn router() -> Router<AppState> {
    // By default, the page sends the description to its author's validator.
    let config = Config::new(["/openapi.json"]).validator_url("none");
    Router::from(SwaggerUi::new("/docs").config(config)).layer(map_response(async |mut response: Response| {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, POLICY);
        response
    }))
}
