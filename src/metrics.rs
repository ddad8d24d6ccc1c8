//! Metrics for an operator: what is counted, and how it is recorded. Each server has one [`Metrics`]; there are no globals.
//!
//! Every label has few values. A route is its template and never a path. A method is a known one or `other`.
//!
//! - [`exposition`] names every metric and writes all of them as text.
//! - [`text_format`] knows the two text formats, and which of them a request asks for.
//! - [`process`] asks the operating system what the process uses.

mod exposition;
mod process;
mod text_format;

use std::{
    sync::{OnceLock, atomic::AtomicU64},
    time::Duration,
};

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};

pub use text_format::TextFormat;

/// From half a millisecond to the longest a request may take.
const LATENCY_BUCKETS_SECONDS: [f64; 15] =
    [0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// From one purchase to the most that one call may decide.
const BATCH_SIZE_BUCKETS: [f64; 10] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 500.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    route: String,
    method: &'static str,
    status: u16,
    code: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: String,
    method: &'static str,
}

/// Defines a label set of one label with fixed values.
macro_rules! label {
    ($type:ident { $label:ident }) => {
        #[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
        struct $type {
            $label: &'static str,
        }
    };
}
label!(ClassLabel { class });
label!(OutcomeLabel { outcome });
label!(FunctionLabel { function });
label!(ReasonLabel { reason });
label!(KindLabel { kind });
label!(ResultLabel { result });

type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;

/// Why a request was not authenticated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it all")]
pub enum AuthFailure {
    Missing,
    ApiKey,
    Jwt,
    Limited,
}

impl AuthFailure {
    const fn label(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::ApiKey => "api_key",
            Self::Jwt => "jwt",
            Self::Limited => "limited",
        }
    }
}

/// One answered request.
#[derive(Debug, Clone, Copy)]
pub struct Answered<'a> {
    /// The matched route's template, or `unmatched`.
    pub route: &'a str,
    /// From [`method_label`].
    pub method: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// The error's code, or `ok`.
    pub code: &'static str,
    /// From the request's head to the response's.
    pub duration: Duration,
}

/// The connection pool's state at this moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PoolStatus {
    /// All connections.
    pub size: u64,
    /// Idle connections.
    pub available: u64,
    /// Calls that wait for a connection.
    pub waiting: u64,
    /// Purchases that wait for a call to take them.
    pub purchases_waiting: u64,
    /// The calls that have or want a connection, by class.
    pub classes: [ClassStatus; 4],
}

/// The calls of one class at this moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ClassStatus {
    /// The name of the class.
    pub class: &'static str,
    /// Calls that have the right to a connection.
    pub running: u64,
    /// Calls that wait for it.
    pub waiting: u64,
}

type PoolProbe = Box<dyn Fn() -> PoolStatus + Send + Sync>;

/// A server's counters, gauges and histograms.
pub struct Metrics {
    registry: Registry,
    /// What every Prometheus client calls by the same names, without a prefix of ours.
    process: Registry,
    requests: Family<RequestLabels, Counter>,
    request_duration: Histograms<RouteLabels>,
    purchases: Family<OutcomeLabel, Counter>,
    payments: Family<OutcomeLabel, Counter>,
    database_calls: Histograms<FunctionLabel>,
    database_retries: Family<ReasonLabel, Counter>,
    lock_wait: Histogram,
    batch_size: Histogram,
    queue_wait: Histogram,
    pool_size: Gauge<u64, AtomicU64>,
    pool_available: Gauge<u64, AtomicU64>,
    pool_waiting: Gauge<u64, AtomicU64>,
    purchases_waiting: Gauge<u64, AtomicU64>,
    calls_running: Family<ClassLabel, Gauge<u64, AtomicU64>>,
    calls_waiting: Family<ClassLabel, Gauge<u64, AtomicU64>>,
    call_wait: Histograms<ClassLabel>,
    pool_probe: OnceLock<PoolProbe>,
    connections_open: Gauge,
    connections_refused: Counter,
    rate_limited: Counter,
    auth_failures: Family<KindLabel, Counter>,
    key_cache: Family<ResultLabel, Counter>,
}

fn latency() -> Histogram {
    Histogram::new(LATENCY_BUCKETS_SECONDS)
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// Everything at zero.
    #[must_use]
    pub fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("tallystick"),
            process: process::registry(),
            requests: Family::default(),
            request_duration: Family::new_with_constructor(latency),
            purchases: Family::default(),
            payments: Family::default(),
            database_calls: Family::new_with_constructor(latency),
            database_retries: Family::default(),
            lock_wait: latency(),
            batch_size: Histogram::new(BATCH_SIZE_BUCKETS),
            queue_wait: latency(),
            pool_size: Gauge::default(),
            pool_available: Gauge::default(),
            pool_waiting: Gauge::default(),
            purchases_waiting: Gauge::default(),
            calls_running: Family::default(),
            calls_waiting: Family::default(),
            call_wait: Family::new_with_constructor(latency),
            pool_probe: OnceLock::new(),
            connections_open: Gauge::default(),
            connections_refused: Counter::default(),
            rate_limited: Counter::default(),
            auth_failures: Family::default(),
            key_cache: Family::default(),
        };
        metrics.register();
        metrics
    }

    /// Asks for the pool's state at every scrape. Only the first probe counts.
    pub fn watch_pool(&self, probe: impl Fn() -> PoolStatus + Send + Sync + 'static) {
        // There is one pool per server. The gauges would show the mistake of a second probe.
        let _ = self.pool_probe.set(Box::new(probe));
    }

    /// Counts an answered request.
    pub fn answered(&self, answered: &Answered<'_>) {
        let Answered { route, method, status, code, duration } = *answered;
        self.requests.get_or_create(&RequestLabels { route: route.to_owned(), method, status, code }).inc();
        self.request_duration
            .get_or_create(&RouteLabels { route: route.to_owned(), method })
            .observe(duration.as_secs_f64());
    }

    /// Counts a purchase by its outcome: `created`, `replayed`, or an error's code.
    pub fn purchase(&self, outcome: &'static str) {
        self.purchases.get_or_create(&OutcomeLabel { outcome }).inc();
    }

    /// Counts a payment by its outcome: `created`, `replayed`, or an error's code.
    pub fn payment(&self, outcome: &'static str) {
        self.payments.get_or_create(&OutcomeLabel { outcome }).inc();
    }

    /// Records one try of one database function.
    pub fn database_call(&self, function: &'static str, duration: Duration) {
        self.database_calls.get_or_create(&FunctionLabel { function }).observe(duration.as_secs_f64());
    }

    /// Counts a database call that is tried again: `rolled_back`, `connection_lost`, `slow_connection`, `stale_plan`
    /// or `unique_race`.
    pub fn database_retry(&self, reason: &'static str) {
        self.database_retries.get_or_create(&ReasonLabel { reason }).inc();
    }

    /// Records how long a database call of this class waited for the right to a connection, whether it got it or not.
    pub fn gate_passed(&self, class: &'static str, waited: Duration) {
        self.call_wait.get_or_create(&ClassLabel { class }).observe(waited.as_secs_f64());
    }

    /// Records how long a purchase waited for row locks.
    pub fn lock_wait(&self, duration: Duration) {
        self.lock_wait.observe(duration.as_secs_f64());
    }

    /// Records how many purchases one call is to decide.
    pub fn purchase_batch(&self, purchases: usize) {
        #[expect(clippy::cast_precision_loss, reason = "some hundred at most")]
        self.batch_size.observe(purchases as f64);
    }

    /// Records how long a purchase waited for the call that takes it.
    pub fn purchase_taken(&self, waited: Duration) {
        self.queue_wait.observe(waited.as_secs_f64());
    }

    /// Counts a connection for as long as the guard lives.
    #[must_use]
    pub fn connection_opened(&self) -> OpenConnection {
        self.connections_open.inc();
        OpenConnection(self.connections_open.clone())
    }

    /// Counts a connection that was refused because there were too many.
    pub fn connection_refused(&self) {
        self.connections_refused.inc();
    }

    /// Counts a request that was refused by the rate limit.
    pub fn rate_limited(&self) {
        self.rate_limited.inc();
    }

    /// Counts a request that was not authenticated.
    pub fn auth_failed(&self, failure: AuthFailure) {
        self.auth_failures.get_or_create(&KindLabel { kind: failure.label() }).inc();
    }

    /// Counts an API key that was in the cache.
    pub fn api_key_cache_hit(&self) {
        self.key_cache.get_or_create(&ResultLabel { result: "hit" }).inc();
    }

    /// Counts an API key that was refused a moment ago, and again without a look-up.
    pub fn api_key_cache_refused(&self) {
        self.key_cache.get_or_create(&ResultLabel { result: "refused" }).inc();
    }

    /// Counts an API key that was looked up in the database.
    pub fn api_key_cache_miss(&self) {
        self.key_cache.get_or_create(&ResultLabel { result: "miss" }).inc();
    }
}

/// An open connection; dropped when it closes.
pub struct OpenConnection(Gauge);

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// The label of a method. Clients can invent methods, and each would be a time series of its own.
#[must_use]
pub fn method_label(method: &str) -> &'static str {
    const KNOWN: [&str; 8] = ["GET", "POST", "PATCH", "DELETE", "PUT", "HEAD", "OPTIONS", "TRACE"];
    KNOWN.into_iter().find(|known| *known == method).unwrap_or("other")
}

#[cfg(test)]
mod tests {
    use super::{Metrics, TextFormat, method_label};

    #[test]
    fn an_open_connection_is_counted_while_it_lives() {
        let metrics = Metrics::new();
        let connection = metrics.connection_opened();
        assert!(metrics.render(TextFormat::OpenMetrics).unwrap().contains("tallystick_http_connections 1"));
        drop(connection);
        assert!(metrics.render(TextFormat::OpenMetrics).unwrap().contains("tallystick_http_connections 0"));
    }

    #[test]
    fn an_invented_method_gets_no_label_of_its_own() {
        assert_eq!(method_label("GET"), "GET");
        assert_eq!(method_label("BREW"), "other");
    }
}
