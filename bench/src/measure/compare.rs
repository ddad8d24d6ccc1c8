//! Purchases of this build beside another build. Each build has a database of its own, which it installed itself: the SQL of
//! two builds may differ. Both databases begin with the same data and get the same load, in turns, on one PostgreSQL.

use rand::{SeedableRng, rngs::SmallRng};

use super::Scenario;
use crate::{
    client::Client,
    database::Database,
    figures::{Figures, Goal},
    load::{Pace, Target},
    server::{Combining, Server},
    stage::Stage,
    stats::{Spread, histogram, mean, quantile_ms, record},
    traffic::{Shop, Traffic},
    turns::{Contender, take_turns},
};

const NAME: &str = "compare";
/// What a change may cost, at most.
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
            lone(stage, [&this.target, &other.target], figures).await?;
        }
    }
    for server in servers {
        server.stop().await?;
    }
    Ok(databases)
}

/// Many connections.
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

/// One connection to each build, one purchase after the other.
async fn lone(stage: &Stage<'_>, targets: [&Target; 2], figures: &mut Figures) -> anyhow::Result<()> {
    let mut clients = [Client::connect(targets[0].address).await?, Client::connect(targets[1].address).await?];
    let mut rng = SmallRng::from_rng(&mut rand::rng());
    let mut medians = Vec::new();
    let rounds = stage.plan.compare_rounds;
    for round in 0..=rounds {
        stage.progress.step(format!("a lone client of each build, round {round} of {rounds}"));
        let mut latencies = [histogram()?, histogram()?];
        for number in 0..stage.plan.lone_requests {
            // The build that goes first changes.
            for build in [number % 2, (number + 1) % 2] {
                let planned = Traffic::STEADY.next(&mut rng);
                record(&mut latencies[build], targets[build].ask_once(&mut clients[build], &planned).await?);
            }
        }
        // The first round warms up.
        if round > 0 {
            medians.push((quantile_ms(&latencies[1], 0.5), quantile_ms(&latencies[0], 0.5)));
        }
    }
    let [other, this] = [mean(medians.iter().map(|pair| pair.0)), mean(medians.iter().map(|pair| pair.1))];
    figures.measure(
        "a lone client's median latency: the other build / this build",
        Spread::of_ratios(medians),
        Some(GOAL),
        format!("{other:.3} / {this:.3} ms"),
    );
    Ok(())
}
