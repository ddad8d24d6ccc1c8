//! Another process that holds a PostgreSQL. The tests kill it.
//!
//! It is this test binary again, and runs the same test that starts it. An environment variable tells it that it is the holder.

use std::env;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use postgres_process::{Lifetime, LocalPostgresOptions, SUPERUSER};
use tokio::task::JoinHandle;
use tokio_postgres::{Client, NoTls};

use super::{options, start_with, write_note};

const VARIABLE: &str = "POSTGRES_PROCESS_TEST_HOLDS";

/// A process that runs a PostgreSQL and has written the note into it.
pub struct Holder {
    child: Child,
    pub postmaster: u32,
    /// A session, and the task that ends when PostgreSQL ends it.
    session: (Client, JoinHandle<Result<(), tokio_postgres::Error>>),
}

impl Holder {
    /// Starts one that runs `test` as the holder, and waits until its PostgreSQL runs on `folder`.
    pub async fn start(test: &str, folder: &Path) -> Self {
        let mut command = Command::new(env::current_exe().unwrap());
        command.args(["--exact", "--nocapture", test]).env(VARIABLE, folder).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let held = lines.find_map(|line| line.strip_prefix("holding ").map(str::to_owned));
        let held = held.expect("the holder says what it holds; does the name of the test fit?");
        let (postmaster, url) = held.split_once(' ').unwrap();
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
        Self { child, postmaster: postmaster.parse().unwrap(), session: (client, tokio::spawn(connection)) }
    }

    /// Kills the process with `kill -9`. What it started keeps running.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits until the PostgreSQL that it held has ended, which ends the open session.
    pub async fn assert_postgres_ends(&mut self) {
        let (_client, ends) = &mut self.session;
        let end = tokio::time::timeout(Duration::from_secs(30), ends).await.expect("PostgreSQL ends");
        end.unwrap().expect_err("the session is ended by PostgreSQL");
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The folder to hold, if this process is the holder.
pub fn folder_to_hold() -> Option<PathBuf> {
    env::var_os(VARIABLE).map(PathBuf::from)
}

/// The holder's part of a test. It never returns.
pub async fn hold(folder: &Path, lifetime: Lifetime) -> ! {
    let postgres = start_with(LocalPostgresOptions { lifetime, ..options(folder) }).await;
    let url = postgres.url(SUPERUSER, "postgres");
    write_note(&url).await;
    println!("\nholding {} {url}", postgres.pid());
    std::future::pending().await
}
