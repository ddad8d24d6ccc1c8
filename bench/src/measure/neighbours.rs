//! Whether a flash sale of one business slows down another business. The other business has a light open load, while 64
//! connections saturate either the sale or the steady load of all others.

use crate::{
    figures::{Figures, Goal},
    load::{Pace, Window},
    stage::Stage,
    stats::{Spread, histogram, quantile_ms},
    traffic::{Shop, Traffic},
};

/// The business whose latencies are measured.
const QUIET: u64 = 9;
/// Its purchases a second.
const PER_SECOND: f64 = 100.0;

/// Measures both in turns.
pub async fn measure(stage: &Stage<'_>, figures: &mut Figures) -> anyhow::Result<()> {
    let loads = [Traffic::SALE, Traffic::Steady(0..QUIET, Shop::FULL)];
    let probe = Traffic::Steady(QUIET..QUIET + 1, Shop::FULL);
    let mut all = [histogram()?, histogram()?];
    let mut ratios = Vec::new();
    for round in 1..=stage.plan.rounds {
        let mut p99 = [0.0; 2];
        for side in if round % 2 == 0 { [1, 0] } else { [0, 1] } {
            let beside = ["a flash sale", "a steady load"][side];
            stage.progress.step(format!("a business beside {beside}, round {round} of {}", stage.plan.rounds));
            let Window { warm_up, measured } = stage.plan.round;
            // The load lasts a little longer than the probe.
            let longer = Window { warm_up, measured: measured + warm_up / 2 };
            let saturating = stage.on().drive(&loads[side], 64, Pace::Closed, longer);
            let probing = stage.on().drive(&probe, 16, Pace::Open(PER_SECOND), stage.plan.round);
            let (saturated, probed) = tokio::join!(saturating, probing);
            saturated?;
            let latencies = probed?.latencies;
            p99[side] = quantile_ms(&latencies, 0.99);
            all[side].add(latencies)?;
        }
        ratios.push((p99[0], p99[1]));
    }
    // The ratio is of all rounds together, because one round has few slow requests. The spread is of the rounds.
    let [sale, steady] = all.map(|latencies| quantile_ms(&latencies, 0.99));
    let spread = Spread { mean: sale / steady, ..Spread::of_ratios(ratios) };
    figures.measure(
        "another business's p99: beside a saturating flash sale / beside as many steady connections",
        spread,
        Some(Goal::AtMost(2.0)),
        format!("{sale:.1} / {steady:.1} ms"),
    );
    Ok(())
}
