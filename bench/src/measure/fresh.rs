//! Whether a new installation is as fast as one that has statistics.
//!
//! PostgreSQL plans a function's statements when a session first runs them and keeps the plans. On a new installation that
//! is while the tables are next to empty, and a plan for an empty table may be a bad one for a full table. Statistics make
//! every session plan anew.
//!
//! Two installations live through the same: a server connects and every session of its pool plans on next to nothing;
//! then the shop fills up. Only one of them is analysed then.

use crate::{
    database::Database,
    figures::{Figures, Goal},
    ids::BUSINESSES,
    load::Pace,
    server::{Combining, Server},
    stage::Stage,
    traffic::{Shop, Traffic},
    turns::{Contender, take_turns},
};

const NAME: &str = "fresh";
const CONNECTIONS: usize = 64;

struct Installation {
    database: Database,
    server: Server,
}

impl Installation {
    async fn new(stage: &Stage<'_>, name: &str) -> anyhow::Result<Self> {
        let mut database = stage.bed.database(name, stage.program).await?;
        database.open(Shop::TINY).await?;
        let server = Server::start(stage.bed, &database, Combining::On).await?;
        let traffic = Traffic::Steady(0..BUSINESSES, Shop::TINY);
        server.target.drive(&traffic, CONNECTIONS, Pace::Closed, stage.plan.short).await?;
        database.open(Shop::FULL).await?;
        Ok(Self { database, server })
    }

    /// New pages are written whole once, and new indexes split often at first: not in the rounds.
    async fn warm_up(&self, stage: &Stage<'_>) -> anyhow::Result<()> {
        self.server.target.drive(&Traffic::STEADY, CONNECTIONS, Pace::Closed, stage.plan.short).await?;
        Ok(())
    }
}

/// Measures both in turns, and hands back their databases.
pub async fn measure(stage: &Stage<'_>, figures: &mut Figures) -> anyhow::Result<Vec<Database>> {
    stage.progress.step("two new installations".to_owned());
    let fresh = Installation::new(stage, "fresh").await?;
    let analysed = Installation::new(stage, "analysed").await?;
    analysed.database.analyse().await?;
    stage.bed.checkpoint().await?;
    for installation in [&fresh, &analysed] {
        installation.warm_up(stage).await?;
    }
    let contenders = [("API, without statistics", &fresh), ("API, with statistics", &analysed)]
        .map(|(name, installation)| {
            let target = &installation.server.target;
            Contender::api(name, target, Traffic::STEADY, CONNECTIONS, stage.plan.short)
        })
        .into();
    let turns = take_turns(stage, NAME, stage.plan.rounds, contenders).await?;
    for turn in &turns {
        figures.keep(NAME, turn);
    }
    if let [without, with] = turns.as_slice() {
        let name = "a new installation without statistics / the same with statistics";
        figures.compare(name, without, with, Some(Goal::AtLeast(0.95)));
    }
    let mut databases = Vec::new();
    for installation in [fresh, analysed] {
        installation.server.stop().await?;
        databases.push(installation.database);
    }
    Ok(databases)
}
