//! `tallystick-bench`: drives tallystick over HTTP beside pgbench on the same database, and prints ratios.
//!
//! It starts a PostgreSQL of its own in a temporary folder, durable as in production, and the server's release binary as
//! its child. Absolute figures belong to a machine and an hour; the ratios of one run are what can be compared.
//!
//! Reading order: [`run`] (what happens when) → [`measure`] (what is measured) → [`load`], [`pgbench`] (by what) →
//! [`bed`], [`server`] (on what) → [`report`].

mod audit;
mod bed;
mod client;
mod cpu;
mod ids;
mod load;
mod measure;
mod pgbench;
mod progress;
mod report;
mod run;
mod server;

use std::{path::PathBuf, process::ExitCode};

use clap::Parser;

/// Drives tallystick over HTTP beside pgbench on the same database, and prints ratios.
///
/// The result goes to standard output, progress to standard error. Nothing is asserted: the exit status is 0 if it could
/// measure, 1 if the database was found to be wrong afterwards, 2 if it could not measure.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
pub struct Args {
    /// Measure for less than a minute, and trust it less
    #[arg(long)]
    quick: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Measure only this; may be given several times
    #[arg(long, value_name = "WHAT")]
    only: Vec<measure::What>,
    /// The server's program, if it is not the one built beside this one
    #[arg(long, value_name = "PROGRAM")]
    server: Option<PathBuf>,
    /// Another build of the server, to drive in the same rounds
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
    tallystick::db::tls::install_crypto_provider();
    tallystick::http::server::raise_open_files_limit(measure::idle::CONNECTIONS);
    // One thread: the load must not take more of the machine than it has to.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let json = args.json;
    let report = runtime.block_on(run::run(args))?;
    if json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print!("{report}");
    }
    Ok(if matches!(report.audit, audit::Audit::Findings(_)) { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
