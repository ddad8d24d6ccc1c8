//! Contenders that take turns. What is compared is measured in the same rounds: if the machine slows down, it slows down all
//! contenders.

use hdrhistogram::Histogram;

use crate::{
    cpu::Cost,
    load::{Pace, Target, Window},
    pgbench::Pgbench,
    stage::Stage,
    stats::Spread,
    traffic::Traffic,
};

/// One side of a comparison.
pub struct Contender<'a> {
    /// How the report names it.
    pub name: String,
    /// How many connections or clients.
    pub connections: usize,
    /// How long each of its turns is.
    pub window: Window,
    /// What drives it.
    pub runner: Runner<'a>,
}

/// What drives a contender.
pub enum Runner<'a> {
    /// This traffic over HTTP.
    Api(&'a Target, Traffic, Pace),
    /// A script.
    Pgbench(&'a Pgbench),
}

/// All turns of one contender.
pub struct Turns {
    /// How the report names it.
    pub name: String,
    /// How many connections or clients.
    pub connections: usize,
    /// One rate per round.
    pub per_second: Vec<f64>,
    /// Latencies by round. Empty for pgbench.
    pub latencies: Vec<Histogram<u64>>,
    /// Requests refused as overload, in all rounds.
    pub overloaded: u64,
    /// Processor time, one per round.
    pub costs: Vec<Cost>,
    /// How many purchases the server decided together, on average, in the last round.
    pub batch_size: Option<f64>,
    /// The server's memory at the end of each round, in bytes.
    pub memory: Vec<u64>,
}

impl<'a> Contender<'a> {
    /// The API in a closed loop.
    pub fn api(name: &str, target: &'a Target, traffic: Traffic, connections: usize, window: Window) -> Self {
        Self { name: name.to_owned(), connections, window, runner: Runner::Api(target, traffic, Pace::Closed) }
    }

    /// The API in an open loop of so many a second.
    pub fn open(name: &str, target: &'a Target, traffic: Traffic, per_second: f64, window: Window) -> Self {
        Self {
            name: name.to_owned(),
            connections: 256,
            window,
            runner: Runner::Api(target, traffic, Pace::Open(per_second)),
        }
    }

    /// pgbench with so many clients.
    pub fn pgbench(name: &str, script: &'a Pgbench, clients: usize, window: Window) -> Self {
        Self { name: name.to_owned(), connections: clients, window, runner: Runner::Pgbench(script) }
    }

    async fn turn(&self, turns: &mut Turns) -> anyhow::Result<()> {
        match &self.runner {
            Runner::Api(target, traffic, pace) => {
                let driven = target.drive(traffic, self.connections, *pace, self.window).await?;
                turns.per_second.push(driven.per_second);
                turns.latencies.push(driven.latencies);
                turns.overloaded += driven.overloaded;
                turns.costs.extend(driven.cost);
                turns.batch_size = driven.batch_size;
                turns.memory.extend(driven.memory);
            }
            Runner::Pgbench(script) => {
                let ran = script.run(self.connections, self.window).await?;
                turns.per_second.push(ran.per_second);
                turns.costs.extend(ran.cost);
            }
        }
        Ok(())
    }
}

/// Lets all take turns for so many rounds. Every other round is in reverse order, so that none always follows the same one.
pub async fn take_turns(
    stage: &Stage<'_>,
    scenario: &str,
    rounds: usize,
    contenders: Vec<Contender<'_>>,
) -> anyhow::Result<Vec<Turns>> {
    let mut all: Vec<Turns> = contenders.iter().map(Turns::none_yet).collect();
    for round in 1..=rounds {
        let mut order: Vec<usize> = (0..contenders.len()).collect();
        if round % 2 == 0 {
            order.reverse();
        }
        for index in order {
            let Contender { name, connections, .. } = &contenders[index];
            stage.progress.step(format!("{scenario}, round {round} of {rounds}: {name}, {connections} connections"));
            contenders[index].turn(&mut all[index]).await?;
        }
    }
    Ok(all)
}

/// With how many clients pgbench is fastest: a short run with each number.
pub async fn best_clients(stage: &Stage<'_>, name: &str, script: &Pgbench) -> anyhow::Result<usize> {
    let mut best = (0.0, 1);
    for clients in stage.plan.client_counts {
        stage.progress.step(format!("{name} with {clients} clients"));
        let per_second = script.run(*clients, stage.plan.scan).await?.per_second;
        if per_second > best.0 {
            best = (per_second, *clients);
        }
    }
    Ok(best.1)
}

impl Turns {
    fn none_yet(contender: &Contender<'_>) -> Self {
        Self {
            name: contender.name.clone(),
            connections: contender.connections,
            per_second: Vec::new(),
            latencies: Vec::new(),
            overloaded: 0,
            costs: Vec::new(),
            batch_size: None,
            memory: Vec::new(),
        }
    }

    /// This rate divided by the other rate, round by round.
    pub fn ratio_to(&self, other: &Self) -> Spread {
        Spread::of_ratios(self.per_second.iter().copied().zip(other.per_second.iter().copied()))
    }

    /// Its rate.
    pub fn rate(&self) -> Spread {
        Spread::of(self.per_second.iter().copied())
    }

    /// Latencies of all rounds together. `None` for pgbench.
    pub fn all_latencies(&self) -> Option<Histogram<u64>> {
        let (first, others) = self.latencies.split_first()?;
        let mut all = first.clone();
        for latencies in others {
            all.add(latencies).ok()?;
        }
        Some(all)
    }
}
