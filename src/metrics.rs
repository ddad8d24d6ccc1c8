//! Metrics for an operator, in the text formats of Prometheus. Each server has one [`Metrics`]; there are no globals.
//!
//! Every label has few values. A route is its template and never a path. A method is a known one or `other`.

mod process;
mod text_format;

use std::{
    fmt,
    sync::{OnceLock, atomic::AtomicU64},
    time::Duration,
};

use prometheus_client::{
    encoding::{
        EncodeLabelSet,
        text::{encode_eof, encode_registry},
    },
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram, info::Info},
    registry::{Registry, Unit},
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

    /// Names every metric. The format appends `_total` and the units.
    fn register(&mut self) {
        let registry = &mut self.registry;
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The running version", build);
        registry.register("http_requests", "Answered requests", self.requests.clone());
        registry.register_with_unit(
            "http_request_duration",
            "From a request's head to its answer's",
            Unit::Seconds,
            self.request_duration.clone(),
        );
        registry.register("purchases", "Purchases asked for, by outcome", self.purchases.clone());
        registry.register("payments", "Payments asked for, by outcome", self.payments.clone());
        registry.register_with_unit(
            "database_call_duration",
            "One try of one database function, by function",
            Unit::Seconds,
            self.database_calls.clone(),
        );
        registry.register("database_retries", "Database calls tried again, by reason", self.database_retries.clone());
        registry.register_with_unit(
            "purchase_lock_wait",
            "How long purchases waited for row locks",
            Unit::Seconds,
            self.lock_wait.clone(),
        );
        registry.register("purchase_batch_size", "Purchases decided in one call", self.batch_size.clone());
        registry.register_with_unit(
            "purchase_queue_wait",
            "How long purchases waited for a call to take them",
            Unit::Seconds,
            self.queue_wait.clone(),
        );
        registry.register("pool_connections", "Database connections there are", self.pool_size.clone());
        registry.register("pool_available", "Database connections that nobody uses", self.pool_available.clone());
        registry.register("pool_waiting", "Calls waiting for a database connection", self.pool_waiting.clone());
        registry.register(
            "purchases_waiting",
            "Purchases waiting for a call to take them",
            self.purchases_waiting.clone(),
        );
        registry.register(
            "calls_running",
            "Database calls that have the right to a connection, by class",
            self.calls_running.clone(),
        );
        registry.register(
            "calls_waiting",
            "Database calls that wait for the right to a connection, by class",
            self.calls_waiting.clone(),
        );
        registry.register_with_unit(
            "call_wait",
            "How long database calls waited for the right to a connection, by class",
            Unit::Seconds,
            self.call_wait.clone(),
        );
        registry.register("http_connections", "Open client connections", self.connections_open.clone());
        registry.register(
            "http_connections_refused",
            "Client connections refused because there were too many",
            self.connections_refused.clone(),
        );
        registry.register(
            "rate_limited",
            "Requests refused because a business asked too much",
            self.rate_limited.clone(),
        );
        registry.register("auth_failures", "Requests not authenticated, by kind", self.auth_failures.clone());
        registry.register("api_key_cache", "API key look-ups, by result", self.key_cache.clone());
    }

    /// Asks for the pool's state at every scrape. Only the first probe counts.
    pub fn watch_pool(&self, probe: impl Fn() -> PoolStatus + Send + Sync + 'static) {
        // There is one pool per server. The gauges would show the mistake of a second probe.
        let _ = self.pool_probe.set(Box::new(probe));
    }

    /// Everything, as text.
    pub fn render(&self, format: TextFormat) -> Result<String, fmt::Error> {
        if let Some(probe) = self.pool_probe.get() {
            let status = probe();
            self.pool_size.set(status.size);
            self.pool_available.set(status.available);
            self.pool_waiting.set(status.waiting);
            self.purchases_waiting.set(status.purchases_waiting);
            for ClassStatus { class, running, waiting } in status.classes {
                self.calls_running.get_or_create(&ClassLabel { class }).set(running);
                self.calls_waiting.get_or_create(&ClassLabel { class }).set(waiting);
            }
        }
        let mut text = String::with_capacity(16 * 1024);
        encode_registry(&mut text, &self.registry)?;
        encode_registry(&mut text, &self.process)?;
        encode_eof(&mut text)?;
        Ok(match format {
            TextFormat::OpenMetrics => text,
            TextFormat::Prometheus => text_format::prometheus(&text),
        })
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
    use std::time::Duration;

    use super::{Answered, AuthFailure, ClassStatus, Metrics, PoolStatus, TextFormat, method_label};

    #[test]
    fn everything_has_its_name() {
        let metrics = Metrics::new();
        metrics.answered(&Answered {
            route: "/v1/purchases",
            method: "POST",
            status: 409,
            code: "insufficient_stock",
            duration: Duration::from_millis(4),
        });
        metrics.purchase("created");
        metrics.purchase_batch(3);
        metrics.purchase_taken(Duration::from_millis(2));
        metrics.database_call("purchase_batch", Duration::from_millis(3));
        metrics.database_retry("rolled_back");
        metrics.auth_failed(AuthFailure::Jwt);
        metrics.api_key_cache_hit();
        metrics.gate_passed("held_rows", Duration::from_millis(2));
        metrics.watch_pool(|| PoolStatus {
            size: 8,
            available: 5,
            waiting: 2,
            purchases_waiting: 3,
            classes: ["quick", "purchases", "held_rows", "heavy"].map(|class| ClassStatus {
                class,
                running: 4,
                waiting: 1,
            }),
        });
        let text = metrics.render(TextFormat::OpenMetrics).unwrap();
        for line in [
            r#"tallystick_http_requests_total{route="/v1/purchases",method="POST",status="409",code="insufficient_stock"} 1"#,
            r#"tallystick_http_request_duration_seconds_bucket{le="0.005",route="/v1/purchases",method="POST"} 1"#,
            r#"tallystick_purchases_total{outcome="created"} 1"#,
            r#"tallystick_purchase_batch_size_bucket{le="4.0"} 1"#,
            r#"tallystick_purchase_queue_wait_seconds_bucket{le="0.002"} 1"#,
            r#"tallystick_database_call_duration_seconds_count{function="purchase_batch"} 1"#,
            r#"tallystick_database_retries_total{reason="rolled_back"} 1"#,
            r#"tallystick_auth_failures_total{kind="jwt"} 1"#,
            r#"tallystick_api_key_cache_total{result="hit"} 1"#,
            "tallystick_pool_connections 8",
            "tallystick_pool_available 5",
            "tallystick_pool_waiting 2",
            "tallystick_purchases_waiting 3",
            r#"tallystick_calls_running{class="heavy"} 4"#,
            r#"tallystick_calls_waiting{class="quick"} 1"#,
            r#"tallystick_call_wait_seconds_bucket{le="0.002",class="held_rows"} 1"#,
            concat!(r#"tallystick_build_info{version=""#, env!("CARGO_PKG_VERSION"), r#""} 1"#),
        ] {
            assert!(text.contains(line), "{line} is missing from:\n{text}");
        }
    }

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
