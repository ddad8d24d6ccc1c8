//! What a run stands on: a PostgreSQL of its own in a temporary folder, durable as in production, and databases in it.

use std::{
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use anyhow::{Context, ensure};
use tallystick::{
    auth::api_key::GeneratedKey,
    db::{
        connect::{Session, connect},
        migrate::{MigrateOptions, embedded, migrate},
    },
    domain::{ApiKeyId, BusinessId},
    local_postgres::{Lifetime, LocalPostgres, LocalPostgresOptions, SUPERUSER},
};
use tempfile::TempDir;

use crate::{
    ids::{BUSINESSES, CUSTOMERS, Id, PRODUCTS},
    load::Shop,
};

const SERVER_ROLE: &str = "tallystick_server";

const IDS: &str = include_str!("../sql/ids.sql");
const SHOP: &str = include_str!("../sql/shop.sql");
const HISTORY: &str = include_str!("../sql/history.sql");

/// The running PostgreSQL.
pub struct Bed {
    postgres: LocalPostgres,
    maintenance: Session,
    folder: TempDir,
    files: AtomicU32,
}

/// One database with our schema in it.
pub struct Database {
    /// As the server connects.
    pub server_url: String,
    /// As a superuser connects.
    pub owner_url: String,
    /// A key for each business, once there are any.
    pub api_keys: Arc<[String]>,
    session: Session,
}

impl Bed {
    /// Starts PostgreSQL with its default settings, but for room for all sessions.
    pub async fn start(bin_dir: Option<PathBuf>) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("tallystick-bench-").tempdir()?;
        // PostgreSQL does not run as root and must be able to get in.
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755))?;
        let options = LocalPostgresOptions {
            bin_dir,
            lifetime: Lifetime::Temporary,
            // Statistics are made when this program says so, and not in the middle of a measurement.
            settings: [("max_connections", "200"), ("autovacuum", "off")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .to_vec(),
            ..LocalPostgresOptions::new(folder.path().join("postgres"))
        };
        let postgres = LocalPostgres::start(options, &|_| {}).await?;
        let maintenance = connect(&postgres.url(SUPERUSER, "postgres").parse()?).await?;
        Ok(Self { postgres, maintenance, folder, files: AtomicU32::new(0) })
    }

    /// A new database with the schema, and nothing in it.
    pub async fn database(&self, name: &str) -> anyhow::Result<Database> {
        self.maintenance.client().batch_execute(&format!("CREATE DATABASE {name}")).await?;
        let owner_url = self.postgres.url(SUPERUSER, name);
        migrate(&owner_url.parse()?, &embedded::source()?, MigrateOptions::default(), &mut |_| {}).await?;
        let session = connect(&owner_url.parse()?).await?;
        let client = session.client();
        if client.query("SELECT FROM pg_roles WHERE rolname = $1", &[&SERVER_ROLE]).await?.is_empty() {
            client.batch_execute(&format!("CREATE ROLE {SERVER_ROLE} LOGIN IN ROLE tallystick_app")).await?;
        }
        client.batch_execute(IDS).await?;
        Ok(Database { server_url: self.postgres.url(SERVER_ROLE, name), owner_url, api_keys: Arc::default(), session })
    }

    /// Writes everything down now, so that it is not done during a measurement.
    pub async fn checkpoint(&self) -> anyhow::Result<()> {
        Ok(self.maintenance.client().batch_execute("CHECKPOINT").await?)
    }

    /// PostgreSQL's version and the settings that its speed hangs on.
    pub async fn describe(&self) -> anyhow::Result<String> {
        let names = ["server_version", "fsync", "synchronous_commit", "shared_buffers"];
        let mut text = String::new();
        for name in names {
            let row = self.maintenance.client().query_one("SELECT current_setting($1)", &[&name]).await?;
            let value: String = row.try_get(0)?;
            let label = if name == "server_version" { "PostgreSQL" } else { name };
            text = format!("{text}{}{label} {value}", if text.is_empty() { "" } else { ", " });
        }
        Ok(text)
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

    /// Where to put a file that is needed until the run ends.
    pub fn new_file(&self, name: &str) -> PathBuf {
        let number = self.files.fetch_add(1, Ordering::Relaxed);
        self.folder.path().join(format!("{number}-{name}"))
    }

    /// Stops PostgreSQL and removes its data.
    pub async fn stop(self) -> anyhow::Result<()> {
        Ok(self.postgres.stop().await?)
    }
}

impl Database {
    /// Opens the shop, or what is missing of it.
    pub async fn open(&mut self, shop: Shop) -> anyhow::Result<()> {
        let range = |count: u64| format!("0, {}", count - 1);
        let sql = SHOP
            .replace("$businesses", &range(BUSINESSES))
            .replace("$customers", &range(shop.customers.min(CUSTOMERS)))
            .replace("$products", &range(shop.products.min(PRODUCTS)));
        self.in_one_transaction(&sql).await.context("cannot open the shop")?;
        if self.api_keys.is_empty() {
            self.make_api_keys().await?;
        }
        Ok(())
    }

    async fn make_api_keys(&mut self) -> anyhow::Result<()> {
        let mut api_keys = Vec::new();
        for number in 0..BUSINESSES {
            let business_id: BusinessId = Id::business(number).to_string().parse()?;
            let key = GeneratedKey::generate(business_id)?;
            let statement = "SELECT f.outcome FROM set_config('app.business_id', $1, true) AS context, LATERAL
                tallystick.api_key_create(context::uuid, $2, 'bench', $3, $4, ARRAY['read', 'write'], NULL) AS f";
            let row = self
                .session
                .client()
                .query_one(
                    statement,
                    &[&business_id.to_string(), &ApiKeyId::new().uuid(), &key.prefix, &key.hash.as_slice()],
                )
                .await?;
            let outcome: String = row.try_get(0)?;
            ensure!(outcome == "created", "an API key was not created: {outcome}");
            api_keys.push(key.plain);
        }
        self.api_keys = api_keys.into();
        Ok(())
    }

    /// Gives business 0 a customer with so many ledger entries.
    pub async fn add_history(&self, customer: u64, entries: u64) -> anyhow::Result<()> {
        let sql = HISTORY.replace("$customer", &customer.to_string()).replace("$entries", &entries.to_string());
        let sql = format!("SET LOCAL session_replication_role = replica; {sql}");
        self.in_one_transaction(&sql).await.with_context(|| format!("cannot make a history of {entries} entries"))
    }

    /// Makes statistics, as autovacuum does after a while.
    pub async fn analyse(&self) -> anyhow::Result<()> {
        Ok(self.session.client().batch_execute("ANALYZE").await?)
    }

    /// Tidies up and makes statistics, as autovacuum has done in a database that has been in use for long.
    pub async fn vacuum(&self) -> anyhow::Result<()> {
        Ok(self.session.client().batch_execute("VACUUM (ANALYZE)").await?)
    }

    async fn in_one_transaction(&self, sql: &str) -> anyhow::Result<()> {
        Ok(self.session.client().batch_execute(&format!("BEGIN; {sql}; COMMIT")).await?)
    }
}
