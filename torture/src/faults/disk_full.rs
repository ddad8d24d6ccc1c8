//! The disk fills up, for data or for the write-ahead log, and has room again.

use std::time::{Duration, Instant};

use anyhow::ensure;
use tokio_postgres::error::SqlState;

use super::Scene;
use crate::world::disk::Full;

/// What PostgreSQL logs when it finds no room for its write-ahead log, shortly before it ends.
const NO_ROOM_FOR_WAL: &str = "PANIC:  could not write to file \"pg_wal";
/// Asks for some room for data, and gives it back.
const SOME_ROOM: &str = "BEGIN; CREATE TABLE tallystick_room AS SELECT generate_series(1, 5000); ROLLBACK";
/// How long it may take until there is none.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) async fn inject(scene: &mut Scene<'_>, full: Full) -> anyhow::Result<(Instant, usize)> {
    let panics_before = scene.world.postgres.logged(NO_ROOM_FOR_WAL);
    let session = scene.world.postgres.session().await?;
    let ballast = scene.world.disk.fill(full)?;
    let began = Instant::now();
    loop {
        let is_out_of_room = match full {
            // Its log lies there too, and cannot tell.
            Full::Data => {
                let asked = session.client().batch_execute(SOME_ROOM).await;
                asked.is_err_and(|error| error.code() == Some(&SqlState::DISK_FULL))
            }
            Full::Wal => {
                // Segments that are there already are used up first.
                let _ = session.client().batch_execute("SELECT pg_switch_wal()").await;
                scene.world.postgres.logged(NO_ROOM_FOR_WAL) > panics_before
            }
        };
        if is_out_of_room {
            break;
        }
        ensure!(began.elapsed() < PATIENCE, "PostgreSQL never ran out of room");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    scene.wait(1_500).await;
    drop(ballast);
    // Without room for its log PostgreSQL ends, as it must.
    Ok((scene.world.postgres.accepting().await?, 1))
}
