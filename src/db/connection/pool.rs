//! The server's connections: a bounded pool whose connections are ready for their first purchase.
//!
//! A new connection gets its session settings and its hot statements in one round trip, and learns which process serves it
//! (`pooled.rs`). Nothing else may be set on a pooled connection. Each call is one autocommit statement that leaves nothing
//! behind, so the pool can lend a connection again without a reset.

use std::{sync::Arc, time::Duration};

use deadpool::{
    Status,
    managed::{self, Hook, HookError, PoolConfig, QueueMode, TimeoutType, Timeouts},
};
use deadpool_postgres::{ManagerConfig, RecyclingMethod, Runtime};

use postgres_url::{
    ConnectionUrl,
    tls::{self, TlsError},
};

use super::{
    config::config,
    explain::explain,
    key_data::UNDECLARED_POOLER,
    pooled::{Manager, PooledConnection, Preparation, SessionSettings},
};

/// How much later than `statement_timeout` an answer may come, because of the network.
const ANSWER_GRACE: Duration = Duration::from_secs(1);

/// A connection on loan from the pool. Dropping it returns it.
pub type Connection = managed::Object<Manager>;

/// The bounds of the pool, and the settings of its sessions.
#[derive(Debug, Clone)]
pub struct PoolSettings {
    /// The most connections at once, from 1.
    pub size: usize,
    /// How long a call waits for a free connection before it is refused as overload.
    pub wait_timeout: Duration,
    /// How long opening a connection may take, and how long preparing it may take after that.
    pub connect_timeout: Duration,
    /// The settings of each session.
    pub session: SessionSettings,
}

impl Default for PoolSettings {
    fn default() -> Self {
        Self {
            size: 16,
            wait_timeout: Duration::from_secs(2),
            connect_timeout: Duration::from_secs(5),
            session: SessionSettings::default(),
        }
    }
}

/// The pool. Clones share it.
#[derive(Debug, Clone)]
pub struct Pool {
    inner: managed::Pool<Manager>,
    wait_timeout: Duration,
    connect_timeout: Duration,
    answer_timeout: Duration,
    named_statements: bool,
}

/// Why the pool cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum PoolSetupError {
    /// TLS cannot be set up on this side.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The pool lacks a runtime, which does not happen: it gets one.
    #[error(transparent)]
    Build(#[from] managed::BuildError),
}

/// Why there is no connection. In no case was a call sent to the database.
#[derive(Debug, thiserror::Error)]
pub enum PoolError {
    /// All connections stayed busy for as long as a call may wait: more load than the pool can carry.
    #[error("all connections stayed busy for {waited:?}")]
    Overloaded {
        /// How long the call waited.
        waited: Duration,
    },
    /// A new connection was needed and could not be opened.
    #[error("the database cannot be reached: {}", explain(.0))]
    Unavailable(tokio_postgres::Error),
    /// A new connection was needed and did not open in time.
    #[error("the database did not accept a connection within {waited:?}")]
    ConnectTimeout {
        /// How long opening it was tried.
        waited: Duration,
    },
    /// A new connection was needed, and a pooler that the URL does not name answered.
    #[error("{}", UNDECLARED_POOLER)]
    Pooler,
    /// The pool was closed, because the server is shutting down.
    #[error("the connection pool is closed")]
    Closed,
}

impl Pool {
    /// Makes the pool. It opens a connection only when one is needed. Must run inside a Tokio runtime.
    pub fn new(url: &ConnectionUrl, settings: &PoolSettings) -> Result<Self, PoolSetupError> {
        let mut config = config(url);
        config.connect_timeout(settings.connect_timeout);
        let manager = Manager(deadpool_postgres::Manager::from_config(
            config,
            tls::connector(url.tls())?,
            ManagerConfig { recycling_method: RecyclingMethod::Fast },
        ));
        let named_statements = !url.transaction_pooler();
        let preparation = Arc::new(Preparation::new(&settings.session, url, settings.connect_timeout));
        let hook = Hook::async_fn(move |connection: &mut PooledConnection, _| {
            let preparation = Arc::clone(&preparation);
            Box::pin(async move { preparation.run(connection).await })
        });
        let pool_config = PoolConfig {
            max_size: settings.size.max(1),
            timeouts: Timeouts {
                wait: Some(settings.wait_timeout),
                create: Some(settings.connect_timeout),
                recycle: Some(settings.connect_timeout),
            },
            // The connection that was used last has the warmest caches, here and in its server process.
            queue_mode: QueueMode::Lifo,
        };
        let inner =
            managed::Pool::builder(manager).config(pool_config).runtime(Runtime::Tokio1).post_create(hook).build()?;
        Ok(Self {
            inner,
            wait_timeout: settings.wait_timeout,
            connect_timeout: settings.connect_timeout,
            answer_timeout: settings.session.statement_timeout + ANSWER_GRACE,
            named_statements,
        })
    }

    /// A connection, as soon as one is free.
    pub async fn get(&self) -> Result<Connection, PoolError> {
        self.inner.get().await.map_err(|error| self.explain_failure(error))
    }

    /// Closes a connection instead of returning it.
    ///
    /// Needed after a connection was lost: it may not look closed yet, and would fail the next call, too. Also needed after a
    /// call without an answer: the next call on the connection would wait behind it.
    pub fn discard(connection: Connection) {
        drop(Connection::take(connection));
    }

    /// How long to wait for the answer to a call. The session's own time limits end a call earlier, with two exceptions: the
    /// database's host does not answer at all, or sessions behind a transaction pooler have no such limits.
    #[must_use]
    pub const fn answer_timeout(&self) -> Duration {
        self.answer_timeout
    }

    /// Whether a call may use `prepare_cached`. If not (`pgbouncer=true`), it must send its statement with the types of its
    /// parameters, as `Client::query_typed` does. That takes one round trip, too, but PostgreSQL plans the statement each time.
    #[must_use]
    pub const fn named_statements(&self) -> bool {
        self.named_statements
    }

    /// How many connections the pool has, how many are free, and how many calls wait for one, at this moment.
    #[must_use]
    pub fn status(&self) -> Status {
        self.inner.status()
    }

    /// Forgets the prepared statements of all connections, after a migration made them stale.
    pub fn clear_statements(&self) {
        self.inner.manager().0.statement_caches.clear();
    }

    /// Whether it lends no more connections.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.inner.is_closed()
    }

    /// Lends no more connections. Those on loan close when they are returned.
    pub fn close(&self) {
        self.inner.close();
    }

    fn explain_failure(&self, error: managed::PoolError<tokio_postgres::Error>) -> PoolError {
        use managed::PoolError as Inner;
        match error {
            Inner::Timeout(TimeoutType::Wait) => PoolError::Overloaded { waited: self.wait_timeout },
            Inner::PostCreateHook(HookError::Message(message)) if message == UNDECLARED_POOLER => PoolError::Pooler,
            // The hook reports its time limit as a message. It is the same limit and means the same.
            Inner::Timeout(TimeoutType::Create | TimeoutType::Recycle)
            | Inner::PostCreateHook(HookError::Message(_)) => {
                PoolError::ConnectTimeout { waited: self.connect_timeout }
            }
            Inner::Backend(error) | Inner::PostCreateHook(HookError::Backend(error)) => PoolError::Unavailable(error),
            Inner::Closed | Inner::NoRuntimeSpecified => PoolError::Closed,
        }
    }
}
