//! `kill -9` of a server. The other one runs on.

use std::time::Instant;

use super::Scene;

pub(super) async fn inject(scene: &mut Scene<'_>) -> anyhow::Result<(Instant, usize)> {
    let server = scene.any_server();
    let snag = scene.moment(server).await;
    scene.world.take_server(server)?.kill().await?;
    drop(snag);
    scene.tell_addresses();
    scene.wait(100).await;
    scene.world.start_server(server).await?;
    scene.tell_addresses();
    Ok((Instant::now(), 1))
}
