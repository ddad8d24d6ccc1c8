//! Runs calls to their end: waits for a connection, sends, and sends again where that is safe.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use postgres_url::ConnectionUrl;
use tokio::time::error::Elapsed;
use tokio_postgres::Row;
use tracing::Instrument;

use super::{
    Call, fence,
    next::Next,
    retry::Backoff,
    rows::Answer,
    sqlstate::{Failure, Transient},
};
use crate::{
    db::connection::{Connection, Pool, PoolError, PoolSettings, PoolSetupError, explain},
    error::{Error, Result},
    metrics::Metrics,
    telemetry::database_span,
};

/// A call that has taken this long is not tried again, so that the client gets its answer within the request's time limit.
const RETRY_BUDGET: Duration = Duration::from_secs(3);

/// What a call needs: the pool, and the metrics that it is counted in. Clones share both.
#[derive(Clone)]
pub(in crate::db) struct CallRunner {
    pub(in crate::db) pool: Pool,
    pub(in crate::db) metrics: Arc<Metrics>,
}

impl CallRunner {
    /// For calls of the database at `url`, counted into `metrics`. It opens a connection only when one is needed.
    pub(in crate::db) fn open(
        url: &ConnectionUrl,
        settings: &PoolSettings,
        metrics: Arc<Metrics>,
    ) -> Result<Self, PoolSetupError> {
        Ok(Self { pool: Pool::new(url, settings)?, metrics })
    }

    /// Runs `call` to its end.
    ///
    /// After a lost connection, the call is made again only once the process that served the connection has ended (see
    /// [`fence`](super::fence)). So the earlier try has no further effect, and the next one finds what it did. A read changes nothing. A
    /// movement finds its idempotency key, and a creation its id. A change sets the same values again, over those that another
    /// request may have set in between.
    pub(in crate::db) async fn run(&self, call: Call) -> Result<Answer> {
        // If the client disconnects, the wait for a connection ends. What follows does not.
        let connection = self.pool.get().await.map_err(no_connection)?;
        let runner = self.clone();
        let span = tracing::Span::current();
        let work = async move { runner.run_on(connection, &call).await };
        tokio::spawn(work.instrument(span)).await.map_err(Error::internal)?
    }

    /// As [`run`](Self::run), on a connection that the caller has already, and in the caller's task, which must not be dropped.
    pub(in crate::db) async fn run_on(&self, mut connection: Connection, call: &Call) -> Result<Answer> {
        let deadline = Instant::now() + RETRY_BUDGET;
        let mut attempts = 1;
        loop {
            let Ok(sent) = self.try_once(&connection, call).await else {
                // Neither sent again nor fenced: a host that does not answer would not answer that either.
                Pool::discard(connection);
                return Err(no_answer(call, self.pool.answer_timeout()));
            };
            let error = match sent {
                Ok(rows) => return Ok(Answer { rows }),
                Err(error) => error,
            };
            let failure = Failure::of(&error);
            let is_lost = failure == Failure::Transient(Transient::Unknown);
            let wait = Backoff::STATEMENT.after(attempts).filter(|_| Instant::now() < deadline);
            let next = Next::after(&failure, connection.server_process(), wait);
            if let Next::RetryHere { reason, .. } | Next::RetryAfterFence { reason, .. } = next {
                tracing::warn!(
                    function = call.function,
                    reason,
                    attempts,
                    error = explain(&error),
                    "trying a call again"
                );
                self.metrics.database_retry(reason);
            }
            match next {
                Next::Refuse => {
                    if is_lost {
                        Pool::discard(connection);
                    }
                    return Err(refuse(call, &failure, &error));
                }
                Next::RetryHere { wait, .. } => {
                    if failure == Failure::StalePlan {
                        self.pool.clear_statements();
                    }
                    tokio::time::sleep(wait).await;
                }
                Next::RetryAfterFence { wait, lost, .. } => {
                    tokio::time::sleep(wait).await;
                    // The connection may not have noticed its end yet, so it must not return to the pool.
                    Pool::discard(connection);
                    connection = fence::end(lost, &self.pool, &self.metrics, call.function, deadline).await?;
                }
            }
            attempts += 1;
        }
    }

    /// Sends `call` once, and waits for its answer for as long as the pool says.
    async fn try_once(
        &self,
        connection: &Connection,
        call: &Call,
    ) -> Result<Result<Vec<Row>, tokio_postgres::Error>, Elapsed> {
        let started = Instant::now();
        let sending = call.send(connection, self.pool.named_statements());
        let sending = sending.instrument(database_span(call.function));
        let sent = tokio::time::timeout(self.pool.answer_timeout(), sending).await;
        self.metrics.database_call(call.function, started.elapsed());
        sent
    }
}

fn refuse(call: &Call, failure: &Failure, error: &tokio_postgres::Error) -> Error {
    // The driver's error text can quote values and SQL, so only the explanation made for logs is kept.
    let source = anyhow::anyhow!("{}: {}", call.function, explain(error));
    match failure {
        Failure::Timeout | Failure::Transient(Transient::RolledBack) => {
            tracing::warn!(function = call.function, error = explain(error), "a call gave up");
            Error::Overloaded
        }
        Failure::Transient(Transient::Unknown) | Failure::OutOfResources => Error::DatabaseUnavailable(source),
        Failure::StalePlan | Failure::UniqueViolation { .. } | Failure::Other => Error::Internal(source),
    }
}

/// The call may still take effect. The client learns it by sending the request again.
fn no_answer(call: &Call, waited: Duration) -> Error {
    Error::DatabaseUnavailable(anyhow::anyhow!("{}: no answer within {waited:?}", call.function))
}

fn no_connection(error: PoolError) -> Error {
    match error {
        PoolError::Overloaded { .. } => Error::Overloaded,
        other => Error::DatabaseUnavailable(other.into()),
    }
}
