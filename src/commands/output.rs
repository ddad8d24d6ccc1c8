//! What commands print.

use std::io::{self, Write as _};

use serde::Serialize;

use crate::error::Error;

/// Prints a line of data.
pub(super) fn line(text: &str) -> io::Result<()> {
    writeln!(io::stdout().lock(), "{text}")
}

/// Prints data as JSON.
pub(super) fn json(data: &impl Serialize) -> anyhow::Result<()> {
    Ok(line(&serde_json::to_string_pretty(data)?)?)
}

/// Prints rows under a heading, in columns as wide as they need to be.
pub(super) fn table<const COLUMNS: usize>(
    heading: [&str; COLUMNS],
    rows: impl IntoIterator<Item = [String; COLUMNS]>,
) -> io::Result<()> {
    let mut rows: Vec<_> = rows.into_iter().collect();
    rows.insert(0, heading.map(str::to_owned));
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<_> = (0..COLUMNS).map(width).collect();
    for row in &rows {
        let cells: Vec<_> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        line(cells.join("  ").trim_end())?;
    }
    Ok(())
}

/// An error in words for a person at a terminal: what an operator is told, with its causes.
pub(super) fn explain(error: Error) -> anyhow::Error {
    match error {
        Error::Internal(source) => source.context("an internal error"),
        Error::DatabaseUnavailable(source) => source.context("the database is not available"),
        Error::InvalidRequest(faults) | Error::AlreadyExists { faults, .. } => {
            let faults: Vec<_> = faults.iter().map(|fault| format!("{} {}", fault.pointer, fault.detail)).collect();
            anyhow::anyhow!(faults.join("; "))
        }
        other => anyhow::anyhow!(other.to_string()),
    }
}
