//! One request and its answer: the request id on both, the problem body, one line in the log, one count in the metrics.

use std::time::{Duration, Instant};

use axum::{
    extract::{MatchedPath, Request},
    http::{HeaderName, StatusCode},
    response::Response,
};
use tracing::Span;

use super::foreign;
use crate::{
    error::Error,
    http::{
        extract::{REQUEST_ID, RequestContext, RequestId},
        problem::{self, Refusal},
        state::AppState,
    },
    metrics::{Answered, method_label},
    telemetry,
};

/// The route of a request that matched none.
const UNMATCHED: &str = "unmatched";
/// The code of a request that was answered well.
const OK: &str = "ok";
/// Set by handlers that give an earlier answer again.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// A request being answered. Dropped unanswered, it still leaves a line: its client went away.
pub struct Exchange {
    state: AppState,
    context: RequestContext,
    route: Option<MatchedPath>,
    method: &'static str,
    started: Instant,
    span: Span,
    answered: bool,
}

/// What the log tells of an answer.
struct Outcome<'a> {
    status: StatusCode,
    code: &'static str,
    error: Option<&'a Error>,
    replayed: bool,
}

impl Exchange {
    /// Begins an exchange, and hands the request its context.
    pub fn begin(state: AppState, request: &mut Request) -> Self {
        let started = Instant::now();
        let context = RequestContext::new(RequestId::from_headers(request.headers()));
        let route = request.extensions().get::<MatchedPath>().cloned();
        let method = method_label(request.method().as_str());
        let span =
            telemetry::request_span(method, route.as_ref().map_or(UNMATCHED, MatchedPath::as_str), request.headers());
        request.extensions_mut().insert(context.clone());
        Self { state, context, route, method, started, span, answered: false }
    }

    /// The trace span that the answer is worked out in.
    pub fn span(&self) -> Span {
        self.span.clone()
    }

    /// Ends the exchange: whatever went wrong becomes a problem here.
    pub fn end(mut self, mut response: Response) -> Response {
        self.answered = true;
        let replayed = response.headers().contains_key(REPLAYED);
        let refusal = response.extensions_mut().remove::<Refusal>().map(|Refusal(error)| error);
        let refusal = refusal.or_else(|| foreign::refusal(&response).map(Into::into));
        let error = refusal.as_deref();
        if let Some(error) = error {
            response = problem::render(error, self.context.id().as_str());
        }
        response.headers_mut().insert(REQUEST_ID, self.context.id().header_value());
        let code = error.map_or(OK, Error::code);
        self.record(&Outcome { status: response.status(), code, error, replayed });
        response
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
        // Of a refusal the code says all; only of our own failures there is more to know.
        let cause = match outcome.error {
            Some(Error::Internal(source) | Error::DatabaseUnavailable(source)) => Some(format!("{source:#}")),
            _ => None,
        };
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

impl Drop for Exchange {
    fn drop(&mut self) {
        if !self.answered {
            // No client sees this status; nginx made it known for just this case.
            let status = StatusCode::from_u16(499).unwrap_or(StatusCode::BAD_REQUEST);
            self.record(&Outcome { status, code: "client_went_away", error: None, replayed: false });
        }
    }
}

/// Machines ask these all day long.
fn is_probe(route: &str) -> bool {
    matches!(route, "/healthz" | "/readyz" | "/metrics")
}

/// Three digits after the point are as much as a log line can use.
fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1_000_000.0).round() / 1_000.0
}
