//! Stands in for `traces` in a build without the feature `otel`: refuses to start where traces are wanted.

use std::convert::Infallible;

use axum::http::HeaderMap;
use tracing::{Span, Subscriber};
use tracing_subscriber::{Layer, layer::Identity};

/// There are no traces, so there is no id of one.
pub type TraceId = Infallible;

/// There is none.
pub(super) enum Exporter {}

impl Exporter {
    /// Refuses.
    pub(super) fn start() -> anyhow::Result<Self> {
        anyhow::bail!(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, but this tallystick was built without the feature `otel` and cannot send \
             traces: unset it, or build with `--features otel`"
        )
    }

    #[expect(clippy::unused_self, reason = "as in a build with traces")]
    pub(super) fn layer<S: Subscriber>(&self) -> impl Layer<S> + use<S> {
        Identity::new()
    }

    #[expect(clippy::unused_self, reason = "as in a build with traces")]
    pub(super) fn shut_down(&self) {}
}

pub(super) fn follow_caller(_: &Span, _: &HeaderMap) {}

pub(super) fn trace_id(_: &Span) -> Option<TraceId> {
    None
}
