//! `tallystick migrate`: brings a database to the state that this program needs, all or nothing.
//!
//! A run is one transaction under an advisory lock. It makes roles and schemas, and applies each missing migration once. If
//! anything changed, it applies all current code again. A run that fails leaves the database as it was. Of two runs at once,
//! the second finds nothing to do.
//!
//! If nothing is to be applied, a run compares the catalogue with that of a fresh install. So it notices a restored database,
//! or one that was changed by hand: it applies the current code again, and names what that does not mend.
//!
//! Migrations and code run as `tallystick_owner`, so everything belongs to that role, whichever role migrates.
//! `sql/README.md` describes what the SQL does.

mod bookkeeping;
mod condition;
pub mod embedded;
mod error;
mod run;
pub mod source;

use std::time::Duration;

use postgres_url::ConnectionUrl;
use serde::Serialize;

pub use self::{
    bookkeeping::{History, HistoryError, RecordedMigration},
    condition::{Difference, Kind},
    error::MigrateError,
    source::Source,
};
use crate::db::connection::{Notice, connect};

/// How often a run is tried if PostgreSQL ends it because of a deadlock with requests.
const MAX_ATTEMPTS: u32 = 5;

/// How to migrate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MigrateOptions {
    /// How long to wait for any one lock before everything is rolled back. While a migration waits for a table, every later
    /// query on that table waits behind it.
    pub lock_timeout: Duration,
    /// How long to wait for another run to end before this one gives up. Any session can take the lock that runs wait for, so
    /// without an end to it, anybody who may connect could keep the schema from ever being migrated.
    pub turn_timeout: Duration,
    /// Apply the current code again even if it is recorded as applied. This mends what was altered by hand.
    pub reapply: bool,
}

impl Default for MigrateOptions {
    fn default() -> Self {
        Self { lock_timeout: Duration::from_secs(10), turn_timeout: Duration::from_mins(5), reapply: false }
    }
}

/// What happens during a run, for the operator who waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress<'run> {
    /// Another run holds the lock. This run continues when that one ends.
    WaitingForAnotherRun {
        /// Who: process, role, program and since when.
        holders: &'run str,
    },
    /// A file is being applied.
    Applying {
        /// Its path below `sql/`.
        path: &'run str,
    },
    /// PostgreSQL sent a notice about the file.
    Notice {
        /// The file's path below `sql/`.
        path: &'run str,
        /// What it said.
        notice: &'run Notice,
    },
}

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The migrations that were applied, in order.
    pub applied: Vec<AppliedMigration>,
    /// Whether roles, functions, views, triggers, policies and grants were applied.
    pub code_applied: bool,
    /// The version that the schema has now; 0 when it has no migration at all.
    pub version: i32,
    /// In what the database differed from its own bookkeeping, and does no more: it had been restored, or changed by hand.
    pub mended: Vec<Difference>,
    /// In what it still differs from a fresh install.
    pub left: Vec<Difference>,
}

/// A migration that was applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AppliedMigration {
    /// Its number.
    pub version: i32,
    /// Its name.
    pub name: String,
}

impl Report {
    /// Whether the database was already as it should be.
    #[must_use]
    pub const fn nothing_to_do(&self) -> bool {
        self.applied.is_empty() && !self.code_applied
    }

    /// What a person has to mend: it is missing, or not as shipped. Something in addition is no failure of a migration, but for
    /// rights that it could not take back.
    pub fn to_be_done(&self) -> impl Iterator<Item = &Difference> {
        self.left.iter().filter(|one| one.kind != Kind::Extra || one.is_mendable())
    }
}

/// Brings the database at `url` up to `source`. The role must be a superuser, or have CREATEROLE and own the database.
///
/// `progress` is called between statements and must return soon, because locks are held.
/// If the future is dropped before it is ready, PostgreSQL rolls everything back.
pub async fn migrate(
    url: &ConnectionUrl,
    source: &Source,
    options: MigrateOptions,
    progress: &mut (dyn FnMut(Progress<'_>) + Send),
) -> Result<Report, MigrateError> {
    let mut attempts = 1;
    loop {
        let connection = connect(url).await?;
        match run::Run::new(connection, options, progress).to(source).await {
            Err(error) if error.is_deadlock() && attempts < MAX_ATTEMPTS => attempts += 1,
            result => return result,
        }
    }
}
