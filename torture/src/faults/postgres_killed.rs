//! `kill -9` of all of PostgreSQL.

use std::time::Instant;

use super::Scene;

pub(super) async fn inject(scene: &mut Scene<'_>) -> anyhow::Result<(Instant, usize)> {
    let server = scene.any_server();
    let snag = scene.moment(server).await;
    scene.world.postgres.kill()?;
    drop(snag);
    scene.wait(200).await;
    Ok((scene.world.postgres.start_again().await?, 1))
}
