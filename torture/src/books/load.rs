//! Reads the books out of PostgreSQL: every row, in one snapshot, as a superuser, from whom no policy hides a row.

use std::{collections::HashMap, pin::pin};

use anyhow::{Context, ensure};
use futures_util::TryStreamExt;
use tokio_postgres::{Client, Row};
use uuid::Uuid;

use super::{Books, CustomerRow, EntryRow, MovementRow, OrderRow, PartRow, ProductRow, ReturnRow};
use crate::history::{Entry, EntryKind, Goods, GoodsLine, Key, Line, Movement, Order};

/// A timestamp in whole microseconds, which is what PostgreSQL keeps: exact, because `extract` gives a numeric.
macro_rules! select {
    ($columns:literal, created_at, $rest:literal) => {
        concat!("SELECT ", $columns, ", (extract(epoch FROM created_at) * 1000000)::bigint AS created_at_us ", $rest)
    };
}

const CUSTOMERS: &str = "SELECT business_id, id, credit_limit FROM tallystick.customers";
const PRODUCTS: &str = "SELECT business_id, id, price, stock FROM tallystick.products";
const ENTRIES: &str = select!(
    "business_id, id, customer_id, entry_no, kind, CASE kind WHEN 'purchase' THEN id END AS order_id, amount,
     balance_after - amount AS balance_before, balance_after, credit_limit, authorized_limit, reverses_no,
     CASE WHEN kind IN ('purchase', 'opening', 'fee', 'debit', 'refund')
          THEN (extract(epoch FROM due_at) * 1000000)::bigint END AS due_at_us,
     idempotency_key",
    created_at,
    "FROM tallystick.credit_ledger"
);
const ORDERS: &str = select!("business_id, id, customer_id, total", created_at, "FROM tallystick.orders");
const LINES: &str =
    "SELECT business_id, order_id, line_no::bigint AS line_no, product_id, quantity, unit_price, line_total
    FROM tallystick.order_items ORDER BY business_id, order_id, line_no";
const RETURNS: &str = select!("business_id, id, order_id, customer_id, total", created_at, "FROM tallystick.returns");
const RETURN_LINES: &str = "SELECT business_id, return_id, line_no::bigint AS line_no, product_id, quantity, restocked,
        line_total, returned_after
    FROM tallystick.return_items ORDER BY business_id, return_id, line_no";
/// The charge and the entry by their ids. A part of what is not there has none, and cannot be read.
const PARTS: &str = "SELECT part.business_id, part.customer_id, charge.id AS charge_id, entry.id AS entry_id, part.part_no,
        part.amount, part.allocated_after
    FROM tallystick.allocations AS part
    LEFT JOIN tallystick.credit_ledger AS charge
        ON (charge.business_id, charge.customer_id, charge.entry_no) = (part.business_id, part.customer_id, part.charge_no)
    LEFT JOIN tallystick.credit_ledger AS entry
        ON (entry.business_id, entry.customer_id, entry.entry_no) = (part.business_id, part.customer_id, part.entry_no)
    ORDER BY part.business_id, part.customer_id, part.charge_no, part.part_no";
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
    for_each(client, PARTS, |row| {
        books.parts.push(PartRow {
            business: row.try_get("business_id")?,
            customer: row.try_get("customer_id")?,
            charge: row.try_get("charge_id")?,
            entry: row.try_get("entry_id")?,
            part_no: row.try_get("part_no")?,
            amount: row.try_get("amount")?,
            allocated_after: row.try_get("allocated_after")?,
        });
        Ok(())
    })
    .await?;
    let balances: Balances =
        books.entries.iter().map(|row| ((row.business, row.entry.id), row.entry.balance_after)).collect();
    load_orders(client, &mut books, &balances).await?;
    load_returns(client, &mut books, &balances).await?;
    Ok(books)
}

/// By business and id of an entry.
type Balances = HashMap<(Uuid, Uuid), i64>;

/// After the entries: what an order left owing stands there.
async fn load_orders(client: &Client, books: &mut Books, balances: &Balances) -> anyhow::Result<()> {
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

/// After the entries and the parts: what a return left owing, and what of its order it settles, stand there.
async fn load_returns(client: &Client, books: &mut Books, balances: &Balances) -> anyhow::Result<()> {
    let settled: HashMap<(Uuid, Uuid, Uuid), i64> =
        books.parts.iter().map(|part| ((part.business, part.entry, part.charge), part.amount)).collect();
    let mut places = HashMap::new();
    for_each(client, RETURNS, |row| {
        let (business, id, order) = (row.try_get("business_id")?, row.try_get("id")?, row.try_get("order_id")?);
        places.insert((business, id), books.returns.len());
        let goods = Goods {
            id,
            order,
            customer: row.try_get("customer_id")?,
            total: row.try_get("total")?,
            // A return without its entry is a finding of the checker's, whatever stands here.
            balance_after: balances.get(&(business, id)).copied().unwrap_or_default(),
            allocated: settled.get(&(business, id, order)).copied().unwrap_or_default(),
            created_at_us: row.try_get("created_at_us")?,
            lines: Vec::new(),
        };
        books.returns.push(ReturnRow { business, goods, returned_after: Vec::new() });
        Ok(())
    })
    .await?;
    for_each(client, RETURN_LINES, |row| {
        let (business, id): (Uuid, Uuid) = (row.try_get("business_id")?, row.try_get("return_id")?);
        let place =
            *places.get(&(business, id)).with_context(|| format!("a line of return {id}, which is not there"))?;
        let row_of = &mut books.returns[place];
        row_of.returned_after.push(row.try_get("returned_after")?);
        row_of.goods.lines.push(GoodsLine {
            line_no: row.try_get("line_no")?,
            product: row.try_get("product_id")?,
            quantity: row.try_get("quantity")?,
            restocked: row.try_get("restocked")?,
            line_total: row.try_get("line_total")?,
        });
        Ok(())
    })
    .await
}

fn entry(row: &Row) -> anyhow::Result<EntryRow> {
    let kind: &str = row.try_get("kind")?;
    Ok(EntryRow {
        business: row.try_get("business_id")?,
        key: key(row)?,
        entry: Entry {
            id: row.try_get("id")?,
            customer: row.try_get("customer_id")?,
            entry_no: row.try_get("entry_no")?,
            kind: EntryKind::from_text(kind).with_context(|| format!("an entry of kind `{kind}`"))?,
            order: row.try_get("order_id")?,
            amount: row.try_get("amount")?,
            balance_before: row.try_get("balance_before")?,
            balance_after: row.try_get("balance_after")?,
            credit_limit: row.try_get("credit_limit")?,
            authorized_limit: row.try_get("authorized_limit")?,
            reverses: row.try_get("reverses_no")?,
            due_at_us: row.try_get("due_at_us")?,
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
