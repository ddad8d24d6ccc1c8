//! `tallystick migrate`: brings the schema up to this program.

use std::process::ExitCode;

use super::{output, own_database::Target};
use crate::{
    cli::MigrateArgs,
    schema::migrate::{MigrateOptions, Progress, Report, embedded, migrate},
};

pub(super) async fn run(args: &MigrateArgs) -> anyhow::Result<ExitCode> {
    let target = Target::of_owner(&args.database).await?;
    let options = MigrateOptions { reapply: args.reapply, ..MigrateOptions::default() };
    let report = migrate(&target.url, &embedded::source()?, options, &mut say).await?;
    for line in describe(&report) {
        output::line(&line)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Reports a migration that the user did not ask for: one line, and only if something is applied.
pub(super) fn say_once() -> impl FnMut(Progress<'_>) + Send {
    let mut said = false;
    move |progress| {
        if matches!(progress, Progress::Applying { .. }) && !std::mem::replace(&mut said, true) {
            eprintln!("bringing the database schema up to this program");
        }
    }
}

/// Reports each step on standard error.
fn say(progress: Progress<'_>) {
    match progress {
        Progress::WaitingForAnotherRun => eprintln!("another migration is running; waiting for it"),
        Progress::Applying { path } => eprintln!("applying {path}"),
        Progress::Notice { path, notice } => eprintln!("{path}: {}: {}", notice.severity, notice.message),
    }
}

fn describe(report: &Report) -> Vec<String> {
    if report.nothing_to_do() {
        return vec![format!("nothing to do: the schema is at version {}", report.version)];
    }
    let mut lines: Vec<_> =
        report.applied.iter().map(|done| format!("applied {:04} {}", done.version, done.name)).collect();
    if report.code_applied {
        lines.push("applied functions, views, triggers, policies and grants".to_owned());
    }
    lines.push(format!("the schema is at version {}", report.version));
    lines
}
