//! Waits for what another session does, by asking the database and not by sleeping.

use std::time::Duration;

use tallystick::db::connection::DedicatedConnection;
use tokio::time::timeout;

/// Longer than anything here takes, on a busy machine too.
const LIMIT: Duration = Duration::from_secs(30);

/// The process id of the one server session of this database that waits for a lock, as soon as there is one.
pub async fn blocked_backend(observer: &DedicatedConnection) -> i32 {
    let query = "SELECT pid FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND usename = 'tallystick_server'";
    until("a session waits for a lock", async || {
        observer.client().query_opt(query, &[]).await.unwrap().map(|row| row.get(0))
    })
    .await
}

/// Asks again and again until there is an answer.
pub async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let asking = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
        }
    };
    timeout(LIMIT, asking).await.unwrap_or_else(|_| panic!("it never happened that {what}"))
}
