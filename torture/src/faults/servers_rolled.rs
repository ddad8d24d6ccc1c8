//! A rolling restart: each server is stopped in good order and started again, one after the other.

use std::time::Instant;

use super::Scene;
use crate::world::SERVERS;

pub(super) async fn inject(scene: &mut Scene<'_>) -> anyhow::Result<(Instant, usize)> {
    for server in 0..SERVERS {
        let old = scene.world.take_server(server)?;
        scene.tell_addresses();
        old.stop().await?;
        scene.world.start_server(server).await?;
        scene.tell_addresses();
    }
    Ok((Instant::now(), 1))
}
