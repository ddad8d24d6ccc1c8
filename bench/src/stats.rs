//! Statistics: means with their spread, and latencies by percentile.

use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

/// Longer latencies are recorded as this one, in microseconds.
const LONGEST_US: u64 = 60_000_000;

/// A mean with the least and the greatest value that it was made of.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spread {
    /// The mean over the rounds.
    pub mean: f64,
    /// The least of them.
    pub least: f64,
    /// The greatest of them.
    pub greatest: f64,
}

impl Spread {
    /// Of plain values: the arithmetic mean. NaN if there are none.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let values: Vec<f64> = values.into_iter().collect();
        Self {
            mean: mean(values.iter().copied()),
            least: values.iter().copied().fold(f64::NAN, f64::min),
            greatest: values.iter().copied().fold(f64::NAN, f64::max),
        }
    }

    /// Of pairs (this, that), each measured in one round: the geometric mean of this / that.
    pub fn of_ratios(pairs: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let of_logarithms = Self::of(pairs.into_iter().map(|(this, that)| (this / that).ln()));
        Self {
            mean: of_logarithms.mean.exp(),
            least: of_logarithms.least.exp(),
            greatest: of_logarithms.greatest.exp(),
        }
    }
}

/// The arithmetic mean. NaN if there are no values.
pub fn mean(values: impl IntoIterator<Item = f64>) -> f64 {
    let (sum, count) = values.into_iter().fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    sum / count
}

/// The median. NaN if there are no values.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// An empty histogram of microseconds, to three digits.
pub fn histogram() -> anyhow::Result<Histogram<u64>> {
    Ok(Histogram::new_with_bounds(1, LONGEST_US, 3)?)
}

/// Puts a latency into a histogram of microseconds.
pub fn record(latencies: &mut Histogram<u64>, latency: Duration) {
    latencies.saturating_record(u64::try_from(latency.as_micros()).unwrap_or(u64::MAX));
}

/// The latency, in milliseconds, that this share of the requests did not exceed.
#[expect(clippy::cast_precision_loss, reason = "less than a minute, in microseconds")]
pub fn quantile_ms(latencies: &Histogram<u64>, quantile: f64) -> f64 {
    latencies.value_at_quantile(quantile) as f64 / 1_000.0
}

/// Percentiles, in milliseconds.
#[derive(Debug, Clone, Serialize)]
pub struct Latency {
    /// How many requests were measured.
    pub count: u64,
    pub p50: f64,
    pub p90: f64,
    pub p99: f64,
    pub p99_9: f64,
    pub max: f64,
}

impl Latency {
    /// Of a histogram of microseconds. `None` if it is empty.
    pub fn of(latencies: &Histogram<u64>) -> Option<Self> {
        let count = latencies.len();
        let at = |quantile| quantile_ms(latencies, quantile);
        let [p50, p90, p99, p99_9, max] = [0.5, 0.9, 0.99, 0.999, 1.0].map(at);
        (count > 0).then_some(Self { count, p50, p90, p99, p99_9, max })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Latency, Spread, histogram, median, record};

    #[test]
    fn twice_as_much_and_half_as_much_are_even() {
        let ratio = Spread::of_ratios([(2.0, 1.0), (1.0, 2.0)]);
        assert!((ratio.mean - 1.0).abs() < 1e-9 && ratio.least < 0.51 && ratio.greatest > 1.99);
    }

    #[test]
    fn nothing_has_no_mean() {
        assert!(Spread::of([]).mean.is_nan() && median(Vec::new()).is_nan());
    }

    #[test]
    fn percentiles_are_milliseconds() {
        let mut latencies = histogram().unwrap();
        assert!(Latency::of(&latencies).is_none());
        for milliseconds in 1..=1_000 {
            record(&mut latencies, Duration::from_millis(milliseconds));
        }
        let latency = Latency::of(&latencies).unwrap();
        assert!((latency.p50 - 500.0).abs() < 1.0 && (latency.p99 - 990.0).abs() < 2.0 && latency.max >= 1_000.0);
    }
}
