//! The audit of a whole database, for the end of every test that moves money.

use tallystick::verify::{Progress, Report, VerifyOptions, verify};

use super::fresh_database::FreshDatabase;

/// Fails with every finding if the database does not add up, or is not as shipped.
///
/// Roles belong to the whole cluster, where other tests make bad ones on purpose, so they are not looked at here.
pub async fn audit(database: &FreshDatabase) {
    let report = report(database, VerifyOptions { cluster: false, ..VerifyOptions::default() }).await;
    assert!(report.is_clean(), "the audit found:\n{}", findings(&report).join("\n"));
}

/// What `verify` says of a database, as the superuser.
pub async fn report(database: &FreshDatabase, options: VerifyOptions) -> Report {
    verify(&database.url(), options, &mut |_: Progress| {}).await.unwrap_or_else(|error| panic!("{error}"))
}

/// Every finding, as `check: {json}`.
pub fn findings(report: &Report) -> Vec<String> {
    let of_check = |check: &tallystick::verify::report::CheckReport| {
        let name = check.name;
        let text = move |finding| format!("{name}: {}", serde_json::to_string(finding).unwrap());
        check.findings.iter().map(text).collect::<Vec<_>>()
    };
    report.checks.iter().flat_map(of_check).collect()
}
