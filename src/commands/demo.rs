//! `tallystick demo`.

use std::process::ExitCode;

use crate::config::ServeArgs;

pub(super) async fn run(_args: ServeArgs) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not built yet")
}
