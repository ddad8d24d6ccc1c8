//! A role that sends SQL: one transaction per statement, which begins with fixed settings and is always rolled back.

use tallystick::db::connection::DedicatedConnection;
use tokio_postgres::{Error, SimpleQueryMessage, error::DbError};

use super::fresh_database::{FreshDatabase, SERVER_ROLE};

/// A row, each value as text.
pub type TextRow = Vec<Option<String>>;

/// A session in which every statement gets its own transaction with the same beginning.
pub struct Actor {
    pub session: DedicatedConnection,
    prelude: String,
}

impl Actor {
    /// Logs in as `role` and begins each transaction with `prelude`.
    pub async fn new(database: &FreshDatabase, role: &str, prelude: &str) -> Self {
        Self { session: database.session_as(role).await, prelude: prelude.to_owned() }
    }

    /// The superuser, to whom row level security does not apply: to plant rows, and to see all rows.
    pub async fn superuser(database: &FreshDatabase) -> Self {
        Self { session: database.session().await, prelude: String::new() }
    }

    /// The server's role, as it works for one business.
    pub async fn server(database: &FreshDatabase, business_id: &str) -> Self {
        Self::new(database, SERVER_ROLE, &context(business_id)).await
    }

    /// Both roles that work for one business: the server's role and a signed-in user.
    pub async fn both(database: &FreshDatabase, business_id: &str) -> [Self; 2] {
        [Self::server(database, business_id).await, Self::signed_in(database, business_id).await]
    }

    /// The owner of all objects, in one business's context. It is no superuser, but it can write to tables.
    pub async fn owner(database: &FreshDatabase, business_id: &str) -> Self {
        let prelude = format!("SET LOCAL ROLE tallystick_owner; {}", context(business_id));
        Self { session: database.session().await, prelude }
    }

    /// A user as PostgREST connects: `authenticator` logs in, becomes `role` and sets the claims.
    pub async fn rest(database: &FreshDatabase, role: &str, claims: Option<&str>) -> Self {
        let claims = claims.map(|claims| format!("SELECT set_config('request.jwt.claims', {}, true);", quoted(claims)));
        let prelude = format!("SET LOCAL ROLE {role}; {}", claims.unwrap_or_default());
        Self::new(database, "authenticator", &prelude).await
    }

    /// A signed-in user of a business.
    pub async fn signed_in(database: &FreshDatabase, business_id: &str) -> Self {
        Self::rest(database, "authenticated", Some(&claims(business_id))).await
    }

    /// What `sql` returns in all its statements, or why it fails.
    pub async fn try_rows(&self, sql: &str) -> Result<Vec<TextRow>, Error> {
        let client = self.session.client();
        client.batch_execute(&format!("BEGIN; {}", self.prelude)).await.unwrap();
        let answer = client.simple_query(sql).await;
        client.batch_execute("ROLLBACK").await.unwrap();
        Ok(answer?.into_iter().filter_map(text_row).collect())
    }

    /// What `sql` returns, and what it does stays done.
    pub async fn committed(&self, sql: &str) -> Vec<TextRow> {
        let client = self.session.client();
        client.batch_execute(&format!("BEGIN; {}", self.prelude)).await.unwrap();
        let answer = client.simple_query(sql).await.unwrap_or_else(|error| panic!("{sql}\n{error:?}"));
        client.batch_execute("COMMIT").await.unwrap();
        answer.into_iter().filter_map(text_row).collect()
    }

    /// What `sql` returns.
    pub async fn rows(&self, sql: &str) -> Vec<TextRow> {
        self.try_rows(sql).await.unwrap_or_else(|error| panic!("{sql}\n{error:?}"))
    }

    /// The one value that `sql` returns.
    pub async fn value(&self, sql: &str) -> String {
        let rows = self.rows(sql).await;
        match rows.as_slice() {
            [row] if row.len() == 1 => row[0].clone().unwrap_or_else(|| "NULL".to_owned()),
            other => panic!("{sql} returned {other:?}"),
        }
    }

    /// Why `sql` is refused.
    pub async fn refusal(&self, sql: &str) -> DbError {
        match self.try_rows(sql).await {
            Ok(rows) => panic!("accepted, with {rows:?}: {sql}"),
            Err(error) => error.as_db_error().unwrap_or_else(|| panic!("{sql}\n{error:?}")).clone(),
        }
    }

    /// What `sql` returns, or the SQLSTATE, message, detail and hint of its error: all that its sender gets.
    pub async fn told(&self, sql: &str) -> Result<Vec<TextRow>, [String; 4]> {
        self.try_rows(sql).await.map_err(|error| {
            let error = error.as_db_error().unwrap_or_else(|| panic!("{sql}\n{error:?}"));
            let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
            [error.code().code().to_owned(), error.message().to_owned(), text(error.detail()), text(error.hint())]
        })
    }

    /// Fails unless `sql` is refused because a right is missing.
    pub async fn is_denied(&self, sql: &str) {
        self.is_refused(sql, &["42501"]).await;
    }

    /// Fails unless `sql` is refused with one of some SQLSTATEs.
    pub async fn is_refused(&self, sql: &str, states: &[&str]) {
        let refusal = self.refusal(sql).await;
        assert!(states.contains(&refusal.code().code()), "{sql}\n{refusal:?}");
    }
}

/// The statement that puts a transaction into a business's context.
pub fn context(business_id: &str) -> String {
    format!("SELECT set_config('app.business_id', {}, true);", quoted(business_id))
}

/// The claims of a user of a business, as Supabase makes them.
pub fn claims(business_id: &str) -> String {
    format!(r#"{{"sub": "u1", "role": "authenticated", "app_metadata": {{"business_id": "{business_id}"}}}}"#)
}

/// An SQL literal.
pub fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn text_row(message: SimpleQueryMessage) -> Option<TextRow> {
    match message {
        SimpleQueryMessage::Row(row) => Some((0..row.len()).map(|column| row.get(column).map(str::to_owned)).collect()),
        _ => None,
    }
}
