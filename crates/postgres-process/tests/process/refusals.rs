//! A start that cannot work says why.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use postgres_process::{LocalPostgresError, LocalPostgresOptions};

use super::temp_folder::TempFolder;
use super::{options, refusal, start};

#[tokio::test]
async fn data_of_another_version_is_refused_and_left_alone() {
    let folder = TempFolder::new();
    let version = folder.path().join("postgresql/PG_VERSION");
    fs::create_dir_all(version.parent().unwrap()).unwrap();
    fs::write(&version, "14\n").unwrap();

    let error = refusal(options(folder.path())).await;
    let LocalPostgresError::OtherVersion { data: 14, seen, .. } = &error else { panic!("{error}") };
    assert!(seen.iter().any(|found| found.contains("PostgreSQL 1")), "it says what it found: {seen:?}");
    assert_eq!(fs::read_to_string(&version).unwrap(), "14\n");
}

#[tokio::test]
async fn data_that_we_did_not_make_is_refused_and_left_alone() {
    for file in ["PG_VERSION", "postgresql/letters.txt"] {
        let folder = TempFolder::new();
        let file = folder.path().join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, "precious").unwrap();

        let error = refusal(options(folder.path())).await;
        assert!(matches!(error, LocalPostgresError::Unrecognised { .. }), "{error}");
        assert_eq!(fs::read_to_string(&file).unwrap(), "precious");
    }
}

#[tokio::test]
async fn a_start_that_fails_quotes_the_log_and_leaves_the_folder_free() {
    let folder = TempFolder::new();
    let mut wrong = options(folder.path());
    wrong.settings.push(("work_mem".to_owned(), "much".to_owned()));

    let error = refusal(wrong).await;
    let LocalPostgresError::StartFailed { tail, .. } = &error else { panic!("{error}") };
    assert!(tail.contains("invalid value for parameter \"work_mem\""), "{tail}");
    start(folder.path()).await.stop().await.unwrap();
}

#[tokio::test]
async fn a_folder_without_postgresql_is_no_folder_of_binaries() {
    let folder = TempFolder::new();
    let empty = TempFolder::new();
    fs::create_dir(empty.path()).unwrap();

    let error = refusal(with_binaries(folder.path(), empty.path())).await;
    assert!(matches!(error, LocalPostgresError::UnusableBinaries { .. }), "{error}");
    assert!(error.to_string().contains("holds no `postgres`"), "{error}");
}

#[tokio::test]
async fn a_postgresql_that_is_too_old_is_not_used() {
    let folder = TempFolder::new();
    let old = fake_binaries("postgres (PostgreSQL) 14.9 (Debian 14.9-1)", "exit 1");

    let error = refusal(with_binaries(folder.path(), old.path())).await;
    assert!(error.to_string().contains("PostgreSQL 14, and shop needs 15 to 18"), "{error}");
}

#[tokio::test]
async fn an_initdb_that_fails_is_quoted_and_leaves_nothing() {
    let folder = TempFolder::new();
    let initdb = "while [ \"$1\" != --pgdata ]; do shift; done; data=$2; echo 15 >\"$data/PG_VERSION\" && echo 'the disk is full' >&2; exit 1";
    let fake = fake_binaries("postgres (PostgreSQL) 15.1", initdb);

    let error = refusal(with_binaries(folder.path(), fake.path())).await;
    let LocalPostgresError::InitdbFailed { output, .. } = &error else { panic!("{error}") };
    assert_eq!(output, "the disk is full");
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["shop.lock"]);
}

fn with_binaries(data_dir: &Path, bin_dir: &Path) -> LocalPostgresOptions {
    LocalPostgresOptions { bin_dir: Some(bin_dir.to_owned()), ..options(data_dir) }
}

/// A folder with a `postgres` that only knows its version, and an `initdb`.
fn fake_binaries(version: &str, initdb: &str) -> TempFolder {
    let folder = TempFolder::new();
    fs::create_dir(folder.path()).unwrap();
    for (name, script) in [("postgres", &*format!("echo '{version}'")), ("initdb", initdb)] {
        write_script(&folder.path().join(name), script);
    }
    folder
}

/// Another process writes the script. The kernel does not run a file that is open for writing, and a child that a parallel
/// test has just forked may still hold this process's files.
fn write_script(path: &Path, script: &str) {
    let mut install = Command::new("install");
    install.args(["-m", "755", "/dev/stdin"]).arg(path).stdin(Stdio::piped());
    let mut child = install.spawn().unwrap();
    write!(child.stdin.take().unwrap(), "#!/bin/sh\n{script}\n").unwrap();
    assert!(child.wait().unwrap().success());
}
