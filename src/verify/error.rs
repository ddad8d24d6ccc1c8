//! Why a verification proved nothing. The exit status is then 2, which differs from "no finding".

use tokio_postgres::error::SqlState;

use crate::db::connection::{ConnectError, explain};

/// Why nothing was proven.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// No connection.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// tallystick is not installed in this database.
    #[error("tallystick is not installed in database {database}; run `tallystick migrate`")]
    NotInstalled {
        /// The database.
        database: String,
    },
    /// Something else stands where a table should, and reading it would run somebody's code with the role's rights.
    #[error("{name} is no table; nothing was read")]
    NoTable {
        /// The relation, with its schema.
        name: String,
    },
    /// The role does not see every row, so finding nothing would prove nothing.
    #[error(
        "role {role} cannot verify, because it does not see every row ({reason}). Use the role that migrates, another member \
         of tallystick_auditor, or a superuser; set TALLYSTICK_MIGRATE_DATABASE_URL"
    )]
    CannotSee {
        /// The role.
        role: String,
        /// PostgreSQL's words.
        reason: String,
    },
    /// The database stopped answering.
    #[error("cannot {doing}: {}", explain(.cause))]
    Database {
        /// What was being done.
        doing: String,
        /// The driver's error.
        cause: tokio_postgres::Error,
    },
    /// Proofs that somebody kept cannot be read.
    #[error("{0}")]
    Proofs(String),
    /// The SQL in this program is not in order.
    #[error("{0}")]
    Source(String),
}

/// What a failed statement means.
pub(super) enum Meaning {
    /// The check cannot run, because the database is damaged.
    Damage,
    /// The role may not see what the check needs.
    CannotSee,
    /// Something else ended the verification.
    Unproven,
}

impl VerifyError {
    pub(super) fn failed(doing: impl Into<String>, cause: tokio_postgres::Error) -> Self {
        Self::Database { doing: doing.into(), cause }
    }
}

/// Whether the role was denied something.
pub(super) fn is_denied(error: &tokio_postgres::Error) -> bool {
    error.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE)
}

/// A missing or mistyped table, column or function is damage, and so is an impossible value or an unreadable page.
/// A lost connection, a time limit, a full disk and a conflict on a standby are not.
pub(super) fn meaning(error: &tokio_postgres::Error) -> Meaning {
    let Some(state) = error.code() else { return Meaning::Unproven };
    if is_denied(error) {
        return Meaning::CannotSee;
    }
    match state.code().get(..2) {
        // Undefined or mistyped objects; impossible values; damaged pages and indexes.
        Some("42" | "22" | "XX") => Meaning::Damage,
        _ => Meaning::Unproven,
    }
}
