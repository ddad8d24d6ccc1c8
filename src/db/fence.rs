//! Ending the session of a connection that was lost, before its call is made again.
//!
//! A connection can die while its statement is still on the way, waits for a lock, or has yet to be read. Then PostgreSQL
//! may carry it out long after another try was answered: a purchase that was refused would be made, and a change come back
//! after a later one. Once the process that serves the session has ended, what the statement did is done, and it does
//! nothing more.

use std::time::{Duration, Instant};

use tokio_postgres::{Client, Error, SimpleQueryMessage, types::Type};

/// A process of PostgreSQL's that serves one session. Its number alone would not do: it may be another's by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backend {
    /// The process id.
    pub pid: i32,
    /// When it began, in microseconds since 1970.
    pub started_us: i64,
}

const WHO_SERVES: &str = "SELECT pid, (extract(epoch FROM backend_start) * 1000000)::bigint
    FROM pg_catalog.pg_stat_get_activity(pg_catalog.pg_backend_pid())";

/// A role may end its own sessions, and sees when they began. A session pooler may have handed the lost one on, to this very
/// session too: then nothing of before is left in it.
const END: &str = "SELECT pg_catalog.pg_terminate_backend(pid, $3) FROM pg_catalog.pg_stat_activity
    WHERE pid = $1 AND (extract(epoch FROM backend_start) * 1000000)::bigint = $2 AND pid <> pg_catalog.pg_backend_pid()";

impl Backend {
    /// The process that serves `client`, if PostgreSQL tells. In the simple protocol, so that it is one message among those
    /// that prepare a connection.
    pub async fn of(client: &Client) -> Result<Option<Self>, Error> {
        let messages = client.simple_query(WHO_SERVES).await?;
        Ok(messages.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => {
                Some(Self { pid: row.get(0)?.parse().ok()?, started_us: row.get(1)?.parse().ok()? })
            }
            _ => None,
        }))
    }

    /// Ends the process, if it is still there, and says whether it is gone. `client` is another session of the same role.
    pub async fn end(self, client: &Client, patience: Duration) -> Result<bool, Error> {
        let began = Instant::now();
        loop {
            let left = patience.saturating_sub(began.elapsed());
            // Given no time at all, pg_terminate_backend would not look whether the process has ended.
            let timeout_ms = i64::try_from(left.as_millis()).unwrap_or(i64::MAX).max(1);
            let rows = client
                .query_typed(END, &[(&self.pid, Type::INT4), (&self.started_us, Type::INT8), (&timeout_ms, Type::INT8)])
                .await?;
            // Whether it ended of the signal, by itself before that, or not yet, the next look tells.
            if rows.is_empty() {
                return Ok(true);
            }
            if left.is_zero() {
                return Ok(false);
            }
        }
    }
}
