//! `tallystick verify`: proves a database and prints what was checked and found.

use std::{fmt::Write as _, process::ExitCode};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;

use super::{output, own_database::Target};
use crate::{
    cli::VerifyArgs,
    verify::{
        Progress, ProofFiles, VerifyOptions, VerifyReport,
        report::{BusinessReport, CheckReport, Finding},
        verify_with,
    },
};

/// How many businesses the table has; those with findings come first. `--json` has all.
const BUSINESSES_PRINTED: usize = 50;

pub(super) async fn run(args: &VerifyArgs) -> anyhow::Result<ExitCode> {
    // Opened first: what cannot be read is told at once.
    let proofs = if args.proofs.is_empty() { None } else { Some(ProofFiles::open(&args.proofs)?) };
    let target = Target::of_owner(&args.database).await?;
    let options = VerifyOptions { business: args.business, ..VerifyOptions::default() };
    // Draws on standard error, and only if that is a terminal.
    let bar = ProgressBar::new(1).with_style(ProgressStyle::with_template("{bar:24} {pos}/{len} {msg} {elapsed}")?);
    bar.enable_steady_tick(std::time::Duration::from_millis(200));
    let mut show = |progress: Progress| {
        bar.set_length(progress.total as u64);
        bar.set_position(progress.done as u64);
        bar.set_message(progress.title);
    };
    let report = verify_with(&target.url, options, proofs, &mut show).await;
    bar.finish_and_clear();
    let report = report?;
    if args.json {
        output::json(&report)?;
    } else {
        print(&report)?;
    }
    Ok(ExitCode::from(exit_status(report.findings, report.not_checked)))
}

/// Something that was not looked at is neither right nor wrong, so it has a status of its own.
const fn exit_status(findings: u64, not_checked: u64) -> u8 {
    match (findings, not_checked) {
        (0, 0) => 0,
        (0, _) => 3,
        _ => 1,
    }
}

fn print(report: &VerifyReport) -> std::io::Result<()> {
    let VerifyReport { database, server_version, .. } = report;
    output::line(&format!("{database}, PostgreSQL {server_version}, as of {}\n", report.taken_at.format("%F %T UTC")))?;
    for line in check_lines(&report.checks) {
        output::line(&line)?;
    }
    output::line("")?;
    print_businesses(&report.businesses)?;
    output::line(&verdict(report))
}

/// One line per check, followed by its findings.
fn check_lines(checks: &[CheckReport]) -> Vec<String> {
    let width = checks.iter().map(|check| check.title.chars().count()).max().unwrap_or(0);
    let mut lines = Vec::new();
    for check in checks {
        let found = check.findings_total;
        let mark = match (found, check.not_checked.is_empty()) {
            (0, true) => "ok   ",
            (0, false) => "part ",
            _ => "WRONG",
        };
        let mut line = format!(
            "{mark}  {:width$}  {:>12} checked  {:>8}",
            check.title,
            check.rows_checked,
            seconds(check.duration_ms)
        );
        if found > 0 {
            // Writing to a String cannot fail.
            _ = write!(line, "  {}", count(found, "finding"));
        }
        lines.push(line);
        if found > 0 {
            lines.push(format!("       {}", check.proves));
            lines.extend(check.findings.iter().flat_map(finding_lines));
        }
        lines.extend(check.not_checked.iter().map(|what| format!("       not checked: {what}")));
        let hidden = found - check.findings.len() as u64;
        if hidden > 0 {
            lines.push(format!("       - and {hidden} more"));
        }
    }
    lines
}

/// What is wrong, and below it the statement that mends it.
fn finding_lines(finding: &Finding) -> Vec<String> {
    let mend = finding.mend.iter().map(|statement| format!("         to mend it: {statement}"));
    std::iter::once(format!("       - {}", finding_text(finding))).chain(mend).collect()
}

fn finding_text(finding: &Finding) -> String {
    let mut text = finding.wrong.clone();
    let business = finding.business_id.map(|id| ("business_id", id.to_string()));
    let keys = finding.keys.iter().map(|(name, value)| (name.as_str(), value_text(value)));
    for (position, (name, value)) in business.into_iter().chain(keys).enumerate() {
        _ = write!(text, "{}{name}={value}", if position == 0 { "  [" } else { ", " });
    }
    if text.contains("  [") { text + "]" } else { text }
}

fn value_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn print_businesses(businesses: &[BusinessReport]) -> std::io::Result<()> {
    let mut shown: Vec<_> = businesses.iter().collect();
    shown.sort_by_key(|business| std::cmp::Reverse(business.findings));
    shown.truncate(BUSINESSES_PRINTED);
    if shown.is_empty() {
        return Ok(());
    }
    let heading = ["BUSINESS", "NAME", "CUSTOMERS", "PRODUCTS", "ORDERS", "LINES", "ENTRIES", "BALANCE", "FINDINGS"];
    output::table(
        heading,
        shown.iter().map(|business| {
            [
                business.business_id.map_or_else(|| "-".to_owned(), |id| id.to_string()),
                business.name.clone().unwrap_or_else(|| "-".to_owned()),
                business.rows_in("customers").to_string(),
                business.rows_in("products").to_string(),
                business.rows_in("orders").to_string(),
                business.rows_in("order_items").to_string(),
                business.rows_in("ledger_entries").to_string(),
                format!("{} {}", business.balance, business.currency.as_deref().unwrap_or("-")),
                business.findings.to_string(),
            ]
        }),
    )?;
    let hidden = businesses.len() - shown.len();
    output::line(&if hidden > 0 { format!("and {hidden} more (--json has all)\n") } else { String::new() })
}

fn verdict(report: &VerifyReport) -> String {
    let checked = format!(
        "{} over {} rows of {} in {}",
        count(report.checks.len() as u64, "check"),
        report.rows_checked,
        count_of(report.businesses.len() as u64, "business", "businesses"),
        seconds(report.duration_ms),
    );
    match (report.findings, report.not_checked) {
        (0, 0) => format!("{checked}: everything is as it should be"),
        (0, skipped) => format!("{checked}: nothing is wrong, but {} not checked", things(skipped)),
        (found, 0) => format!("{checked}: {}", count(found, "finding")),
        (found, skipped) => format!("{checked}: {}, and {} not checked", count(found, "finding"), things(skipped)),
    }
}

fn things(number: u64) -> String {
    format!("{} {}", count(number, "thing"), if number == 1 { "was" } else { "were" })
}

fn count(number: u64, noun: &str) -> String {
    count_of(number, noun, &format!("{noun}s"))
}

fn count_of(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

#[allow(clippy::cast_precision_loss, reason = "a duration for people, to a hundredth of a second")]
fn seconds(milliseconds: u64) -> String {
    format!("{:.2} s", milliseconds as f64 / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_goes_before_what_was_not_checked_and_both_differ_from_clean() {
        assert_eq!([exit_status(0, 0), exit_status(0, 1), exit_status(1, 0), exit_status(2, 3)], [0, 3, 1, 1]);
    }
}
