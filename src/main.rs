//! The `tallystick` program: reads the command line and hands over to [`tallystick::commands`].

use std::process::ExitCode;

use clap::Parser;
use postgres_url::tls;
use tallystick::{
    cli::{self, Cli},
    commands, telemetry,
};

/// The exit status of a command that could not do its work. The others are 0 (done) and 1 (done, and the answer is no).
const COULD_NOT: u8 = 2;

fn main() -> ExitCode {
    match start() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(COULD_NOT)
        }
    }
}

fn start() -> anyhow::Result<ExitCode> {
    tls::install_crypto_provider();
    load_env_file()?;
    let cli = Cli::parse();
    cli::refuse_misspelt_settings()?;
    let telemetry = telemetry::start(&cli.log.clone().into())?;
    let code = tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(commands::run(cli));
    telemetry.shut_down();
    code
}

/// Reads the file of settings into the environment, before the command line is parsed. Variables that are set already stay.
fn load_env_file() -> anyhow::Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let flag = std::iter::from_fn(|| arguments.next()).find_map(|argument| {
        let text = argument.to_str()?;
        text.strip_prefix("--env-file=")
            .map(Into::into)
            .or_else(|| (text == "--env-file").then(|| std::ffi::OsString::from("--env-file")))
    });
    let file = match flag {
        Some(flag) if flag == "--env-file" => arguments.next(),
        Some(file) => Some(file),
        None => std::env::var_os("TALLYSTICK_ENV_FILE").filter(|file| !file.is_empty()),
    };
    let Some(file) = file else { return Ok(()) };
    dotenvy::from_path(&file)
        .map_err(|error| anyhow::anyhow!("cannot read the settings file {}: {error}", file.display()))
}
