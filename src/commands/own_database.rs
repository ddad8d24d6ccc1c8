//! The embedded database: a PostgreSQL that this program starts, with the schema and the server's role in it.
//!
//! `serve` and `demo` start it with [`OwnDatabase`]. The other commands reach whatever database they are told with [`Target`].

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use postgres_url::ConnectionUrl;

use super::migrate::say_once;
use crate::{
    cli::{OwnerDatabase, ServerDatabase},
    config::{EmbeddedArgs, Place, ServeArgs, connection_url},
    db::connection::connect,
    local_postgres::{self, Lifetime, LocalPostgres, LocalPostgresOptions, PROGRAM, RunningPostgres, SUPERUSER},
    schema::migrate::{MigrateOptions, embedded, migrate},
};

const DATABASE: &str = "tallystick";
const SERVER_ROLE: &str = "tallystick_server";

/// The name of the data folder of `serve`, where no setting names one.
pub(super) const FOLDER: &str = "tallystick";

/// A PostgreSQL that this program started, with the schema and the server's role in it.
pub(super) struct OwnDatabase {
    postgres: LocalPostgres,
    data_dir: PathBuf,
}

impl OwnDatabase {
    /// Starts PostgreSQL on a data folder that is kept, and brings the schema up to this program. Unless the settings name a
    /// folder, it is called `name` and lies where services or users keep their data.
    pub(super) async fn start(args: &ServeArgs, name: &str) -> anyhow::Result<Self> {
        let embedded = &args.database.embedded;
        let data_dir = embedded.folder(name)?;
        let max_connections = (args.database.pool_size + 22).max(100);
        let postgres = LocalPostgres::start(options(embedded, &data_dir, max_connections)?, &say).await?;
        let own = Self { postgres, data_dir };
        own.prepare().await?;
        Ok(own)
    }

    async fn prepare(&self) -> anyhow::Result<()> {
        let maintenance = connect(&self.postgres.url(SUPERUSER, "postgres").parse()?).await?;
        let client = maintenance.client();
        if client.query("SELECT FROM pg_database WHERE datname = $1", &[&DATABASE]).await?.is_empty() {
            client.batch_execute(&format!("CREATE DATABASE {DATABASE}")).await?;
        }
        migrate(&self.owner_url().parse()?, &embedded::source()?, MigrateOptions::default(), &mut say_once())
            .await
            .with_context(|| format!("the data folder {}", self.data_dir.display()))?;
        if client.query("SELECT FROM pg_roles WHERE rolname = $1", &[&SERVER_ROLE]).await?.is_empty() {
            client.batch_execute(&format!("CREATE ROLE {SERVER_ROLE} LOGIN IN ROLE tallystick_app")).await?;
        }
        Ok(())
    }

    /// The folder that everything is kept in.
    pub(super) fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// As the role that the server uses.
    pub(super) fn server_url(&self) -> anyhow::Result<ConnectionUrl> {
        Ok(self.postgres.url(SERVER_ROLE, DATABASE).parse()?)
    }

    /// As the superuser, for `migrate` and `verify`.
    pub(super) fn owner_url(&self) -> String {
        self.postgres.url(SUPERUSER, DATABASE)
    }

    /// Stops PostgreSQL; the data stays.
    pub(super) async fn stop(self) -> anyhow::Result<()> {
        eprintln!("stopping PostgreSQL");
        Ok(self.postgres.stop().await?)
    }
}

/// The database that a command works on. If it is the embedded one and does not run, it runs for as long as this value lives.
pub(super) struct Target {
    pub(super) url: ConnectionUrl,
    _postgres: Option<LocalPostgres>,
}

impl Target {
    /// With the owner's role.
    pub(super) async fn of_owner(database: &OwnerDatabase) -> anyhow::Result<Self> {
        Self::reach(database.place()?, &database.embedded, SUPERUSER).await
    }

    /// With the server's role.
    pub(super) async fn of_server(database: &ServerDatabase) -> anyhow::Result<Self> {
        Self::reach(database.place()?, &database.embedded, SERVER_ROLE).await
    }

    async fn reach(place: Place<'_>, embedded: &EmbeddedArgs, role: &str) -> anyhow::Result<Self> {
        if let Place::Url(url) = place {
            return Ok(Self { url: connection_url(url)?, _postgres: None });
        }
        let data_dir = embedded.folder(FOLDER)?;
        if let Some(running) = RunningPostgres::find(&data_dir, PROGRAM)? {
            return Ok(Self { url: running.url(role, DATABASE).parse()?, _postgres: None });
        }
        let postgres = LocalPostgres::start(options(embedded, &data_dir, 100)?, &say).await?;
        Ok(Self { url: postgres.url(role, DATABASE).parse()?, _postgres: Some(postgres) })
    }
}

/// What the operator sets counts more than what the machine's size suggests.
fn options(embedded: &EmbeddedArgs, data_dir: &Path, max_connections: u32) -> anyhow::Result<LocalPostgresOptions> {
    let mut settings = local_postgres::sized_settings(data_dir)?;
    settings.push(("max_connections".to_owned(), max_connections.to_string()));
    settings.extend(embedded.settings());
    Ok(LocalPostgresOptions {
        bin_dir: embedded.postgres_bin.clone(),
        lifetime: Lifetime::WithParent,
        settings,
        ..LocalPostgresOptions::new(PROGRAM, data_dir)
    })
}

fn say(step: &str) {
    eprintln!("{step}");
}
