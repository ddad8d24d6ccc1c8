//! `tallystick-torture`: kills, cuts and starves tallystick under load, then checks whether every answer was true.

use std::{path::PathBuf, process::ExitCode, time::Duration};

use anyhow::{Context, ensure};
use clap::{Parser, ValueEnum};
use tallystick_torture::{checker, faults::Fault, plan::Plan, recording, run::run, world::Programs};
use tokio::signal::unix::{SignalKind, signal};

/// Kills, cuts and starves tallystick under load, then compares every answer with the database.
#[derive(Debug, Parser)]
#[command(version)]
struct Options {
    /// How often each fault is injected.
    #[arg(long, env = "CYCLES", default_value_t = 3, value_name = "N")]
    cycles: usize,
    /// Injects nothing more after so many seconds.
    #[arg(long, env = "SECONDS_MAX", value_name = "N")]
    seconds_max: Option<u64>,
    /// The seed of all random choices; without it one is chosen, and printed.
    #[arg(long, env = "SEED", value_name = "N")]
    seed: Option<u64>,
    /// Only these faults.
    #[arg(long, env = "FAULTS", value_delimiter = ',', value_name = "FAULT,…", num_args = 0..)]
    faults: Option<Vec<Fault>>,
    /// Goes on until so many purchases were answered.
    #[arg(long, env = "PURCHASES", default_value_t = 0, value_name = "N")]
    purchases: u64,
    /// How many clients.
    #[arg(long, env = "CLIENTS", default_value_t = 48, value_name = "N")]
    clients: usize,
    /// Checks, and begins anew with other businesses, after so many requests.
    #[arg(long, default_value_t = 400_000, value_name = "N")]
    chapter_requests: u64,
    /// Checks a run that was kept in a file, and does nothing else.
    #[arg(long, value_name = "FILE")]
    check: Option<PathBuf>,
    /// The report as JSON.
    #[arg(long)]
    json: bool,
    /// Where to put the report as a page, with every chapter drawn over time.
    #[arg(long, default_value = "target/torture/report.html", value_name = "PATH")]
    html: PathBuf,
    /// The folder of `postgres` and `initdb`.
    #[arg(long, env = "TALLYSTICK_POSTGRES_BIN", value_name = "FOLDER")]
    postgres_bin: Option<PathBuf>,
}

/// Exit status: 0 if nothing was found, 1 if something was found, 2 if the run failed.
#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    // When it is told to stop, it stops and unmounts everything.
    let tortured = tokio::select! {
        tortured = torture(&options) => tortured,
        () = told_to_stop() => Err(anyhow::anyhow!("stopped before it could tell")),
    };
    match tortured {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("tallystick-torture: {error:#}");
            ExitCode::from(2)
        }
    }
}

async fn torture(options: &Options) -> anyhow::Result<bool> {
    if let Some(path) = &options.check {
        let (history, books) = recording::load(path)?;
        let findings = checker::check(&history, &books);
        for finding in &findings {
            println!("{finding}");
        }
        return Ok(findings.is_empty());
    }
    let seed = options.seed.unwrap_or_else(|| rand::random_range(0..1_000_000));
    eprintln!("seed {seed}");
    let plan = Plan {
        seed,
        cycles: options.cycles,
        faults: options.faults.clone().unwrap_or_else(|| Fault::value_variants().to_vec()),
        clients: options.clients,
        purchases: options.purchases,
        time_limit: options.seconds_max.map(Duration::from_secs),
        chapter_requests: options.chapter_requests,
    };
    let tallystick = std::env::current_exe()?.with_file_name("tallystick");
    ensure!(tallystick.is_file(), "{} is missing: `cargo build --workspace` makes it", tallystick.display());
    let programs = Programs::new(tallystick, options.postgres_bin.clone());
    let report = run(&plan, &programs).await?;
    if let Some(folder) = options.html.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(&options.html, report.page()).context("cannot write the page")?;
    eprintln!("drawn in {}", options.html.display());
    if options.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print!("{report}");
    }
    if options.faults.is_some() && !report.has_findings() {
        ensure!(report.left_out.is_empty(), "what was asked for could not be had here: see NOT DONE");
    }
    Ok(!report.has_findings())
}

async fn told_to_stop() {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
