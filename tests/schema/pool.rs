//! The pool: prepared connections, bounded waiting, and errors that say what is wrong.

use std::{net::TcpListener, sync::Arc, time::Duration};

use tallystick::{
    db::{
        Database,
        call::sqlstate::{Failure, Transient},
        connection::{Pool, PoolError, PoolSettings, SessionSettings},
    },
    domain::{NewBusiness, PaymentTerms, TimeZone},
    error::Error,
    metrics::Metrics,
};

use crate::support::{
    fresh_database::{FreshDatabase, SERVER_ROLE},
    proxy::Proxy,
};

const SUM: &str = "SELECT $1::bigint + 1";
const SETTINGS: PoolSettings = PoolSettings {
    size: 1,
    wait_timeout: Duration::from_millis(50),
    connect_timeout: Duration::from_secs(5),
    session: SESSION,
};
const SESSION: SessionSettings = SessionSettings {
    statement_timeout: Duration::from_millis(1_500),
    lock_timeout: Duration::from_millis(700),
    idle_in_transaction_timeout: Duration::from_secs(9),
    client_check_interval: Duration::from_secs(2),
    hot_statements: &[SUM],
};

#[tokio::test]
async fn a_new_connection_is_set_up_and_has_its_hot_statements() {
    let database = FreshDatabase::create().await;
    let pool = Pool::new(&database.url(), &SETTINGS).unwrap();
    let connection = pool.get().await.unwrap();
    let settings = "SELECT string_agg(name || '=' || setting, ' ' ORDER BY name) FROM pg_settings WHERE name IN
        ('TimeZone', 'application_name', 'client_connection_check_interval', 'idle_in_transaction_session_timeout',
         'lock_timeout', 'statement_timeout')";
    assert_eq!(
        connection.query_one(settings, &[]).await.unwrap().get::<_, String>(0),
        "TimeZone=UTC application_name=tallystick client_connection_check_interval=2000 \
         idle_in_transaction_session_timeout=9000 lock_timeout=700 statement_timeout=1500"
    );
    let prepared = "SELECT string_agg(statement, ',') FROM pg_prepared_statements WHERE statement = $1";
    let found: Option<String> = connection.query_one(prepared, &[&SUM]).await.unwrap().get(0);
    assert_eq!(found.as_deref(), Some(SUM));
    assert_eq!(connection.statement_cache.size(), 1);
}

#[tokio::test]
async fn behind_a_transaction_pooler_the_session_is_left_alone() {
    let database = FreshDatabase::create().await;
    let url = database.url_with("postgres", "pgbouncer=true");
    let pool = Pool::new(&url, &SETTINGS).unwrap();
    assert!(!pool.named_statements());
    let connection = pool.get().await.unwrap();
    let left = "SELECT current_setting('statement_timeout') || ' ' || (SELECT count(*) FROM pg_prepared_statements)";
    let left = connection.query_typed(left, &[]).await.unwrap();
    assert_eq!(left[0].get::<_, String>(0), "0 0");
}

#[tokio::test]
async fn a_pooler_that_the_url_does_not_name_is_refused_on_a_new_connection() {
    let (database, proxy) = (FreshDatabase::installed().await, Proxy::start());
    drop(Pool::new(&proxy.url(&database), &SETTINGS).unwrap().get().await.unwrap());
    proxy.pose_as_pooler(true);
    let pool = Pool::new(&proxy.url(&database), &SETTINGS).unwrap();
    let error = pool.get().await.unwrap_err();
    assert!(matches!(error, PoolError::Pooler) && error.to_string().contains("pgbouncer=true"), "{error}");
    for declared in ["&pgbouncer=true", "&pgbouncer=false"] {
        drop(Pool::new(&proxy.url_with(&database, declared), &SETTINGS).unwrap().get().await.unwrap());
    }
    proxy.pose_as_pooler(false);
    drop(pool.get().await.unwrap());
}

#[tokio::test]
async fn a_session_waits_for_the_disk_whatever_the_database_prefers() {
    let database = FreshDatabase::create().await;
    let session = database.session().await;
    for (preset, kept) in [("off", "on"), ("local", "local"), ("on", "on"), ("remote_apply", "remote_apply")] {
        let prefer = format!("ALTER DATABASE {} SET synchronous_commit = '{preset}'", database.name);
        session.client().batch_execute(&prefer).await.unwrap();
        let connection = Pool::new(&database.url(), &SETTINGS).unwrap().get().await.unwrap();
        let shown = connection.query_one("SHOW synchronous_commit", &[]).await.unwrap();
        assert_eq!(shown.get::<_, &str>(0), kept, "{preset}");
    }
}

#[tokio::test]
async fn calls_run_at_read_committed_whatever_the_database_prefers() {
    let database = FreshDatabase::create().await;
    let prefer = format!("ALTER DATABASE {} SET default_transaction_isolation = 'repeatable read'", database.name);
    database.session().await.client().batch_execute(&prefer).await.unwrap();
    let connection = Pool::new(&database.url(), &SETTINGS).unwrap().get().await.unwrap();
    let level = connection.query_one("SHOW transaction_isolation", &[]).await.unwrap();
    assert_eq!(level.get::<_, &str>(0), "read committed");
}

#[tokio::test]
async fn a_hot_statement_that_cannot_be_prepared_does_not_cost_the_connection() {
    let database = FreshDatabase::create().await;
    let session = SessionSettings { hot_statements: &["SELECT no_such_function()", SUM], ..SESSION };
    let settings = PoolSettings { session, ..SETTINGS };
    let pool = Pool::new(&database.url(), &settings).unwrap();
    assert_eq!(pool.get().await.unwrap().statement_cache.size(), 1);
}

#[tokio::test]
async fn when_all_connections_stay_busy_the_call_is_refused_as_overload() {
    let database = FreshDatabase::create().await;
    let pool = Pool::new(&database.url(), &SETTINGS).unwrap();
    let held = pool.get().await.unwrap();
    let status = pool.status();
    assert_eq!((status.max_size, status.size, status.available), (1, 1, 0));
    let error = pool.get().await.unwrap_err();
    assert!(matches!(error, PoolError::Overloaded { .. }), "{error}");
    drop(held);
    assert_eq!(pool.status().available, 1);
    let _lent_again = pool.get().await.unwrap();
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_unavailable() {
    // Bound and closed again: nobody listens on this port.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("postgresql://anna:s3cret@127.0.0.1:{port}/shop").parse().unwrap();
    let error = Pool::new(&url, &SETTINGS).unwrap().get().await.unwrap_err();
    assert!(matches!(error, PoolError::Unavailable(_)), "{error}");
    assert!(error.to_string().contains("refused") && !error.to_string().contains("s3cret"), "{error}");
}

#[tokio::test]
async fn a_server_that_accepts_and_stays_silent_times_out() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgresql://anna@{}/shop", silent.local_addr().unwrap()).parse().unwrap();
    let settings = PoolSettings { connect_timeout: Duration::from_millis(50), ..SETTINGS };
    let error = Pool::new(&url, &settings).unwrap().get().await.unwrap_err();
    assert!(matches!(error, PoolError::ConnectTimeout { .. }), "{error}");
}

#[tokio::test]
async fn a_closed_pool_says_so() {
    let database = FreshDatabase::create().await;
    let pool = Pool::new(&database.url(), &SETTINGS).unwrap();
    pool.close();
    assert!(matches!(pool.get().await, Err(PoolError::Closed)));
}

#[tokio::test]
async fn a_connection_that_the_server_ended_is_replaced_once_it_is_discarded() {
    let database = FreshDatabase::create().await;
    let pool = Pool::new(&database.url(), &SETTINGS).unwrap();
    let process = "SELECT pg_backend_pid()";
    let connection = pool.get().await.unwrap();
    let first: i32 = connection.query_one(process, &[]).await.unwrap().get(0);
    let ended = connection.batch_execute("SELECT pg_sleep(60)");
    let admin = database.session().await;
    let terminate = format!("SELECT pg_terminate_backend({first})");
    let terminate = admin.client().batch_execute(&terminate);
    let (ended, terminated) = futures_util::future::join(ended, terminate).await;
    terminated.unwrap();
    assert_eq!(Failure::of(&ended.unwrap_err()), Failure::Transient(Transient::Unknown));
    Pool::discard(connection);
    let second: i32 = pool.get().await.unwrap().query_one(process, &[]).await.unwrap().get(0);
    assert_ne!(first, second);
}

#[tokio::test]
async fn real_failures_are_told_apart() {
    let database = FreshDatabase::create().await;
    let pool = Pool::new(&database.url(), &SETTINGS).unwrap();
    let connection = pool.get().await.unwrap();
    let setup = "CREATE TABLE t (id integer CONSTRAINT t_id_is_unique PRIMARY KEY); INSERT INTO t VALUES (1)";
    connection.batch_execute(setup).await.unwrap();
    for (statement, expected) in [
        ("SELECT pg_sleep(60)", Failure::Timeout),
        ("INSERT INTO t VALUES (1)", Failure::UniqueViolation { constraint: "t_id_is_unique".to_owned() }),
        ("SELECT 1 / 0", Failure::Other),
    ] {
        assert_eq!(Failure::of(&connection.batch_execute(statement).await.unwrap_err()), expected, "{statement}");
    }

    let admin = database.session().await;
    admin.client().batch_execute("BEGIN; LOCK TABLE t").await.unwrap();
    let blocked = connection.batch_execute("SELECT * FROM t").await.unwrap_err();
    assert_eq!(Failure::of(&blocked), Failure::Transient(Transient::RolledBack));
    admin.client().batch_execute("ROLLBACK").await.unwrap();
}

#[tokio::test]
async fn a_plan_made_stale_by_a_migration_is_recognised_and_mended_by_clearing_the_caches() {
    let database = FreshDatabase::create().await;
    let pool = Pool::new(&database.url(), &SETTINGS).unwrap();
    let connection = pool.get().await.unwrap();
    connection.batch_execute("CREATE TABLE t (id integer)").await.unwrap();
    let all = "SELECT * FROM t";
    let before = connection.prepare_cached(all).await.unwrap();
    connection.query(&before, &[]).await.unwrap();
    database.session().await.client().batch_execute("ALTER TABLE t ADD COLUMN name text").await.unwrap();
    let stale = connection.query(&before, &[]).await.unwrap_err();
    assert_eq!(Failure::of(&stale), Failure::StalePlan);
    pool.clear_statements();
    let after = connection.prepare_cached(all).await.unwrap();
    connection.query(&after, &[]).await.unwrap();
    connection.batch_execute("DEALLOCATE ALL").await.unwrap();
    assert_eq!(Failure::of(&connection.query(&after, &[]).await.unwrap_err()), Failure::StalePlan);
}

#[tokio::test]
async fn a_call_without_an_answer_discards_its_connection() {
    let database = FreshDatabase::installed().await;
    // Behind a pooler the session has no time limit. So the call hangs, as if the database's host had stopped.
    let url = database.url_with(SERVER_ROLE, "pgbouncer=true");
    let session = SessionSettings { statement_timeout: Duration::from_millis(50), ..SESSION };
    let settings = PoolSettings { session, ..SETTINGS };
    let db = Database::open(&url, &settings, Arc::new(Metrics::new())).unwrap();
    let admin = database.session().await;
    admin.client().batch_execute("BEGIN; LOCK TABLE tallystick.businesses IN EXCLUSIVE MODE").await.unwrap();
    let new = NewBusiness {
        name: "Shop".parse().unwrap(),
        currency: "EUR".parse().unwrap(),
        payment_terms: PaymentTerms::default(),
        time_zone: TimeZone::default(),
    };
    let error = db.business_create(None, new).await.unwrap_err();
    assert!(matches!(error, Error::DatabaseUnavailable(_)), "{error}");
    db.ready().await.unwrap();
}
