//! A connection of the pool's: opened, made ready for its first purchase, and known by the process that serves it.

use std::{
    ops::{Deref, DerefMut},
    time::Duration,
};

use deadpool::managed::{self, HookError, Metrics, RecycleResult};
use deadpool_postgres::ClientWrapper;
use futures_util::future::{join, join_all, join4};
use tokio_postgres::Error;

use super::{connect::explain, fence::Backend, pool::PoolSettings};

/// What the pool lends.
#[derive(Debug)]
pub struct PooledSession {
    client: ClientWrapper,
    backend: Option<Backend>,
}

impl PooledSession {
    /// The process that serves this session. Unknown behind a transaction pooler, where every transaction has another.
    #[must_use]
    pub const fn backend(&self) -> Option<Backend> {
        self.backend
    }
}

impl Deref for PooledSession {
    type Target = ClientWrapper;

    fn deref(&self) -> &ClientWrapper {
        &self.client
    }
}

impl DerefMut for PooledSession {
    fn deref_mut(&mut self) -> &mut ClientWrapper {
        &mut self.client
    }
}

/// Opens connections as the driver's manager does, and keeps with each who serves it.
#[derive(Debug)]
pub struct Manager(pub(super) deadpool_postgres::Manager);

impl managed::Manager for Manager {
    type Type = PooledSession;
    type Error = Error;

    async fn create(&self) -> Result<PooledSession, Error> {
        Ok(PooledSession { client: self.0.create().await?, backend: None })
    }

    async fn recycle(&self, session: &mut PooledSession, metrics: &Metrics) -> RecycleResult<Error> {
        self.0.recycle(&mut session.client, metrics).await
    }

    fn detach(&self, session: &mut PooledSession) {
        self.0.detach(&mut session.client);
    }
}

/// A network that fails in the middle of a call leaves a session that waits for the rest of it, with its locks: no time limit
/// of a statement or transaction counts then, and by itself Linux looks after two hours.
const KEEPALIVES: &str =
    "SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3;";

/// What is done to a connection between opening it and lending it.
#[derive(Debug)]
pub(super) struct Preparation {
    settings: Option<String>,
    client_check: String,
    hot_statements: &'static [&'static str],
    timeout: Duration,
}

impl Preparation {
    /// The functions read what they validate after the lock, which another isolation level, set for the role or the
    /// database, would turn into a snapshot from before it, and every race into a serialization failure.
    ///
    /// Behind a transaction pooler there is nothing to prepare, and no process to know: settings would land on a server
    /// process that the next transaction does not get. There, time limits belong to the role: `ALTER ROLE … SET statement_timeout = '10s'`.
    pub(super) fn new(settings: &PoolSettings, own_session: bool) -> Self {
        let session = format!(
            "SET TIME ZONE 'UTC'; SET default_transaction_isolation = 'read committed'; SET statement_timeout = {}; \
             SET lock_timeout = {}; SET idle_in_transaction_session_timeout = {};",
            settings.statement_timeout.as_millis(),
            settings.lock_timeout.as_millis(),
            settings.idle_in_transaction_timeout.as_millis(),
        );
        Self {
            settings: own_session.then_some(session),
            client_check: format!(
                "SET client_connection_check_interval = {}",
                settings.client_check_interval.as_millis()
            ),
            hot_statements: settings.hot_statements,
            timeout: settings.connect_timeout,
        }
    }

    pub(super) async fn run(&self, session: &mut PooledSession) -> Result<(), HookError<Error>> {
        let Some(settings) = &self.settings else { return Ok(()) };
        let client = &session.client;
        // Polled together, so that the driver pipelines them into one round trip.
        let steps = join(
            join4(
                client.batch_execute(settings),
                client.batch_execute(&self.client_check),
                // By themselves: where the check is refused, these need not be.
                client.batch_execute(KEEPALIVES),
                Backend::of(client),
            ),
            join_all(self.hot_statements.iter().map(|statement| client.prepare_cached(statement))),
        );
        let Ok(((settings, client_check, keepalives, backend), statements)) =
            tokio::time::timeout(self.timeout, steps).await
        else {
            return Err(HookError::message("preparing the connection took too long"));
        };
        settings.map_err(HookError::Backend)?;
        for error in [client_check, keepalives].into_iter().filter_map(Result::err) {
            // The server's operating system cannot tell; the other time limits still hold.
            tracing::debug!(error = explain(&error), "PostgreSQL cannot notice by itself that we are gone");
        }
        match backend {
            Ok(backend) => session.backend = backend,
            Err(error) if client.is_closed() => return Err(HookError::Backend(error)),
            // What is lost with the connection will stay unknown.
            Err(error) => tracing::warn!(error = explain(&error), "a session could not learn which process serves it"),
        }
        for error in statements.into_iter().filter_map(Result::err) {
            if client.is_closed() || error.as_db_error().is_none() {
                return Err(HookError::Backend(error));
            }
            // A call that needs the statement will fail with the same error; the other calls need not fail with it.
            tracing::warn!(error = explain(&error), "a hot statement could not be prepared");
        }
        Ok(())
    }
}
