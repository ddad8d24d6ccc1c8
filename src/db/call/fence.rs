//! Ending the session of a connection that was lost, before its call is made again.
//!
//! A connection can die while its statement is on the way, waits for a lock, or has not been read yet. PostgreSQL may then
//! carry the statement out after another try was answered. A purchase that was refused would be made. An earlier change would
//! overwrite a later one. Once the process that served the session has ended, the statement has no further effect.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::Semaphore;

use super::{
    retry::Backoff,
    sqlstate::{Failure, Transient},
};
use crate::{
    db::connection::{Pool, ServerProcess, explain},
    error::{Error, Result},
    metrics::Metrics,
};

/// How much longer than the process's end its answer is waited for.
const FENCE_GRACE: Duration = Duration::from_millis(500);

/// Where fences are made. They need no permit: whoever makes one has a permit already, and others may wait for that one.
#[derive(Clone)]
pub(in crate::db) struct FencePost {
    /// The connections that no business can take. Others wait for them too, so fences take one of them at a time.
    pool: Pool,
    turns: Arc<Semaphore>,
}

impl FencePost {
    pub(super) fn new(pool: Pool) -> Self {
        Self { pool, turns: Arc::new(Semaphore::new(1)) }
    }
}

/// Ends the process that served a lost connection of `function`'s call. If the process cannot be ended by `deadline`, the
/// outcome stays unknown.
pub(super) async fn end(
    lost: ServerProcess,
    post: &FencePost,
    metrics: &Metrics,
    function: &'static str,
    deadline: Instant,
) -> Result<()> {
    let (_, turn_timeout) = patience(Instant::now(), deadline);
    let Ok(_turn) = tokio::time::timeout(turn_timeout, post.turns.acquire()).await else {
        return Err(unfenced(function, "other sessions are being ended"));
    };
    let mut attempts = 1;
    loop {
        let connection = post.pool.get().await.map_err(|error| unfenced(function, &error.to_string()))?;
        let started = Instant::now();
        let (patience, answer_timeout) = patience(started, deadline);
        let ended = tokio::time::timeout(answer_timeout, lost.end(&connection, patience)).await;
        metrics.database_call("fence", started.elapsed());
        let error = match ended {
            Ok(Ok(true)) => return Ok(()),
            Ok(Ok(false)) => return Err(unfenced(function, "it goes on")),
            Ok(Err(error)) => error,
            Err(_) => {
                Pool::discard(connection);
                return Err(unfenced(function, "no answer"));
            }
        };
        let wait = Backoff::STATEMENT.after(attempts).filter(|_| Instant::now() < deadline);
        let (Failure::Transient(Transient::Unknown), Some(wait)) = (Failure::of(&error), wait) else {
            return Err(unfenced(function, &explain(&error)));
        };
        // Whatever ended this connection may have ended others that wait in the pool.
        Pool::discard(connection);
        tokio::time::sleep(wait).await;
        attempts += 1;
    }
}

/// How long to wait for a process's end, and how long for the answer that tells of it.
fn patience(now: Instant, deadline: Instant) -> (Duration, Duration) {
    let patience = deadline.saturating_duration_since(now);
    (patience, patience + FENCE_GRACE)
}

/// A lost session could not be ended, so its call may still take effect. The client learns it by sending the request again.
fn unfenced(function: &'static str, why: &str) -> Error {
    Error::DatabaseUnavailable(anyhow::anyhow!("{function}: the lost session could not be ended: {why}"))
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
