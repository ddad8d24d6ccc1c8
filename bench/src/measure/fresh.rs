//! Whether a new installation is as fast as one that has statistics.
//!
//! PostgreSQL plans a function's statements when a session first runs them and keeps the plans. On a new installation that
//! is while the tables are next to empty, and a plan for an empty table may be a bad one for a full table. Statistics make
//! every session plan anew.
//!
//! Two installations live through the same: a server connects and every session of its pool plans on next to nothing;
//! then the shop fills up. Only one of them is analysed then.

use serde::Serialize;

use super::{Ratio, mean};
use crate::{
    bed::{Bed, Database},
    load::{Load, Shop, Window},
    progress::Progress,
    server::{Program, Server},
};

/// How long to measure.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Each side of each round.
    pub round: Window,
    /// How many rounds.
    pub rounds: u32,
}

/// What came of it.
#[derive(Debug, Serialize)]
pub struct Fresh {
    /// Purchases a second where every plan was made on an empty shop, and no statistics were ever made.
    pub without_per_second: f64,
    /// Purchases a second where every plan was made on the full shop, with statistics.
    pub with_per_second: f64,
    /// The former / the latter.
    pub ratio: Ratio,
}

struct Installation {
    database: Database,
    server: Server,
    load: Load,
}

impl Installation {
    async fn new(bed: &Bed, program: &Program, name: &str, window: Window) -> anyhow::Result<Self> {
        let mut database = bed.database(name).await?;
        database.open(Shop::TINY).await?;
        let server = program.start(bed, &database).await?;
        let load = Load::new(bed, &server, &database);
        load.drive(Shop::TINY, window).await?;
        database.open(Shop::FULL).await?;
        Ok(Self { database, server, load })
    }
}

/// Measures both in turns.
pub async fn measure(bed: &Bed, program: &Program, plan: Plan, progress: &Progress) -> anyhow::Result<Fresh> {
    progress.step("two new installations".to_owned());
    let fresh = Installation::new(bed, program, "fresh", plan.round).await?;
    let analysed = Installation::new(bed, program, "analysed", plan.round).await?;
    analysed.database.analyse().await?;
    bed.checkpoint().await?;
    let mut pairs = Vec::new();
    // The first round warms up: new pages are written whole once, new indexes split often at first.
    for round in 0..=plan.rounds {
        progress.step(format!("without statistics beside with, round {round} of {}", plan.rounds));
        let one = fresh.load.drive(Shop::FULL, plan.round).await?.per_second;
        let other = analysed.load.drive(Shop::FULL, plan.round).await?.per_second;
        if round > 0 {
            pairs.push((one, other));
        }
    }
    fresh.server.stop().await?;
    analysed.server.stop().await?;
    Ok(Fresh {
        without_per_second: mean(pairs.iter().map(|pair| pair.0)),
        with_per_second: mean(pairs.iter().map(|pair| pair.1)),
        ratio: Ratio::of(pairs),
    })
}
