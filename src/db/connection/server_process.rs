//! The process of PostgreSQL that serves one connection, and how to end it.

use std::time::{Duration, Instant};

use tokio_postgres::{Client, Error, SimpleQueryMessage, types::Type};

/// A process of PostgreSQL that serves one session. The process id alone would not do: another process may have it by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerProcess {
    /// The process id.
    pub pid: i32,
    /// When it started, in microseconds since 1970.
    pub started_us: i64,
}

const WHO_SERVES: &str = "SELECT pid, (extract(epoch FROM backend_start) * 1000000)::bigint
    FROM pg_catalog.pg_stat_get_activity(pg_catalog.pg_backend_pid())";

/// A role may end its own sessions, and may see when they started.
///
/// A session pooler may have given the lost connection's process to another client, even to the one that sends this. Then
/// the lost call has already ended, and the process must not.
const END: &str = "SELECT pg_catalog.pg_terminate_backend(pid, $3) FROM pg_catalog.pg_stat_activity
    WHERE pid = $1 AND (extract(epoch FROM backend_start) * 1000000)::bigint = $2 AND pid <> pg_catalog.pg_backend_pid()";

impl ServerProcess {
    /// The process that serves `client`, if PostgreSQL tells. It asks in the simple protocol, so that the question is one of
    /// the messages that prepare a connection.
    pub async fn of(client: &Client) -> Result<Option<Self>, Error> {
        let messages = client.simple_query(WHO_SERVES).await?;
        Ok(messages.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => {
                Some(Self { pid: row.get(0)?.parse().ok()?, started_us: row.get(1)?.parse().ok()? })
            }
            _ => None,
        }))
    }

    /// Ends the process if it still runs, and says whether it is gone after at most `patience`. `client` is another session of
    /// the same role.
    pub async fn end(self, client: &Client, patience: Duration) -> Result<bool, Error> {
        let began = Instant::now();
        loop {
            let left = patience.saturating_sub(began.elapsed());
            // With a timeout of 0, pg_terminate_backend would not check whether the process has ended.
            let timeout_ms = i64::try_from(left.as_millis()).unwrap_or(i64::MAX).max(1);
            let rows = client
                .query_typed(END, &[(&self.pid, Type::INT4), (&self.started_us, Type::INT8), (&timeout_ms, Type::INT8)])
                .await?;
            // No row: the process is gone. Otherwise the next query shows whether the signal has ended it.
            if rows.is_empty() {
                return Ok(true);
            }
            if left.is_zero() {
                return Ok(false);
            }
        }
    }
}
