//! The result: a table for people, JSON for programs. A floor is shown, never asserted.

use std::fmt;

use serde::Serialize;

use crate::{
    audit::Audit,
    cpu::Cost,
    load::CONNECTIONS,
    measure::{Ratio, fresh::Fresh, growth::Growth, idle::Idle, throughput::Throughput},
};

/// All that was measured.
#[derive(Debug, Serialize)]
pub struct Report {
    /// What it ran on.
    pub machine: Machine,
    /// Purchases over HTTP beside pgbench.
    pub throughput: Option<Throughput>,
    /// A new installation beside an older one.
    pub fresh: Option<Fresh>,
    /// A long history beside a short one.
    pub growth: Option<Growth>,
    /// Idle connections; none where memory cannot be read.
    pub idle: Option<Idle>,
    /// Whether the database was found to be right after all that.
    pub audit: Audit,
}

/// What it ran on.
#[derive(Debug, Serialize)]
pub struct Machine {
    /// This version.
    pub tallystick: &'static str,
    /// Processors for everything together: load, server and PostgreSQL.
    pub processors: usize,
    /// PostgreSQL and its settings.
    pub postgresql: String,
}

const MIB: f64 = 1024.0 * 1024.0;

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Machine { tallystick, processors, postgresql } = &self.machine;
        writeln!(formatter, "tallystick {tallystick}, {processors} processors, {postgresql}")?;
        writeln!(formatter, "10 businesses of 1,000 customers and 1,000 products, 3 lines a purchase\n")?;
        if let Some(of) = &self.throughput {
            write_throughput(of, formatter)?;
        }
        if let Some(Fresh { without_per_second, with_per_second, ratio }) = &self.fresh {
            row(formatter, "new installation, no statistics yet", &format!("{without_per_second:.0}/s"))?;
            row(formatter, "the same with statistics", &format!("{with_per_second:.0}/s"))?;
            ratio_row(formatter, "without / with statistics", *ratio, "at least 0.95")?;
        }
        if let Some(Growth { entries, long_ms, short_ms, ratio }) = &self.growth {
            row(formatter, &format!("customer with {entries} ledger entries"), &format!("{long_ms:.2} ms"))?;
            row(formatter, "customer with 10", &format!("{short_ms:.2} ms"))?;
            row(formatter, "long / short history", &format!("{ratio:.2}   (floor: at most 1.20)"))?;
        }
        if let Some(Idle { connections, before_bytes, with_bytes }) = &self.idle {
            #[expect(clippy::cast_precision_loss, reason = "megabytes")]
            let [before, with] = [before_bytes, with_bytes].map(|bytes| *bytes as f64 / MIB);
            let name = format!("server memory, {connections} idle connections");
            row(formatter, &name, &format!("{with:.1} MiB   (before: {before:.1} MiB; floor: less than 64)"))?;
        }
        row(formatter, "audit of the whole database", &self.audit.to_string())
    }
}

impl Report {
    /// A report of nothing yet.
    pub fn new(machine: Machine) -> Self {
        let audit = Audit::NotDone("not yet".to_owned());
        Self { machine, throughput: None, fresh: None, growth: None, idle: None, audit }
    }
}

fn write_throughput(of: &Throughput, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    row(formatter, &format!("API, {CONNECTIONS} connections"), &format!("{:.0}/s", of.api_per_second))?;
    let name = format!("pgbench, best ({} clients)", of.pgbench_clients);
    row(formatter, &name, &format!("{:.0}/s", of.pgbench_per_second))?;
    ratio_row(formatter, "API / pgbench", of.ratio, "at least 0.70")?;
    let latency = &of.latency_ms;
    let percentiles = [
        ("p50", latency.p50),
        ("p90", latency.p90),
        ("p99", latency.p99),
        ("p99.9", latency.p99_9),
        ("max", latency.max),
    ];
    let percentiles: Vec<_> = percentiles.iter().map(|(name, value)| format!("{name} {value:.1}")).collect();
    row(formatter, "API latency at that rate, ms", &percentiles.join("   "))?;
    cost_row(formatter, "API", of.api_cost)?;
    cost_row(formatter, "pgbench", of.pgbench_cost)?;
    if let Some(other) = &of.other {
        row(formatter, "the other server", &format!("{:.0}/s", other.per_second))?;
        ratio_row(formatter, "this server / the other", other.ratio, "none")?;
        cost_row(formatter, "other", other.cost)?;
    }
    Ok(())
}

fn row(formatter: &mut fmt::Formatter<'_>, name: &str, value: &str) -> fmt::Result {
    writeln!(formatter, "{name:<42} {value}")
}

fn ratio_row(formatter: &mut fmt::Formatter<'_>, name: &str, ratio: Ratio, floor: &str) -> fmt::Result {
    let Ratio { mean, least, greatest } = ratio;
    row(formatter, name, &format!("{mean:.2}   ({least:.2} to {greatest:.2} by round; floor: {floor})"))
}

fn cost_row(formatter: &mut fmt::Formatter<'_>, name: &str, cost: Option<Cost>) -> fmt::Result {
    let Some(Cost { load_us, server_us, postgres_us }) = cost else { return Ok(()) };
    let value = format!("PostgreSQL {postgres_us:.0}   server {server_us:.0}   this load generator {load_us:.0}");
    row(formatter, &format!("{name}: processor per purchase, µs"), &value)
}
