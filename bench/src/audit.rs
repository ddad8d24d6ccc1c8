//! Whether a database is right after the run. The speed of a wrong purchase is worth nothing.

use std::fmt;

use serde::Serialize;

use crate::database::Database;

/// What `tallystick verify` found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "result", content = "said", rename_all = "snake_case")]
pub enum Audit {
    /// Nothing is wrong.
    Clean,
    /// Something is wrong: no figure of this run counts.
    Findings(String),
    /// `verify` could not run to its end.
    NotDone(String),
}

/// Proves the database by the build that installed it.
pub async fn audit(database: &Database) -> anyhow::Result<Audit> {
    let output = database.program.verify(&database.owner_url).await?;
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    Ok(match output.status.code() {
        Some(0) => Audit::Clean,
        Some(1) => Audit::Findings(said(&output.stdout)),
        _ => Audit::NotDone(said(&output.stderr)),
    })
}

impl fmt::Display for Audit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Clean => formatter.write_str("clean"),
            Self::Findings(said) => write!(formatter, "FINDINGS\n{said}"),
            Self::NotDone(said) => write!(formatter, "not done: {said}"),
        }
    }
}
