//! Reads the books out of PostgreSQL: every row, in one snapshot, as a superuser, from whom no policy hides a row.

use std::{collections::HashMap, pin::pin};

use anyhow::{Context, ensure};
use futures_util::TryStreamExt;
use tokio_postgres::{Client, Row};
use uuid::Uuid;

use super::{Books, CustomerRow, EntryRow, MovementRow, OrderRow, ProductRow};
use crate::history::{Entry, Key, Line, Movement, Order};

/// A timestamp in whole microseconds, which is what PostgreSQL keeps: exact, because `extract` gives a numeric.
macro_rules! select {
    ($columns:literal, created_at, $rest:literal) => {
        concat!("SELECT ", $columns, ", (extract(epoch FROM created_at) * 1000000)::bigint AS created_at_us ", $rest)
    };
}

const CUSTOMERS: &str = "SELECT business_id, id, credit_limit FROM tallystick.customers";
const PRODUCTS: &str = "SELECT business_id, id, price, stock FROM tallystick.products";
const ENTRIES: &str = select!(
    "business_id, id, customer_id, entry_no, CASE kind WHEN 'purchase' THEN id END AS order_id, amount,
     balance_after - amount AS balance_before, balance_after, credit_limit,
     idempotency_key",
    created_at,
    "FROM tallystick.credit_ledger"
);
const ORDERS: &str = select!("business_id, id, customer_id, total", created_at, "FROM tallystick.orders");
const LINES: &str =
    "SELECT business_id, order_id, line_no::bigint AS line_no, product_id, quantity, unit_price, line_total
    FROM tallystick.order_items ORDER BY business_id, order_id, line_no";
const MOVEMENTS: &str = select!(
    "business_id, id, product_id, quantity, stock_after, idempotency_key",
    created_at,
    "FROM tallystick.stock_movements"
);

impl Books {
    /// Everything that the database holds, as of one moment. `client` is a superuser's.
    ///
    /// Rows are streamed: a million orders with their lines fit in a few hundred megabytes.
    pub async fn load(client: &Client) -> anyhow::Result<Self> {
        client.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
        let loaded = load_all(client).await;
        client.batch_execute("ROLLBACK").await?;
        loaded
    }
}

async fn load_all(client: &Client) -> anyhow::Result<Books> {
    let unhidden = "SELECT usesuper AS unhidden FROM pg_catalog.pg_user WHERE usename = current_user";
    let unhidden: bool = client.query_one(unhidden, &[]).await?.try_get("unhidden")?;
    ensure!(unhidden, "row level security may hide rows from this user");

    let mut books = Books::default();
    for_each(client, CUSTOMERS, |row| {
        books.customers.push(CustomerRow {
            business: row.try_get("business_id")?,
            id: row.try_get("id")?,
            credit_limit: row.try_get("credit_limit")?,
        });
        Ok(())
    })
    .await?;
    for_each(client, PRODUCTS, |row| {
        books.products.push(ProductRow {
            business: row.try_get("business_id")?,
            id: row.try_get("id")?,
            price: row.try_get("price")?,
            stock: row.try_get("stock")?,
        });
        Ok(())
    })
    .await?;
    for_each(client, ENTRIES, |row| {
        books.entries.push(entry(row)?);
        Ok(())
    })
    .await?;
    for_each(client, MOVEMENTS, |row| {
        books.movements.push(movement(row)?);
        Ok(())
    })
    .await?;
    load_orders(client, &mut books).await?;
    Ok(books)
}

/// After the entries: what an order left owing stands there.
async fn load_orders(client: &Client, books: &mut Books) -> anyhow::Result<()> {
    let balances: HashMap<(Uuid, Uuid), i64> =
        books.entries.iter().map(|row| ((row.business, row.entry.id), row.entry.balance_after)).collect();
    let mut places = HashMap::new();
    for_each(client, ORDERS, |row| {
        let (business, id) = (row.try_get("business_id")?, row.try_get("id")?);
        places.insert((business, id), books.orders.len());
        books.orders.push(OrderRow {
            business,
            order: Order {
                id,
                customer: row.try_get("customer_id")?,
                total: row.try_get("total")?,
                // An order without its entry is a finding of the checker's, whatever stands here.
                balance_after: balances.get(&(business, id)).copied().unwrap_or_default(),
                created_at_us: row.try_get("created_at_us")?,
                lines: Vec::new(),
            },
        });
        Ok(())
    })
    .await?;
    for_each(client, LINES, |row| {
        let (business, order): (Uuid, Uuid) = (row.try_get("business_id")?, row.try_get("order_id")?);
        let place =
            *places.get(&(business, order)).with_context(|| format!("a line of order {order}, which is not there"))?;
        books.orders[place].order.lines.push(Line {
            line_no: row.try_get("line_no")?,
            product: row.try_get("product_id")?,
            quantity: row.try_get("quantity")?,
            unit_price: row.try_get("unit_price")?,
            line_total: row.try_get("line_total")?,
        });
        Ok(())
    })
    .await?;
    for row in &mut books.orders {
        row.order.lines.shrink_to_fit();
    }
    Ok(())
}

fn entry(row: &Row) -> anyhow::Result<EntryRow> {
    Ok(EntryRow {
        business: row.try_get("business_id")?,
        key: key(row)?,
        entry: Entry {
            id: row.try_get("id")?,
            customer: row.try_get("customer_id")?,
            entry_no: row.try_get("entry_no")?,
            order: row.try_get("order_id")?,
            amount: row.try_get("amount")?,
            balance_before: row.try_get("balance_before")?,
            balance_after: row.try_get("balance_after")?,
            credit_limit: row.try_get("credit_limit")?,
            created_at_us: row.try_get("created_at_us")?,
        },
    })
}

fn movement(row: &Row) -> anyhow::Result<MovementRow> {
    Ok(MovementRow {
        business: row.try_get("business_id")?,
        key: key(row)?,
        movement: Movement {
            id: row.try_get("id")?,
            product: row.try_get("product_id")?,
            quantity: row.try_get("quantity")?,
            stock_after: row.try_get("stock_after")?,
            created_at_us: row.try_get("created_at_us")?,
        },
    })
}

/// A key that no client of a run could have sent has no number. It must not count as no key.
fn key(row: &Row) -> anyhow::Result<Option<Key>> {
    let text: Option<&str> = row.try_get("idempotency_key")?;
    text.map(|text| Key::from_text(text).with_context(|| format!("`{text}` is no key of a run"))).transpose()
}

async fn for_each(
    client: &Client,
    query: &str,
    mut take: impl FnMut(&Row) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let no_params: [i64; 0] = [];
    let mut rows = pin!(client.query_raw(query, no_params).await.with_context(|| query.to_owned())?);
    while let Some(row) = rows.try_next().await? {
        take(&row)?;
    }
    Ok(())
}
