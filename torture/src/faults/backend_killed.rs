//! `kill -9` of one PostgreSQL process that serves a server of ours: the postmaster ends all others, and recovers.

use std::time::{Duration, Instant};

use anyhow::ensure;
use rand::RngExt;

use super::Scene;
use crate::world::SERVER_ROLE;

pub(super) async fn inject(scene: &mut Scene<'_>) -> anyhow::Result<(Instant, usize)> {
    let server = scene.any_server();
    let snag = scene.moment(server).await;
    let rng = &mut *scene.rng;
    let is_killed = scene.world.postgres.kill_one_backend(SERVER_ROLE, |count| rng.random_range(0..count))?;
    drop(snag);
    ensure!(is_killed, "no PostgreSQL process served a server");
    // Until the postmaster has noticed, it still accepts.
    tokio::time::sleep(Duration::from_millis(20)).await;
    Ok((scene.world.postgres.accepting().await?, 1))
}
