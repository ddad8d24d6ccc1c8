//! Runs calls to their end: waits for a permit and a connection, sends, and sends again where that is safe.

use std::{
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use postgres_url::ConnectionUrl;
use tokio::time::error::Elapsed;
use tokio_postgres::Row;
use tracing::Instrument;

use super::{
    Call, Way,
    fence::{self, FencePost},
    next::Next,
    retry::Backoff,
    rows::Answer,
    shared::{Share, SharedConnection, SharedConnections},
    sqlstate::{Failure, Transient},
};
use crate::{
    db::{
        connection::{Connection, Pool, PoolError, PoolSettings, PoolSetupError, SessionSettings, explain},
        gate::{Class, Gate, GateLimits, Permit},
    },
    domain::BusinessId,
    error::{Error, Result},
    metrics::Metrics,
    telemetry::database_span,
};

/// A call that has taken this long is not tried again, so that the client gets its answer within the request's time limit.
const RETRY_BUDGET: Duration = Duration::from_secs(3);

/// How soon a call that waits for its turn to wait for a held row looks again whether the row is free.
pub(in crate::db) const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// Each time the pause doubles, up to this one.
pub(in crate::db) const LONGEST_PAUSE: Duration = Duration::from_millis(400);

/// Connections that no business can take: for `/readyz`, for credentials, and for ending lost sessions.
const CONNECTIONS_ASIDE: usize = 2;

/// Connections for reports. A report is read in parts, and has a connection only while a part is read. So two serve many.
const REPORT_CONNECTIONS: usize = 2;
/// How long a part waits for one. An answer that has begun is not refused for a moment of load.
const REPORT_PATIENCE: Duration = Duration::from_secs(30);

/// What a call needs: the gate, the pool behind it, and the metrics that it is counted in. Clones share them.
#[derive(Clone)]
pub(in crate::db) struct CallRunner {
    pub(in crate::db) pool: Pool,
    pub(in crate::db) aside: Pool,
    pub(in crate::db) reports: Pool,
    pub(in crate::db) gate: Gate,
    pub(in crate::db) metrics: Arc<Metrics>,
    shared: SharedConnections,
    fences: FencePost,
}

/// A connection to run a call on.
#[expect(clippy::large_enum_variant, reason = "it is moved twice, which costs less than a box")]
enum Lent {
    Alone(Connection),
    /// Others read on it, too.
    Shared(Arc<SharedConnection>),
}

/// Where a call gets its connection, and another one in place of a connection that is lost.
pub(in crate::db) struct Place {
    pool: Pool,
    /// One for the one connection; none for the connections aside and for reports.
    _permit: Option<Permit>,
}

impl Place {
    /// A connection, to be returned or discarded before the next one. Among those with a permit it never waits for another's.
    pub(in crate::db) async fn connect(&self) -> Result<Connection, PoolError> {
        self.pool.get().await
    }
}

impl CallRunner {
    /// For calls of the database at `url`, counted into `metrics`. It opens a connection only when one is needed.
    pub(in crate::db) fn open(
        url: &ConnectionUrl,
        settings: &PoolSettings,
        metrics: Arc<Metrics>,
    ) -> Result<Self, PoolSetupError> {
        let session = SessionSettings { hot_statements: &[], ..settings.session.clone() };
        let few = |size| PoolSettings { size, session: session.clone(), ..settings.clone() };
        let aside = Pool::new(url, &few(CONNECTIONS_ASIDE))?;
        let reports = Pool::new(url, &PoolSettings { wait_timeout: REPORT_PATIENCE, ..few(REPORT_CONNECTIONS) })?;
        let limits = GateLimits::for_pool(settings.size, settings.size, None);
        let gate = Gate::new(limits, settings.wait_timeout, Arc::clone(&metrics));
        let fences = FencePost::new(aside.clone());
        let pool = Pool::new(url, settings)?;
        let shared = SharedConnections::for_pool(settings.size, pool.answer_timeout());
        Ok(Self { pool, aside, reports, gate, metrics, shared, fences })
    }

    /// Runs `call` to its end. If it passes over a held row, it is sent again to wait for that row.
    ///
    /// After a lost connection, the call is made again only once the process that served the connection has ended (see
    /// [`fence`](super::fence)). So the earlier try has no further effect, and the next one finds what it did. A read changes nothing. A
    /// movement finds its idempotency key, and a creation its id. A change sets the same values again, over those that another
    /// request may have set in between.
    pub(in crate::db) async fn run(&self, call: Call) -> Result<Answer> {
        let (answer, call) = self.run_at(self.place(call.way).await?, call).await?;
        if !call.has_passed_over(&answer) {
            return Ok(answer);
        }
        self.run_when_free(call).await
    }

    /// Runs a call that has passed over a held row: it waits for the row as soon as it is its turn. Until then it looks again
    /// from time to time. So a row that is held for a moment does not wait behind rows that are held for long.
    async fn run_when_free(&self, mut call: Call) -> Result<Answer> {
        let waiting = call.way.for_held_rows();
        let mut turn = pin!(self.place(waiting));
        let mut pause = LOOK_AGAIN;
        loop {
            tokio::select! {
                biased;
                place = &mut turn => return Ok(self.run_at(place?, call.waiting()).await?.0),
                () = tokio::time::sleep(pause) => {}
            }
            // Its turn may come while it waits to look again. Nobody else could use that permit meanwhile.
            let place = tokio::select! {
                biased;
                place = &mut turn => return Ok(self.run_at(place?, call.waiting()).await?.0),
                place = self.place(call.way) => place,
            };
            // There is no room to look again. Its turn comes all the same.
            let Ok(place) = place else { continue };
            let (answer, sent) = self.run_at(place, call).await?;
            if !sent.has_passed_over(&answer) {
                return Ok(answer);
            }
            (call, pause) = (sent, (2 * pause).min(LONGEST_PAUSE));
        }
    }

    /// Runs a call in a task of its own, and gives it back. If the client disconnects, the wait for a connection ends. What
    /// follows does not.
    async fn run_at(&self, place: Place, call: Call) -> Result<(Answer, Call)> {
        let lent = self.lend(&place, call.way).await.map_err(no_connection)?;
        let runner = self.clone();
        let span = tracing::Span::current();
        let work = async move {
            let answer = match lent {
                Lent::Alone(connection) => runner.run_on(&place, connection, &call).await?,
                Lent::Shared(connection) => runner.read_on(&place, connection, &call).await?,
            };
            Ok((answer, call))
        };
        tokio::spawn(work.instrument(span)).await.map_err(Error::internal)?
    }

    async fn place(&self, way: Way) -> Result<Place> {
        let (caller, class) = match way {
            Way::Gate(caller, class) => (caller, class),
            // A page that cannot share a connection is a list as any other.
            Way::Shared(caller, Share::Pages) if !self.pool.named_statements() => (caller, Class::Heavy),
            Way::Shared(caller, _) => (caller, Class::Quick),
            Way::Reports => return Ok(Place { pool: self.reports.clone(), _permit: None }),
            Way::Aside => return Ok(Place { pool: self.aside.clone(), _permit: None }),
        };
        let permit = self.gate.enter(caller, class).await?;
        Ok(Place { pool: self.pool.clone(), _permit: Some(permit) })
    }

    async fn lend(&self, place: &Place, way: Way) -> Result<Lent, PoolError> {
        match way {
            Way::Shared(_, share) if place.pool.named_statements() => {
                self.shared.take(&place.pool, share).await.map(Lent::Shared)
            }
            _ => place.connect().await.map(Lent::Alone),
        }
    }

    /// A place for a worker, however long it takes.
    pub(in crate::db) async fn workers_place(&self, business_id: BusinessId, class: Class) -> Place {
        let permit = self.gate.enter_patiently(Some(business_id), class).await;
        Place { pool: self.pool.clone(), _permit: Some(permit) }
    }

    /// Runs `call` to its end on a connection of `place`, in the caller's task, which must not be dropped.
    pub(in crate::db) async fn run_on(&self, place: &Place, mut connection: Connection, call: &Call) -> Result<Answer> {
        let deadline = Instant::now() + RETRY_BUDGET;
        let mut attempts = 1;
        loop {
            let Ok(sent) = self.try_once(place, &connection, call).await else {
                // Neither sent again nor fenced: a host that does not answer would not answer that either.
                Pool::discard(connection);
                return Err(no_answer(call, place.pool.answer_timeout()));
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
                        place.pool.clear_statements();
                    }
                    tokio::time::sleep(wait).await;
                }
                Next::RetryAfterFence { wait, lost, .. } => {
                    tokio::time::sleep(wait).await;
                    // The connection may not have noticed its end yet, so it must not return to the pool.
                    Pool::discard(connection);
                    fence::end(lost, &self.fences, &self.metrics, call.function, deadline).await?;
                    // The lost connection was discarded, so this one is the only one of this place.
                    connection = place.connect().await.map_err(|error| still_unknown(call, error))?;
                }
            }
            attempts += 1;
        }
    }

    /// Reads on a shared connection. What fails there is read again on a connection of its own. A read changes nothing, so no
    /// session has to end before that.
    async fn read_on(&self, place: &Place, connection: Arc<SharedConnection>, call: &Call) -> Result<Answer> {
        let patience = self.shared.patience();
        let sent = self.try_for(patience, place, &connection, call).await;
        if sent.is_ok() {
            connection.has_answered();
        }
        let (reason, error) = match sent {
            Ok(Ok(rows)) => return Ok(Answer { rows }),
            Ok(Err(error)) => match Failure::of(&error) {
                Failure::Transient(Transient::Unknown) => {
                    connection.retire();
                    ("connection_lost", Some(error))
                }
                Failure::Transient(Transient::RolledBack) => ("rolled_back", Some(error)),
                Failure::StalePlan => {
                    place.pool.clear_statements();
                    ("stale_plan", Some(error))
                }
                failure => return Err(refuse(call, &failure, &error)),
            },
            Err(_) => {
                connection.retire();
                ("slow_connection", None)
            }
        };
        // Its permit stands for one connection at a time.
        drop(connection);
        let error = error.as_ref().map(explain);
        tracing::warn!(function = call.function, reason, error, "reading again on another connection");
        self.metrics.database_retry(reason);
        let connection = place.connect().await.map_err(no_connection)?;
        self.run_on(place, connection, call).await
    }

    /// Sends `call` once, and waits for its answer for as long as the pool says.
    async fn try_once(&self, place: &Place, connection: &Connection, call: &Call) -> Sent {
        self.try_for(place.pool.answer_timeout(), place, connection, call).await
    }

    async fn try_for(&self, patience: Duration, place: &Place, connection: &Connection, call: &Call) -> Sent {
        let started = Instant::now();
        let sending = call.send(connection, place.pool.named_statements());
        let sending = sending.instrument(database_span(call.function));
        let sent = tokio::time::timeout(patience, sending).await;
        self.metrics.database_call(call.function, started.elapsed());
        sent
    }
}

/// What came of a call that was sent.
type Sent = Result<Result<Vec<Row>, tokio_postgres::Error>, Elapsed>;

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

/// The lost try has ended, and perhaps did all of it. There is no connection to find out.
fn still_unknown(call: &Call, error: PoolError) -> Error {
    Error::DatabaseUnavailable(anyhow::Error::from(error).context(call.function))
}

fn no_connection(error: PoolError) -> Error {
    match error {
        PoolError::Overloaded { .. } => Error::Overloaded,
        other => Error::DatabaseUnavailable(other.into()),
    }
}
