//! The network between a server and PostgreSQL is cut, before, during and after a commit; or it is cut for the server only,
//! and what was on its way reaches PostgreSQL later.

use std::time::{Duration, Instant};

use anyhow::ensure;
use rand::{RngExt, seq::IndexedRandom};

use super::Scene;
use crate::link::Side;

/// How many cuts one fault is.
const CUTS: usize = 10;
/// How long to wait for a call to cut.
const PATIENCE: Duration = Duration::from_secs(2);

pub(super) async fn inject(scene: &mut Scene<'_>) -> anyhow::Result<(Instant, usize)> {
    let mut cuts = 0;
    for _ in 0..CUTS {
        let server = scene.any_server();
        let side = *Side::ALL.choose(scene.rng).unwrap_or(&Side::AfterCommit);
        let Some(snag) = scene.world.links[server].snag(side, PATIENCE).await else { continue };
        match side {
            Side::BeforeCall if scene.rng.random_bool(0.5) => {
                snag.cut_and_deliver_after(Duration::from_millis(scene.rng.random_range(0..300)));
            }
            Side::DuringCall => {
                tokio::time::sleep(Duration::from_micros(scene.rng.random_range(0..2_000))).await;
                snag.cut();
            }
            Side::BeforeCall | Side::AfterCommit => snag.cut(),
        }
        cuts += 1;
    }
    ensure!(cuts > 0, "no writing call came by to be cut");
    Ok((Instant::now(), cuts))
}
