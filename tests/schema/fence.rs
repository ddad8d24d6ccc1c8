//! The fence: it ends the lost session and no other, and reports success only when the session is gone.

use std::time::Duration;

use tallystick::db::connection::{Pool, PoolSettings, ServerProcess};

use crate::support::{
    fresh_database::{FreshDatabase, SERVER_ROLE},
    sessions::blocked_backend,
};

const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test]
async fn a_connection_knows_its_server_process() {
    let database = FreshDatabase::installed().await;
    let connection = Pool::new(&database.server_url(), &PoolSettings::default()).unwrap().get().await.unwrap();
    let itself = "SELECT pid, (extract(epoch FROM backend_start) * 1000000)::bigint FROM pg_stat_activity
        WHERE pid = pg_backend_pid()";
    let itself = connection.query_one(itself, &[]).await.unwrap();
    assert_eq!(connection.server_process(), Some(ServerProcess { pid: itself.get(0), started_us: itself.get(1) }));

    let pooled = database.url_with(SERVER_ROLE, "pgbouncer=true");
    let connection = Pool::new(&pooled, &PoolSettings::default()).unwrap().get().await.unwrap();
    assert_eq!(connection.server_process(), None);
}

/// Without a known process, a connection works, but its lost calls are not sent again.
#[tokio::test]
async fn a_connection_that_cannot_learn_its_server_process_works() {
    let database = FreshDatabase::installed().await;
    let forbid = "REVOKE EXECUTE ON FUNCTION pg_stat_get_activity(integer) FROM PUBLIC";
    database.session().await.client().batch_execute(forbid).await.unwrap();
    let connection = Pool::new(&database.server_url(), &PoolSettings::default()).unwrap().get().await.unwrap();
    assert_eq!(connection.server_process(), None);
    connection.batch_execute("SELECT 1").await.unwrap();
}

#[tokio::test]
async fn a_session_is_gone_once_it_is_ended_whether_it_idles_or_waits() {
    let database = FreshDatabase::installed().await;
    let (mut holder, observer) = (database.session().await, database.session().await);
    let fencing = database.session_as(SERVER_ROLE).await;
    let lock = "SELECT pg_advisory_xact_lock(1)";
    let transaction = holder.client_mut().transaction().await.unwrap();
    transaction.batch_execute(lock).await.unwrap();

    for waits in [false, true] {
        let lost = database.session_as(SERVER_ROLE).await;
        let server_process = ServerProcess::of(lost.client()).await.unwrap().unwrap();
        let waiting = waits.then(|| tokio::spawn(async move { lost.client().batch_execute(lock).await }));
        if waits {
            assert_eq!(blocked_backend(&observer).await, server_process.pid);
        }
        assert!(server_process.end(fencing.client(), PATIENCE).await.unwrap());
        let there = "SELECT FROM pg_stat_activity WHERE pid = $1";
        assert!(observer.client().query(there, &[&server_process.pid]).await.unwrap().is_empty());
        assert!(server_process.end(fencing.client(), PATIENCE).await.unwrap(), "it is still gone");
        if let Some(waiting) = waiting {
            waiting.await.unwrap().unwrap_err();
        }
    }
}

#[tokio::test]
async fn a_process_with_another_start_time_is_not_ended() {
    let database = FreshDatabase::installed().await;
    let (bystander, fencing) = (database.session_as(SERVER_ROLE).await, database.session_as(SERVER_ROLE).await);
    let server_process = ServerProcess::of(bystander.client()).await.unwrap().unwrap();
    for apart in [-1, 1] {
        let lost = ServerProcess { started_us: server_process.started_us + apart, ..server_process };
        assert!(lost.end(fencing.client(), PATIENCE).await.unwrap());
        bystander.client().batch_execute("SELECT 1").await.unwrap();
    }
}

/// A session pooler may give the lost session to the client that wants to end it.
#[tokio::test]
async fn a_session_does_not_end_itself() {
    let database = FreshDatabase::installed().await;
    let session = database.session_as(SERVER_ROLE).await;
    let server_process = ServerProcess::of(session.client()).await.unwrap().unwrap();
    assert!(server_process.end(session.client(), PATIENCE).await.unwrap());
    session.client().batch_execute("SELECT 1").await.unwrap();
}

#[tokio::test]
async fn a_session_that_does_not_end_in_time_is_not_reported_as_gone() {
    let database = FreshDatabase::installed().await;
    let (lost, fencing) = (database.session_as(SERVER_ROLE).await, database.session_as(SERVER_ROLE).await);
    let server_process = ServerProcess::of(lost.client()).await.unwrap().unwrap();
    let process = nix::unistd::Pid::from_raw(server_process.pid);
    nix::sys::signal::kill(process, nix::sys::signal::Signal::SIGSTOP).unwrap();
    let ended = server_process.end(fencing.client(), Duration::from_millis(50)).await;
    nix::sys::signal::kill(process, nix::sys::signal::Signal::SIGCONT).unwrap();
    assert!(!ended.unwrap());
    assert!(server_process.end(fencing.client(), PATIENCE).await.unwrap());
}
