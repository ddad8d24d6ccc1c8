//! One call of one SQL function: one autocommit statement that sets the tenant's context, calls and commits, in one
//! round trip.
//!
//! A call runs in a task of its own once it has a connection, so a client that goes away cannot interrupt it: the
//! connection comes back to the pool with nothing under way, and the outcome is the database's and not the network's.

use std::time::{Duration, Instant};

use tokio_postgres::{
    Row,
    types::{ToSql, Type},
};
use tracing::Instrument;

use super::{
    Database,
    connect::explain,
    fence::Backend,
    pool::{Connection, Pool, PoolError},
    retry::Backoff,
    sqlstate::{Failure, Transient},
    types::Param,
};
use crate::{
    domain::BusinessId,
    error::{Error, Result},
    telemetry::database_span,
};

/// A call that has taken this long is not tried again, so that the client hears of it within the request's time.
const RETRY_BUDGET: Duration = Duration::from_secs(3);
/// How much longer than a fence waits for a session's end its answer may take.
const FENCE_GRACE: Duration = Duration::from_millis(500);

/// The text of a call in a tenant's context: `$1` is the business, and `context` the id that it was set to.
///
/// LATERAL makes the call depend on the context, so that the context is set first.
macro_rules! tenant_call {
    ($columns:literal from $call:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM pg_catalog.set_config('app.business_id', $1, true) AS context, LATERAL tallystick.",
            $call,
            " AS f"
        )
    };
    ($call:literal) => {
        tenant_call!("f.*" from $call)
    };
}
pub(super) use tenant_call;

/// A statement and its parameters, ready to be sent, more than once if need be.
pub(super) struct Call {
    function: &'static str,
    statement: &'static str,
    params: Vec<(Box<dyn ToSql + Send + Sync>, Type)>,
}

/// What a call returned.
pub(super) struct Answer {
    pub(super) rows: Vec<Row>,
}

impl Call {
    /// A call in the context of `business_id`. `function` names it in metrics and logs.
    pub(super) fn tenant(function: &'static str, statement: &'static str, business_id: BusinessId) -> Self {
        Self::platform(function, statement).with(business_id.to_string())
    }

    /// A call outside every tenant's context.
    pub(super) fn platform(function: &'static str, statement: &'static str) -> Self {
        Self { function, statement, params: Vec::with_capacity(8) }
    }

    /// Adds the next parameter.
    pub(super) fn with(mut self, value: impl Param) -> Self {
        self.params.push(value.into_sql());
        self
    }

    async fn send(&self, connection: &Connection, named: bool) -> Result<Vec<Row>, tokio_postgres::Error> {
        if named {
            let statement = connection.prepare_cached(self.statement).await?;
            let params: Vec<&(dyn ToSql + Sync)> =
                self.params.iter().map(|(value, _)| value.as_ref() as &(dyn ToSql + Sync)).collect();
            connection.query(&statement, &params).await
        } else {
            let params: Vec<(&(dyn ToSql + Sync), Type)> = self
                .params
                .iter()
                .map(|(value, sql_type)| (value.as_ref() as &(dyn ToSql + Sync), sql_type.clone()))
                .collect();
            connection.query_typed(self.statement, &params).await
        }
    }
}

impl Answer {
    /// The only row of a function that always returns one.
    pub(super) fn one(mut self) -> Result<Row> {
        self.rows.pop().ok_or_else(|| Error::internal(anyhow::anyhow!("a function returned no row")))
    }
}

impl Database {
    /// Runs `call` to its end.
    ///
    /// After a lost connection a call is made again only once the session that it was sent to has ended (see
    /// [`fence`](super::fence)): so the earlier try has done what it ever will, and this one finds it. A read changes nothing,
    /// a movement finds its idempotency key, a creation its id; a change sets the same again, over whatever another request set
    /// in between.
    pub(super) async fn run(&self, call: Call) -> Result<Answer> {
        // Waiting for a connection ends with the request; what follows does not.
        let connection = self.pool.get().await.map_err(no_connection)?;
        let database = self.clone();
        let span = tracing::Span::current();
        let work = async move { database.run_on(connection, &call).await };
        tokio::spawn(work.instrument(span)).await.map_err(Error::internal)?
    }

    /// As [`run`](Self::run), on a connection that was waited for already, and in the task of the caller, who must not drop it.
    pub(super) async fn run_on(&self, mut connection: Connection, call: &Call) -> Result<Answer> {
        let began = Instant::now();
        let mut attempts = 1;
        loop {
            let started = Instant::now();
            let sending = call.send(&connection, self.pool.named_statements());
            let sending = sending.instrument(database_span(call.function));
            let sent = tokio::time::timeout(self.pool.answer_timeout(), sending).await;
            self.metrics.database_call(call.function, started.elapsed());
            let Ok(sent) = sent else {
                // Neither asked again nor fenced: a host that does not answer would not answer that either.
                Pool::discard(connection);
                return Err(no_answer(call, self.pool.answer_timeout()));
            };
            let error = match sent {
                Ok(rows) => return Ok(Answer { rows }),
                Err(error) => error,
            };
            let failure = Failure::of(&error);
            let backend = connection.backend();
            let wait = Backoff::STATEMENT.after(attempts).filter(|_| began.elapsed() < RETRY_BUDGET);
            let (Some(reason), Some(wait)) = (retry_reason(&failure, backend), wait) else {
                if failure == Failure::Transient(Transient::Unknown) {
                    Pool::discard(connection);
                }
                return Err(refuse(call, &failure, &error));
            };
            tracing::warn!(function = call.function, reason, attempts, error = explain(&error), "trying a call again");
            self.metrics.database_retry(reason);
            if failure == Failure::StalePlan {
                self.pool.clear_statements();
            }
            tokio::time::sleep(wait).await;
            if let (Failure::Transient(Transient::Unknown), Some(backend)) = (&failure, backend) {
                // A connection that was told of its end may not have noticed yet: it must not go back to the pool.
                Pool::discard(connection);
                connection = self.fence(call, backend, began + RETRY_BUDGET).await?;
            }
            attempts += 1;
        }
    }

    /// Ends a session that was lost under `call`. Gives back the connection that did it, to ask again on; if it cannot be done,
    /// the outcome stays unknown.
    async fn fence(&self, call: &Call, lost: Backend, deadline: Instant) -> Result<Connection> {
        let mut attempts = 1;
        loop {
            let connection = self.pool.get().await.map_err(|error| unfenced(call, &error.to_string()))?;
            let started = Instant::now();
            let (patience, answer_timeout) = patience(started, deadline);
            let ended = tokio::time::timeout(answer_timeout, lost.end(&connection, patience)).await;
            self.metrics.database_call("fence", started.elapsed());
            let error = match ended {
                Ok(Ok(true)) => return Ok(connection),
                Ok(Ok(false)) => return Err(unfenced(call, "it goes on")),
                Ok(Err(error)) => error,
                Err(_) => {
                    Pool::discard(connection);
                    return Err(unfenced(call, "no answer"));
                }
            };
            let wait = Backoff::STATEMENT.after(attempts).filter(|_| Instant::now() < deadline);
            let (Failure::Transient(Transient::Unknown), Some(wait)) = (Failure::of(&error), wait) else {
                return Err(unfenced(call, &explain(&error)));
            };
            // What ended the one connection may have ended others that wait in the pool.
            Pool::discard(connection);
            tokio::time::sleep(wait).await;
            attempts += 1;
        }
    }
}

/// How long a session's end is waited for, and how long the answer that tells of it.
fn patience(now: Instant, deadline: Instant) -> (Duration, Duration) {
    let patience = deadline.saturating_duration_since(now);
    (patience, patience + FENCE_GRACE)
}

/// Why a call that failed so on a session of `backend` is worth another try, if it is.
fn retry_reason(failure: &Failure, backend: Option<Backend>) -> Option<&'static str> {
    match failure {
        Failure::Transient(Transient::RolledBack) => Some("rolled_back"),
        // Whose process is not known may still be at it, whatever another try is told.
        Failure::Transient(Transient::Unknown) => backend.map(|_| "connection_lost"),
        Failure::StalePlan => Some("stale_plan"),
        // Two first uses of one idempotency key or external id met: the loser asks again and finds the winner's row.
        Failure::UniqueViolation { .. } => Some("unique_race"),
        Failure::Timeout | Failure::OutOfResources | Failure::Other => None,
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

/// What was asked may still take effect: the client learns it by asking again.
fn no_answer(call: &Call, waited: Duration) -> Error {
    Error::DatabaseUnavailable(anyhow::anyhow!("{}: no answer within {waited:?}", call.function))
}

/// A lost session could not be ended: what was asked there may still take effect, and only the client can ask later.
fn unfenced(call: &Call, why: &str) -> Error {
    Error::DatabaseUnavailable(anyhow::anyhow!("{}: the lost session could not be ended: {why}", call.function))
}

fn no_connection(error: PoolError) -> Error {
    match error {
        PoolError::Overloaded { .. } => Error::Overloaded,
        other => Error::DatabaseUnavailable(other.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_of_a_fence_is_waited_for_even_when_its_time_is_over() {
        let now = Instant::now();
        let second = Duration::from_secs(1);
        assert_eq!(patience(now, now + second), (second, second + FENCE_GRACE));
        assert_eq!(patience(now + second, now), (Duration::ZERO, FENCE_GRACE));
    }
}
