//! Another process that holds a PostgreSQL, to be killed.
//!
//! It is this test binary again, running the very test that starts it: the environment tells the two roles apart.

use std::env;
use std::io::{BufRead, BufReader};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tallystick::local_postgres::{Lifetime, LocalPostgresOptions, SUPERUSER};

use super::{options, start_with, write_note};

const VARIABLE: &str = "TALLYSTICK_TEST_HOLDS";

/// A process that runs a PostgreSQL and has written the note into it.
pub struct Holder {
    child: Child,
    pub postmaster: u32,
    /// Reads end of file when PostgreSQL is gone.
    pub session: UnixStream,
}

impl Holder {
    /// Starts one that runs `test` as the holder, and waits until its PostgreSQL runs on `folder`.
    pub fn start(test: &str, folder: &Path) -> Self {
        let mut command = Command::new(env::current_exe().unwrap());
        command.args(["--exact", "--nocapture", test]).env(VARIABLE, folder).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let held = lines.find_map(|line| line.strip_prefix("holding ").map(str::to_owned));
        let held = held.expect("the holder says what it holds; does the name of the test fit?");
        let (postmaster, socket) = held.split_once(' ').unwrap();
        Self { child, postmaster: postmaster.parse().unwrap(), session: UnixStream::connect(socket).unwrap() }
    }

    /// `kill -9`, and nothing of it is left but what it started.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Whether this process is the holder; then the folder to hold.
pub fn folder_to_hold() -> Option<PathBuf> {
    env::var_os(VARIABLE).map(PathBuf::from)
}

/// The holder's part of a test: never returns.
pub async fn hold(folder: &Path, lifetime: Lifetime) -> ! {
    let postgres = start_with(LocalPostgresOptions { lifetime, ..options(folder) }).await;
    write_note(&postgres.url(SUPERUSER, "postgres")).await;
    println!("\nholding {} {}/.s.PGSQL.{}", postgres.pid(), postgres.socket_dir().display(), postgres.port());
    std::future::pending().await
}
