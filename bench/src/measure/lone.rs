//! A client that is alone must not pay for what helps a crowd: its purchases with combining on and off, one after the
//! other on one connection each, in turns. Both servers are new, so that they have the same past.

use rand::{SeedableRng, rngs::SmallRng};

use crate::{
    client::Client,
    figures::{Figures, Goal},
    server::{Combining, Server},
    stage::Stage,
    stats::{Spread, histogram, mean, quantile_ms, record},
    traffic::Traffic,
};

/// Measures it.
pub async fn measure(stage: &Stage<'_>, figures: &mut Figures) -> anyhow::Result<()> {
    let servers = [
        Server::start(stage.bed, &stage.database, Combining::On).await?,
        Server::start(stage.bed, &stage.database, Combining::Off).await?,
    ];
    let targets = [&servers[0].target, &servers[1].target];
    let mut clients = [Client::connect(targets[0].address).await?, Client::connect(targets[1].address).await?];
    let mut rng = SmallRng::from_rng(&mut rand::rng());
    let mut medians = Vec::new();
    for round in 0..=stage.plan.rounds {
        stage.progress.step(format!("a lone client, round {round} of {}", stage.plan.rounds));
        let mut latencies = [histogram()?, histogram()?];
        for number in 0..stage.plan.lone_requests {
            // Who goes first changes, so that neither side always follows the other.
            for side in if number % 2 == 0 { [0, 1] } else { [1, 0] } {
                let planned = Traffic::STEADY.next(&mut rng);
                record(&mut latencies[side], targets[side].ask_once(&mut clients[side], &planned).await?);
            }
        }
        // The first round warms up.
        if round > 0 {
            medians.push((quantile_ms(&latencies[0], 0.5), quantile_ms(&latencies[1], 0.5)));
        }
    }
    drop(clients);
    for server in servers {
        server.stop().await?;
    }
    let (on, off) = (mean(medians.iter().map(|pair| pair.0)), mean(medians.iter().map(|pair| pair.1)));
    figures.measure(
        "a lone client's median latency: combining on / off",
        Spread::of_ratios(medians),
        Some(Goal::AtMost(1.05)),
        format!("{on:.3} / {off:.3} ms"),
    );
    Ok(())
}
