//! The layers around every request, from the outside in. This is the one place that knows their order:
//!
//! 1. connection: limit on connections, header, idle and write timeouts, the grammar of heads ([`server`](super::server))
//! 2. router: finds the route, or the fallback; adds `Allow`, strips the body from an answer to `HEAD`
//! 3. cross-origin requests, if the operator allows any: headers on every answer, and all of `OPTIONS` ([`cors`](super::cors)).
//!    Around that, the lifecycle of `OPTIONS`, which goes no further
//! 4. lifecycle: request id, problem body, log line, metrics, trace span, headers of every answer. It counts a large answer
//!    ([`memory`](super::memory))
//! 5. query parameters that the route does not have; refused here, or by the extractor of the credentials if there is one
//! 6. limits and panics: announced body size, time limit, panics
//! 7. extractors: credentials, rate limit, path, idempotency key, query, body (counted and timed while it is read)
//! 8. handler
//!
//! Layer 4 is inside the router, so it sees the matched route. It is outside of all layers that can refuse, so it sees
//! every refusal.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::Method,
    middleware::Next,
    response::{IntoResponse, Response},
};
use tracing::Instrument;

pub use super::middleware::declared_queries::DeclaredQueries;
use super::{
    middleware::{framework_errors, limits_and_panics, request_lifecycle::RequestLifecycle},
    state::AppState,
};

/// What the layers know beside the request.
#[derive(Clone)]
pub struct Around {
    /// What the handlers share.
    pub state: AppState,
    /// The query parameters of each route.
    pub queries: Arc<DeclaredQueries>,
}

/// Runs layers 4 to 6 around the rest: around every route and the fallback.
pub async fn around_request(State(around): State<Around>, mut request: Request, next: Next) -> Response {
    let limits = around.state.limits;
    let method = request.method().clone();
    let lifecycle = RequestLifecycle::begin(around.state, &mut request);
    let response = match around.queries.check(&mut request) {
        Ok(()) => limits_and_panics::run(&limits, request, next).instrument(lifecycle.span()).await,
        Err(error) => error.into_response(),
    };
    lifecycle.end(framework_errors::answer_options(&method, response)).await
}

/// Runs layer 4 around the answer to `OPTIONS` that layer 3 gives. All other requests meet layer 4 further inside.
pub async fn around_options(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    if request.method() != Method::OPTIONS {
        return next.run(request).await;
    }
    let lifecycle = RequestLifecycle::begin(state, &mut request);
    let response = next.run(request).instrument(lifecycle.span()).await;
    lifecycle.end(response).await
}
