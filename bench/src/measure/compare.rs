//! Purchases of this build beside another build. Each build has a database of its own, which it installed itself: the SQL of
//! two builds may differ. Both databases begin with the same data and get the same load, in turns, on one PostgreSQL.

use super::{Scenario, lone};
use crate::{
    database::Database,
    figures::{Figures, Goal},
    load::{Pace, Target},
    server::{Combining, Server},
    stage::Stage,
    stats::Spread,
    traffic::{Shop, Traffic},
    turns::{Contender, take_turns},
};

const NAME: &str = "compare";
/// A change may cost at most 3 %.
const GOAL: Goal = Goal::AtLeast(0.97);

/// Measures the pairs of the wanted scenarios, and hands back both databases.
pub async fn measure(stage: &Stage<'_>, only: &[Scenario], figures: &mut Figures) -> anyhow::Result<Vec<Database>> {
    let mut databases = Vec::new();
    let mut servers = Vec::new();
    for (name, program) in stage.builds() {
        stage.progress.step(format!("the shop of {name}"));
        let mut database = stage.bed.database(&name.replace(' ', "_"), program).await?;
        database.open(Shop::FULL).await?;
        let server = Server::start(stage.bed, &database, Combining::On).await?;
        server.target.drive(&Traffic::STEADY, 64, Pace::Closed, stage.plan.warm_up).await?;
        database.vacuum().await?;
        databases.push(database);
        servers.push(server);
    }
    stage.bed.checkpoint().await?;
    if let [this, other] = servers.as_slice() {
        crowds(stage, only, [&this.target, &other.target], figures).await?;
        if Scenario::Lone.is_in(only) {
            let medians = lone::medians(stage, stage.plan.compare_rounds, [&other.target, &this.target]).await?;
            let ratio = Spread::of_ratios(medians.iter().copied());
            let name = "a lone client's median latency: the other build / this build";
            figures.measure(name, ratio, Some(GOAL), lone::detail(&medians));
        }
    }
    for server in servers {
        server.stop().await?;
    }
    Ok(databases)
}

/// Measures with many connections.
async fn crowds(
    stage: &Stage<'_>,
    only: &[Scenario],
    [this, other]: [&Target; 2],
    figures: &mut Figures,
) -> anyhow::Result<()> {
    let loads = [
        (Scenario::Steady, "steady", Traffic::STEADY, 64),
        (Scenario::Steady, "steady", Traffic::STEADY, 256),
        (Scenario::FlashSale, "flash sale", Traffic::SALE, 64),
    ];
    let mut contenders = Vec::new();
    for (_, name, traffic, connections) in loads.into_iter().filter(|load| load.0.is_in(only)) {
        for (build, target) in [("this build", this), ("other build", other)] {
            let name = format!("{name}, {build}");
            contenders.push(Contender::api(&name, target, traffic.clone(), connections, stage.plan.round));
        }
    }
    let turns = take_turns(stage, NAME, stage.plan.compare_rounds, contenders).await?;
    for turn in &turns {
        figures.keep(NAME, turn);
    }
    for pair in turns.chunks(2) {
        let [this, other] = pair else { continue };
        let name = format!("{}, {} connections / the other build", this.name, this.connections);
        figures.compare(&name, this, other, Some(GOAL));
    }
    Ok(())
}
