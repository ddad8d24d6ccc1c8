//! Another program takes every session of PostgreSQL, and the servers lose theirs.

use std::time::Instant;

use anyhow::ensure;
use tallystick::db::connection::{ConnectError, DedicatedConnection, connect};
use tokio_postgres::error::SqlState;

use super::Scene;
use crate::world::{SERVER_ROLE, postgres::DATABASE};

/// More than PostgreSQL allows (`max_connections`).
const MOST: usize = 200;
/// How often the servers lose theirs, less one.
const ROUNDS: usize = 5;

pub(super) async fn inject(scene: &mut Scene<'_>) -> anyhow::Result<(Instant, usize)> {
    let postgres = &scene.world.postgres;
    let superuser = postgres.session().await?;
    let mut taken: Vec<DedicatedConnection> = Vec::new();
    // As a role that has no reserved sessions.
    let url = postgres.url(SERVER_ROLE, DATABASE) + "&application_name=hoarder";
    let url = url.parse()?;
    for round in 0..ROUNDS {
        if round > 0 {
            // The servers' sessions end. The servers and the other program race for the free places.
            let end = "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity
                WHERE usename = $1 AND application_name <> 'hoarder'";
            superuser.client().query(end, &[&SERVER_ROLE]).await?;
        }
        loop {
            match connect(&url).await {
                Ok(session) => taken.push(session),
                Err(ConnectError::Refused { error, .. }) if error.code() == Some(&SqlState::TOO_MANY_CONNECTIONS) => {
                    break;
                }
                Err(error) => return Err(error.into()),
            }
            ensure!(taken.len() < MOST, "the sessions did not run out");
        }
    }
    scene.wait(1_000).await;
    drop(taken);
    Ok((Instant::now(), 1))
}
