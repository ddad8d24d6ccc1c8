//! `tallystick verify`: proves a database from the outside.

use std::process::ExitCode;

use crate::cli::VerifyArgs;

pub(super) async fn run(_args: &VerifyArgs) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not built yet")
}
