//! The disk fills up, for data or for the write-ahead log, and has room again.

use std::time::Instant;

use super::Scene;
use crate::world::disk::Full;

pub(super) async fn inject(scene: &mut Scene<'_>, full: Full) -> anyhow::Result<(Instant, usize)> {
    let ballast = scene.world.disk.fill(full)?;
    scene.wait(3_000).await;
    drop(ballast);
    // Without room for its log PostgreSQL ends, as it must; whoever supervises it starts it again.
    if scene.world.postgres.has_ended().await {
        let _ = scene.world.postgres.stop().await;
        scene.world.postgres.start_again().await?;
    }
    Ok((scene.world.postgres.accepting().await?, 1))
}
