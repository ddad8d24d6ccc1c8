//! Refuses to serve a database that does not fit this program, or with a role that could bypass the rules.
//!
//! The rules are held by the database against the server too; that is worth nothing if the server logs in as somebody
//! the rules do not bind. So `serve` asks once, at start, and does not start on any finding.

use std::{borrow::Cow, fmt};

use postgres_url::ConnectionUrl;
use tokio_postgres::Client;

use super::{
    connect::{ConnectError, connect, explain},
    migrate::{HistoryError, Recorded, Source},
};

const FINDINGS: &str = include_str!("../../sql/queries/role_check.sql");

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
    /// The database went where this program cannot follow.
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
    /// Each reads on from the role's name: "has INSERT on tallystick.orders".
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

/// Connects as the server would, and says why it must not, if it must not.
pub async fn check(url: &ConnectionUrl, source: &Source) -> Result<(), Refusal> {
    let session = connect(url).await?;
    let client = session.client();
    // In this order: before the installation no role is fit, and an unfit role may not be able to read the bookkeeping.
    if !Recorded::exists(client).await? {
        let database = client.query_one("SELECT pg_catalog.current_database()::text", &[]).await?.try_get(0)?;
        return Err(Refusal::NotInstalled { database });
    }
    check_role(client).await?;
    check_schema(client, source).await
}

/// Whether the connected role can do nothing but what tallystick grants it.
pub async fn check_role(client: &Client) -> Result<(), Refusal> {
    let findings: Vec<String> =
        client.query(FINDINGS, &[]).await?.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
    if findings.is_empty() {
        return Ok(());
    }
    let role = client.query_one("SELECT session_user::text", &[]).await?.try_get(0)?;
    Err(UnfitRole { role, findings }.into())
}

/// Whether the installed schema is the one that `source` makes. The role must be able to read `tallystick_migrate`.
pub async fn check_schema(client: &Client, source: &Source) -> Result<(), Refusal> {
    let recorded = Recorded::read(client).await?;
    let pending = recorded.pending(source)?.len();
    if pending > 0 {
        return Err(Refusal::Behind { pending, total: source.migrations.len() });
    }
    if recorded.code_sha256.as_deref() != Some(source.code_sha256().as_str()) {
        return Err(Refusal::OtherCode);
    }
    Ok(())
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
