//! A session of another program stalls while it locks the row of a hot customer, of a hot product, or both.

use std::time::{Duration, Instant};

use rand::RngExt;

use super::Scene;

pub(super) async fn inject(scene: &mut Scene<'_>) -> anyhow::Result<(Instant, usize)> {
    let session = scene.world.postgres.session().await?;
    let business = scene.traffic.business(scene.rng.random_range(0..scene.traffic.cast.businesses.len()));
    let client = session.client();
    client.batch_execute("BEGIN").await?;
    let which = scene.rng.random_range(0..3);
    if which != 1 {
        let lock = "SELECT 1 FROM tallystick.customers WHERE business_id = $1 AND id = $2 FOR UPDATE";
        client.query_one(lock, &[&business.id, &business.customers[0].id]).await?;
    }
    if which != 0 {
        let lock = "SELECT 1 FROM tallystick.products WHERE business_id = $1 AND id = $2 FOR UPDATE";
        client.query_one(lock, &[&business.id, &business.products[0].id]).await?;
    }
    // Longer than `TALLYSTICK_LOCK_TIMEOUT` (2 s), at times.
    tokio::time::sleep(Duration::from_millis(scene.rng.random_range(200..4_000))).await;
    client.batch_execute("ROLLBACK").await?;
    Ok((Instant::now(), 1))
}
