//! `tallystick openapi`: the API's description.

use std::process::ExitCode;

use super::output;
use crate::http::router;

pub(super) fn run() -> anyhow::Result<ExitCode> {
    output::line(&router::document().to_pretty_json()?)?;
    Ok(ExitCode::SUCCESS)
}
