//! What hostile clients cost: the server's memory, and the purchases of others beside them. They send slowly, read slowly, leave
//! connections half open and pipeline requests, all with the key of one business. The other businesses buy.

use anyhow::Context;

use super::steady::memory;
use crate::{
    cpu::peak_resident_bytes,
    figures::{Figures, Goal},
    hostile::HostileClients,
    ids::BUSINESSES,
    load::Pace,
    numbers::{count, number},
    server::{Combining, Server},
    stage::Stage,
    stats::Spread,
    traffic::{Shop, Traffic},
};

/// The business whose key the hostile clients have.
const ATTACKER: usize = 0;
/// Connections of those who buy.
const CONNECTIONS: usize = 64;
/// What the server may use at most, in MiB.
const MOST_MEBIBYTES: f64 = 256.0;

/// Measures purchases without and with the hostile clients, in turns, and then the server's peak of memory.
pub async fn measure(stage: &Stage<'_>, figures: &mut Figures) -> anyhow::Result<()> {
    let hostile = stage.plan.hostile_clients;
    // Enough for all, so that what is measured is not that somebody is refused.
    let connections = hostile + 4 * CONNECTIONS;
    let server = Server::start_for(stage.bed, &stage.database, Combining::On, Some(connections)).await?;
    let target = &server.target;
    let others = Traffic::Steady(1..BUSINESSES, Shop::FULL);
    target.drive(&others, CONNECTIONS, Pace::Closed, stage.plan.warm_up).await?;
    let clients = count(hostile.try_into()?);
    let mut rates = Vec::new();
    let mut refused = 0;
    for round in 1..=stage.plan.rounds {
        stage.progress.step(format!("purchases without hostile clients, round {round} of {}", stage.plan.rounds));
        let calm = target.drive(&others, CONNECTIONS, Pace::Closed, stage.plan.round).await?;
        stage.progress.step(format!("beside {clients} hostile clients, round {round} of {}", stage.plan.rounds));
        let attack = HostileClients::start(target.address, &target.api_keys[ATTACKER], hostile).await?;
        let beside = target.drive(&others, CONNECTIONS, Pace::Closed, stage.plan.round).await?;
        drop(attack);
        refused += beside.overloaded;
        rates.push((beside.per_second, calm.per_second));
    }
    // Without `/proc` there is no figure.
    if peak_resident_bytes(std::process::id()).is_some() {
        let bytes = peak_resident_bytes(target.pid).context("the server ended")?;
        let name = format!("server memory at its peak, {clients} hostile clients of every kind");
        memory(figures, &name, bytes, Some(Goal::AtMost(MOST_MEBIBYTES)));
    }
    let mean = |rate: fn(&(f64, f64)) -> f64| Spread::of(rates.iter().map(rate)).mean;
    let detail =
        format!("{} / {} a second, {refused} refused", number(mean(|pair| pair.0)), number(mean(|pair| pair.1)));
    let name = format!("purchases of others, {CONNECTIONS} connections: beside {clients} hostile clients / without");
    figures.measure(&name, Spread::of_ratios(rates), None, detail);
    server.stop().await
}
