//! What `serve` checks about its sessions before it serves: that no pooler stands in between unsaid, and that what was
//! acknowledged survives a crash.

use anyhow::{Context, bail};
use postgres_url::ConnectionUrl;
use tokio_postgres::SimpleQueryMessage;

use crate::db::connection::{UNDECLARED_POOLER, connect, explain, is_behind_a_pooler};

/// Asked in the simple protocol: a pooler may not know prepared statements.
const SESSION: &str = "SELECT pg_catalog.pg_backend_pid(), pg_catalog.current_setting('synchronous_commit'),
    pg_catalog.current_setting('fsync'), pg_catalog.current_setting('full_page_writes'), session_user";

/// Refuses a pooler that the URL does not name, and sessions whose commits do not wait for the disk and cannot be told to.
/// Warns of settings of the whole PostgreSQL that lose data.
pub(super) async fn check(url: &ConnectionUrl) -> anyhow::Result<()> {
    let connection = connect(url).await?;
    let answer = connection.client().simple_query(SESSION).await;
    let answer = answer.map_err(|error| anyhow::anyhow!("cannot examine the session: {}", explain(&error)))?;
    let row = answer.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    let row = row.context("cannot examine the session: PostgreSQL gave no answer")?;
    let column = |index: usize| row.get(index).unwrap_or_default();
    if !url.declares_pooler() && is_behind_a_pooler(connection.client(), column(0).parse()?).await {
        bail!(UNDECLARED_POOLER);
    }
    if column(1) == "off" {
        if url.transaction_pooler() {
            bail!(
                "synchronous_commit is off, so purchases that were acknowledged would be lost in a crash, and behind a pooler \
                 no session can turn it on. Turn it on for the server's role:\n  \
                 ALTER ROLE \"{}\" SET synchronous_commit = on;\n\
                 and then reconnect the pooler's sessions (PgBouncer: RECONNECT)",
                column(4).replace('"', "\"\"")
            );
        }
        tracing::warn!("synchronous_commit is off in PostgreSQL's settings; the server's own sessions turn it on");
    }
    if column(2) == "off" {
        tracing::warn!("fsync is off: if the machine crashes, the database is lost");
    }
    if column(3) == "off" {
        tracing::warn!("full_page_writes is off: if the machine crashes, rows may be damaged");
    }
    Ok(())
}
