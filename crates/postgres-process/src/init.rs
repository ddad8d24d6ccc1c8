//! Makes PostgreSQL's data directory: the whole of it, or nothing.
//!
//! `initdb` works in a folder with a name of its own. When the folder is complete, a rename makes it the data directory.
//! An attempt that was killed leaves such a folder behind; no start takes it for data, and the next one removes it.

use std::fs::{self, File};
use std::path::Path;

use tokio::process::Command;

use super::account::Account;
use super::find::Binaries;
use super::folder::{Folder, make_private};
use super::{LocalPostgresError, Result, SUPERUSER};

/// The locale is C: sorting then does not depend on a system library, and upgrading that library cannot break an index.
/// `pg_hba.conf` refuses TCP connections, although no port is open anyway.
const ARGUMENTS: [&str; 8] = [
    "--encoding=UTF8",
    "--locale-provider=libc",
    "--locale=C",
    "--data-checksums",
    "--auth-local=trust",
    "--auth-host=reject",
    "--no-instructions",
    // An initdb that outlives this process must not remove what a later one made. So the path is never used again.
    "--no-clean",
];

/// Makes the data directory of a `folder` that has none.
pub(super) async fn create(
    folder: &Folder,
    binaries: &Binaries,
    account: &Account,
    settings: &[(String, String)],
) -> Result<()> {
    for unfinished in folder.unfinished_data()? {
        // A folder that cannot be removed only takes space.
        let _ = fs::remove_dir_all(unfinished);
    }
    let new_data = folder.new_data();
    make_private(&new_data, account).map_err(LocalPostgresError::io("make the folder", &new_data))??;
    let made = run_initdb(&new_data, binaries, account, settings).await;
    if made.is_err() {
        let _ = fs::remove_dir_all(&new_data);
    }
    made?;

    let data = folder.data();
    fs::rename(&new_data, &data).map_err(LocalPostgresError::io("move the new database to", &data))?;
    let root = folder.root();
    File::open(root).and_then(|root| root.sync_all()).map_err(LocalPostgresError::io("write to disk", root))
}

async fn run_initdb(
    new_data: &Path,
    binaries: &Binaries,
    account: &Account,
    settings: &[(String, String)],
) -> Result<()> {
    let program = binaries.initdb();
    let mut command = Command::from(account.command(&program));
    command.args(ARGUMENTS).arg("--username").arg(SUPERUSER).arg("--pgdata").arg(new_data).kill_on_drop(true);
    if settings.iter().any(|(name, value)| name == "fsync" && value == "off") {
        // A caller that turns fsync off does not want to wait for the disk here, either.
        command.arg("--no-sync");
    }
    let output = command.output().await.map_err(LocalPostgresError::io("run", &program))?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(LocalPostgresError::InitdbFailed {
        status: output.status.to_string(),
        output: String::from_utf8_lossy(&said).trim().to_owned(),
    })
}
