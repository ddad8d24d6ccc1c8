//! The audit of a whole database, for the end of every test that moves money.

use tallystick::verify::{CHECKS, Progress, Subject, VerifyOptions, VerifyReport, report::CheckReport, verify};

use super::{fresh_database::FreshDatabase, source::is_mutant};

/// Fails with every finding if the rows do not add up or the schema is not the shipped one.
///
/// Roles are not checked here: they belong to the whole cluster, and other tests create bad ones on purpose.
/// With a mutant installed, the schema is not checked: a test must catch the mutant by what it does to the rows.
pub async fn audit(database: &FreshDatabase) {
    let mut report = report(database, VerifyOptions { cluster: false, ..VerifyOptions::default() }).await;
    if is_mutant() {
        report.checks.retain(is_of_rows);
    }
    let findings = findings(&report);
    assert!(findings.is_empty(), "the audit found:\n{}", findings.join("\n"));
}

fn is_of_rows(report: &CheckReport) -> bool {
    CHECKS.iter().any(|check| check.name == report.name && check.subject == Subject::Rows)
}

/// What `verify` says of a database, as the superuser.
pub async fn report(database: &FreshDatabase, options: VerifyOptions) -> VerifyReport {
    verify(&database.url(), options, &mut |_: Progress| {}).await.unwrap_or_else(|error| panic!("{error}"))
}

/// Every finding, as `check: {json}`.
pub fn findings(report: &VerifyReport) -> Vec<String> {
    report.checks.iter().flat_map(findings_of).collect()
}

/// The findings of one check, as `check: {json}`.
pub fn findings_of(check: &CheckReport) -> Vec<String> {
    let text = |finding| format!("{}: {}", check.name, serde_json::to_string(finding).unwrap());
    check.findings.iter().map(text).collect()
}
