//! The database of a script, and its sessions.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tallystick::db::connection::{DedicatedConnection, explain};
use tokio::task::JoinHandle;
use tokio_postgres::SimpleQueryMessage;

use crate::support::{
    audit::audit,
    fresh_database::{FreshDatabase, SERVER_ROLE},
};

/// How long a step may take before the script fails. No step takes this long on purpose.
const PATIENCE: Duration = Duration::from_secs(30);

const SHOP: &str = "00000000-0000-7000-8000-000000000001";

/// What every script may name, in the order of the ids.
const NAMES: [(&str, &str); 5] = [
    (":shop", SHOP),
    (":ada", "00000000-0000-7000-8000-00000000000a"),
    (":ben", "00000000-0000-7000-8000-00000000000b"),
    (":lamp", "00000000-0000-7000-8000-0000000000e1"),
    (":rope", "00000000-0000-7000-8000-0000000000e2"),
];

const SCENE: &str = "
    SELECT business_create(:shop, 'Corner Wholesale', 'EUR');
    SELECT customer_create(:shop, :ada, 'Ada', 'ada', 100, false);
    SELECT customer_create(:shop, :ben, 'Ben', 'ben', 100, false);
    SELECT product_create(:shop, :lamp, 'lamp', 'Lamp', 80, 3);
    SELECT product_create(:shop, :rope, 'rope', 'Rope', 30, 5);
";

/// The result of a statement: its rows, or its error as one line that starts with `!`.
type Lines = Vec<String>;

/// A database with a shop, and the sessions on it.
pub struct Stage {
    database: FreshDatabase,
    watcher: DedicatedConnection,
    sessions: BTreeMap<String, SessionState>,
}

struct SessionState {
    session: Arc<DedicatedConnection>,
    pid: i32,
    statement: Option<JoinHandle<Lines>>,
}

impl Stage {
    /// Creates the database and its records.
    pub async fn start() -> Self {
        let database = FreshDatabase::installed().await;
        let watcher = database.session().await;
        let mut stage = Self { database, watcher, sessions: BTreeMap::new() };
        let setup = stage.session_mut("setup").await.session.clone();
        setup.client().batch_execute(&with_ids(SCENE)).await.unwrap();
        stage
    }

    async fn session_mut(&mut self, name: &str) -> &mut SessionState {
        if !self.sessions.contains_key(name) {
            let session = match name {
                "root" => self.database.session().await,
                _ => self.database.session_as(SERVER_ROLE).await,
            };
            let context = format!("SET search_path = tallystick; SET app.business_id = '{SHOP}'");
            session.client().batch_execute(&context).await.unwrap();
            let pid = session.client().query_one("SELECT pg_backend_pid()", &[]).await.unwrap().get(0);
            self.sessions.insert(name.to_owned(), SessionState { session: Arc::new(session), pid, statement: None });
        }
        self.sessions.get_mut(name).unwrap()
    }

    /// Sends a statement and does not wait for it.
    pub async fn send(&mut self, line: &str, session: &str, sql: &str) {
        let state = self.session_mut(session).await;
        assert!(state.statement.is_none(), "{session} is still waiting, and cannot begin: {line}");
        let (session, sql) = (Arc::clone(&state.session), with_ids(sql));
        state.statement = Some(tokio::spawn(async move { run(&session, &sql).await }));
    }

    /// Looks until the session waits for `holder` at `place`. Fails if its statement returns.
    pub async fn expect_wait(&mut self, line: &str, session: &str, holder: &str, place: &str) {
        let (pid, holder_pid) = (self.sessions[session].pid, self.sessions[holder].pid);
        let began = Instant::now();
        loop {
            let (holders, waits_on) = self.waiting(pid).await;
            if holders.contains(&holder_pid) {
                assert_eq!(waits_on, place, "{session} waits for {holder} on something else: {line}");
                return;
            }
            let statement = self.sessions[session].statement.as_ref().unwrap();
            if statement.is_finished() {
                let lines = self.sessions.get_mut(session).unwrap().statement.take().unwrap().await.unwrap();
                panic!("{session} did not wait for {holder}, it returned {lines:?}: {line}");
            }
            assert!(began.elapsed() < PATIENCE, "{session} does not wait for {holder} but for {holders:?}: {line}");
        }
    }

    /// For whom a server process waits, and for what.
    async fn waiting(&self, pid: i32) -> (Vec<i32>, String) {
        // A session that waits for a row holds, or waits for, a lock on its tuple. For an index entry there is no such lock.
        const WAITING: &str = "
            SELECT pg_blocking_pids($1), coalesce((
                SELECT string_agg(DISTINCT class.relname, ' and ')
                FROM pg_locks AS lock JOIN pg_class AS class ON class.oid = lock.relation
                WHERE lock.pid = $1 AND lock.locktype = 'tuple'), 'a key')";
        let row = self.watcher.client().query_one(WAITING, &[&pid]).await.unwrap();
        (row.get(0), row.get(1))
    }

    /// Waits for the session's answer and compares it.
    pub async fn expect_return(&mut self, line: &str, session: &str, expected: Option<&[String]>) {
        let state = self.sessions.get_mut(session).unwrap_or_else(|| panic!("no session is called {session}: {line}"));
        let statement = state.statement.take().unwrap_or_else(|| panic!("{session} has sent nothing: {line}"));
        let pid = state.pid;
        let Ok(lines) = tokio::time::timeout(PATIENCE, statement).await else {
            panic!("{session} does not return, but waits for {:?}: {line}", self.waiting(pid).await);
        };
        let lines = lines.unwrap();
        match expected {
            Some(expected) => assert_eq!(lines, expected, "{line}"),
            None => assert!(!lines.iter().any(|line| line.starts_with('!')), "{lines:?}: {line}"),
        }
    }

    /// Ends the script: no statement is open, and the audit is clean.
    pub async fn finish(self) {
        const OPEN: &str = "
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'";
        for (name, state) in &self.sessions {
            assert!(state.statement.is_none(), "{name} is still waiting when the script ends");
        }
        let open: i64 = self.watcher.client().query_one(OPEN, &[]).await.unwrap().get(0);
        assert_eq!(open, 0, "the script leaves a transaction open");
        audit(&self.database).await;
    }
}

fn with_ids(sql: &str) -> String {
    NAMES.iter().fold(sql.to_owned(), |sql, (name, id)| sql.replace(name, &format!("'{id}'::uuid")))
}

async fn run(session: &DedicatedConnection, sql: &str) -> Lines {
    match session.client().simple_query(sql).await {
        Ok(messages) => messages.iter().filter_map(row).collect(),
        Err(error) => {
            let refusal = error.as_db_error().unwrap_or_else(|| panic!("{}", explain(&error)));
            let what = refusal.constraint().unwrap_or_else(|| refusal.message());
            vec![format!("! {} {what}", refusal.code().code())]
        }
    }
}

fn row(message: &SimpleQueryMessage) -> Option<String> {
    let SimpleQueryMessage::Row(row) = message else { return None };
    let values: Vec<_> = (0..row.len()).map(|column| row.get(column).unwrap_or("null")).collect();
    Some(values.join(", "))
}
