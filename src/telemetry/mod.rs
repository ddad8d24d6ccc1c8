//! Logs to stderr, one line for each event. And OpenTelemetry traces, if an endpoint is configured.
//!
//! - Logs are events, traces are spans. The two are kept apart, so that a span costs nothing without an endpoint.
//! - tallystick never logs a header, a body or a credential. Libraries do so in lines below the level of a warning: the
//!   debug lines of the database driver show the parameters of every statement. So whatever the filter says, libraries log
//!   warnings and errors only.

#[cfg(not(feature = "otel"))]
mod no_traces;
#[cfg(feature = "otel")]
mod traces;

use std::io::IsTerminal;

use anyhow::Context as _;
use axum::http::HeaderMap;
use tracing::{Level, Metadata, Span, field::Empty};
use tracing_subscriber::{
    EnvFilter, Layer,
    filter::{FilterExt, filter_fn},
    fmt::{self, MakeWriter},
    layer::SubscriberExt,
    registry::LookupSpan,
    util::SubscriberInitExt,
};

#[cfg(not(feature = "otel"))]
use no_traces as traces;
use traces::{Exporter, TraceId};

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// One JSON object a line, for machines.
    Json,
    /// For people.
    Text,
}

impl LogFormat {
    /// Text if stderr is a terminal, else JSON.
    #[must_use]
    pub fn detect() -> Self {
        if std::io::stderr().is_terminal() { Self::Text } else { Self::Json }
    }
}

/// What to log, and how.
#[derive(Debug, Clone)]
pub struct TelemetrySettings {
    /// Which events, as `tracing_subscriber::EnvFilter` reads it: `info`, `warn,tallystick=debug` … Of libraries only
    /// warnings and errors are logged, whatever it says.
    pub filter: String,
    /// How lines look. If not given, [`LogFormat::detect`] decides.
    pub format: Option<LogFormat>,
}

/// Keeps telemetry running. What is still buffered is sent when this is shut down or dropped.
#[must_use]
pub struct Telemetry {
    traces: Option<Exporter>,
}

/// Starts logging, and traces if an endpoint is configured. Call it once, before anything is logged.
pub fn start(settings: &TelemetrySettings) -> anyhow::Result<Telemetry> {
    let filter = EnvFilter::try_new(&settings.filter)
        .with_context(|| format!("`{}` is not a log filter; try `info` or `warn,tallystick=debug`", settings.filter))?;
    let traces = if traces_are_wanted() { Some(Exporter::start()?) } else { None };
    let tracing = traces.as_ref().map(Exporter::layer);
    let format = settings.format.unwrap_or_else(LogFormat::detect);
    tracing_subscriber::registry().with(tracing).with(log_layer(format, filter, std::io::stderr)).try_init()?;
    std::panic::set_hook(Box::new(log_panic));
    Ok(Telemetry { traces })
}

/// Writes events as lines.
pub fn log_layer<S, W>(format: LogFormat, filter: EnvFilter, writer: W) -> Box<dyn Layer<S> + Send + Sync>
where
    S: tracing::Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    let filter = filter.and(filter_fn(may_be_logged));
    let lines = fmt::layer().with_writer(writer);
    match format {
        LogFormat::Json => {
            let lines = lines.json().flatten_event(true).with_current_span(false).with_span_list(false);
            lines.with_filter(filter).boxed()
        }
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).with_filter(filter).boxed(),
    }
}

fn may_be_logged(metadata: &Metadata<'_>) -> bool {
    let is_ours = metadata.target() == "tallystick" || metadata.target().starts_with("tallystick::");
    metadata.is_event() && (is_ours || *metadata.level() <= Level::WARN)
}

fn traces_are_wanted() -> bool {
    ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"]
        .iter()
        .any(|name| std::env::var(name).is_ok_and(|endpoint| !endpoint.is_empty()))
}

/// Logs a panic as one line. The messages of panics are tallystick's own and hold no data of a request.
fn log_panic(panic: &std::panic::PanicHookInfo<'_>) {
    let location = panic.location().map(tracing::field::display);
    tracing::error!(target: "tallystick::panic", location, message = panic.payload_as_str().unwrap_or("panic"));
}

impl Telemetry {
    /// Sends what is still buffered. It blocks, so call it outside of the runtime or in a blocking task.
    pub fn shut_down(self) {
        if let Some(traces) = &self.traces {
            traces.shut_down();
        }
    }
}

/// The span of one request, as a child of the caller's if it sent a `traceparent`. Disabled without an endpoint.
#[must_use]
pub fn request_span(method: &'static str, route: &str, headers: &HeaderMap) -> Span {
    let span = tracing::info_span!(
        target: "tallystick::trace",
        "request",
        otel.name = Empty,
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = method,
        http.route = route,
        http.response.status_code = Empty,
    );
    if !span.is_disabled() {
        span.record("otel.name", format!("{method} {route}"));
        traces::follow_caller(&span, headers);
    }
    span
}

/// Records how a request ended.
pub fn end_request_span(span: &Span, status: u16) {
    span.record("http.response.status_code", status);
    if status >= 500 {
        span.record("otel.status_code", "ERROR");
    }
}

/// The span of one try of one database function, inside the current request's.
#[must_use]
pub fn database_span(function: &'static str) -> Span {
    tracing::info_span!(
        target: "tallystick::trace",
        "database",
        otel.name = function,
        otel.kind = "client",
        db.system.name = "postgresql",
        db.operation.name = function,
    )
}

/// The id of the trace, for the log line of a request.
#[must_use]
pub fn trace_id(span: &Span) -> Option<TraceId> {
    if span.is_disabled() { None } else { traces::trace_id(span) }
}
