//! A server whose clock is nearly a day off, either way, beside one whose clock is right. A server makes the ids: `verify` reports
//! an id whose time is more than a day off.

use std::time::{Duration, Instant};

use rand::RngExt;

use super::Scene;

pub(super) async fn inject(scene: &mut Scene<'_>) -> anyhow::Result<(Instant, usize)> {
    let server = scene.any_server();
    let shift = if scene.rng.random_bool(0.5) { "+23h" } else { "-23h" };
    let old = scene.world.take_server(server)?;
    scene.tell_addresses();
    old.stop().await?;
    scene.world.start_server_at(server, shift).await?;
    scene.tell_addresses();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let shifted = scene.world.take_server(server)?;
    scene.tell_addresses();
    shifted.stop().await?;
    scene.world.start_server(server).await?;
    scene.tell_addresses();
    Ok((Instant::now(), 1))
}
