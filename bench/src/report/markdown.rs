//! The ratios as a Markdown table, for `docs/BENCHMARKS.md`.

use std::fmt::Write as _;

use super::{BenchReport, format};

/// The table, below a line that names the machine and the versions.
pub fn table(report: &BenchReport) -> String {
    let machine = &report.machine;
    let memory =
        machine.memory_mib.map_or_else(String::new, |mebibytes| format!(", {} GiB", mebibytes.div_ceil(1_024)));
    let mut text = format!(
        "{}: {} processors{memory}, PostgreSQL {}, tallystick {}{}. Audit: {}.\n",
        machine.date,
        machine.processors,
        machine.postgresql,
        machine.tallystick,
        if report.quick { ", a quick run" } else { "" },
        report.audit,
    );
    let Some(figures) = &report.figures else { return text };
    text.push_str("\n| measure | figure | by round | goal | | of what |\n| --- | --- | --- | --- | --- | --- |\n");
    for measure in &figures.measures {
        let cells = [
            measure.name.clone(),
            format::value(measure),
            format::range(&measure.value),
            format::goal(measure),
            format::met(measure).to_owned(),
            measure.detail.clone(),
        ];
        let cells = cells.map(|cell| cell.replace('|', "\\|"));
        // Writing to a String does not fail.
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    text
}

#[cfg(test)]
mod tests {
    use crate::{audit::Audit, report::tests::some_report};

    #[test]
    fn a_row_has_every_column_and_no_stray_bar() {
        let table = super::table(&some_report(Audit::Clean));
        assert!(table.contains("| fast \\| slow | 3.25 |  | at least 3 | met | 13 / 4 a second |\n"), "{table}");
        assert!(table.contains("| memory | 12.0 MiB |  |  |  |  |\n"), "{table}");
    }
}
