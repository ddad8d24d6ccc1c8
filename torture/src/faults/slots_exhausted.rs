//! Somebody else takes every PostgreSQL session that there is, and the servers lose theirs.

use std::time::{Duration, Instant};

use anyhow::ensure;
use tallystick::db::connect::{Session, connect};

use super::Scene;
use crate::world::{SERVER_ROLE, postgres::DATABASE};

/// More than PostgreSQL allows (`max_connections`).
const MOST: usize = 200;

pub(super) async fn inject(scene: &mut Scene<'_>) -> anyhow::Result<(Instant, usize)> {
    let postgres = &scene.world.postgres;
    let superuser = postgres.session().await?;
    let mut taken: Vec<Session> = Vec::new();
    // As somebody who has no reserved slots.
    let url = postgres.url(SERVER_ROLE, DATABASE) + "&application_name=hoarder";
    let url = url.parse()?;
    for _ in 0..2 {
        while taken.len() < MOST {
            match connect(&url).await {
                Ok(session) => taken.push(session),
                Err(_) => break,
            }
        }
        // The servers' sessions end, and the next round takes their places.
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE usename = $1 AND application_name <> 'hoarder'";
        superuser.client().query(end, &[&SERVER_ROLE]).await?;
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    ensure!(!taken.is_empty() && taken.len() < MOST, "the sessions did not run out: {} were had", taken.len());
    scene.wait(1_000).await;
    drop(taken);
    Ok((Instant::now(), 1))
}
