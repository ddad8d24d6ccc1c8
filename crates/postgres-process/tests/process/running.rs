//! Starting, using, stopping, starting again.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

use nix::unistd::{Pid, getpgid};
use postgres_process::{Lifetime, LocalPostgres, LocalPostgresError, LocalPostgresOptions, RunningPostgres, SUPERUSER};

use super::temp_folder::TempFolder;
use super::{PROGRAM, ask, assert_note_is_there, connect, named_bin_dir, options, start, start_with, write_note};

#[tokio::test]
async fn data_survives_a_stop_and_a_start() {
    let folder = TempFolder::new();
    let first = start(folder.path()).await;
    write_note(&first.url(SUPERUSER, "postgres")).await;
    first.stop().await.unwrap();

    let told = Mutex::new(Vec::new());
    let tell = |message: &str| told.lock().unwrap().push(message.to_owned());
    let second = LocalPostgres::start(options(folder.path()), &tell).await.unwrap();
    assert_note_is_there(&second).await;
    assert_eq!(*told.lock().unwrap(), [format!("starting PostgreSQL {}", second.major_version())]);
    second.stop().await.unwrap();
}

#[tokio::test]
async fn it_is_durable_and_the_same_everywhere_unless_told_otherwise() {
    let folder = TempFolder::new();
    let durable =
        LocalPostgresOptions { bin_dir: named_bin_dir(), ..LocalPostgresOptions::new(PROGRAM, folder.path()) };
    let postgres = start_with(durable).await;
    let client = connect(&postgres.url(SUPERUSER, "postgres")).await;

    let expected = [
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("full_page_writes", "on"),
        ("data_checksums", "on"),
        ("listen_addresses", ""),
        ("server_encoding", "UTF8"),
    ];
    for (name, value) in expected {
        assert_eq!(ask(&client, &format!("SELECT current_setting('{name}')")).await, value, "{name}");
    }
    let sql = "SELECT datlocprovider::text || ' ' || datcollate || ' ' || datctype FROM pg_database \
               WHERE datname = current_database()";
    assert_eq!(ask(&client, sql).await, "c C C");
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn settings_of_the_caller_count_but_cannot_open_a_port() {
    let folder = TempFolder::new();
    let mut options = options(folder.path());
    options.settings.push(("work_mem".to_owned(), "5MB".to_owned()));
    options.settings.push(("listen_addresses".to_owned(), "*".to_owned()));
    let postgres = start_with(options).await;
    let client = connect(&postgres.url(SUPERUSER, "postgres")).await;

    assert_eq!(ask(&client, "SELECT current_setting('work_mem')").await, "5MB");
    assert_eq!(ask(&client, "SELECT current_setting('listen_addresses')").await, "");
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn psql_understands_the_url() {
    let folder = TempFolder::new();
    let postgres = start(folder.path()).await;
    let psql = postgres.bin_dir().join("psql");
    let url = postgres.url(SUPERUSER, "template1");
    let output =
        Command::new(psql).args(["-XAtd", &url, "-c", "SELECT current_database(), current_user"]).output().unwrap();

    assert_eq!(String::from_utf8(output.stdout).unwrap().trim(), format!("template1|{SUPERUSER}"));
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn a_folder_too_deep_for_a_socket_works_and_finds_its_socket_again_after_a_crash() {
    let folder = TempFolder::new();
    let deep = folder.path().join("deep ".repeat(20).trim_end()).join("ünd, \"quoted\" deeper still");
    let mut first = start(&deep).await;
    let socket_dir = first.socket_dir().to_owned();
    assert!(socket_dir.starts_with("/tmp") && !socket_dir.starts_with(&deep), "{}", socket_dir.display());
    write_note(&first.url(SUPERUSER, "postgres")).await;
    super::death::kill(first.pid());
    first.exited().await.unwrap();
    drop(first);

    let second = start(&deep).await;
    assert_eq!(second.socket_dir(), socket_dir);
    assert_note_is_there(&second).await;
    second.stop().await.unwrap();
    assert!(!socket_dir.exists(), "nothing is left in /tmp");
}

#[tokio::test]
async fn a_path_with_odd_characters_works() {
    let folder = TempFolder::new();
    let odd = folder.path().join("a \"b\", ü?&%");
    let postgres = start(&odd).await;
    assert!(postgres.socket_dir().starts_with(&odd), "the socket is in the data folder");
    write_note(&postgres.url(SUPERUSER, "postgres")).await;
    assert_note_is_there(&postgres).await;
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn another_process_finds_it_while_it_runs_and_makes_nothing_where_there_is_none() {
    let folder = TempFolder::new();
    for _ in 0..2 {
        let missing = RunningPostgres::find(folder.path(), PROGRAM).unwrap_err();
        assert!(matches!(missing, LocalPostgresError::NoDatabase { .. }), "{missing}");
    }
    assert!(!folder.path().exists());
    for path in [folder.path().to_owned(), folder.path().join("deeper ".repeat(16).trim_end())] {
        let postgres = start(&path).await;
        write_note(&postgres.url(SUPERUSER, "postgres")).await;
        let found = RunningPostgres::find(&path, PROGRAM).unwrap().unwrap();
        assert_eq!(found.url(SUPERUSER, "postgres"), postgres.url(SUPERUSER, "postgres"));
        drop(found);
        assert_note_is_there(&postgres).await;
        postgres.stop().await.unwrap();
        assert!(RunningPostgres::find(&path, PROGRAM).unwrap().is_none());
    }
}

#[tokio::test]
async fn ctrl_c_in_the_terminal_does_not_reach_it() {
    let folder = TempFolder::new();
    let postgres = start(folder.path()).await;
    let postmaster = Pid::from_raw(postgres.pid().try_into().unwrap());

    assert_eq!(getpgid(Some(postmaster)).unwrap(), postmaster, "it leads a process group of its own");
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn dropping_it_stops_it_and_a_temporary_one_leaves_nothing() {
    let kept = TempFolder::new();
    let postgres = start(kept.path()).await;
    drop(postgres);
    assert!(!kept.path().join("postgresql/postmaster.pid").exists());
    assert!(kept.path().join("postgresql/PG_VERSION").exists());

    let temporary = TempFolder::new();
    let postgres =
        start_with(LocalPostgresOptions { lifetime: Lifetime::Temporary, ..options(temporary.path()) }).await;
    drop(postgres);
    assert!(!temporary.path().exists());
}

#[tokio::test]
async fn an_initdb_that_never_finished_is_done_again() {
    let folder = TempFolder::new();
    let unfinished = folder.path().join("postgresql.new-0123/base");
    fs::create_dir_all(&unfinished).unwrap();
    fs::write(unfinished.with_file_name("PG_VERSION"), "15\n").unwrap();
    // An empty data directory, as a rename may leave it.
    fs::create_dir(folder.path().join("postgresql")).unwrap();

    let postgres = start(folder.path()).await;
    write_note(&postgres.url(SUPERUSER, "postgres")).await;
    assert_note_is_there(&postgres).await;
    postgres.stop().await.unwrap();
    assert_eq!(entries(folder.path()), ["postgresql", "postgresql.log", "shop.lock"]);
}

fn entries(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
