//! A row that is held until a crowd of sessions waits for it. Then all of them are in the database at the same time, and not
//! just in the same second.

use std::time::{Duration, Instant};

use tallystick::db::connection::DedicatedConnection;

use super::fresh_database::FreshDatabase;

/// How long the crowd may take to arrive before the test has failed.
const PATIENCE: Duration = Duration::from_mins(1);

/// A lock on a row, in a session of its own.
pub struct Gate {
    holder: DedicatedConnection,
    watcher: DedicatedConnection,
}

impl Gate {
    /// Locks a row: `customers WHERE id = '…'`.
    pub async fn at(database: &FreshDatabase, row: &str) -> Self {
        let (holder, watcher) = (database.session().await, database.session().await);
        holder.client().batch_execute("BEGIN").await.unwrap();
        let locked = holder.client().query(&format!("SELECT FROM tallystick.{row} FOR UPDATE"), &[]).await.unwrap();
        assert_eq!(locked.len(), 1, "a gate is one row: {row}");
        Self { holder, watcher }
    }

    /// Waits until at least `crowd` sessions of this database wait for a lock.
    pub async fn wait_for(&self, crowd: usize) {
        const WAITING: &str = "
            SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        let began = Instant::now();
        loop {
            let waiting: i64 = self.watcher.client().query_one(WAITING, &[]).await.unwrap().get(0);
            if usize::try_from(waiting).unwrap() >= crowd {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "only {waiting} of {crowd} wait at the gate");
        }
    }

    /// Releases the row.
    pub async fn open(self) {
        self.holder.client().batch_execute("COMMIT").await.unwrap();
    }
}
