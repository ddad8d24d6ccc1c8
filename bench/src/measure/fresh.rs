//! Whether a new installation is as fast as one that has statistics.
//!
//! PostgreSQL plans the statements of a function when a session first runs them, and keeps the plans. On a new installation
//! the tables are nearly empty then, and such a plan may be bad for a full table. New statistics make every session plan
//! anew.
//!
//! Two installations have the same history: a server connects, every session of its pool makes its plans on nearly empty
//! tables, then the shop is filled. Only one of them is analysed after that.

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

    /// PostgreSQL writes new pages whole once, and splits new indexes often. That must not happen in the rounds.
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
