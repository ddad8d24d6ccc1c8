//! The rows of the database at the end of a chapter. Plain data: [`crate::checker`] judges.

mod load;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::history::{Entry, Key, Movement, Order};

/// Every row of every business of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it all")]
pub struct Books {
    pub customers: Vec<CustomerRow>,
    pub products: Vec<ProductRow>,
    pub orders: Vec<OrderRow>,
    pub entries: Vec<EntryRow>,
    pub movements: Vec<MovementRow>,
}

/// A customer at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it all")]
pub struct CustomerRow {
    pub business: Uuid,
    pub id: Uuid,
    pub credit_limit: i64,
}

/// A product at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it all")]
pub struct ProductRow {
    pub business: Uuid,
    pub id: Uuid,
    pub price: i64,
    pub stock: i64,
}

/// An order, its lines with it. The balance after its charge is in `order.balance_after`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it all")]
pub struct OrderRow {
    pub business: Uuid,
    pub order: Order,
}

/// An entry of the ledger, and the key that it was made under.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it all")]
pub struct EntryRow {
    pub business: Uuid,
    pub key: Option<Key>,
    pub entry: Entry,
}

/// A stock movement, and the key that it was made under: none for opening stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it all")]
pub struct MovementRow {
    pub business: Uuid,
    pub key: Option<Key>,
    pub movement: Movement,
}
