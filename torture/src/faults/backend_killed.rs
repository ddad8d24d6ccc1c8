//! `kill -9` of one PostgreSQL process that serves a server: the postmaster ends all others, and recovers.

use std::time::{Duration, Instant};

use anyhow::ensure;
use rand::RngExt;

use super::Scene;
use crate::world::SERVER_ROLE;

/// What PostgreSQL logs when it ends all others.
const NOTICED: &str = "terminating any other active server processes";
/// How long that may take.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) async fn inject(scene: &mut Scene<'_>) -> anyhow::Result<(Instant, usize)> {
    let noticed_before = scene.world.postgres.logged(NOTICED);
    let server = scene.any_server();
    let snag = scene.moment(server).await;
    let rng = &mut *scene.rng;
    let is_killed = scene.world.postgres.kill_one_backend(SERVER_ROLE, |count| rng.random_range(0..count))?;
    drop(snag);
    ensure!(is_killed, "no PostgreSQL process served a server");
    // Until the postmaster has noticed, it still accepts.
    let began = Instant::now();
    while scene.world.postgres.logged(NOTICED) == noticed_before {
        ensure!(began.elapsed() < PATIENCE, "PostgreSQL did not notice that a process of its own was killed");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    Ok((scene.world.postgres.accepting().await?, 1))
}
