//! `tallystick serve`: the HTTP API, until it is told to stop.

use std::{net::SocketAddr, process::ExitCode, time::Duration};

use anyhow::Context;
use postgres_url::ConnectionUrl;
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
    sync::oneshot,
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

const INTERRUPT: &str = "SIGINT";
const TERMINATE: &str = "SIGTERM";

/// The operator has few clients: a scraper or two, a probe, a browser.
const OPERATOR_CONNECTIONS: usize = 64;
/// How long an answer to the operator may take once the server has stopped.
const OPERATOR_DRAIN: Duration = Duration::from_secs(1);

pub(super) async fn run(args: ServeArgs) -> anyhow::Result<ExitCode> {
    args.check()?;
    let stop = StopSignals::listen()?;
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
    operator_listener: Option<TcpListener>,
    limits: ServerLimits,
    shutdown_delay: Duration,
}

impl Server {
    /// Checks the sessions, the database and the server's role, puts the server together and binds its address.
    pub(super) async fn bind(args: &ServeArgs, url: &ConnectionUrl) -> anyhow::Result<Self> {
        session_check::check(url).await?;
        role_check::check(url, &embedded::source()?).await?;
        let app = App::build(args, url).await?;
        app.state.db.ready().await.map_err(explain)?;
        server::raise_open_files_limit(args.http.max_connections.get());
        let listener = listen(args.http.listen).await?;
        let operator_listener = match args.http.operator_listen {
            Some(address) => Some(listen(address).await?),
            None => None,
        };
        if !url.ignored().is_empty() {
            tracing::warn!(
                parameters = url.ignored().join(", "),
                "the database URL has parameters without effect here"
            );
        }
        let operator_address = operator_listener.as_ref().map(TcpListener::local_addr).transpose()?;
        tracing::info!(
            address = %listener.local_addr()?,
            operator_address = operator_address.map(tracing::field::display),
            database = %url,
            "listening"
        );
        let (limits, shutdown_delay) = (args.http.server_limits(), args.http.shutdown_delay);
        Ok(Self { app, listener, operator_listener, limits, shutdown_delay })
    }

    /// Where it listens.
    pub(super) fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Where it listens for the operator, if it does.
    pub(super) fn operator_address(&self) -> std::io::Result<Option<SocketAddr>> {
        self.operator_listener.as_ref().map(TcpListener::local_addr).transpose()
    }

    /// Serves until a signal tells it to stop, and finishes the requests that were accepted by then.
    pub(super) async fn run(self, mut signals: StopSignals) -> anyhow::Result<ExitCode> {
        let Self { app: App { router, operator_router, state }, listener, operator_listener, limits, shutdown_delay } =
            self;
        // The operator can look on until the last request is finished.
        let (stop_operator, operator_stopped) = oneshot::channel::<()>();
        let operator = operator_listener.map(|listener| {
            let limits =
                ServerLimits { max_connections: OPERATOR_CONNECTIONS, drain_timeout: OPERATOR_DRAIN, ..limits };
            let stopped = async { drop(operator_stopped.await) };
            tokio::spawn(server::serve(listener, operator_router, limits, state.metrics.clone(), stopped))
        });
        let stop = async {
            let signal = signals.next().await;
            state.stopping.begin();
            if signal == TERMINATE && !shutdown_delay.is_zero() {
                tracing::info!(signal, ?shutdown_delay, "not ready any more; requests are still taken");
                // Whichever of the two comes first.
                let _ = tokio::time::timeout(shutdown_delay, signals.next()).await;
            }
            tracing::info!(signal, "stopping");
        };
        let drained = server::serve(listener, router, limits, state.metrics.clone(), stop).await;
        drop(stop_operator);
        if let Some(operator) = operator {
            operator.await?;
        }
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

async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))
}

/// The signals that ask the process to end.
pub(super) struct StopSignals {
    interrupt: Signal,
    terminate: Signal,
}

impl StopSignals {
    /// From now on these signals do not end the process by themselves.
    pub(super) fn listen() -> std::io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// The name of the next one.
    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => INTERRUPT,
            _ = self.terminate.recv() => TERMINATE,
        }
    }
}
