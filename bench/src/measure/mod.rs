//! What is measured, one file each. Every figure that counts is a ratio of two measurements taken in turns on one machine.

pub mod fresh;
pub mod growth;
pub mod idle;
pub mod throughput;

use clap::ValueEnum;
use serde::Serialize;

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum What {
    /// Purchases a second over HTTP, beside pgbench.
    Throughput,
    /// The server's memory with idle connections.
    Idle,
    /// A new installation beside one with statistics.
    Fresh,
    /// A customer with a long history beside one with a short one.
    Growth,
}

/// The mean of ratios, with the least and the greatest: how far to trust it.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Ratio {
    /// The geometric mean over the rounds.
    pub mean: f64,
    /// The least of them.
    pub least: f64,
    /// The greatest of them.
    pub greatest: f64,
}

impl Ratio {
    /// Of pairs (this, that), each measured in one round.
    pub fn of(pairs: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let ratios: Vec<f64> = pairs.into_iter().map(|(this, that)| this / that).collect();
        Self {
            mean: mean(ratios.iter().map(|ratio| ratio.ln())).exp(),
            least: ratios.iter().copied().fold(f64::INFINITY, f64::min),
            greatest: ratios.iter().copied().fold(0.0, f64::max),
        }
    }
}

/// The arithmetic mean; not a number if there is nothing.
pub fn mean(values: impl IntoIterator<Item = f64>) -> f64 {
    let (sum, count) = values.into_iter().fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    sum / count
}

#[cfg(test)]
mod tests {
    use super::Ratio;

    #[test]
    fn twice_as_much_and_half_as_much_are_even() {
        let ratio = Ratio::of([(2.0, 1.0), (1.0, 2.0)]);
        assert!((ratio.mean - 1.0).abs() < 1e-9 && ratio.least < 0.51 && ratio.greatest > 1.99);
    }
}
