//! A real server on a temporary folder keeps its data, has one owner, and survives every kind of death.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's helpers fail the test as its body does")]

mod death;
mod holder;
mod ownership;
mod refusals;
mod running;
mod temp_folder;

use std::env;
use std::path::{Path, PathBuf};

use postgres_process::{Lifetime, LocalPostgres, LocalPostgresError, LocalPostgresOptions, Program, SUPERUSER};
use tokio_postgres::{Client, NoTls};

/// A program that has a PostgreSQL of its own.
const PROGRAM: Program = Program {
    name: "shop",
    majors: 15..=18,
    bin_dir_setting: "SHOP_POSTGRES_BIN",
    advice_if_missing: "Install it, or set SHOP_DATABASE",
};

/// The binaries to test with, if the caller of the workspace's tests names them.
fn named_bin_dir() -> Option<PathBuf> {
    env::var_os("TALLYSTICK_POSTGRES_BIN").filter(|dir| !dir.is_empty()).map(PathBuf::from)
}

/// The options of most tests. They do not wait for the disk, because no test cuts the power.
fn options(data_dir: &Path) -> LocalPostgresOptions {
    LocalPostgresOptions {
        bin_dir: named_bin_dir(),
        settings: vec![("fsync".to_owned(), "off".to_owned())],
        lifetime: Lifetime::WithParent,
        ..LocalPostgresOptions::new(PROGRAM, data_dir)
    }
}

async fn start(data_dir: &Path) -> LocalPostgres {
    start_with(options(data_dir)).await
}

async fn start_with(options: LocalPostgresOptions) -> LocalPostgres {
    LocalPostgres::start(options, &|_| {}).await.unwrap_or_else(|error| panic!("{error}"))
}

async fn refusal(options: LocalPostgresOptions) -> LocalPostgresError {
    LocalPostgres::start(options, &|_| {}).await.expect_err("the start is refused")
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// Writes a row that a later start must find.
async fn write_note(url: &str) {
    connect(url).await.batch_execute("CREATE TABLE note (text text); INSERT INTO note VALUES ('kept')").await.unwrap();
}

async fn assert_note_is_there(postgres: &LocalPostgres) {
    let client = connect(&postgres.url(SUPERUSER, "postgres")).await;
    let note: String = client.query_one("SELECT text FROM note", &[]).await.unwrap().get(0);
    assert_eq!(note, "kept");
}

/// The answer to a query for one text.
async fn ask(client: &Client, sql: &str) -> String {
    client.query_one(sql, &[]).await.unwrap().get(0)
}
