//! The network between a server and PostgreSQL stands still for a while, or is slow.

use std::time::{Duration, Instant};

use rand::RngExt;

use super::Scene;

pub(super) async fn inject(scene: &mut Scene<'_>) -> anyhow::Result<(Instant, usize)> {
    let server = scene.any_server();
    let link = &scene.world.links[server];
    if scene.rng.random_bool(0.5) {
        // Sometimes longer than the server waits for a connection (2 s), sometimes shorter.
        let time = Duration::from_millis(scene.rng.random_range(200..3_500));
        link.stall(time);
        tokio::time::sleep(time).await;
    } else {
        link.slow(Duration::from_millis(scene.rng.random_range(2..40)));
        tokio::time::sleep(Duration::from_secs(1)).await;
        link.slow(Duration::ZERO);
    }
    Ok((Instant::now(), 1))
}
