//! PostgreSQL of our own: that it keeps data, that it has one owner, and that it survives every kind of death.

mod death;
mod holder;
mod ownership;
mod refusals;
mod running;
mod shared_cluster;

use std::path::Path;

use tallystick::local_postgres::{Lifetime, LocalPostgres, LocalPostgresError, LocalPostgresOptions, SUPERUSER};
use tokio_postgres::{Client, NoTls};

use crate::support::cluster::named_bin_dir;

/// As the tests start it: not waiting for the disk, which none of them pulls the plug of.
fn options(data_dir: &Path) -> LocalPostgresOptions {
    LocalPostgresOptions {
        bin_dir: named_bin_dir(),
        settings: vec![("fsync".to_owned(), "off".to_owned())],
        lifetime: Lifetime::WithParent,
        ..LocalPostgresOptions::new(data_dir)
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

/// Leaves something behind that a later start must find.
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
