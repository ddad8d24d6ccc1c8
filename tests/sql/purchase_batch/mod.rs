//! Many purchases in one call.

mod held_rows;
mod input;
mod one_by_one;

use std::collections::BTreeSet;

use tallystick::db::connection::DedicatedConnection;
use tokio_postgres::SimpleQueryMessage;
use uuid::Uuid;

use crate::support::{
    actor::TextRow,
    fresh_database::{FreshDatabase, SERVER_ROLE},
    purchase_batch::PurchaseBatch,
    two_businesses::{OURS, fill, two_businesses},
};

const CUSTOMERS: u32 = 6;
const PRODUCTS: u32 = 6;
const FIGURES: &str = "outcome, order_id, total, balance_after, unit_prices, product_ids, requested, available, \
    credit_limit, balance";

/// A purchase as the functions take it.
#[derive(Clone)]
struct Buy {
    customer: Uuid,
    lines: Vec<(Uuid, i64)>,
    key: String,
    order_id: Uuid,
    /// As JSON.
    options: Option<String>,
}

/// Who buys: the customers that there are, and one whom nobody knows.
fn customer(number: u32) -> Uuid {
    format!("aaaaaaaa-0000-7000-8000-1{number:011}").parse().unwrap()
}

/// What is bought: the products that there are, and one that nobody knows.
fn product(number: u32) -> Uuid {
    format!("aaaaaaaa-0000-7000-8000-2{number:011}").parse().unwrap()
}

fn list<T: ToString>(sql_type: &str, values: impl IntoIterator<Item = T>) -> String {
    let values: Vec<_> = values.into_iter().map(|value| format!("'{}'", value.to_string())).collect();
    format!("ARRAY[{}]::{sql_type}[]", values.join(","))
}

/// The place of an id in the list of all, counted from 1.
fn place(ids: &BTreeSet<Uuid>, id: Uuid) -> usize {
    1 + ids.iter().position(|other| *other == id).unwrap()
}

/// The call that decides them all. `held` says what it does about rows that other transactions hold.
fn together(buys: &[Buy], held: &str) -> String {
    let customers: BTreeSet<Uuid> = buys.iter().map(|buy| buy.customer).collect();
    let lines: Vec<_> = buys.iter().flat_map(|buy| buy.lines.iter().copied()).collect();
    let products: BTreeSet<Uuid> = lines.iter().map(|(product, _)| *product).collect();
    let business = format!("'{}'", OURS.id("business"));
    let call = PurchaseBatch::new(&business, &list("uuid", &customers), &list("uuid", &products))
        .with("p_customer_positions", list("integer", buys.iter().map(|buy| place(&customers, buy.customer))))
        .with("p_idempotency_keys", list("text", buys.iter().map(|buy| &buy.key)))
        .with("p_order_ids", list("uuid", buys.iter().map(|buy| buy.order_id)))
        .with("p_line_counts", list("integer", buys.iter().map(|buy| buy.lines.len())))
        .with("p_product_positions", list("integer", lines.iter().map(|(product, _)| place(&products, *product))))
        .with("p_quantities", list("bigint", lines.iter().map(|(_, quantity)| quantity)))
        .with("p_options", options(buys))
        .with("p_held", format!("'{held}'"));
    format!("SELECT {FIGURES} FROM {call} ORDER BY ordinality")
}

/// NULL if nobody has any, as the server sends them.
fn options(buys: &[Buy]) -> String {
    if buys.iter().all(|buy| buy.options.is_none()) {
        return "NULL".to_owned();
    }
    let of_each =
        buys.iter().map(|buy| buy.options.as_ref().map_or_else(|| "NULL".to_owned(), |json| format!("'{json}'")));
    format!("ARRAY[{}]::jsonb[]", of_each.collect::<Vec<_>>().join(","))
}

/// The call that decides one.
fn alone(buy: &Buy) -> String {
    format!(
        "SELECT {FIGURES} FROM tallystick.purchase('{}', '{}', {}, {}, '{}', '{}', p_options => {})",
        OURS.id("business"),
        buy.customer,
        list("uuid", buy.lines.iter().map(|(product, _)| product)),
        list("bigint", buy.lines.iter().map(|(_, quantity)| quantity)),
        buy.key,
        buy.order_id,
        buy.options.as_ref().map_or_else(|| "NULL".to_owned(), |json| format!("'{json}'")),
    )
}

/// A database with customers and products, and a session of the server's role for the business that they belong to.
struct Place {
    database: FreshDatabase,
    session: DedicatedConnection,
}

impl Place {
    async fn new() -> Self {
        let database = two_businesses().await;
        let session = database.session_as(SERVER_ROLE).await;
        let place = Self { database, session };
        place.rows(&format!("SET app.business_id = '{}'", OURS.id("business"))).await;
        for number in 0..CUSTOMERS {
            let (id, limit, blocked) = (customer(number), [1_000, 300, 0][number as usize % 3], number == 4);
            place
                .rows(&fill(&format!(
                    "SELECT FROM tallystick.customer_create({{business}}, '{id}', 'C', NULL, {limit}, {blocked})"
                )))
                .await;
        }
        for number in 0..PRODUCTS {
            let (id, price, stock) = (product(number), [0, 35, 90][number as usize % 3], [30, 4][number as usize % 2]);
            // The last one counts in tenths.
            let decimals = number / (PRODUCTS - 1);
            place
                .rows(&fill(&format!(
                    "SELECT FROM tallystick.product_create({{business}}, '{id}', 'S{number}', 'P', {price}, {stock},
                         p_quantity_decimals => {decimals})"
                )))
                .await;
        }
        place
    }

    /// What some statements return, each of which commits.
    async fn rows(&self, sql: &str) -> Vec<TextRow> {
        let answer = self.session.client().simple_query(sql).await.unwrap_or_else(|error| panic!("{sql}\n{error:?}"));
        answer.into_iter().filter_map(row).collect()
    }

    async fn refusal(&self, sql: &str) -> String {
        let error = self.session.client().simple_query(sql).await.expect_err(sql);
        error.as_db_error().unwrap_or_else(|| panic!("{error:?}")).code().code().to_owned()
    }

    /// All that moves, but for the times, the hashes over them, and who asked.
    async fn books(&self) -> Vec<TextRow> {
        let session = self.database.session().await;
        let mut books = Vec::new();
        for table in ["orders", "order_items", "credit_ledger", "products", "customers"] {
            let query = format!(
                "SELECT '{table}', row::text FROM
                 (SELECT to_jsonb(t) - '{{created_at, due_at, entry_hash, actor}}'::text[] AS row FROM tallystick.{table} AS t
                  WHERE business_id = '{}') AS rows ORDER BY 2",
                OURS.id("business")
            );
            books.extend(session.client().simple_query(&query).await.unwrap().into_iter().filter_map(row));
        }
        books
    }

    /// Where every row lies, which changes with whatever is written, be it the same again.
    async fn versions(&self) -> Vec<TextRow> {
        let session = self.database.session().await;
        let mut versions = Vec::new();
        for table in ["orders", "order_items", "credit_ledger", "products", "customers"] {
            let query = format!("SELECT '{table}', ctid::text, xmin::text FROM tallystick.{table} ORDER BY 2");
            versions.extend(session.client().simple_query(&query).await.unwrap().into_iter().filter_map(row));
        }
        versions
    }
}

fn row(message: SimpleQueryMessage) -> Option<TextRow> {
    match message {
        SimpleQueryMessage::Row(row) => Some((0..row.len()).map(|column| row.get(column).map(str::to_owned)).collect()),
        _ => None,
    }
}

fn outcomes(rows: &[TextRow]) -> Vec<&str> {
    rows.iter().map(|row| row[0].as_deref().unwrap()).collect()
}

fn buy(customer_no: u32, lines: &[(u32, i64)], key: &str) -> Buy {
    let lines = lines.iter().map(|&(number, quantity)| (product(number), quantity)).collect();
    Buy { customer: customer(customer_no), lines, key: key.to_owned(), order_id: Uuid::now_v7(), options: None }
}
