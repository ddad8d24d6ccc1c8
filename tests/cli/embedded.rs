//! The PostgreSQL that `serve --embedded` starts, as other commands find it.

use std::path::Path;

use nix::sys::signal::Signal;
use tallystick::{
    db::connection::connect,
    local_postgres::{PROGRAM, RunningPostgres, SUPERUSER},
};

use super::program::{Running, address, program, run};
use crate::support::{client::Client, temp_folder::TempFolder};

/// The values of some settings, separated by spaces.
async fn ask(data: &Path, sql: &str) -> String {
    let running = RunningPostgres::find(data, PROGRAM).unwrap().expect("it runs");
    let session = connect(&running.url(SUPERUSER, "tallystick").parse().unwrap()).await.unwrap();
    session.client().query_one(sql, &[]).await.unwrap().get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_embedded_database_is_sized_for_its_machine_and_found_by_its_folder() {
    let folder = TempFolder::created();
    let data = folder.path().join("data");
    let serve = || {
        let mut serve = program(&["serve", "--listen", "127.0.0.1:0", "--log-format", "json"]);
        serve.env("TALLYSTICK_EMBEDDED", "true").env("TALLYSTICK_DATA_DIR", &data);
        serve
    };
    for command in ["verify", "migrate"] {
        let complaint = run(program(&[command]).env("TALLYSTICK_DATA_DIR", &data)).expect_complaint(2);
        assert!(complaint.contains("holds no database"), "{complaint}");
    }

    let log = folder.path().join("first");
    let mut running = Running::start(&mut serve(), &log);
    let first = address(&log, &mut running).await;
    Client::new(first, None).get("/readyz").await.expect(200);
    let create = ["business", "create", "--name", "x", "--currency", "EUR"];
    run(program(&create).env("TALLYSTICK_DATA_DIR", &data)).expect(0);
    let proof = run(program(&["verify"]).env("TALLYSTICK_DATA_DIR", &data)).expect(0);
    assert!(proof.contains("everything is as it should be"), "{proof}");
    let sized = "SELECT count(*)::text FROM pg_settings WHERE source = 'command line'
        AND name IN ('shared_buffers', 'effective_cache_size', 'max_wal_size', 'checkpoint_timeout')";
    assert_eq!(ask(&data, sized).await, "4");
    // ALTER SYSTEM does not run in a transaction, and so not beside another statement.
    let session = RunningPostgres::find(&data, PROGRAM).unwrap().unwrap().url(SUPERUSER, "tallystick");
    let session = connect(&session.parse().unwrap()).await.unwrap();
    session.client().batch_execute("ALTER SYSTEM SET max_wal_size = '3GB'").await.unwrap();
    drop(session);
    running.signal(Signal::SIGTERM);
    assert_eq!(running.wait(), Some(0));

    assert!(RunningPostgres::find(&data, PROGRAM).unwrap().is_none());
    let proof = run(program(&["verify"]).env("TALLYSTICK_DATA_DIR", &data)).expect(0);
    assert!(proof.contains("everything is as it should be"), "it was started for that: {proof}");
    assert!(RunningPostgres::find(&data, PROGRAM).unwrap().is_none(), "and stopped again");

    let log = folder.path().join("second");
    let mut running =
        Running::start(serve().env("TALLYSTICK_POSTGRES_SETTINGS", "shared_buffers=48MB;work_mem=5MB"), &log);
    address(&log, &mut running).await;
    let settings = "SELECT current_setting('shared_buffers') || ' ' || current_setting('work_mem') || ' '
        || current_setting('max_wal_size')";
    assert_eq!(ask(&data, settings).await, "48MB 5MB 3GB", "the operator's word counts");
    running.signal(Signal::SIGTERM);
    assert_eq!(running.wait(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_folder_of_a_development_version_is_named_and_left_alone() {
    let folder = TempFolder::created();
    let data = folder.path().join("data");
    let serve = || {
        let mut serve = program(&["serve", "--embedded", "--listen", "127.0.0.1:0", "--log-format", "json"]);
        serve.env("TALLYSTICK_DATA_DIR", &data);
        serve
    };
    let log = folder.path().join("log");
    let mut running = Running::start(&mut serve(), &log);
    address(&log, &mut running).await;
    // As if another text of the last migration had made it.
    let change = "UPDATE tallystick_migrate.migrations SET sha256 = repeat('0', 64)
        WHERE version = (SELECT max(version) FROM tallystick_migrate.migrations) RETURNING to_char(version, 'FM0000') || '_' || name";
    let changed = ask(&data, change).await;
    running.signal(Signal::SIGTERM);
    assert_eq!(running.wait(), Some(0));

    let mut demo = program(&["demo", "--listen", "127.0.0.1:0", "--data-dir", data.to_str().unwrap()]);
    for command in [&mut serve(), &mut demo] {
        let complaint = run(command).expect_complaint(2);
        let said = format!(
            "error: the data folder {}: the database was made by a development version of tallystick: no release has its migration \
             {changed}. It cannot be upgraded. Use a new database. If tallystick started the PostgreSQL, move its data folder away, \
             or name another one with --data-dir (TALLYSTICK_DATA_DIR)\n",
            data.display()
        );
        assert!(complaint.ends_with(&said), "{complaint}");
        assert!(RunningPostgres::find(&data, PROGRAM).unwrap().is_none(), "it was stopped again");
    }
}
