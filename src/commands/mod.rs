//! What the command line runs. One file per command; data to standard output, the rest to standard error.

mod api_key;
mod business;
mod demo;
mod migrate;
mod openapi;
mod output;
mod own_database;
mod serve;
mod session_check;
mod verify;

use std::process::ExitCode;

use crate::cli::{Cli, Command};

/// Runs a command to its end. `Err` means that it could not be done: exit status 2.
pub async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.command {
        Command::Serve(args) => serve::run(*args).await,
        Command::Demo(args) => demo::run(*args).await,
        Command::Migrate(args) => migrate::run(&args).await,
        Command::Verify(args) => verify::run(&args).await,
        Command::Business(command) => business::run(command).await,
        Command::ApiKey(command) => api_key::run(command).await,
        Command::Openapi => openapi::run(),
    }
}
