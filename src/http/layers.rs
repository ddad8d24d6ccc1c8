//! The layers around every request, from the outside in. This is the one place that knows their order:
//!
//! 1. connection: limit on connections, header, idle and write timeouts, the grammar of heads ([`server`](super::server))
//! 2. router: finds the route, or the fallback; adds `Allow`, strips the body from an answer to `HEAD`
//! 3. lifecycle: request id, problem body, log line, metrics, trace span, headers of every answer. Just inside of it, a large
//!    answer is counted ([`memory`])
//! 4. limits and panics: announced body size, time limit, panics
//! 5. extractors: credentials, rate limit, path, idempotency key, query, body (counted and timed while it is read)
//! 6. handler
//!
//! Layer 3 is inside the router, so it sees the matched route. It is outside of all layers that can refuse, so it sees
//! every refusal.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use tracing::Instrument;

use super::{
    memory,
    middleware::{framework_errors, limits_and_panics, request_lifecycle::RequestLifecycle},
    state::AppState,
};

/// Runs layers 3 and 4 around the rest: around every route and the fallback.
pub async fn around_request(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let limits = state.limits;
    let method = request.method().clone();
    let client_memory = Arc::clone(&state.memory);
    let lifecycle = RequestLifecycle::begin(state, &mut request);
    let response = limits_and_panics::run(&limits, request, next).instrument(lifecycle.span()).await;
    let response = memory::count_answer(&client_memory, lifecycle.business_id(), response).await;
    lifecycle.end(framework_errors::answer_options(&method, response))
}
