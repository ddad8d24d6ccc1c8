//! The result: text for a terminal, Markdown for a document, JSON for a program. A goal is shown, never asserted.

mod format;
mod markdown;
mod text;

use serde::Serialize;

pub use markdown::table;

use crate::{audit::Audit, figures::Figures, machine::Machine};

/// The result of a run.
#[derive(Debug, Serialize)]
pub struct BenchReport {
    /// What it ran on.
    pub machine: Machine,
    /// Whether it was a short run, whose figures are less reliable.
    pub quick: bool,
    /// What was measured. `None` unless the audit is clean.
    pub figures: Option<Figures>,
    /// Whether the databases are right after the run.
    pub audit: Audit,
}

impl BenchReport {
    /// Leaves the figures out if a database is not proven right: the speed of a wrong purchase is worth nothing.
    pub fn new(machine: Machine, quick: bool, figures: Figures, audit: Audit) -> Self {
        let figures = (audit == Audit::Clean).then_some(figures);
        Self { machine, quick, figures, audit }
    }
}

#[cfg(test)]
pub mod tests {
    use super::BenchReport;
    use crate::{
        audit::Audit,
        figures::{Figures, Goal},
        machine::Machine,
        stats::Spread,
    };

    /// A report of two measures.
    pub fn some_report(audit: Audit) -> BenchReport {
        let machine = Machine {
            date: "2026-01-01 00:00 UTC".to_owned(),
            tallystick: "0.1.0",
            processors: 2,
            processor: None,
            memory_mib: Some(4_096),
            rustc: None,
            postgresql: "18.0".to_owned(),
            settings: Vec::new(),
        };
        let mut figures = Figures::default();
        figures.measure("fast | slow", Spread::of([3.25]), Some(Goal::AtLeast(3.0)), "13 / 4 a second".to_owned());
        figures.measure_in("MiB", "memory", Spread::of([12.0]), None, String::new());
        BenchReport::new(machine, false, figures, audit)
    }

    #[test]
    fn without_a_clean_audit_no_figure_is_shown_anywhere() {
        let report = some_report(Audit::Findings("a balance is wrong".to_owned()));
        let shown = [report.to_string(), super::table(&report)];
        assert!(shown.iter().all(|text| !text.contains("3.25")), "{shown:?}");
        assert!(!serde_json::to_string(&report).unwrap().contains("3.25"));
        assert!(shown[0].contains("a balance is wrong") && shown[1].contains("a balance is wrong"));
    }

    #[test]
    fn with_a_clean_audit_every_figure_is_shown_everywhere() {
        let report = some_report(Audit::Clean);
        for text in [report.to_string(), super::table(&report)] {
            assert!(text.contains("3.25") && text.contains("at least 3") && text.contains("12.0 MiB"), "{text}");
        }
    }
}
