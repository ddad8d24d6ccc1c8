//! Why a migration did not happen. In every case the database is as it was before.

use std::{fmt::Write as _, time::Duration};

use tokio_postgres::error::{ErrorPosition, SqlState};

use super::{Difference, HistoryError, source::Script};
use crate::db::connection::{ConnectError, explain_fully};

/// Why the database was left as it was.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// No connection.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The database's history differs from this program's.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// Other sessions held a lock for too long.
    #[error(
        "sql/{path}: another session held a lock for more than {waited:?}; nothing was changed. Run it again, at a \
         quieter time or with a longer lock timeout"
    )]
    LockTimeout {
        /// The file that needed the lock.
        path: String,
        /// How long it was waited for.
        waited: Duration,
    },
    /// Another session holds the lock that only one run has at a time.
    #[error(
        "another session has held the migration lock for more than {waited:?}: {holders}; nothing was changed. If it is no \
         running `tallystick migrate`, end it with pg_terminate_backend(), and migrate again"
    )]
    NoTurn {
        /// Who: process, role, program and since when.
        holders: String,
        /// How long it was waited for.
        waited: Duration,
    },
    /// Tables without a record of the migrations that made them.
    #[error(
        "schema tallystick has tables, but schema tallystick_migrate does not say which migrations made them; nothing was \
         changed. If the database was restored, restore schema tallystick_migrate from the same backup, with its rows, and \
         migrate again"
    )]
    NoHistory,
    /// The bookkeeping says that tables, columns or types were made, and they are not there.
    #[error(
        "the database lacks what its own migrations made:{}\nIt was not restored completely, and nothing was changed. Read \
         the messages of the restore, and restore the whole backup into a new database", list(.0)
    )]
    Incomplete(Vec<Difference>),
    /// PostgreSQL refused a statement of a file.
    #[error("sql/{path}{}: {message}", .line.map(|line| format!(":{line}")).unwrap_or_default())]
    Script {
        /// The file.
        path: String,
        /// The line, where PostgreSQL says so.
        line: Option<usize>,
        /// PostgreSQL's words, and what to do about it.
        message: String,
        /// The driver's error.
        error: tokio_postgres::Error,
    },
    /// A file ended the transaction or changed the role, which would leave the rest without protection.
    #[error("sql/{path} ended the transaction or changed the role; no file may do either")]
    EscapedTransaction {
        /// The file.
        path: String,
    },
    /// A statement between the files failed.
    #[error("cannot {doing}: {}", advise(.error))]
    Database {
        /// What was being done.
        doing: &'static str,
        /// The driver's error.
        error: tokio_postgres::Error,
    },
}

impl MigrateError {
    /// Whether PostgreSQL ended the run because of a deadlock with requests. Another try may succeed.
    pub(super) fn is_deadlock(&self) -> bool {
        match self {
            Self::Script { error, .. } | Self::Database { error, .. } => {
                error.code() == Some(&SqlState::T_R_DEADLOCK_DETECTED)
            }
            _ => false,
        }
    }

    /// What a failure of `script` means.
    pub(super) fn of_script(script: &Script, lock_timeout: Duration, error: tokio_postgres::Error) -> Self {
        let path = script.path.to_string();
        match error.code() {
            Some(code) if *code == SqlState::LOCK_NOT_AVAILABLE => Self::LockTimeout { path, waited: lock_timeout },
            _ => Self::Script { path, line: line_of(script, &error), message: advise(&error), error },
        }
    }
}

fn list(differences: &[Difference]) -> String {
    let mut text = String::new();
    for one in differences {
        // Writing to a String cannot fail.
        _ = write!(text, "\n  - {one}");
    }
    text
}

/// What PostgreSQL said. If a privilege was missing, also who may migrate.
fn advise(error: &tokio_postgres::Error) -> String {
    let mut message = explain_fully(error);
    if error.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) {
        message.push_str(
            "\n  hint: migrate as a superuser, or as the database's owner with CREATEROLE; set \
             TALLYSTICK_MIGRATE_DATABASE_URL",
        );
    }
    message
}

/// PostgreSQL counts characters from 1 in the whole text that was sent.
fn line_of(script: &Script, error: &tokio_postgres::Error) -> Option<usize> {
    match error.as_db_error()?.position()? {
        ErrorPosition::Original(position) => Some(line_at(&script.sql, usize::try_from(*position).ok()?)),
        ErrorPosition::Internal { .. } => None,
    }
}

fn line_at(text: &str, position: usize) -> usize {
    1 + text.chars().take(position.saturating_sub(1)).filter(|character| *character == '\n').count()
}

#[cfg(test)]
mod tests {
    use super::line_at;

    #[test]
    fn a_position_in_characters_becomes_a_line() {
        let text = "SELECT 'é';\nSELEC 1;\n";
        assert_eq!(line_at(text, 1), 1);
        assert_eq!(line_at(text, 12), 1, "the line break belongs to the line that it ends");
        assert_eq!(line_at(text, 13), 2);
        assert_eq!(line_at(text, 1_000), 3);
    }
}
