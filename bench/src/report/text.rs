//! The result on a terminal.

use std::fmt;

use super::{BenchReport, format};
use crate::{
    cpu::Cost,
    figures::{Figures, Throughput},
    numbers::number,
};

/// The longest bar, in characters.
const BAR: f64 = 20.0;

impl fmt::Display for BenchReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in self.machine.lines() {
            writeln!(formatter, "{name:<12} {value}")?;
        }
        if self.quick {
            writeln!(formatter, "a quick run: one short round of each, not to be quoted")?;
        }
        match &self.figures {
            Some(figures) => write_figures(figures, formatter)?,
            None => writeln!(formatter, "\nno figures: the audit is not clean")?,
        }
        writeln!(formatter, "\naudit of every database: {}", self.audit)
    }
}

fn write_figures(figures: &Figures, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    writeln!(formatter)?;
    for row in &figures.throughputs {
        let (rate, bar) = (number(row.per_second.mean), bar(row, &figures.throughputs));
        write!(formatter, "{:<12} {:<31} {:>5} × {rate:>7}/s {bar:<20}", row.scenario, row.contender, row.connections)?;
        if let Some(latency) = &row.latency_ms {
            write!(formatter, "   p50 {:.1}  p99 {:.1}  max {:.0} ms", latency.p50, latency.p99, latency.max)?;
        }
        if let Some(Cost { load_us, server_us, postgres_us }) = row.cost {
            write!(formatter, "   µs each: PostgreSQL {postgres_us:.0}, server {server_us:.0}, load {load_us:.0}")?;
        }
        if let Some(batch_size) = row.batch_size {
            write!(formatter, "   batches of {batch_size:.1}")?;
        }
        if row.overloaded > 0 {
            write!(formatter, "   {} turned away", row.overloaded)?;
        }
        writeln!(formatter)?;
    }
    writeln!(formatter)?;
    for measure in &figures.measures {
        let goal = match measure.goal {
            Some(goal) => format!("{goal}: {}", format::met(measure)),
            None => String::new(),
        };
        writeln!(
            formatter,
            "{:>10}   {:<13} {:<22} {}",
            format::value(measure),
            format::range(&measure.value),
            goal,
            measure.name
        )?;
    }
    Ok(())
}

/// A bar as long as the rate, beside the best rate of the same scenario.
fn bar(row: &Throughput, all: &[Throughput]) -> String {
    let rates = all.iter().filter(|other| other.scenario == row.scenario).map(|other| other.per_second.mean);
    let best = rates.fold(f64::MIN_POSITIVE, f64::max);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most BAR")]
    let length = (row.per_second.mean / best * BAR).round() as usize;
    "▇".repeat(length)
}
