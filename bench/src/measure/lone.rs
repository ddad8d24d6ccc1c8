//! A client that is alone must not pay for what helps many clients: its purchases with combining on and off, one after the
//! other on one connection each, in turns. Both servers are new, so that both have the same past.

use rand::{SeedableRng, rngs::SmallRng};

use crate::{
    client::Client,
    figures::{Figures, Goal},
    load::Target,
    server::{Combining, Server},
    stage::Stage,
    stats::{Spread, histogram, mean, quantile_ms, record},
    traffic::Traffic,
};

/// Measures it.
pub async fn measure(stage: &Stage<'_>, figures: &mut Figures) -> anyhow::Result<()> {
    let on = Server::start(stage.bed, &stage.database, Combining::On).await?;
    let off = Server::start(stage.bed, &stage.database, Combining::Off).await?;
    let medians = medians(stage, stage.plan.rounds, [&on.target, &off.target]).await?;
    on.stop().await?;
    off.stop().await?;
    let name = "a lone client's median latency: combining on / off";
    figures.measure(name, Spread::of_ratios(medians.iter().copied()), Some(Goal::AtMost(1.05)), detail(&medians));
    Ok(())
}

/// The median latency of a lone client of each server, by round, in milliseconds.
pub async fn medians(stage: &Stage<'_>, rounds: usize, targets: [&Target; 2]) -> anyhow::Result<Vec<(f64, f64)>> {
    let mut clients = [Client::connect(targets[0].address).await?, Client::connect(targets[1].address).await?];
    let mut rng = SmallRng::from_rng(&mut rand::rng());
    let mut medians = Vec::new();
    for round in 0..=rounds {
        stage.progress.step(format!("a lone client, round {round} of {rounds}"));
        let mut latencies = [histogram()?, histogram()?];
        for number in 0..stage.plan.lone_requests {
            // The side that goes first changes, so that neither always follows the other.
            for side in [number % 2, (number + 1) % 2] {
                let planned = Traffic::STEADY.next(&mut rng);
                record(&mut latencies[side], targets[side].ask_once(&mut clients[side], &planned).await?);
            }
        }
        // The first round warms up.
        if round > 0 {
            medians.push((quantile_ms(&latencies[0], 0.5), quantile_ms(&latencies[1], 0.5)));
        }
    }
    Ok(medians)
}

/// The means of both sides, as text.
pub fn detail(medians: &[(f64, f64)]) -> String {
    let [first, second] = [mean(medians.iter().map(|pair| pair.0)), mean(medians.iter().map(|pair| pair.1))];
    format!("{first:.3} / {second:.3} ms")
}
