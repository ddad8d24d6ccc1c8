//! The rows of the database at the end of a chapter. Plain data: [`crate::checker`] judges.

mod load;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::history::{Entry, Goods, Key, Movement, Order};

/// Every row of every business of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it all")]
pub struct Books {
    pub customers: Vec<CustomerRow>,
    pub products: Vec<ProductRow>,
    pub orders: Vec<OrderRow>,
    pub entries: Vec<EntryRow>,
    pub movements: Vec<MovementRow>,
    pub returns: Vec<ReturnRow>,
    /// By customer, charge and number.
    pub parts: Vec<PartRow>,
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

/// A return, its lines with it. The balance after its credit is in `goods.balance_after`, and what of the order's charge it settles in
/// `goods.allocated`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it all")]
pub struct ReturnRow {
    pub business: Uuid,
    pub goods: Goods,
    /// By line: what had come back of the order's line, this part included.
    pub returned_after: Vec<i64>,
}

/// What of a charge an entry settles by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it all")]
pub struct PartRow {
    pub business: Uuid,
    pub customer: Uuid,
    pub charge: Uuid,
    /// The entry that settles.
    pub entry: Uuid,
    /// Counted by charge, from 1.
    pub part_no: i64,
    pub amount: i64,
    pub allocated_after: i64,
}
