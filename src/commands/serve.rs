//! `tallystick serve`: the HTTP API, until it is told to stop.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

use crate::{
    app::App,
    config::ServeArgs,
    db::{
        Database,
        connection_url::ConnectionUrl,
        migrate::{MigrateOptions, Progress, embedded, migrate},
        role_check,
    },
    http::server::{self, Drained, ServerLimits},
    local_postgres::{Lifetime, LocalPostgres, LocalPostgresOptions, SUPERUSER},
};

/// The database of a PostgreSQL of our own, and the role that the server has there.
const DATABASE: &str = "tallystick";
const SERVER_ROLE: &str = "tallystick_server";

pub(super) async fn run(args: ServeArgs) -> anyhow::Result<ExitCode> {
    args.check()?;
    let stop = until_told_to_stop()?;
    let Some(url) = args.database.url() else {
        let own = OwnDatabase::start(&args, "tallystick").await?;
        let served = async { Server::bind(&args, &own.server_url()?).await?.run(stop).await };
        let served = served.await;
        own.stop().await?;
        return served;
    };
    Server::bind(&args, &url.expose().parse()?).await?.run(stop).await
}

/// A server that is ready to accept requests.
pub(super) struct Server {
    app: App,
    listener: TcpListener,
    limits: ServerLimits,
}

impl Server {
    /// Makes sure of the database and the role, puts the server together and takes the address.
    pub(super) async fn bind(args: &ServeArgs, url: &ConnectionUrl) -> anyhow::Result<Self> {
        role_check::check(url, &embedded::source()?).await?;
        let app = App::build(args, url).await?;
        app.state.db.ready().await.map_err(super::output::explain)?;
        let listener = TcpListener::bind(args.http.listen)
            .await
            .with_context(|| format!("cannot listen on {}", args.http.listen))?;
        if !url.ignored().is_empty() {
            tracing::warn!(
                parameters = url.ignored().join(", "),
                "the database URL has parameters without effect here"
            );
        }
        tracing::info!(address = %listener.local_addr()?, database = %url, "listening");
        Ok(Self { app, listener, limits: args.http.server_limits() })
    }

    /// The handle on the database.
    pub(super) fn database(&self) -> &Database {
        &self.app.state.db
    }

    /// Where it listens.
    pub(super) fn address(&self) -> std::io::Result<std::net::SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `stop` is ready, and finishes what was accepted by then.
    pub(super) async fn run(self, stop: impl Future<Output = &'static str>) -> anyhow::Result<ExitCode> {
        let Self { app: App { router, state }, listener, limits } = self;
        let stop = async {
            tracing::info!(signal = stop.await, "stopping");
        };
        let drained = server::serve(listener, router, limits, state.metrics.clone(), stop).await;
        state.db.close();
        Ok(match drained {
            Drained::Fully => ExitCode::SUCCESS,
            Drained::CutOff { connections } => {
                tracing::warn!(connections, "some requests did not finish in time");
                ExitCode::FAILURE
            }
        })
    }
}

/// Ready when the process is asked to end: the name of the signal.
pub(super) fn until_told_to_stop() -> std::io::Result<impl Future<Output = &'static str>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => "SIGINT",
            _ = terminate.recv() => "SIGTERM",
        }
    })
}

/// A PostgreSQL of our own with the schema and the server's role in it.
pub(super) struct OwnDatabase {
    postgres: LocalPostgres,
    data_dir: PathBuf,
}

impl OwnDatabase {
    /// Starts it on the kept data folder, and brings its schema up to this program. The folder is `name`, in the usual
    /// place for such things, unless the settings say otherwise.
    pub(super) async fn start(args: &ServeArgs, name: &str) -> anyhow::Result<Self> {
        let data_dir = data_dir(args.database.data_dir.as_deref(), name)?;
        let options = LocalPostgresOptions {
            bin_dir: args.database.postgres_bin.clone(),
            lifetime: Lifetime::WithParent,
            settings: vec![("max_connections".to_owned(), (args.database.pool_size + 20).max(100).to_string())],
            ..LocalPostgresOptions::new(&data_dir)
        };
        let postgres = LocalPostgres::start(options, &|step| eprintln!("{step}")).await?;
        let own = Self { postgres, data_dir };
        own.prepare().await?;
        Ok(own)
    }

    async fn prepare(&self) -> anyhow::Result<()> {
        let maintenance = crate::db::connect::connect(&self.postgres.url(SUPERUSER, "postgres").parse()?).await?;
        let client = maintenance.client();
        if client.query("SELECT FROM pg_database WHERE datname = $1", &[&DATABASE]).await?.is_empty() {
            client.batch_execute(&format!("CREATE DATABASE {DATABASE}")).await?;
        }
        let mut said = false;
        let mut say = |progress: Progress<'_>| {
            if matches!(progress, Progress::Applying { .. }) && !std::mem::replace(&mut said, true) {
                eprintln!("bringing the database schema up to this program");
            }
        };
        migrate(&self.owner_url().parse()?, &embedded::source()?, MigrateOptions::default(), &mut say).await?;
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
        Ok(self.server_url_text().parse()?)
    }

    /// The same, to show.
    pub(super) fn server_url_text(&self) -> String {
        self.postgres.url(SERVER_ROLE, DATABASE)
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

/// The folder that keeps the data: as told, else where a service or a person keeps such things.
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
