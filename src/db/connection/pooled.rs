//! A connection of the pool: it is prepared for its first purchase, and knows the process that serves it.

use std::{
    ops::{Deref, DerefMut},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use deadpool::managed::{self, HookError, Metrics, RecycleError, RecycleResult};
use deadpool_postgres::ClientWrapper;
use futures_util::future::{join, join_all, join4};
use postgres_url::ConnectionUrl;
use tokio_postgres::Error;

use super::{
    explain::explain,
    key_data::{UNDECLARED_POOLER, is_behind_a_pooler},
    server_process::ServerProcess,
};

/// The settings of each of the pool's sessions.
#[derive(Debug, Clone)]
pub struct SessionSettings {
    /// `statement_timeout`.
    pub statement_timeout: Duration,
    /// `lock_timeout`; below `statement_timeout`, or it never takes effect.
    pub lock_timeout: Duration,
    /// `idle_in_transaction_session_timeout`. No session should ever idle in a transaction. If a bug makes one do so, this
    /// ends it.
    pub idle_in_transaction_timeout: Duration,
    /// `client_connection_check_interval`: how soon PostgreSQL notices during a long statement that this program is gone.
    pub client_check_interval: Duration,
    /// Statements that every new connection prepares. The text must be exactly the text that calls use.
    pub hot_statements: &'static [&'static str],
}

impl Default for SessionSettings {
    fn default() -> Self {
        Self {
            statement_timeout: Duration::from_secs(5),
            lock_timeout: Duration::from_secs(2),
            idle_in_transaction_timeout: Duration::from_secs(30),
            client_check_interval: Duration::from_secs(5),
            hot_statements: &[],
        }
    }
}

/// A connection that the pool lends.
#[derive(Debug)]
pub struct PooledConnection {
    client: ClientWrapper,
    server_process: Option<ServerProcess>,
    is_retired: AtomicBool,
}

impl PooledConnection {
    /// The process that serves this connection. Unknown behind a transaction pooler, where each transaction may get another
    /// process.
    #[must_use]
    pub const fn server_process(&self) -> Option<ServerProcess> {
        self.server_process
    }

    /// Says that it is of no more use once those who use it now have finished: it was lost, or somebody waits no longer for an
    /// answer on it. The pool closes it instead of lending it again.
    pub fn retire(&self) {
        self.is_retired.store(true, Ordering::Relaxed);
    }

    /// Whether one more call may be sent on it, behind those that are under way.
    #[must_use]
    pub fn can_be_shared(&self) -> bool {
        !self.is_retired.load(Ordering::Relaxed) && !self.client.is_closed()
    }
}

impl Deref for PooledConnection {
    type Target = ClientWrapper;

    fn deref(&self) -> &ClientWrapper {
        &self.client
    }
}

impl DerefMut for PooledConnection {
    fn deref_mut(&mut self) -> &mut ClientWrapper {
        &mut self.client
    }
}

/// Opens connections as the driver's manager does, and keeps with each the process that serves it.
#[derive(Debug)]
pub struct Manager(pub(super) deadpool_postgres::Manager);

impl managed::Manager for Manager {
    type Type = PooledConnection;
    type Error = Error;

    async fn create(&self) -> Result<PooledConnection, Error> {
        Ok(PooledConnection {
            client: self.0.create().await?,
            server_process: None,
            is_retired: AtomicBool::new(false),
        })
    }

    async fn recycle(&self, connection: &mut PooledConnection, metrics: &Metrics) -> RecycleResult<Error> {
        if connection.is_retired.load(Ordering::Relaxed) {
            return Err(RecycleError::message("it was retired"));
        }
        self.0.recycle(&mut connection.client, metrics).await
    }

    fn detach(&self, connection: &mut PooledConnection) {
        self.0.detach(&mut connection.client);
    }
}

/// If the network fails in the middle of a message, the session waits for the rest of it and keeps its locks. No time limit of
/// a statement or transaction applies then. By default Linux checks the connection only after two hours.
const KEEPALIVES: &str =
    "SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3;";

/// An acknowledged purchase must survive a crash of PostgreSQL, so `off` becomes `on`. Every other value is kept: each waits
/// for this server's disk, and `local` or `remote_apply` is the operator's choice about standbys. It is set even if it stays
/// the same, so that a reload of PostgreSQL's settings cannot change it.
const DURABILITY: &str = "SELECT pg_catalog.set_config('synchronous_commit',
    CASE value WHEN 'off' THEN 'on' ELSE value END, false) FROM pg_catalog.current_setting('synchronous_commit') AS value;";

/// The steps between opening a connection and lending it.
#[derive(Debug)]
pub(super) struct Preparation {
    settings: Option<String>,
    expects_no_pooler: bool,
    client_check: String,
    hot_statements: &'static [&'static str],
    timeout: Duration,
}

impl Preparation {
    /// The isolation level is set because the role or the database may have another default. The SQL functions lock first and
    /// read afterwards. At a higher level they would read a snapshot from before the lock, and every race would fail.
    ///
    /// Behind a transaction pooler (`pgbouncer=true`), a connection is not prepared: the next transaction may get another
    /// server process, without these settings. Time limits then belong to the role:
    /// `ALTER ROLE … SET statement_timeout = '10s'`.
    pub(super) fn new(settings: &SessionSettings, url: &ConnectionUrl, timeout: Duration) -> Self {
        let session = format!(
            "SET TIME ZONE 'UTC'; SET default_transaction_isolation = 'read committed'; SET statement_timeout = {}; \
             SET lock_timeout = {}; SET idle_in_transaction_session_timeout = {}; {DURABILITY}",
            settings.statement_timeout.as_millis(),
            settings.lock_timeout.as_millis(),
            settings.idle_in_transaction_timeout.as_millis(),
        );
        Self {
            settings: (!url.transaction_pooler()).then_some(session),
            expects_no_pooler: !url.declares_pooler(),
            client_check: format!(
                "SET client_connection_check_interval = {}",
                settings.client_check_interval.as_millis()
            ),
            hot_statements: settings.hot_statements,
            timeout,
        }
    }

    pub(super) async fn run(&self, connection: &mut PooledConnection) -> Result<(), HookError<Error>> {
        let Some(settings) = &self.settings else { return Ok(()) };
        let client = &connection.client;
        // Polled together, so that the driver pipelines them into one round trip.
        let steps = join(
            join4(
                client.batch_execute(settings),
                client.batch_execute(&self.client_check),
                // Sent separately: a server that refuses the check above may still accept these.
                client.batch_execute(KEEPALIVES),
                ServerProcess::of(client),
            ),
            join_all(self.hot_statements.iter().map(|statement| client.prepare_cached(statement))),
        );
        let Ok(((settings, client_check, keepalives, server_process), statements)) =
            tokio::time::timeout(self.timeout, steps).await
        else {
            return Err(HookError::message("preparing the connection took too long"));
        };
        settings.map_err(HookError::Backend)?;
        for error in [client_check, keepalives].into_iter().filter_map(Result::err) {
            // The server's operating system does not offer it. The other time limits still hold.
            tracing::debug!(error = explain(&error), "PostgreSQL cannot notice by itself that we are gone");
        }
        match server_process {
            Ok(Some(process)) => {
                if self.expects_no_pooler && is_behind_a_pooler(client, process.pid).await {
                    return Err(HookError::message(UNDECLARED_POOLER));
                }
                connection.server_process = Some(process);
            }
            Ok(None) => {}
            Err(error) if client.is_closed() => return Err(HookError::Backend(error)),
            // If this connection is lost, the outcome of its call will stay unknown.
            Err(error) => tracing::warn!(error = explain(&error), "a session could not learn which process serves it"),
        }
        for error in statements.into_iter().filter_map(Result::err) {
            if client.is_closed() || error.as_db_error().is_none() {
                return Err(HookError::Backend(error));
            }
            // Only a call that needs this statement will fail, with the same error.
            tracing::warn!(error = explain(&error), "a hot statement could not be prepared");
        }
        Ok(())
    }
}
