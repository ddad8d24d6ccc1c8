//! Deals with the PostgreSQL that an earlier run left behind: a running one, or just its `postmaster.pid`.
//!
//! A running one is stopped, and not adopted. Adopting it would save a second. But its settings and binaries may differ,
//! and its end would go unnoticed, because it is not a child of this process. Sessions of the killed process may also
//! hold locks until PostgreSQL notices that their clients are gone.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::time::sleep;

use super::POLL_INTERVAL;
use super::account::Account;
use super::folder::Folder;
use super::pid_file::{PidFile, Verdict, judge};
use super::process::{FAST, IMMEDIATE};
use super::{LocalPostgresError, Progress, Result};

/// How long a postmaster may take between making its `postmaster.pid` and writing into it. It writes at once.
const WRITE_LIMIT: Duration = Duration::from_secs(1);

/// Removes whatever would keep PostgreSQL from starting. The caller holds the folder's lock.
pub(super) async fn stop(folder: &Folder, account: &Account, progress: Progress<'_>) -> Result<()> {
    let data = folder.data();
    let Some(found) = read_settled(&data).await? else { return Ok(()) };
    // A power failure may leave an empty file, and PostgreSQL refuses to start over that too.
    let Some(pid) = found.pid else { return remove_stale(&data) };
    match judge(pid, &data, account) {
        Verdict::Postmaster if found.is_postmaster => {
            progress(&format!("stopping the PostgreSQL that an earlier run left behind (pid {pid})"));
            for (signal, patience) in [FAST, IMMEDIATE] {
                if is_gone_after(pid, signal, patience, folder, account).await {
                    return Ok(());
                }
            }
            Err(LocalPostgresError::DoesNotStop { pid })
        }
        Verdict::Postmaster | Verdict::Unclear => Err(LocalPostgresError::LeftoverUnclear { pid, folder: data }),
        Verdict::Unrelated => {
            // PostgreSQL notices by itself that a process is dead. But it takes any living process of its user for a
            // postmaster, and refuses to start. Without the file it still finds the sessions of a killed postmaster, by
            // the shared memory that they hold.
            remove_stale(&data)
        }
    }
}

/// Reads `postmaster.pid`. A postmaster that is just starting gets the time to write it.
async fn read_settled(data: &Path) -> Result<Option<PidFile>> {
    let began = Instant::now();
    loop {
        let found = PidFile::read(data)?;
        if found.as_ref().is_none_or(|found| found.pid.is_some()) || began.elapsed() > WRITE_LIMIT {
            return Ok(found);
        }
        sleep(POLL_INTERVAL).await;
    }
}

fn remove_stale(data: &Path) -> Result<()> {
    let file = PidFile::path(data);
    fs::remove_file(&file).map_err(LocalPostgresError::io("remove the stale", &file))
}

/// Signals the postmaster and waits until it is gone, at most for `patience`.
async fn is_gone_after(pid: i32, signal: Signal, patience: Duration, folder: &Folder, account: &Account) -> bool {
    let data = folder.data();
    let asked_at = Instant::now();
    let is_there = || judge(pid, &data, account) == Verdict::Postmaster;
    if is_there() {
        // This fails only if the process is gone, which the loop below notices.
        let _ = kill(Pid::from_raw(pid), signal);
    }
    while is_there() {
        if asked_at.elapsed() > patience {
            return false;
        }
        sleep(POLL_INTERVAL).await;
    }
    true
}
