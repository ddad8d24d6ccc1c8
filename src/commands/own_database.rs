//! The database of `serve` and `demo` if the settings name none: a PostgreSQL that this program starts, with the schema and
//! the server's role in it.

use std::path::{Path, PathBuf};

use anyhow::Context;
use postgres_url::ConnectionUrl;

use super::migrate::say_once;
use crate::{
    config::ServeArgs,
    db::connection::connect,
    local_postgres::{Lifetime, LocalPostgres, LocalPostgresOptions, PROGRAM, SUPERUSER},
    schema::migrate::{MigrateOptions, embedded, migrate},
};

const DATABASE: &str = "tallystick";
const SERVER_ROLE: &str = "tallystick_server";

/// A PostgreSQL that this program started, with the schema and the server's role in it.
pub(super) struct OwnDatabase {
    postgres: LocalPostgres,
    data_dir: PathBuf,
}

impl OwnDatabase {
    /// Starts PostgreSQL on a data folder that is kept, and brings the schema up to this program. Unless the settings name a
    /// folder, it is called `name` and lies where services or users keep their data.
    pub(super) async fn start(args: &ServeArgs, name: &str) -> anyhow::Result<Self> {
        let data_dir = data_dir(args.database.data_dir.as_deref(), name)?;
        let options = LocalPostgresOptions {
            bin_dir: args.database.postgres_bin.clone(),
            lifetime: Lifetime::WithParent,
            settings: vec![("max_connections".to_owned(), (args.database.pool_size + 22).max(100).to_string())],
            ..LocalPostgresOptions::new(PROGRAM, &data_dir)
        };
        let postgres = LocalPostgres::start(options, &|step| eprintln!("{step}")).await?;
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
        migrate(&self.owner_url().parse()?, &embedded::source()?, MigrateOptions::default(), &mut say_once()).await?;
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

/// The data folder: the one that the settings name, or else one where a service (as root) or a user keeps data.
fn data_dir(told: Option<&Path>, name: &str) -> anyhow::Result<PathBuf> {
    if let Some(told) = told {
        return Ok(told.to_owned());
    }
    if nix::unistd::Uid::effective().is_root() {
        return Ok(Path::new("/var/lib").join(name));
    }
    let folder = |variable| std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from);
    let parent = folder("XDG_DATA_HOME").or_else(|| Some(folder("HOME")?.join(".local/share")));
    Ok(parent.context("set TALLYSTICK_DATA_DIR: there is no home folder to keep data in")?.join(name))
}
