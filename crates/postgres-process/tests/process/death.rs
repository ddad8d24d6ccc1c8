//! What happens when PostgreSQL is killed, or the process that started it, or both.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{self, Signal};
use nix::unistd::Pid;
use postgres_process::{Lifetime, LocalPostgres, SUPERUSER};

use super::holder::{Holder, folder_to_hold, hold};
use super::temp_folder::TempFolder;
use super::{assert_note_is_there, connect, options, start, write_note};

#[tokio::test]
async fn a_killed_postgresql_recovers_at_the_next_start() {
    let folder = TempFolder::new();
    let mut first = start(folder.path()).await;
    let url = first.url(SUPERUSER, "postgres");
    write_note(&url).await;
    let idle = connect(&url).await;
    kill(first.pid());
    assert!(!first.exited().await.unwrap().success());
    drop(first);
    assert!(folder.path().join("postgresql/postmaster.pid").exists(), "the crash left its traces");

    let second = start(folder.path()).await;
    assert_note_is_there(&second).await;
    second.stop().await.unwrap();
    drop(idle);
}

#[tokio::test]
async fn a_session_that_outlives_a_killed_postgresql_is_waited_for() {
    let folder = TempFolder::new();
    let mut first = start(folder.path()).await;
    let url = first.url(SUPERUSER, "postgres");
    write_note(&url).await;
    let client = connect(&url).await;
    let session: i32 = client.query_one("SELECT pg_backend_pid()", &[]).await.unwrap().get(0);
    let session = Pid::from_raw(session);
    // A stopped process does not notice the postmaster's end. A busy process does not notice it for a while, either.
    signal::kill(session, Signal::SIGSTOP).unwrap();
    kill(first.pid());
    first.exited().await.unwrap();
    drop(first);

    let told = Mutex::new(Vec::new());
    let tell = |message: &str| {
        if message == "waiting for the sessions of a killed PostgreSQL to end" {
            signal::kill(session, Signal::SIGCONT).ok();
        }
        told.lock().unwrap().push(message.to_owned());
    };
    let second = LocalPostgres::start(options(folder.path()), &tell).await.unwrap();
    assert!(told.lock().unwrap().iter().any(|message| message.starts_with("waiting")), "{told:?}");
    assert_note_is_there(&second).await;
    second.stop().await.unwrap();
}

#[tokio::test]
async fn a_postgresql_whose_holder_was_killed_is_replaced_at_the_next_start() {
    if let Some(folder) = folder_to_hold() {
        hold(&folder, Lifetime::Kept).await;
    }
    let folder = TempFolder::new();
    let test = "death::a_postgresql_whose_holder_was_killed_is_replaced_at_the_next_start";
    let mut holder = Holder::start(test, folder.path()).await;
    holder.kill();
    let orphan = holder.postmaster;

    let told = Mutex::new(Vec::new());
    let tell = |message: &str| told.lock().unwrap().push(message.to_owned());
    let second = LocalPostgres::start(options(folder.path()), &tell).await.unwrap();
    assert_eq!(
        told.lock().unwrap().first().unwrap(),
        &format!("stopping the PostgreSQL that an earlier run left behind (pid {orphan})")
    );
    assert_ne!(second.pid(), orphan);
    holder.assert_postgres_ends().await;
    assert_note_is_there(&second).await;
    second.stop().await.unwrap();
    let log = fs::read_to_string(folder.path().join("postgresql.log")).unwrap();
    assert!(!log.contains("not properly shut down"), "the orphan was stopped cleanly:\n{log}");
}

#[tokio::test]
async fn a_postgresql_that_is_not_to_outlive_its_holder_stops_cleanly_when_that_is_killed() {
    if let Some(folder) = folder_to_hold() {
        hold(&folder, Lifetime::WithParent).await;
    }
    let folder = TempFolder::new();
    let test = "death::a_postgresql_that_is_not_to_outlive_its_holder_stops_cleanly_when_that_is_killed";
    let mut holder = Holder::start(test, folder.path()).await;
    holder.kill();
    holder.assert_postgres_ends().await;

    let second = start(folder.path()).await;
    assert_note_is_there(&second).await;
    second.stop().await.unwrap();
    let log = fs::read_to_string(folder.path().join("postgresql.log")).unwrap();
    assert!(!log.contains("not properly shut down"), "{log}");
}

#[tokio::test]
async fn a_temporary_postgresql_vanishes_with_its_folder_when_its_holder_is_killed() {
    if let Some(folder) = folder_to_hold() {
        hold(&folder, Lifetime::Temporary).await;
    }
    let folder = TempFolder::new();
    let test = "death::a_temporary_postgresql_vanishes_with_its_folder_when_its_holder_is_killed";
    let mut holder = Holder::start(test, folder.path()).await;
    assert!(folder.path().exists());
    holder.kill();
    holder.assert_postgres_ends().await;
    // The watchdog is not a child of this process, so only its effect on the folder can be awaited.
    let began = Instant::now();
    while folder.path().exists() {
        assert!(began.elapsed() < Duration::from_secs(30), "the folder is removed");
        thread::sleep(Duration::from_millis(10));
    }
}

#[tokio::test]
async fn a_stale_pid_file_does_not_stop_a_start_and_whoever_has_the_pid_now_is_left_alone() {
    let folder = TempFolder::new();
    let first = start(folder.path()).await;
    write_note(&first.url(SUPERUSER, "postgres")).await;
    first.stop().await.unwrap();
    let data = folder.path().join("postgresql");
    let mut bystander = Bystander::of_the_owner_of(&data);
    for stale in [String::new(), "999999999\n".to_owned(), format!("{}\n", bystander.0.id())] {
        fs::write(data.join("postmaster.pid"), &stale).unwrap();

        let next = start(folder.path()).await;
        assert_note_is_there(&next).await;
        next.stop().await.unwrap();
    }
    assert!(bystander.0.try_wait().unwrap().is_none(), "the bystander lives");
}

/// `kill -9`.
pub fn kill(pid: u32) {
    signal::kill(Pid::from_raw(pid.try_into().unwrap()), Signal::SIGKILL).unwrap();
}

/// A process of PostgreSQL's user. PostgreSQL itself would take it for a postmaster.
struct Bystander(Child);

impl Bystander {
    fn of_the_owner_of(path: &Path) -> Self {
        let owner = path.metadata().unwrap();
        let mut command = Command::new("sleep");
        command.arg("600").stdout(Stdio::null()).stderr(Stdio::null());
        if nix::unistd::geteuid().is_root() {
            command.uid(owner.uid()).gid(owner.gid());
        }
        Self(command.spawn().unwrap())
    }
}

impl Drop for Bystander {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}
