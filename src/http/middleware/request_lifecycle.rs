//! What begins and ends every request: its id, its trace span, the problem body, one log line and one count in the metrics.

use std::time::{Duration, Instant};

use axum::{
    extract::{MatchedPath, Request},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use tracing::Span;

use super::framework_errors;
use crate::{
    http::{
        error::HttpError,
        extract::{REQUEST_ID, RequestContext, RequestId},
        memory,
        problem::{self, Refusal},
        routes::IDEMPOTENT_REPLAYED,
        state::AppState,
    },
    metrics::{Answered, method_label},
    telemetry,
};

/// Stands for the route in the log and the metrics when a request matched none.
const UNMATCHED: &str = "unmatched";
/// Stands for the code when the answer is no error.
const OK: &str = "ok";

/// A request that is being answered. If it is dropped before its answer, its client went away, and it is logged as that.
pub struct RequestLifecycle {
    state: AppState,
    context: RequestContext,
    route: Option<MatchedPath>,
    method: &'static str,
    has_trailing_slash: bool,
    started: Instant,
    span: Span,
    answered: bool,
}

/// What the log says about an answer.
struct Outcome<'a> {
    status: StatusCode,
    code: &'static str,
    error: Option<&'a HttpError>,
    replayed: bool,
}

impl RequestLifecycle {
    /// Gives the request its id and its context, and starts its clock and its span.
    pub fn begin(state: AppState, request: &mut Request) -> Self {
        let started = Instant::now();
        let context = RequestContext::new(RequestId::from_headers(request.headers()));
        let route = request.extensions().get::<MatchedPath>().cloned();
        let method = method_label(request.method().as_str());
        let has_trailing_slash = request.uri().path().len() > 1 && request.uri().path().ends_with('/');
        let span =
            telemetry::request_span(method, route.as_ref().map_or(UNMATCHED, MatchedPath::as_str), request.headers());
        request.extensions_mut().insert(context.clone());
        Self { state, context, route, method, has_trailing_slash, started, span, answered: false }
    }

    /// The trace span that the inner layers and the handler run in.
    pub fn span(&self) -> Span {
        self.span.clone()
    }

    /// Writes the problem body of a refusal, counts a large answer, adds the request id and the headers of every answer, and
    /// records the answer.
    pub async fn end(mut self, mut response: Response) -> Response {
        let replayed = response.headers().contains_key(IDEMPOTENT_REPLAYED);
        let refusal = response.extensions_mut().remove::<Refusal>().map(|Refusal(error)| error);
        let refusal =
            refusal.or_else(|| framework_errors::as_our_error(&response).map(|error| self.hinted(error).into()));
        if let Some(error) = refusal.as_deref() {
            response = problem::render(error, self.context.id().as_str());
        }
        response = memory::count_answer(&self.state.memory, self.context.business_id(), response).await;
        let no_room = response.extensions_mut().remove::<Refusal>().map(|Refusal(error)| error);
        if let Some(error) = no_room.as_deref() {
            response = problem::render(error, self.context.id().as_str());
        }
        let error = no_room.as_deref().or(refusal.as_deref());
        self.answered = true;
        response.headers_mut().insert(REQUEST_ID, self.context.id().header_value());
        add_headers_of_every_answer(response.headers_mut());
        let code = error.map_or(OK, |error| error.code().name());
        self.record(&Outcome { status: response.status(), code, error, replayed });
        response
    }

    /// An unknown path that ends with a slash is often a known one without it.
    fn hinted(&self, error: HttpError) -> HttpError {
        match error {
            HttpError::RouteNotFound if self.has_trailing_slash => HttpError::TrailingSlash,
            other => other,
        }
    }

    fn record(&self, outcome: &Outcome) {
        let duration = self.started.elapsed();
        let route = self.route.as_ref().map_or(UNMATCHED, MatchedPath::as_str);
        let status = outcome.status.as_u16();
        telemetry::end_request_span(&self.span, status);
        let answered = Answered { route, method: self.method, status, code: outcome.code, duration };
        self.state.metrics.answered(&answered);
        self.log(route, duration, outcome);
    }

    fn log(&self, route: &str, duration: Duration, outcome: &Outcome) {
        // The code says all about a refusal. Only a failure of ours has a cause that the operator must know.
        let cause = outcome.error.and_then(HttpError::cause).map(|cause| format!("{cause:#}"));
        macro_rules! line {
            ($level:ident) => {
                tracing::$level!(
                    target: "tallystick::request",
                    method = self.method,
                    route,
                    status = outcome.status.as_u16(),
                    code = outcome.code,
                    latency_ms = milliseconds(duration),
                    request_id = self.context.id().as_str(),
                    business_id = self.context.business_id().map(tracing::field::display),
                    replayed = outcome.replayed.then_some(true),
                    trace_id = telemetry::trace_id(&self.span).map(tracing::field::display),
                    error = cause,
                    "request"
                )
            };
        }
        if outcome.status == StatusCode::INTERNAL_SERVER_ERROR {
            line!(error);
        } else if outcome.status.is_server_error() {
            line!(warn);
        } else if outcome.status.is_success() && is_probe(route) {
            line!(debug);
        } else {
            line!(info);
        }
    }
}

impl Drop for RequestLifecycle {
    fn drop(&mut self) {
        if !self.answered {
            // No client sees this status. nginx logs 499 in the same case.
            let status = StatusCode::from_u16(499).unwrap_or(StatusCode::BAD_REQUEST);
            self.record(&Outcome { status, code: "client_went_away", error: None, replayed: false });
        }
    }
}

/// No answer is stored unless its route allows it, and none is taken for another type than it says.
fn add_headers_of_every_answer(headers: &mut HeaderMap) {
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
}

/// Whether machines ask this route all day long, so that each answer is not worth a line.
fn is_probe(route: &str) -> bool {
    matches!(route, "/healthz" | "/readyz" | "/metrics")
}

/// Milliseconds, rounded to microseconds.
fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1_000_000.0).round() / 1_000.0
}
