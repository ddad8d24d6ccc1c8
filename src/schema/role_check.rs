//! Refuses to serve a database that does not fit this program, or with a role that could bypass the rules.
//!
//! The database holds its rules against the server, too. That is worth nothing if the rules do not bind the server's role. So
//! `serve` checks the role once, at its start, and does not start if there is a finding.

use std::{borrow::Cow, fmt};

use postgres_url::ConnectionUrl;
use tokio_postgres::{Client, error::SqlState};

use super::migrate::{History, HistoryError, Source};
use crate::db::connection::{ConnectError, connect, explain};

const FINDINGS: &str = include_str!("../../sql/queries/role_check.sql");
const FOREIGN_OWNER: &str = include_str!("../../sql/queries/foreign_owner.sql");

/// Why the server must not run on this database with this role.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// No connection.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The checks themselves failed.
    #[error("cannot examine the database: {}", explain(.0))]
    Query(tokio_postgres::Error),
    /// tallystick was never installed here.
    #[error("tallystick is not installed in database {database}; run `tallystick migrate`")]
    NotInstalled {
        /// The database.
        database: String,
    },
    /// Migrations are missing.
    #[error("the database lacks {} (of {total}); run `tallystick migrate`", count(*.pending, "migration"))]
    Behind {
        /// How many.
        pending: usize,
        /// How many this program has.
        total: usize,
    },
    /// The functions, views, policies or grants are those of another release.
    #[error(
        "the database's functions, views, policies and grants are not those of this tallystick; run `tallystick \
         migrate` with the release that is to serve"
    )]
    OtherCode,
    /// Something of ours belongs to another role. A function of a superuser would bypass row level security.
    #[error(
        "{object} belongs to {owner}, and not to tallystick_owner: the database was restored without its owners, or changed \
         by hand; run `tallystick migrate`"
    )]
    ForeignOwner {
        /// What.
        object: String,
        /// Whose it is.
        owner: String,
    },
    /// The role is in `tallystick_app`, and that role's privileges are gone.
    #[error(
        "the server's role may not read schema tallystick_migrate: the database was restored without its privileges, or \
         changed by hand; run `tallystick migrate`"
    )]
    Unreadable,
    /// The database has migrations that this program does not know, or lacks some that it should have.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// The role could bypass the rules, or cannot do its work.
    #[error(transparent)]
    UnfitRole(#[from] UnfitRole),
}

impl From<tokio_postgres::Error> for Refusal {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Query(error)
    }
}

/// A role and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnfitRole {
    /// The role.
    pub role: String,
    /// Each continues a sentence that starts with the role: "has INSERT on tallystick.orders".
    pub findings: Vec<String>,
}

impl std::error::Error for UnfitRole {}

impl fmt::Display for UnfitRole {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "the server must not connect as role {}, because it", identifier(&self.role))?;
        for finding in &self.findings {
            writeln!(formatter, "  - {finding}")?;
        }
        write!(
            formatter,
            "Make a role that the rules bind, as the database's owner, and put it into DATABASE_URL:\n  \
             CREATE ROLE tallystick_server LOGIN PASSWORD '…' IN ROLE tallystick_app;"
        )
    }
}

fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

fn identifier(name: &str) -> Cow<'_, str> {
    if name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    {
        Cow::Borrowed(name)
    } else {
        Cow::Owned(format!("\"{}\"", name.replace('"', "\"\"")))
    }
}

/// Connects as the server would. Fails if the server must not use this database or this role.
pub async fn check(url: &ConnectionUrl, source: &Source) -> Result<(), Refusal> {
    let connection = connect(url).await?;
    let client = connection.client();
    // The order matters: before the installation no role is fit, and an unfit role may not be able to read the bookkeeping.
    if !History::exists(client).await? {
        let database = client.query_one("SELECT pg_catalog.current_database()::text", &[]).await?.try_get(0)?;
        return Err(Refusal::NotInstalled { database });
    }
    check_role(client).await?;
    check_schema(client, source).await
}

/// Fails unless the connected role can do only what tallystick grants it.
pub async fn check_role(client: &Client) -> Result<(), Refusal> {
    let findings: Vec<String> =
        client.query(FINDINGS, &[]).await?.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
    if findings.is_empty() {
        return Ok(());
    }
    let role = client.query_one("SELECT session_user::text", &[]).await?.try_get(0)?;
    Err(UnfitRole { role, findings }.into())
}

/// Fails unless the installed schema is the one that `source` makes. The role must be able to read `tallystick_migrate`.
pub async fn check_schema(client: &Client, source: &Source) -> Result<(), Refusal> {
    let history = match History::read(client).await {
        Err(error) if error.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) => return Err(Refusal::Unreadable),
        history => history?,
    };
    let pending = history.pending(source)?.len();
    if pending > 0 {
        return Err(Refusal::Behind { pending, total: source.migrations.len() });
    }
    if history.code_sha256.as_deref() != Some(source.code_sha256().as_str()) {
        return Err(Refusal::OtherCode);
    }
    match client.query_opt(FOREIGN_OWNER, &[]).await? {
        Some(row) => Err(Refusal::ForeignOwner { object: row.try_get(0)?, owner: row.try_get(1)? }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_lists_every_finding_and_how_to_make_a_good_role() {
        let unfit = UnfitRole { role: "Shop".to_owned(), findings: vec!["is a superuser".to_owned(), "x".to_owned()] };
        assert_eq!(
            unfit.to_string(),
            "the server must not connect as role \"Shop\", because it\n  - is a superuser\n  - x\n\
             Make a role that the rules bind, as the database's owner, and put it into DATABASE_URL:\n  \
             CREATE ROLE tallystick_server LOGIN PASSWORD '…' IN ROLE tallystick_app;"
        );
    }
}
