//! What surrounds every request, from the outside in. This is the one place that knows the order:
//!
//! 1. connection: limit on connections, header and idle timeouts, header size ([`server`](super::server))
//! 2. router: finds the route, or the fallback; adds `Allow`, strips the body from an answer to `HEAD`
//! 3. exchange: request id, problem body, log line, metrics, trace span
//! 4. guard: announced body size, time limit, panics
//! 5. extractors: credentials, rate limit, path, idempotency key, query, body (counted and timed while it is read)
//! 6. handler
//!
//! Being inside the router, 3 sees the matched route; being outside of everything that can refuse, it sees every refusal.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use tracing::Instrument;

use super::{
    middleware::{exchange::Exchange, foreign, guard},
    state::AppState,
};

/// The layer around every route and the fallback.
pub async fn surround(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let limits = state.limits;
    let method = request.method().clone();
    let exchange = Exchange::begin(state, &mut request);
    let response = guard::run(&limits, request, next).instrument(exchange.span()).await;
    exchange.end(foreign::answer_options(&method, response))
}
