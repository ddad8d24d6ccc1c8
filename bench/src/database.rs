//! One database of a run, and how it is filled.

use std::sync::Arc;

use anyhow::Context;
use tallystick::db::connection::DedicatedConnection;

use crate::{
    ids::{BUSINESSES, CUSTOMERS, Id, PRODUCTS},
    program::Program,
    schema::Schema,
    traffic::Shop,
};

/// The role that servers connect as.
pub const SERVER_ROLE: &str = "tallystick_server";

const SHOP: &str = include_str!("../sql/shop.sql");
const MOVES: &str = include_str!("../sql/moves.sql");
const HISTORY: &str = include_str!("../sql/history.sql");
const DEBTORS: &str = include_str!("../sql/debtors.sql");
const CHARGES: &str = include_str!("../sql/charges.sql");

/// A database with tallystick's schema.
pub struct Database {
    /// The build that installed it.
    pub program: Program,
    /// The URL for the server's role.
    pub server_url: String,
    /// The URL for a superuser.
    pub owner_url: String,
    /// A key for each business, once there are any.
    pub api_keys: Arc<[String]>,
    session: DedicatedConnection,
    schema: &'static Schema,
}

impl Database {
    /// A migrated database; `session` is a superuser's, with `sql/ids.sql` loaded.
    pub async fn new(
        program: Program,
        server_url: String,
        owner_url: String,
        session: DedicatedConnection,
    ) -> anyhow::Result<Self> {
        let schema = Schema::of(&session).await?;
        Ok(Self { program, server_url, owner_url, api_keys: Arc::default(), session, schema })
    }

    /// Inserts the businesses, customers and products of the shop that are not there yet.
    pub async fn open(&mut self, shop: Shop) -> anyhow::Result<()> {
        let range = |count: u64| format!("0, {}", count - 1);
        let sql = SHOP
            .replace("$businesses", &range(BUSINESSES))
            .replace("$customers", &range(shop.customers.min(CUSTOMERS)))
            .replace("$products", &range(shop.products.min(PRODUCTS)));
        self.in_one_transaction(&format!("{sql} {}", self.schema.opening)).await.context("cannot open the shop")?;
        if self.api_keys.is_empty() {
            self.make_api_keys().await?;
        }
        Ok(())
    }

    async fn make_api_keys(&mut self) -> anyhow::Result<()> {
        let mut api_keys = Vec::new();
        for number in 0..BUSINESSES {
            api_keys.push(self.program.create_api_key(&self.server_url, Id::business(number)).await?);
        }
        self.api_keys = api_keys.into();
        Ok(())
    }

    /// Gives business 0 a customer with so many ledger entries, whose orders have so many lines.
    pub async fn add_history(&self, customer: u64, entries: u64, lines: u64) -> anyhow::Result<()> {
        let sql = HISTORY
            .replace("$customer", &customer.to_string())
            .replace("$entries", &entries.to_string())
            .replace("$lines", &lines.to_string());
        self.write_moves(&sql).await.with_context(|| format!("cannot make a history of {entries} entries"))
    }

    /// Gives business 0 customers with so many ledger entries each, some of whom are overdue.
    pub async fn add_debtors(&self, customers: u64, entries: u64) -> anyhow::Result<()> {
        let sql = DEBTORS.replace("$customers", &customers.to_string()).replace("$entries", &entries.to_string());
        self.write_moves(&sql).await.context("cannot make debtors")
    }

    /// Gives business 0 a customer with so many charges, of which none is paid.
    pub async fn add_charges(&self, entries: u64) -> anyhow::Result<()> {
        self.write_moves(&CHARGES.replace("$entries", &entries.to_string())).await.context("cannot make open charges")
    }

    /// Writes what this SQL puts into the table of moves, without the triggers that check foreign keys.
    async fn write_moves(&self, sql: &str) -> anyhow::Result<()> {
        let Schema { opening, ledger } = self.schema;
        self.in_one_transaction(&format!(
            "SET LOCAL session_replication_role = replica; {MOVES} {sql} {ledger} {opening}"
        ))
        .await
    }

    /// Makes the planner's statistics, as autovacuum does after a while.
    pub async fn analyse(&self) -> anyhow::Result<()> {
        Ok(self.session.client().batch_execute("ANALYZE").await?)
    }

    /// Vacuums and makes the planner's statistics, as autovacuum has done in a database that has been in use for long.
    pub async fn vacuum(&self) -> anyhow::Result<()> {
        Ok(self.session.client().batch_execute("VACUUM (ANALYZE)").await?)
    }

    /// The statement that a server sent last, with its parameters as `$1` and so on. Nothing else may use the database.
    pub async fn last_statement(&self) -> anyhow::Result<String> {
        let query = "SELECT query FROM pg_stat_activity
            WHERE datname = current_database() AND usename = $1 ORDER BY query_start DESC LIMIT 1";
        Ok(self.session.client().query_one(query, &[&SERVER_ROLE]).await?.try_get(0)?)
    }

    async fn in_one_transaction(&self, sql: &str) -> anyhow::Result<()> {
        Ok(self.session.client().batch_execute(&format!("BEGIN; {sql}; COMMIT")).await?)
    }
}
