//! One database of a run, and how it is filled.

use std::sync::Arc;

use anyhow::{Context, ensure};
use tallystick::{
    auth::api_key::GeneratedKey,
    db::connection::DedicatedConnection,
    domain::{ApiKeyId, BusinessId},
};

use crate::{
    ids::{BUSINESSES, CUSTOMERS, Id, PRODUCTS},
    traffic::Shop,
};

const SHOP: &str = include_str!("../sql/shop.sql");
const HISTORY: &str = include_str!("../sql/history.sql");
const DEBTORS: &str = include_str!("../sql/debtors.sql");

/// One database with our schema in it.
pub struct Database {
    /// As the server connects.
    pub server_url: String,
    /// As a superuser connects.
    pub owner_url: String,
    /// A key for each business, once there are any.
    pub api_keys: Arc<[String]>,
    session: DedicatedConnection,
}

impl Database {
    /// A migrated database; `session` is a superuser's, with `sql/ids.sql` loaded.
    pub fn new(server_url: String, owner_url: String, session: DedicatedConnection) -> Self {
        Self { server_url, owner_url, api_keys: Arc::default(), session }
    }

    /// Opens the shop, or what is missing of it.
    pub async fn open(&mut self, shop: Shop) -> anyhow::Result<()> {
        let range = |count: u64| format!("0, {}", count - 1);
        let sql = SHOP
            .replace("$businesses", &range(BUSINESSES))
            .replace("$customers", &range(shop.customers.min(CUSTOMERS)))
            .replace("$products", &range(shop.products.min(PRODUCTS)));
        self.in_one_transaction(&sql).await.context("cannot open the shop")?;
        if self.api_keys.is_empty() {
            self.make_api_keys().await?;
        }
        Ok(())
    }

    async fn make_api_keys(&mut self) -> anyhow::Result<()> {
        let mut api_keys = Vec::new();
        for number in 0..BUSINESSES {
            let business_id: BusinessId = Id::business(number).to_string().parse()?;
            let key = GeneratedKey::generate(business_id)?;
            let statement = "SELECT f.outcome FROM set_config('app.business_id', $1, true) AS context, LATERAL
                tallystick.api_key_create(context::uuid, $2, 'bench', $3, $4, ARRAY['read', 'write'], NULL) AS f";
            let row = self
                .session
                .client()
                .query_one(
                    statement,
                    &[&business_id.to_string(), &ApiKeyId::new().uuid(), &key.prefix, &key.hash.as_slice()],
                )
                .await?;
            let outcome: String = row.try_get(0)?;
            ensure!(outcome == "created", "an API key was not created: {outcome}");
            api_keys.push(key.plain);
        }
        self.api_keys = api_keys.into();
        Ok(())
    }

    /// Gives business 0 a customer with so many ledger entries.
    pub async fn add_history(&self, customer: u64, entries: u64) -> anyhow::Result<()> {
        let sql = HISTORY.replace("$customer", &customer.to_string()).replace("$entries", &entries.to_string());
        let sql = format!("SET LOCAL session_replication_role = replica; {sql}");
        self.in_one_transaction(&sql).await.with_context(|| format!("cannot make a history of {entries} entries"))
    }

    /// Gives business 0 customers with so many ledger entries each, some of whom are overdue.
    pub async fn add_debtors(&self, customers: u64, entries: u64) -> anyhow::Result<()> {
        let sql = DEBTORS.replace("$customers", &customers.to_string()).replace("$entries", &entries.to_string());
        let sql = format!("SET LOCAL session_replication_role = replica; {sql}");
        self.in_one_transaction(&sql).await.context("cannot make debtors")
    }

    /// Makes statistics, as autovacuum does after a while.
    pub async fn analyse(&self) -> anyhow::Result<()> {
        Ok(self.session.client().batch_execute("ANALYZE").await?)
    }

    /// Tidies up and makes statistics, as autovacuum has done in a database that has been in use for long.
    pub async fn vacuum(&self) -> anyhow::Result<()> {
        Ok(self.session.client().batch_execute("VACUUM (ANALYZE)").await?)
    }

    async fn in_one_transaction(&self, sql: &str) -> anyhow::Result<()> {
        Ok(self.session.client().batch_execute(&format!("BEGIN; {sql}; COMMIT")).await?)
    }
}
