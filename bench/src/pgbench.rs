//! The same statements without the server: pgbench, PostgreSQL's own load generator.

use std::{
    path::PathBuf,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use anyhow::{Context, ensure};
use tokio::process::Command;

use crate::{
    cpu::{self, Cost, Processes},
    load::Window,
};

/// How many sequence numbers one run has, so that no two runs use the same idempotency key or order id.
const NUMBERS_PER_RUN: u64 = 10_000_000;

/// How many times a script was run so far.
static RUNS: AtomicU64 = AtomicU64::new(0);

/// One script and how to run it.
pub struct Pgbench {
    program: PathBuf,
    script: PathBuf,
    url: String,
    options: &'static str,
    processes: Processes,
}

/// The result of a run.
pub struct Ran {
    /// Purchases a second.
    pub per_second: f64,
    /// How much processor time each process used.
    pub cost: Option<Cost>,
}

/// What a script needs in order to run.
pub struct Setting {
    /// pgbench itself.
    pub program: PathBuf,
    /// Where the script may be put.
    pub script: PathBuf,
    /// The database, as the role that runs the script.
    pub url: String,
    /// What each session sets, as in `PGOPTIONS`.
    pub options: &'static str,
    /// PostgreSQL.
    pub postmaster: u32,
}

impl Pgbench {
    /// Writes the script to its file.
    pub fn prepare(setting: Setting, text: &str) -> anyhow::Result<Self> {
        let Setting { program, script, url, options, postmaster } = setting;
        std::fs::write(&script, text).context("cannot write a script for pgbench")?;
        Ok(Self { program, script, url, options, processes: Processes { server: None, postmaster } })
    }

    /// Runs with so many clients. Their sessions plan their statements in the warm-up. Both parts of the window are rounded
    /// up to whole seconds, because pgbench reports its rate once a second.
    pub async fn run(&self, clients: usize, window: Window) -> anyhow::Result<Ran> {
        let run = RUNS.fetch_add(1, Ordering::Relaxed) + 1;
        let (warm_up, measured) = (whole_seconds(window.warm_up), whole_seconds(window.measured));
        let output = Command::new(&self.program)
            .args(["--no-vacuum", "--protocol=prepared", "--progress=1", "--jobs=2"])
            .arg(format!("--client={clients}"))
            // pgbench may end before it has reported its last second.
            .arg(format!("--time={}", warm_up + measured + 1))
            .arg(format!("--define=n={}", run * NUMBERS_PER_RUN))
            .arg(format!("--define=run={run}"))
            .arg("--file")
            .arg(&self.script)
            .arg(&self.url)
            .env("PGOPTIONS", self.options)
            .kill_on_drop(true)
            .output();
        let (output, used) = tokio::join!(output, self.used(warm_up, measured));
        let output = output.with_context(|| format!("cannot run {}", self.program.display()))?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "pgbench failed: {said}");
        let per_second = mean_rate(&said, usize::try_from(warm_up)?, usize::try_from(measured)?)?;
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "small"
        )]
        let cost = used.map(|(before, after)| after.cost_since(&before, (per_second * measured as f64) as u64));
        Ok(Ran { per_second, cost })
    }

    async fn used(&self, warm_up: u64, measured: u64) -> Option<(cpu::Used, cpu::Used)> {
        tokio::time::sleep(Duration::from_secs(warm_up)).await;
        let before = self.processes.used();
        // A little less than the whole time: the processor time of a session that has ended cannot be read any more.
        tokio::time::sleep(Duration::from_secs(measured).mul_f64(0.95)).await;
        before.zip(self.processes.used())
    }
}

fn whole_seconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis().div_ceil(1_000)).unwrap_or(u64::MAX).max(1)
}

/// The mean of the rates that pgbench reports once a second, after the first `skipped` of them.
fn mean_rate(said: &str, skipped: usize, counted: usize) -> anyhow::Result<f64> {
    let rates: Vec<f64> = said
        .lines()
        .filter(|line| line.starts_with("progress: "))
        .filter_map(|line| line.split(", ").nth(1)?.strip_suffix(" tps")?.parse().ok())
        .skip(skipped)
        .take(counted)
        .collect();
    ensure!(!rates.is_empty(), "pgbench reported no progress: {said}");
    Ok(crate::stats::mean(rates))
}

#[cfg(test)]
mod tests {
    use super::mean_rate;

    #[test]
    fn the_first_seconds_do_not_count() {
        let said = "pgbench (15.1)\nprogress: 1.0 s, 10.0 tps, lat 1.0 ms stddev 0.1, 0 failed\n\
                    progress: 2.0 s, 200.0 tps, lat 1.0 ms\nprogress: 3.0 s, 400.0 tps, lat 1.0 ms\n";
        assert!((mean_rate(said, 1, 2).unwrap() - 300.0).abs() < 1e-9);
        assert!(mean_rate("", 0, 1).is_err());
    }
}
