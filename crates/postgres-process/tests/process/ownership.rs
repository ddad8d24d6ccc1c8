//! A folder has one owner, and nobody else can enter it.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;
use std::process;

use nix::unistd::geteuid;
use postgres_process::{LocalPostgresError, SUPERUSER};

use super::temp_folder::TempFolder;
use super::{assert_note_is_there, options, refusal, start, write_note};

#[tokio::test]
async fn a_second_start_is_refused_while_the_first_runs() {
    let folder = TempFolder::new();
    let first = start(folder.path()).await;
    write_note(&first.url(SUPERUSER, "postgres")).await;

    let error = refusal(options(folder.path())).await;
    let LocalPostgresError::AlreadyRunning { pid, .. } = error else { panic!("{error}") };
    assert_eq!(pid, process::id().to_string());

    assert_note_is_there(&first).await;
    first.stop().await.unwrap();
    start(folder.path()).await.stop().await.unwrap();
}

#[tokio::test]
async fn postgresql_never_runs_as_root_and_only_its_account_reaches_data_and_socket() {
    let folder = TempFolder::new();
    let postgres = start(folder.path()).await;
    let data = folder.path().join("postgresql");
    let owner = data.metadata().unwrap();
    assert_ne!(owner.uid(), 0);
    if !geteuid().is_root() {
        assert_eq!(owner.uid(), geteuid().as_raw());
    }
    for private in [&data, postgres.socket_dir()] {
        let found = private.metadata().unwrap();
        assert_eq!((found.uid(), found.mode() & 0o777), (owner.uid(), 0o700), "{}", private.display());
    }
    assert_eq!(postgres.log_path().metadata().unwrap().mode() & 0o777, 0o600);
    assert_runs_as(postgres.pid(), owner.uid());
    postgres.stop().await.unwrap();
}

/// The kernel's own report: all four user ids are `uid`, and root's groups are gone.
#[cfg(target_os = "linux")]
fn assert_runs_as(pid: u32, uid: u32) {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = |name: &str| {
        let value = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        value.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(line("Uid:"), vec![uid.to_string(); 4]);
    assert!(!line("Gid:").contains(&"0".to_owned()));
    if geteuid().is_root() {
        assert!(line("Groups:").is_empty(), "{:?}", line("Groups:"));
    }
}

#[cfg(not(target_os = "linux"))]
fn assert_runs_as(_pid: u32, _uid: u32) {}

#[tokio::test]
async fn a_parent_folder_that_is_closed_to_postgresql_is_named() {
    let folder = TempFolder::new();
    let closed = folder.path().join("closed");
    let data_dir = closed.join("open/data");
    fs::create_dir_all(&data_dir).unwrap();
    let mode = if geteuid().is_root() { 0o700 } else { 0o000 };
    fs::set_permissions(&closed, fs::Permissions::from_mode(mode)).unwrap();

    let error = refusal(options(&data_dir)).await;
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).unwrap();
    if geteuid().is_root() {
        let LocalPostgresError::Unreachable { closed: named, .. } = &error else { panic!("{error}") };
        assert_eq!(named, &closed);
    }
    assert!(error.to_string().contains(closed.to_str().unwrap()), "{error}");
}

#[tokio::test]
async fn data_that_root_restored_is_given_back_to_the_account() {
    let folder = TempFolder::new();
    let first = start(folder.path()).await;
    write_note(&first.url(SUPERUSER, "postgres")).await;
    first.stop().await.unwrap();
    if geteuid().is_root() {
        own_everything(&folder.path().join("postgresql"));
    }

    let second = start(folder.path()).await;
    assert_note_is_there(&second).await;
    second.stop().await.unwrap();
}

fn own_everything(path: &Path) {
    chown(path, Some(0), Some(0)).unwrap();
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            own_everything(&entry.unwrap().path());
        }
    }
}
