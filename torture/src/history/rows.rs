//! Rows as answers show them.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::EntryKind;

/// An order as an answer shows it. Times are microseconds since 1970, by PostgreSQL's clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it all")]
pub struct Order {
    pub id: Uuid,
    pub customer: Uuid,
    pub total: i64,
    pub balance_after: i64,
    pub created_at_us: i64,
    /// By line number, from 1.
    pub lines: Vec<Line>,
}

/// A line of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it all")]
pub struct Line {
    pub line_no: i64,
    pub product: Uuid,
    pub quantity: i64,
    pub unit_price: i64,
    pub line_total: i64,
}

/// An entry of the credit ledger as an answer shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it all")]
pub struct Entry {
    pub id: Uuid,
    pub customer: Uuid,
    pub entry_no: i64,
    pub kind: EntryKind,
    /// The order of a purchase.
    pub order: Option<Uuid>,
    pub amount: i64,
    pub balance_before: i64,
    pub balance_after: i64,
    /// The limit that a new debt was decided by.
    pub credit_limit: Option<i64>,
    /// The limit that was allowed in its place.
    pub authorized_limit: Option<i64>,
    /// The number of the entry that a reversal takes back.
    pub reverses: Option<i64>,
    /// When a charge is due.
    pub due_at_us: Option<i64>,
    pub created_at_us: i64,
}

/// A return as an answer shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it all")]
pub struct Goods {
    pub id: Uuid,
    pub order: Uuid,
    pub customer: Uuid,
    pub total: i64,
    pub balance_after: i64,
    /// What of the total settles the order's charge by name.
    pub allocated: i64,
    pub created_at_us: i64,
    /// By line number.
    pub lines: Vec<GoodsLine>,
}

/// A line of a return.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it all")]
pub struct GoodsLine {
    pub line_no: i64,
    pub product: Uuid,
    pub quantity: i64,
    pub restocked: i64,
    pub line_total: i64,
}

/// A charge that is not settled in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it all")]
pub struct OpenCharge {
    pub charge: Uuid,
    pub entry_no: i64,
    pub amount: i64,
    pub open: i64,
}

/// What changed a stock: a movement, a line of an order, or a line of a return.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it all")]
pub struct StockChange {
    pub id: Uuid,
    /// 0 for a movement.
    pub line_no: i64,
    pub quantity: i64,
    /// The order that was sold or returned.
    pub order: Option<Uuid>,
    /// Of a movement.
    pub stock_after: Option<i64>,
    pub created_at_us: i64,
}

/// A line of an order of which too much was to come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it all")]
pub struct LineExcess {
    pub line_no: i64,
    pub requested: i64,
    pub available: i64,
}

/// A charge of which too much was to be settled, or taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it all")]
pub struct ChargeExcess {
    pub charge: Uuid,
    pub requested: i64,
    pub available: i64,
}

/// A stock movement as an answer shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it all")]
pub struct Movement {
    pub id: Uuid,
    pub product: Uuid,
    pub quantity: i64,
    pub stock_after: i64,
    pub created_at_us: i64,
}

/// A product of which there was too little.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it all")]
pub struct Shortage {
    pub product: Uuid,
    pub requested: i64,
    pub available: i64,
}
