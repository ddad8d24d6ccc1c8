//! The same call without us: pgbench, which is to a database what a tuning fork is to a piano.
//!
//! It runs the very text that the server sends, on the same database, as the same role, prepared. Only the parameters
//! come about differently: pgbench knows numbers, so ids are put together from them in SQL (some microseconds each).

use std::{fmt::Write as _, path::PathBuf, time::Duration};

use anyhow::{Context, ensure};
use tokio::process::Command;

use crate::{
    cpu::{self, Cost, Processes},
    ids::{BUSINESSES, CUSTOMERS, PRODUCTS},
    load::Window,
};

/// Sequence numbers of one run, so that no two runs use the same idempotency key or order id.
const NUMBERS_PER_RUN: u64 = 10_000_000;

/// How to run it.
pub struct Pgbench {
    program: PathBuf,
    script: PathBuf,
    url: String,
    processes: Processes,
    runs: u64,
}

/// What came of a run.
pub struct Ran {
    /// Purchases a second.
    pub per_second: f64,
    /// Who used the processor.
    pub cost: Option<Cost>,
}

/// Where everything is.
pub struct Setting {
    /// pgbench itself.
    pub program: PathBuf,
    /// Where the script may be put.
    pub script: PathBuf,
    /// The database, as the server's role.
    pub url: String,
    /// PostgreSQL.
    pub postmaster: u32,
}

impl Pgbench {
    /// Writes the script. `statement` is the server's, with `$1` to `$6`.
    pub fn prepare(setting: Setting, statement: &str) -> anyhow::Result<Self> {
        let Setting { program, script, url, postmaster } = setting;
        std::fs::write(&script, script_of(statement)?).context("cannot write the script for pgbench")?;
        Ok(Self { program, script, url, processes: Processes { server: None, postmaster }, runs: 0 })
    }

    /// Runs with so many clients. Its new sessions plan their statements in the warm-up.
    pub async fn run(&mut self, clients: usize, window: Window) -> anyhow::Result<Ran> {
        self.runs += 1;
        let (warm_up, measured) = (window.warm_up.as_secs().max(1), window.measured.as_secs().max(1));
        let output = Command::new(&self.program)
            .args(["--no-vacuum", "--protocol=prepared", "--progress=1", "--jobs=2"])
            .arg(format!("--client={clients}"))
            .arg(format!("--time={}", warm_up + measured))
            .arg(format!("--define=n={}", self.runs * NUMBERS_PER_RUN))
            .arg(format!("--define=run={}", self.runs))
            .arg("--file")
            .arg(&self.script)
            .arg(&self.url)
            .kill_on_drop(true)
            .output();
        let (output, used) = tokio::join!(output, self.used(warm_up, measured));
        let output = output.with_context(|| format!("cannot run {}", self.program.display()))?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "pgbench failed: {said}");
        let per_second = mean_rate(&said, usize::try_from(warm_up)?)?;
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
        // A little less than all of it, because sessions that have ended are hard to tell from others.
        tokio::time::sleep(Duration::from_secs(measured)).await;
        before.zip(self.processes.used())
    }
}

fn script_of(statement: &str) -> anyhow::Result<String> {
    let id = |kind: &str, number: &str| format!("('00000{kind}-0000-7000-8000-' || lpad(:{number}, 12, '0'))::uuid");
    let products = ["p1", "p2", "p3"].map(|number| id("d00", number)).join(", ");
    let parameters = [
        ("$1", "'00000b00-0000-7000-8000-' || lpad(:b, 12, '0')".to_owned()),
        ("$2", id("c00", "c")),
        ("$3", format!("ARRAY[{products}]")),
        ("$4", "'{1,2,3}'".to_owned()),
        ("$5", ":key".to_owned()),
        // Like a UUIDv7 it grows with time, so that it is as kind to indexes.
        ("$6", "('02000000' || lpad(:n, 12, '0') || lpad(:client_id, 12, '8'))::uuid".to_owned()),
    ];
    let mut script = String::from("\\set n :n + 1\n");
    writeln!(script, "\\set b random(0, {})", BUSINESSES - 1)?;
    writeln!(script, "\\set c :b * 1000 + random(0, {})", CUSTOMERS - 1)?;
    for product in ["p1", "p2", "p3"] {
        writeln!(script, "\\set {product} :b * 1000 + random(0, {})", PRODUCTS - 1)?;
    }
    // As random as the keys that come over HTTP.
    script.push_str("\\set key hash_murmur2(:n, :client_id + 1000 * :run)\n");
    let mut call = statement.to_owned();
    for (name, value) in parameters {
        ensure!(call.contains(name), "the server's statement has no {name}");
        call = call.replace(name, &value);
    }
    writeln!(script, "{call};")?;
    Ok(script)
}

/// The mean of the rates that pgbench reports once a second, after the first `skipped` of them.
fn mean_rate(said: &str, skipped: usize) -> anyhow::Result<f64> {
    let rates: Vec<f64> = said
        .lines()
        .filter(|line| line.starts_with("progress: "))
        .filter_map(|line| line.split(", ").nth(1)?.strip_suffix(" tps")?.parse().ok())
        .skip(skipped)
        .collect();
    ensure!(!rates.is_empty(), "pgbench reported no progress: {said}");
    #[expect(clippy::cast_precision_loss, reason = "a few seconds")]
    let count = rates.len() as f64;
    Ok(rates.iter().sum::<f64>() / count)
}

#[cfg(test)]
mod tests {
    use super::{mean_rate, script_of};

    #[test]
    fn the_first_seconds_do_not_count() {
        let said = "pgbench (15.1)\nprogress: 1.0 s, 10.0 tps, lat 1.0 ms stddev 0.1, 0 failed\n\
                    progress: 2.0 s, 200.0 tps, lat 1.0 ms\nprogress: 3.0 s, 400.0 tps, lat 1.0 ms\n";
        assert!((mean_rate(said, 1).unwrap() - 300.0).abs() < 1e-9);
        assert!(mean_rate("", 0).is_err());
    }

    #[test]
    fn the_script_runs_the_servers_own_statement() {
        let script = script_of(tallystick::db::HOT_STATEMENTS[0]).unwrap();
        assert!(script.contains("tallystick.purchase(") && !script.contains('$'), "{script}");
    }
}
