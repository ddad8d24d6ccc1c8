//! `tallystick-bench`: drives tallystick over HTTP beside pgbench on the same database, and prints ratios.
//!
//! It starts a PostgreSQL of its own in a temporary folder, durable as in production, and the server's release binary as
//! its child. Absolute figures depend on the machine and the hour. The ratios of one run can be compared.
//!
//! Reading order: [`run`] (the order of everything) → [`measure`] (what is measured) → [`turns`] (how contenders are compared) →
//! [`load`], [`pgbench`], [`hostile`] (what drives them) → [`bed`], [`stage`], [`server`] (what is driven) → [`figures`], [`report`].

mod audit;
mod batches;
mod bed;
mod client;
mod cpu;
mod database;
mod download;
mod figures;
mod hostile;
mod ids;
mod load;
mod machine;
mod measure;
mod numbers;
mod pgbench;
mod plan;
mod program;
mod progress;
mod reads;
mod report;
mod run;
mod schedule;
mod schema;
mod scripts;
mod server;
mod stage;
mod stats;
mod traffic;
mod turns;

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use clap::Parser;

use audit::Audit;
use report::BenchReport;

/// Connections of the widest scenario, with some room.
const MOST_CONNECTIONS: usize = 5_000;

/// Drives tallystick over HTTP beside pgbench on the same database, and prints ratios.
///
/// The result goes to standard output, progress to standard error. Nothing is asserted: the exit status is 0 if the
/// run was completed, 1 if a database was wrong afterwards, and 2 if the run failed.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
pub struct Args {
    /// Measure one short round of each, in about two minutes; the figures are less reliable
    #[arg(long)]
    quick: bool,
    /// Measure only these, separated by commas
    #[arg(long, value_name = "SCENARIO", value_delimiter = ',')]
    only: Vec<measure::Scenario>,
    /// Where to put all figures as JSON
    #[arg(long, value_name = "PATH", default_value = "target/bench/report.json")]
    json: PathBuf,
    /// Print the ratios as a Markdown table
    #[arg(long)]
    markdown: bool,
    /// The server's program, if it is not the one built beside this one
    #[arg(long, value_name = "PROGRAM")]
    server: Option<PathBuf>,
    /// Another build of the server, to measure in the same rounds, each build on a database that it installed itself
    #[arg(long, value_name = "PROGRAM")]
    compare: Option<PathBuf>,
    /// The folder of PostgreSQL's programs, if they are not where they usually are
    #[arg(long, env = "TALLYSTICK_POSTGRES_BIN", value_name = "FOLDER")]
    postgres_bin: Option<PathBuf>,
}

fn main() -> ExitCode {
    let args = Args::parse();
    match start(args) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn start(args: Args) -> anyhow::Result<ExitCode> {
    postgres_url::tls::install_crypto_provider();
    tallystick::http::server::raise_open_files_limit(MOST_CONNECTIONS);
    // One thread, so that the load takes as little of the machine as possible.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (json, markdown) = (args.json.clone(), args.markdown);
    let report = runtime.block_on(run::run(args))?;
    tell(&report, &json, markdown)?;
    Ok(match report.audit {
        Audit::Clean => ExitCode::SUCCESS,
        Audit::Findings(_) => ExitCode::FAILURE,
        Audit::NotDone(_) => ExitCode::from(2),
    })
}

fn tell(report: &BenchReport, json: &Path, markdown: bool) -> anyhow::Result<()> {
    if let Some(folder) = json.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    fs::write(json, serde_json::to_string_pretty(report)?)
        .with_context(|| format!("cannot write {}", json.display()))?;
    if markdown {
        print!("{}", report::table(report));
    } else {
        print!("{report}");
    }
    eprintln!("all figures as JSON: {}", json.display());
    Ok(())
}
