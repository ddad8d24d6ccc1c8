//! OpenTelemetry: sends spans to a collector. Left out of a build without the feature `otel`.

use anyhow::Context as _;
use axum::http::HeaderMap;
use opentelemetry::{
    Context,
    propagation::{Extractor, TextMapPropagator},
    trace::{TraceContextExt, TracerProvider},
};
use opentelemetry_otlp::SpanExporter;
use opentelemetry_sdk::{Resource, propagation::TraceContextPropagator, trace::SdkTracerProvider};
use tracing::{Metadata, Span, Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::{Layer, filter::filter_fn, registry::LookupSpan};

pub use opentelemetry::trace::TraceId;

/// What sends the traces.
pub(super) struct Exporter(SdkTracerProvider);

impl Exporter {
    /// The exporter reads the endpoint, headers and timeout from the variables that OpenTelemetry defines.
    pub(super) fn start() -> anyhow::Result<Self> {
        let exporter = SpanExporter::builder().with_http().build().context("cannot export traces")?;
        let resource = Resource::builder().with_service_name("tallystick").build();
        Ok(Self(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build()))
    }

    /// Takes the spans that were made for traces.
    pub(super) fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer("tallystick"))
            .with_location(false)
            .with_threads(false)
            .with_filter(filter_fn(is_our_span))
    }

    /// Sends what is still buffered.
    pub(super) fn shut_down(&self) {
        if let Err(error) = self.0.shutdown() {
            tracing::warn!(%error, "some traces may be lost");
        }
    }
}

/// Only spans that were made for traces; libraries make others.
fn is_our_span(metadata: &Metadata<'_>) -> bool {
    metadata.is_span() && metadata.target().starts_with("tallystick")
}

/// Makes a span the child of the caller's, if the caller sent a `traceparent`.
pub(super) fn follow_caller(span: &Span, headers: &HeaderMap) {
    let parent = TraceContextPropagator::new().extract(&Headers(headers));
    if parent.has_active_span() {
        // It fails only where the span is not traced after all.
        let _ = span.set_parent(parent);
    }
}

/// The id of the trace that a span belongs to.
pub(super) fn trace_id(span: &Span) -> Option<TraceId> {
    let context: Context = span.context();
    let trace_id = context.span().span_context().trace_id();
    (trace_id != TraceId::INVALID).then_some(trace_id)
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(axum::http::HeaderName::as_str).collect()
    }
}
