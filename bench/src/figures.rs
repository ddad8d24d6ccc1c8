//! The figures of a run. Measures add them, reports show them.

use serde::Serialize;

use crate::{
    cpu::Cost,
    numbers::number,
    stats::{Latency, Spread, mean},
    turns::Turns,
};

/// All figures of a run.
#[derive(Debug, Default, Serialize)]
pub struct Figures {
    /// How fast each contender was.
    pub throughputs: Vec<Throughput>,
    /// Comparisons and other figures with a goal.
    pub measures: Vec<Measure>,
}

/// One contender in one scenario.
#[derive(Debug, Serialize)]
pub struct Throughput {
    /// The scenario.
    pub scenario: String,
    /// The contender.
    pub contender: String,
    /// With how many connections or clients.
    pub connections: usize,
    /// Requests a second, by round.
    pub per_second: Spread,
    /// Requests that the server refused as overload (503), in all rounds.
    pub overloaded: u64,
    /// How long requests took, in milliseconds. `None` for pgbench.
    pub latency_ms: Option<Latency>,
    /// Processor time per request.
    pub cost: Option<Cost>,
    /// How many purchases the server decided together, on average, in the last round.
    pub batch_size: Option<f64>,
}

/// A comparison, or another figure with a goal.
#[derive(Debug, Serialize)]
pub struct Measure {
    /// What is compared with what.
    pub name: String,
    /// The figure.
    pub value: Spread,
    /// Its unit. Empty for a ratio.
    pub unit: &'static str,
    /// What it should be, if it has a goal.
    pub goal: Option<Goal>,
    /// Whether it meets the goal.
    pub met: Option<bool>,
    /// The figures that it is made of.
    pub detail: String,
}

/// What a figure should be.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    AtLeast(f64),
    AtMost(f64),
}

impl Goal {
    /// Whether a figure meets the goal. NaN meets none.
    pub fn is_met_by(self, value: f64) -> bool {
        match self {
            Self::AtLeast(least) => value >= least,
            Self::AtMost(most) => value <= most,
        }
    }
}

impl std::fmt::Display for Goal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::AtLeast(least) => write!(formatter, "at least {least}"),
            Self::AtMost(most) => write!(formatter, "at most {most}"),
        }
    }
}

impl Figures {
    /// Keeps the turns of a contender.
    pub fn keep(&mut self, scenario: &str, turns: &Turns) {
        let costs = &turns.costs;
        self.throughputs.push(Throughput {
            scenario: scenario.to_owned(),
            contender: turns.name.clone(),
            connections: turns.connections,
            per_second: turns.rate(),
            overloaded: turns.overloaded,
            latency_ms: turns.all_latencies().as_ref().and_then(Latency::of),
            cost: (!costs.is_empty()).then(|| Cost {
                load_us: mean(costs.iter().map(|cost| cost.load_us)),
                server_us: mean(costs.iter().map(|cost| cost.server_us)),
                postgres_us: mean(costs.iter().map(|cost| cost.postgres_us)),
            }),
            batch_size: turns.batch_size,
        });
    }

    /// Compares one with the other.
    pub fn compare(&mut self, name: &str, this: &Turns, that: &Turns, goal: Option<Goal>) {
        let detail = format!("{} / {} a second", number(this.rate().mean), number(that.rate().mean));
        self.measure(name, this.ratio_to(that), goal, detail);
    }

    /// Keeps a ratio.
    pub fn measure(&mut self, name: &str, value: Spread, goal: Option<Goal>, detail: String) {
        self.measure_in("", name, value, goal, detail);
    }

    /// Keeps a figure with a unit.
    pub fn measure_in(&mut self, unit: &'static str, name: &str, value: Spread, goal: Option<Goal>, detail: String) {
        let met = goal.map(|goal| goal.is_met_by(value.mean));
        self.measures.push(Measure { name: name.to_owned(), value, unit, goal, met, detail });
    }
}

#[cfg(test)]
mod tests {
    use super::{Figures, Goal};
    use crate::stats::Spread;

    #[test]
    fn a_goal_is_met_at_its_limit_and_by_no_missing_figure() {
        assert!(Goal::AtLeast(3.0).is_met_by(3.0) && !Goal::AtLeast(3.0).is_met_by(2.99));
        assert!(Goal::AtMost(8.0).is_met_by(8.0) && !Goal::AtMost(8.0).is_met_by(8.01));
        assert!(!Goal::AtLeast(0.0).is_met_by(f64::NAN) && !Goal::AtMost(9.0).is_met_by(f64::NAN));
    }

    #[test]
    fn what_has_no_goal_is_neither_met_nor_missed() {
        let mut figures = Figures::default();
        figures.measure("a / b", Spread::of([1.0]), None, String::new());
        figures.measure("c / d", Spread::of([1.0]), Some(Goal::AtMost(0.5)), String::new());
        assert_eq!(figures.measures.iter().map(|measure| measure.met).collect::<Vec<_>>(), [None, Some(false)]);
    }
}
