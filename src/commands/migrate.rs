//! `tallystick migrate`: brings the schema up to this program.

use std::{collections::BTreeMap, process::ExitCode};

use super::{output, own_database::Target};
use crate::{
    cli::MigrateArgs,
    schema::migrate::{Difference, MigrateOptions, Progress, Report, embedded, migrate},
};

pub(super) async fn run(args: &MigrateArgs) -> anyhow::Result<ExitCode> {
    let target = Target::of_owner(&args.database).await?;
    let options = MigrateOptions { reapply: args.reapply, ..MigrateOptions::default() };
    let report = migrate(&target.url, &embedded::source()?, options, &mut say).await?;
    for line in describe(&report) {
        output::line(&line)?;
    }
    Ok(if report.to_be_done().next().is_none() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
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
        Progress::WaitingForAnotherRun { holders } => {
            eprintln!("another session holds the migration lock; waiting for it: {holders}");
        }
        Progress::Applying { path } => eprintln!("applying {path}"),
        Progress::Notice { path, notice } => eprintln!("{path}: {}: {}", notice.severity, notice.message),
    }
}

fn describe(report: &Report) -> Vec<String> {
    let to_be_done: Vec<_> = report.to_be_done().collect();
    if report.nothing_to_do() && to_be_done.is_empty() {
        return vec![format!("nothing to do: the schema is at version {}", report.version)];
    }
    let mut lines: Vec<_> =
        report.applied.iter().map(|done| format!("applied {:04} {}", done.version, done.name)).collect();
    if report.code_applied {
        lines.push("applied functions, views, triggers, policies and grants".to_owned());
    }
    lines.push(format!("the schema is at version {}", report.version));
    if !report.mended.is_empty() {
        lines.push("the database had been restored, or changed from outside; mended:".to_owned());
        lines.extend(summary(&report.mended));
    }
    if !to_be_done.is_empty() {
        lines.push("this is left to be done; migrate changes no rows, and drops nothing:".to_owned());
        lines.extend(to_be_done.iter().flat_map(|one| [format!("  - {one}"), format!("    {}", one.advice())]));
    }
    let extra = report.left.len() - to_be_done.len();
    // A view of somebody's own is no news at each run.
    if extra > 0 && report.code_applied {
        lines.push(format!(
            "tallystick does not ship {extra} of the things that are here; `tallystick verify` names them"
        ));
    }
    lines
}

/// How many differences of each sort there were: a restored database has hundreds.
fn summary(mended: &[Difference]) -> Vec<String> {
    let mut counts = BTreeMap::<String, usize>::new();
    for one in mended {
        let object = one.object.split(" tallystick").next().unwrap_or_default();
        let sort = match one.property.as_deref() {
            None => object.to_owned(),
            Some(property) if property.starts_with("granted to ") => "privileges".to_owned(),
            Some(property) => {
                format!("{} of a {object}", property.split_once(' ').map_or(property, |(first, _)| first))
            }
        };
        *counts.entry(sort).or_default() += 1;
    }
    counts.into_iter().map(|(sort, count)| format!("  {count:5}  {sort}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::migrate::Kind;

    fn difference(object: &str, property: Option<&str>, kind: Kind) -> Difference {
        let property = property.map(str::to_owned);
        Difference { object: object.to_owned(), property, kind, expected: None, found: None, mend: None }
    }

    #[test]
    fn what_was_mended_is_counted_and_what_is_left_is_listed_with_what_to_do() {
        let report = Report {
            applied: Vec::new(),
            code_applied: true,
            version: 12,
            mended: vec![
                difference("table tallystick.orders", Some("owner"), Kind::Altered),
                difference("table tallystick.customers", Some("owner"), Kind::Altered),
                difference("database", Some("granted to PUBLIC"), Kind::Extra),
                difference("role tallystick_app", None, Kind::Missing),
            ],
            left: vec![
                Difference {
                    mend: Some("CREATE INDEX i ON tallystick.orders (id)".to_owned()),
                    ..difference("table tallystick.orders", Some("index i"), Kind::Missing)
                },
                difference("table tallystick.orders", Some("index mine"), Kind::Extra),
            ],
        };
        assert_eq!(
            describe(&report),
            [
                "applied functions, views, triggers, policies and grants",
                "the schema is at version 12",
                "the database had been restored, or changed from outside; mended:",
                "      2  owner of a table",
                "      1  privileges",
                "      1  role",
                "this is left to be done; migrate changes no rows, and drops nothing:",
                "  - table tallystick.orders, index i: it is missing",
                "    as a superuser, CREATE INDEX i ON tallystick.orders (id)",
                "tallystick does not ship 1 of the things that are here; `tallystick verify` names them",
            ]
        );
    }
}
