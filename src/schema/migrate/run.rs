//! One run of `migrate`: the transaction, step by step.

use super::{
    AppliedMigration, History, MigrateError, MigrateOptions, Progress, Report, Source,
    bookkeeping::{self, record_code, record_migration},
    source::{Migration, Script},
};
use crate::db::connection::DedicatedConnection;

/// The number of the advisory lock that lets only one run at a time change a database: "tallymig" in bytes.
const LOCK: i64 = i64::from_be_bytes(*b"tallymig");

/// Settings that a migration needs, whatever the role, the database or the server sets.
///
/// Names in `sql/` are qualified. With this search path, a name that is not fails. `pg_temp` comes last.
const BEGIN: &str = "\
    BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
    SET LOCAL statement_timeout = 0;
    SET LOCAL lock_timeout = 0;
    SET LOCAL idle_in_transaction_session_timeout = 0;
    SELECT pg_catalog.set_config(name, '0', true) FROM pg_catalog.pg_settings WHERE name = 'transaction_timeout';
    SET LOCAL search_path = pg_catalog, pg_temp;
    SET LOCAL TIME ZONE 'UTC';
    SET LOCAL check_function_bodies = on;
    SET LOCAL client_min_messages = notice;";

/// The schema must exist before the owner can fill it, and only the migrating role may create it.
const BOOKKEEPING_SCHEMA: &str = "\
    DO $$
    BEGIN
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = 'tallystick_migrate') THEN
            CREATE SCHEMA tallystick_migrate AUTHORIZATION tallystick_owner;
        END IF;
    END
    $$;";

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
        let code_changed = history.code_sha256.as_deref() != Some(code_sha256.as_str());
        let apply_code = code_changed || self.options.reapply || !pending.is_empty();
        if apply_code {
            self.apply(source, pending, &code_sha256).await?;
        }
        self.execute("commit", "COMMIT").await?;
        Ok(Report {
            applied: pending
                .iter()
                .map(|one| AppliedMigration { version: one.version, name: one.name.clone() })
                .collect(),
            code_applied: apply_code,
            version: source.migrations.last().map_or(0, |last| last.version),
        })
    }

    /// Read under the lock, so it stays true until this run commits.
    async fn history(&mut self) -> Result<History, MigrateError> {
        let failed = |error| MigrateError::Database { doing: "read schema tallystick_migrate", error };
        let client = self.connection.client();
        if History::exists(client).await.map_err(failed)? {
            History::read(client).await.map_err(failed)
        } else {
            Ok(History::default())
        }
    }

    async fn lock(&mut self) -> Result<(), MigrateError> {
        let doing = "take the migration lock";
        let failed = |error| MigrateError::Database { doing, error };
        let attempt = "SELECT pg_catalog.pg_try_advisory_xact_lock($1)";
        let row = self.connection.client().query_one(attempt, &[&LOCK]).await.map_err(failed)?;
        if !row.try_get::<_, bool>(0).map_err(failed)? {
            (self.progress)(Progress::WaitingForAnotherRun);
            let wait = "SELECT pg_catalog.pg_advisory_xact_lock($1)";
            self.connection.client().execute(wait, &[&LOCK]).await.map_err(failed)?;
        }
        // From here on, this run may block requests.
        let limit = format!("SET LOCAL lock_timeout = {}", self.options.lock_timeout.as_millis());
        self.execute(doing, &limit).await
    }

    async fn apply(&mut self, source: &Source, pending: &[Migration], code_sha256: &str) -> Result<(), MigrateError> {
        self.script(&source.roles).await?;
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
        for script in &source.code {
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
