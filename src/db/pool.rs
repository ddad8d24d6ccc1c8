//! The server's connections: a bounded pool whose connections are ready for their first purchase.
//!
//! A new connection gets its session settings and its hot statements in one round trip, before anyone waits for it, and
//! learns who serves it (`session.rs`).
//! Nothing else may be set on a pooled session: every call is one autocommit statement that leaves no trace, so a
//! connection can be handed on as it is, without a reset.

use std::{sync::Arc, time::Duration};

use deadpool::managed::{self, Hook, HookError, PoolConfig, QueueMode, TimeoutType, Timeouts};
use deadpool_postgres::{ManagerConfig, RecyclingMethod, Runtime};

use postgres_url::{
    ConnectionUrl,
    tls::{self, TlsError},
};

use super::{
    connect::{config, explain},
    session::{Manager, PooledSession, Preparation},
};

/// How much later than `statement_timeout` an answer may come: the way to the database and back.
const ANSWER_GRACE: Duration = Duration::from_secs(1);

/// A connection on loan from the pool; dropping it gives it back.
pub type Connection = managed::Object<Manager>;

/// What the pool and its sessions are held to.
#[derive(Debug, Clone)]
pub struct PoolSettings {
    /// The most connections at once, from 1.
    pub size: usize,
    /// How long a call waits for a free connection before it is refused as overload.
    pub wait_timeout: Duration,
    /// How long opening a connection may take, and how long preparing it may take after that.
    pub connect_timeout: Duration,
    /// `statement_timeout` of every session.
    pub statement_timeout: Duration,
    /// `lock_timeout` of every session; below `statement_timeout`, or it never fires.
    pub lock_timeout: Duration,
    /// `idle_in_transaction_session_timeout`. No session should ever idle in a transaction: this ends the bug, not the client.
    pub idle_in_transaction_timeout: Duration,
    /// `client_connection_check_interval`: how soon the server notices during a long statement that we are gone.
    pub client_check_interval: Duration,
    /// Statements that every new connection prepares. The text must be the very text that calls use.
    pub hot_statements: &'static [&'static str],
}

impl Default for PoolSettings {
    fn default() -> Self {
        Self {
            size: 16,
            wait_timeout: Duration::from_secs(2),
            connect_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(5),
            lock_timeout: Duration::from_secs(2),
            idle_in_transaction_timeout: Duration::from_secs(30),
            client_check_interval: Duration::from_secs(5),
            hot_statements: &[],
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

/// The pool at one moment, for metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolStatus {
    /// The most connections there may be.
    pub max_size: usize,
    /// Connections open now, in use or not.
    pub size: usize,
    /// Connections open and free.
    pub available: usize,
    /// Calls waiting for one.
    pub waiting: usize,
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

/// Why there is no connection. In every case nothing was asked of the database.
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
    /// The pool was closed, because the server is shutting down.
    #[error("the connection pool is closed")]
    Closed,
}

impl Pool {
    /// Makes the pool; the first connection opens when it is first needed. Must be used inside a Tokio runtime.
    pub fn new(url: &ConnectionUrl, settings: &PoolSettings) -> Result<Self, PoolSetupError> {
        let mut config = config(url);
        config.connect_timeout(settings.connect_timeout);
        let manager = Manager(deadpool_postgres::Manager::from_config(
            config,
            tls::connector(url.tls())?,
            ManagerConfig { recycling_method: RecyclingMethod::Fast },
        ));
        let named_statements = !url.transaction_pooler();
        let preparation = Arc::new(Preparation::new(settings, named_statements));
        let hook = Hook::async_fn(move |session: &mut PooledSession, _| {
            let preparation = Arc::clone(&preparation);
            Box::pin(async move { preparation.run(session).await })
        });
        let pool_config = PoolConfig {
            max_size: settings.size.max(1),
            timeouts: Timeouts {
                wait: Some(settings.wait_timeout),
                create: Some(settings.connect_timeout),
                recycle: Some(settings.connect_timeout),
            },
            // The connection used last has the warmest caches, here and in its server process.
            queue_mode: QueueMode::Lifo,
        };
        let inner =
            managed::Pool::builder(manager).config(pool_config).runtime(Runtime::Tokio1).post_create(hook).build()?;
        Ok(Self {
            inner,
            wait_timeout: settings.wait_timeout,
            connect_timeout: settings.connect_timeout,
            answer_timeout: settings.statement_timeout + ANSWER_GRACE,
            named_statements,
        })
    }

    /// A connection, as soon as one is free.
    pub async fn get(&self) -> Result<Connection, PoolError> {
        self.inner.get().await.map_err(|error| self.explain_failure(error))
    }

    /// Closes a connection instead of giving it back.
    ///
    /// Needed after [`Transient::Unknown`](super::sqlstate::Transient::Unknown): a session that PostgreSQL has ended
    /// may not look closed yet, and would fail the next call too. And after a call without an answer, which the next
    /// call would wait behind.
    pub fn discard(connection: Connection) {
        drop(Connection::take(connection));
    }

    /// How long to wait for the answer to a call. The session's own time limits end a call earlier, unless the database's
    /// host stopped answering at all, or a transaction pooler keeps sessions without them.
    #[must_use]
    pub const fn answer_timeout(&self) -> Duration {
        self.answer_timeout
    }

    /// Whether a call may use `prepare_cached`. If not (`pgbouncer=true`), it must send its statement with the types of
    /// its parameters, as `Client::query_typed` does, which costs one round trip as well, and planning each time.
    #[must_use]
    pub const fn named_statements(&self) -> bool {
        self.named_statements
    }

    /// The pool at this moment.
    #[must_use]
    pub fn status(&self) -> PoolStatus {
        let status = self.inner.status();
        PoolStatus {
            max_size: status.max_size,
            size: status.size,
            available: status.available,
            waiting: status.waiting,
        }
    }

    /// Forgets every prepared statement on every connection, after a migration made them stale.
    pub fn clear_statements(&self) {
        self.inner.manager().0.statement_caches.clear();
    }

    /// Refuses new loans. Connections close as they come back.
    pub fn close(&self) {
        self.inner.close();
    }

    fn explain_failure(&self, error: managed::PoolError<tokio_postgres::Error>) -> PoolError {
        use managed::PoolError as Inner;
        match error {
            Inner::Timeout(TimeoutType::Wait) => PoolError::Overloaded { waited: self.wait_timeout },
            // A hook reports its own time limit as a message; it is the same limit and means the same.
            Inner::Timeout(TimeoutType::Create | TimeoutType::Recycle)
            | Inner::PostCreateHook(HookError::Message(_)) => {
                PoolError::ConnectTimeout { waited: self.connect_timeout }
            }
            Inner::Backend(error) | Inner::PostCreateHook(HookError::Backend(error)) => PoolError::Unavailable(error),
            Inner::Closed | Inner::NoRuntimeSpecified => PoolError::Closed,
        }
    }
}
