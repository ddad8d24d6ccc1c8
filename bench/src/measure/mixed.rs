//! Two other loads: one customer who buys all the time, and purchases among other requests.

use crate::{
    figures::Figures,
    stage::Stage,
    traffic::Traffic,
    turns::{Contender, take_turns},
};

/// Measures one of the scenarios with combining on and off.
pub async fn measure(stage: &Stage<'_>, name: &str, traffic: &Traffic, figures: &mut Figures) -> anyhow::Result<()> {
    let window = stage.plan.short;
    let contenders = vec![
        Contender::api("API", stage.on(), traffic.clone(), 64, window),
        Contender::api("API, combining off", stage.off(), traffic.clone(), 64, window),
    ];
    let turns = take_turns(stage, name, stage.plan.rounds, contenders).await?;
    for turn in &turns {
        figures.keep(name, turn);
    }
    if let [on, off] = turns.as_slice() {
        figures.compare(&format!("{name}: API, 64 connections / the same, combining off"), on, off, None);
    }
    Ok(())
}
