//! `tallystick serve`: the HTTP API, until it is told to stop.

use std::process::ExitCode;

use anyhow::Context;
use postgres_url::ConnectionUrl;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

use super::{
    output::explain,
    own_database::{self, OwnDatabase},
    session_check,
};
use crate::{
    app::App,
    config::{Place, ServeArgs, connection_url},
    http::server::{self, Drained, ServerLimits},
    schema::{migrate::embedded, role_check},
};

pub(super) async fn run(args: ServeArgs) -> anyhow::Result<ExitCode> {
    args.check()?;
    let stop = until_told_to_stop()?;
    match args.database.place()? {
        Place::Url(url) => Server::bind(&args, &connection_url(url)?).await?.run(stop).await,
        Place::Embedded => {
            let own = OwnDatabase::start(&args, own_database::FOLDER).await?;
            let served = async { Server::bind(&args, &own.server_url()?).await?.run(stop).await };
            let served = served.await;
            own.stop().await?;
            served
        }
    }
}

/// A server that is ready to accept requests.
pub(super) struct Server {
    app: App,
    listener: TcpListener,
    limits: ServerLimits,
}

impl Server {
    /// Checks the sessions, the database and the server's role, puts the server together and binds its address.
    pub(super) async fn bind(args: &ServeArgs, url: &ConnectionUrl) -> anyhow::Result<Self> {
        session_check::check(url).await?;
        role_check::check(url, &embedded::source()?).await?;
        let app = App::build(args, url).await?;
        app.state.db.ready().await.map_err(explain)?;
        server::raise_open_files_limit(args.http.max_connections.get());
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

    /// Where it listens.
    pub(super) fn address(&self) -> std::io::Result<std::net::SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `stop` is ready, and finishes the requests that were accepted by then.
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

/// Ready when a signal asks the process to end; it returns the signal's name.
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
