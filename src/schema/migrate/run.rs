//! One run of `migrate`: the transaction, step by step.

use tokio_postgres::error::SqlState;

use super::{
    AppliedMigration, Difference, History, MigrateError, MigrateOptions, Progress, Report, Source,
    bookkeeping::{self, record_code, record_migration},
    condition,
    source::{Migration, Script},
};
use crate::db::connection::DedicatedConnection;

/// The number of the advisory lock that lets only one run at a time change a database: "tallymig" in bytes.
const LOCK: i64 = i64::from_be_bytes(*b"tallymig");

/// Settings that a migration needs, whatever the role, the database or the server sets.
///
/// Names in `sql/` are qualified. With this search path, a name that is not fails. `pg_temp` comes last.
///
/// Notices are left out: on a fresh database, PostgreSQL sends one for everything that does not exist and is skipped. A file
/// that has something to say raises a WARNING, or INFO, which every client gets.
const BEGIN: &str = "\
    BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
    SET LOCAL statement_timeout = 0;
    SET LOCAL lock_timeout = 0;
    SET LOCAL idle_in_transaction_session_timeout = 0;
    SELECT pg_catalog.set_config(name, '0', true) FROM pg_catalog.pg_settings WHERE name = 'transaction_timeout';
    SET LOCAL search_path = pg_catalog, pg_temp;
    SET LOCAL TIME ZONE 'UTC';
    SET LOCAL DateStyle = ISO;
    SET LOCAL quote_all_identifiers = off;
    SET LOCAL check_function_bodies = on;
    SET LOCAL client_min_messages = warning;";

/// The schema must exist before the owner can fill it, and only the migrating role may create it.
const BOOKKEEPING_SCHEMA: &str = "\
    DO $$
    BEGIN
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = 'tallystick_migrate') THEN
            CREATE SCHEMA tallystick_migrate AUTHORIZATION tallystick_owner;
        END IF;
    END
    $$;";

/// Gives back what a restore left to another role. Runs as the migrating role, each time.
const OWNERS: &str = include_str!("../../../sql/owners.sql");

/// Who holds the lock of the migrations. Any session may hold it, because everybody may take any advisory lock.
const HOLDERS: &str = "\
    SELECT pg_catalog.string_agg(pg_catalog.concat_ws(', ',
               coalesce('process ' || held.pid::text, 'a prepared transaction'),
               'role ' || session.usename,
               nullif(session.application_name, ''),
               'since ' || pg_catalog.date_trunc('second', session.state_change)::text), '; ' ORDER BY held.pid)
    FROM pg_catalog.pg_locks AS held
    LEFT JOIN pg_catalog.pg_stat_activity AS session ON session.pid = held.pid
    WHERE held.locktype = 'advisory' AND held.granted AND held.objsubid = 1
      AND held.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
      AND (held.classid::bigint << 32) | held.objid::bigint = $1";

/// Whether there is any table of ours.
const HAS_TABLES: &str = "\
    SELECT EXISTS (
        SELECT FROM pg_catalog.pg_class AS relation
        JOIN pg_catalog.pg_namespace AS schema ON schema.oid = relation.relnamespace
        WHERE schema.nspname = 'tallystick' AND relation.relkind IN ('r', 'p'))";

/// Takes every lock that requests could hold. Runs as `tallystick_owner`, each time.
const LOCKS: &str = include_str!("../../../sql/locks.sql");

pub(super) struct Run<'run> {
    connection: DedicatedConnection,
    options: MigrateOptions,
    progress: &'run mut (dyn FnMut(Progress<'_>) + Send),
}

/// The transaction and the role. No script may change either.
#[derive(PartialEq, Eq)]
struct Standing {
    transaction: String,
    role: String,
}

impl<'run> Run<'run> {
    pub(super) fn new(
        connection: DedicatedConnection,
        options: MigrateOptions,
        progress: &'run mut (dyn FnMut(Progress<'_>) + Send),
    ) -> Self {
        Self { connection, options, progress }
    }

    /// Every early return drops the connection, so PostgreSQL rolls back.
    pub(super) async fn to(mut self, source: &Source) -> Result<Report, MigrateError> {
        self.execute("begin", BEGIN).await?;
        self.lock().await?;
        let history = self.history().await?;
        let pending = history.pending(source)?;
        let code_sha256 = source.code_sha256();
        let is_behind = !pending.is_empty() || history.code_sha256.as_deref() != Some(code_sha256.as_str());
        // A database that is behind differs for that reason alone.
        let before = if is_behind { Vec::new() } else { self.examine(source).await? };
        let lost: Vec<_> = before.iter().filter(|one| one.is_lost_data()).cloned().collect();
        if !lost.is_empty() {
            return Err(MigrateError::Incomplete(lost));
        }
        let apply_code = is_behind || self.options.reapply || before.iter().any(Difference::is_mendable);
        if apply_code {
            self.apply(source, pending, &code_sha256).await?;
        }
        self.execute("commit", "COMMIT").await?;
        let left = if apply_code { self.examine_again(source).await? } else { before.clone() };
        Ok(Report {
            applied: pending
                .iter()
                .map(|one| AppliedMigration { version: one.version, name: one.name.clone() })
                .collect(),
            code_applied: apply_code,
            version: source.migrations.last().map_or(0, |last| last.version),
            mended: before.into_iter().filter(|one| !left.contains(one)).collect(),
            left,
        })
    }

    /// Read under the lock, so it stays true until this run commits.
    async fn history(&mut self) -> Result<History, MigrateError> {
        let failed = |error| MigrateError::Database { doing: "read schema tallystick_migrate", error };
        let client = self.connection.client();
        // roles.sql refuses a schema that somebody else prepared, and says whose it is.
        let is_there =
            History::exists(client).await.map_err(failed)? && History::is_ours(client).await.map_err(failed)?;
        let history = if is_there { History::read(client).await.map_err(failed)? } else { History::default() };
        // Otherwise the first migration would fail at the first table that is there already, and say no more than that.
        if history.migrations.is_empty() {
            let has_tables = client.query_one(HAS_TABLES, &[]).await.and_then(|row| row.try_get(0));
            if has_tables.map_err(failed)? {
                return Err(MigrateError::NoHistory);
            }
        }
        Ok(history)
    }

    async fn examine(&mut self, source: &Source) -> Result<Vec<Difference>, MigrateError> {
        let Some(catalogue) = source.catalogue else { return Ok(Vec::new()) };
        let failed = |error| MigrateError::Database { doing: "read the catalogue", error };
        condition::examine(self.connection.client(), catalogue).await.map_err(failed)
    }

    /// After the commit, so that requests do not wait for it.
    async fn examine_again(&mut self, source: &Source) -> Result<Vec<Difference>, MigrateError> {
        self.execute("begin", BEGIN).await?;
        let found = self.examine(source).await?;
        self.execute("end", "ROLLBACK").await?;
        Ok(found)
    }

    async fn lock(&mut self) -> Result<(), MigrateError> {
        let doing = "take the migration lock";
        let failed = |error| MigrateError::Database { doing, error };
        let attempt = "SELECT pg_catalog.pg_try_advisory_xact_lock($1)";
        let row = self.connection.client().query_one(attempt, &[&LOCK]).await.map_err(failed)?;
        if !row.try_get::<_, bool>(0).map_err(failed)? {
            self.wait_for_lock().await?;
        }
        // From here on, this run may block requests.
        let limit = format!("SET LOCAL lock_timeout = {}", self.options.lock_timeout.as_millis());
        self.execute(doing, &limit).await
    }

    async fn wait_for_lock(&mut self) -> Result<(), MigrateError> {
        let doing = "wait for the migration lock";
        let holders = self.holders().await?;
        (self.progress)(Progress::WaitingForAnotherRun { holders: &holders });
        let waited = self.options.turn_timeout;
        self.execute(doing, &format!("SET LOCAL lock_timeout = {}", waited.as_millis().max(1))).await?;
        let wait = "SELECT pg_catalog.pg_advisory_xact_lock($1)";
        match self.connection.client().execute(wait, &[&LOCK]).await {
            Ok(_) => Ok(()),
            Err(error) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => {
                // The failed transaction answers no question.
                self.execute(doing, "ROLLBACK").await?;
                Err(MigrateError::NoTurn { holders: self.holders().await?, waited })
            }
            Err(error) => Err(MigrateError::Database { doing, error }),
        }
    }

    async fn holders(&mut self) -> Result<String, MigrateError> {
        let failed = |error| MigrateError::Database { doing: "see who holds the migration lock", error };
        let row = self.connection.client().query_one(HOLDERS, &[&LOCK]).await.map_err(failed)?;
        let holders: Option<String> = row.try_get(0).map_err(failed)?;
        Ok(holders.unwrap_or_else(|| "a session that has just ended".to_owned()))
    }

    async fn apply(&mut self, source: &Source, pending: &[Migration], code_sha256: &str) -> Result<(), MigrateError> {
        self.script(&source.roles).await?;
        self.script(&Script::new("owners.sql", OWNERS)).await?;
        self.execute("create schema tallystick_migrate", BOOKKEEPING_SCHEMA).await?;
        self.execute("become tallystick_owner", "SET LOCAL ROLE tallystick_owner").await?;
        self.script(&Script::new("bookkeeping.sql", bookkeeping::TABLES)).await?;
        self.script(&Script::new("locks.sql", LOCKS)).await?;
        for migration in pending {
            self.script(&migration.script).await?;
            record_migration(self.connection.client(), migration)
                .await
                .map_err(|error| MigrateError::Database { doing: "record a migration", error })?;
        }
        for script in source.tables().iter().chain(&source.code) {
            self.script(script).await?;
        }
        record_code(self.connection.client(), code_sha256)
            .await
            .map_err(|error| MigrateError::Database { doing: "record the current code", error })?;
        self.execute("become the migrating role again", "RESET ROLE").await?;
        self.script(&source.database).await
    }

    async fn script(&mut self, script: &Script) -> Result<(), MigrateError> {
        (self.progress)(Progress::Applying { path: &script.path });
        let before = self.standing().await?;
        let result = self.connection.client().batch_execute(&script.sql).await;
        for notice in self.connection.take_notices() {
            (self.progress)(Progress::Notice { path: &script.path, notice: &notice });
        }
        result.map_err(|error| MigrateError::of_script(script, self.options.lock_timeout, error))?;
        if self.standing().await? == before {
            Ok(())
        } else {
            Err(MigrateError::EscapedTransaction { path: script.path.to_string() })
        }
    }

    async fn standing(&mut self) -> Result<Standing, MigrateError> {
        let failed = |error| MigrateError::Database { doing: "check the transaction", error };
        let query = "SELECT pg_catalog.pg_current_xact_id()::text, current_user::text";
        let row = self.connection.client().query_one(query, &[]).await.map_err(failed)?;
        Ok(Standing { transaction: row.try_get(0).map_err(failed)?, role: row.try_get(1).map_err(failed)? })
    }

    async fn execute(&mut self, doing: &'static str, sql: &str) -> Result<(), MigrateError> {
        self.connection.client().batch_execute(sql).await.map_err(|error| MigrateError::Database { doing, error })
    }
}
