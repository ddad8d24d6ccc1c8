//! The PostgreSQL of a run: in a temporary folder, durable as in production.

use std::{
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
};

use tallystick::{
    db::connection::{DedicatedConnection, connect},
    local_postgres::{Lifetime, LocalPostgres, LocalPostgresOptions, PROGRAM, SUPERUSER},
};
use tempfile::TempDir;

use crate::{
    database::{Database, SERVER_ROLE},
    program::Program,
};

const IDS: &str = include_str!("../sql/ids.sql");

/// The running PostgreSQL.
pub struct Bed {
    postgres: LocalPostgres,
    maintenance: DedicatedConnection,
    folder: TempDir,
    files: AtomicU32,
}

impl Bed {
    /// Starts PostgreSQL with its default settings, except for the number of sessions and autovacuum.
    pub async fn start(bin_dir: Option<PathBuf>) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("tallystick-bench-").tempdir()?;
        // PostgreSQL does not run as root, so another user must be able to enter the folder.
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755))?;
        let options = LocalPostgresOptions {
            bin_dir,
            lifetime: Lifetime::Temporary,
            // This program makes the planner's statistics itself, so that it does not happen during a measurement.
            settings: [("max_connections", "200"), ("autovacuum", "off")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .to_vec(),
            ..LocalPostgresOptions::new(PROGRAM, folder.path().join("postgres"))
        };
        let postgres = LocalPostgres::start(options, &|_| {}).await?;
        let maintenance = connect(&postgres.url(SUPERUSER, "postgres").parse()?).await?;
        Ok(Self { postgres, maintenance, folder, files: AtomicU32::new(0) })
    }

    /// A new database with nothing in it but the schema, which `program` installs.
    pub async fn database(&self, name: &str, program: &Program) -> anyhow::Result<Database> {
        self.maintenance.client().batch_execute(&format!("CREATE DATABASE {name}")).await?;
        let owner_url = self.postgres.url(SUPERUSER, name);
        program.migrate(&owner_url).await?;
        let session = connect(&owner_url.parse()?).await?;
        let client = session.client();
        if client.query("SELECT FROM pg_roles WHERE rolname = $1", &[&SERVER_ROLE]).await?.is_empty() {
            client.batch_execute(&format!("CREATE ROLE {SERVER_ROLE} LOGIN IN ROLE tallystick_app")).await?;
        }
        client.batch_execute(IDS).await?;
        Database::new(program.clone(), self.postgres.url(SERVER_ROLE, name), owner_url, session).await
    }

    /// Makes a checkpoint now, so that PostgreSQL does not make one during a measurement.
    pub async fn checkpoint(&self) -> anyhow::Result<()> {
        Ok(self.maintenance.client().batch_execute("CHECKPOINT").await?)
    }

    /// A setting of PostgreSQL's.
    pub async fn setting(&self, name: &str) -> anyhow::Result<String> {
        Ok(self.maintenance.client().query_one("SELECT current_setting($1)", &[&name]).await?.try_get(0)?)
    }

    /// Now, in UTC.
    pub async fn now(&self) -> anyhow::Result<String> {
        let text = "SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI \"UTC\"')";
        Ok(self.maintenance.client().query_one(text, &[]).await?.try_get(0)?)
    }

    /// The postmaster's process id.
    pub fn postmaster(&self) -> u32 {
        self.postgres.pid()
    }

    /// pgbench, beside PostgreSQL's own programs or else in `PATH`.
    pub fn pgbench(&self) -> PathBuf {
        let beside = self.postgres.bin_dir().join("pgbench");
        if beside.is_file() { beside } else { PathBuf::from("pgbench") }
    }

    /// The path of a new file, which is removed when the run ends.
    pub fn new_file(&self, name: &str) -> PathBuf {
        let number = self.files.fetch_add(1, Ordering::Relaxed);
        self.folder.path().join(format!("{number}-{name}"))
    }

    /// Stops PostgreSQL and removes its data.
    pub async fn stop(self) -> anyhow::Result<()> {
        Ok(self.postgres.stop().await?)
    }
}
