//! Latencies at half of the greatest load, in an open loop: what customers see on a good day.

use crate::{
    figures::{Figures, Goal},
    load::Pace,
    stage::Stage,
    stats::{Spread, mean, quantile_ms},
    traffic::Traffic,
    turns::{Contender, take_turns},
};

const NAME: &str = "half-load";

/// Finds the greatest load of 256 connections, then sends half of it.
pub async fn measure(stage: &Stage<'_>, figures: &mut Figures) -> anyhow::Result<()> {
    stage.progress.step("the greatest load".to_owned());
    let greatest = stage.on().drive(&Traffic::STEADY, 256, Pace::Closed, stage.plan.round).await?.per_second;
    let half = greatest / 2.0;
    let contender = Contender::open("API, open loop", stage.on(), Traffic::STEADY, half, stage.plan.round);
    let turns = take_turns(stage, NAME, stage.plan.rounds, vec![contender]).await?;
    for turn in &turns {
        figures.keep(NAME, turn);
        let at = |quantile: f64| turn.latencies.iter().map(move |round| quantile_ms(round, quantile));
        let [p50, p99] = [0.5, 0.99].map(|quantile| mean(at(quantile)));
        figures.measure(
            "half of the greatest load, open loop: p99 / median",
            Spread::of_ratios(at(0.99).zip(at(0.5))),
            Some(Goal::AtMost(8.0)),
            format!("{p99:.2} / {p50:.2} ms at {half:.0} a second"),
        );
    }
    Ok(())
}
