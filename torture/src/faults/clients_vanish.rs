//! A crowd of clients that vanish at every stage of a request.

use std::time::Instant;

use super::Scene;
use crate::clients::vanishing::vanish;

/// How many clients one fault is.
const CLIENTS: usize = 100;

pub(super) async fn inject(scene: &mut Scene<'_>) -> anyhow::Result<(Instant, usize)> {
    let vanished = vanish(scene.traffic, CLIENTS, scene.rng).await;
    Ok((Instant::now(), vanished))
}
