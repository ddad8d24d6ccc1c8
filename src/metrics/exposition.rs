//! The names of all metrics, and the text that an operator's monitoring reads.

use std::fmt;

use prometheus_client::{
    encoding::text::{encode_eof, encode_registry},
    metrics::info::Info,
    registry::Unit,
};

use super::{
    ClassLabel, ClassStatus, Metrics,
    text_format::{self, TextFormat},
};

impl Metrics {
    /// Names every metric. The format appends `_total` and the units.
    pub(super) fn register(&mut self) {
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
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::metrics::{Answered, AuthFailure, ClassStatus, Metrics, PoolStatus, TextFormat};

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
}
