//! What a request asks for.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Key;

/// What a request asks for. Ids may be another business's, to see that they are not found.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it all")]
pub enum Action {
    Purchase {
        key: Key,
        customer: Uuid,
        items: Vec<Item>,
        /// The limit that it may reach, if the customer's is less.
        authorized_limit: Option<i64>,
    },
    /// A payment, and what of it settles which charges by name.
    Payment {
        key: Key,
        customer: Uuid,
        amount: i64,
        named: Vec<Part>,
    },
    /// Lines of an order come back.
    Return {
        key: Key,
        order: Uuid,
        lines: Vec<LineBack>,
    },
    /// Unapplied credit settles charges by name, or no longer.
    Allocate {
        key: Key,
        customer: Uuid,
        named: Vec<Part>,
    },
    /// A payment or an adjustment is taken back.
    Reverse {
        key: Key,
        entry: Uuid,
        is_payment: bool,
    },
    Adjust {
        key: Key,
        customer: Uuid,
        kind: EntryKind,
        amount: i64,
        /// When a charge is due, if the request says it.
        due_at_us: Option<i64>,
        authorized_limit: Option<i64>,
        named: Vec<Part>,
    },
    Refund {
        key: Key,
        customer: Uuid,
        amount: i64,
    },
    /// A stock movement: positive or negative.
    Restock {
        key: Key,
        product: Uuid,
        quantity: i64,
    },
    ChangeLimit {
        customer: Uuid,
        credit_limit: i64,
    },
    ChangePrice {
        product: Uuid,
        price: i64,
    },
    ReadCustomer {
        customer: Uuid,
    },
    ReadProduct {
        product: Uuid,
    },
    ReadOrder {
        order: Uuid,
    },
    /// The newest entries of a customer's ledger.
    ReadLedger {
        customer: Uuid,
    },
    /// The business's newest orders.
    ReadOrders,
    ReadReturn {
        goods: Uuid,
    },
    /// The business's newest returns.
    ReadReturns,
    /// A customer's oldest open charges.
    ReadOpenCharges {
        customer: Uuid,
    },
    /// How old a customer's debt is.
    ReadAging {
        customer: Uuid,
    },
    /// What changed a product's stock last, sales and returns included.
    ReadStock {
        product: Uuid,
    },
}

impl Action {
    /// Its idempotency key, if it takes one.
    #[must_use]
    pub fn key(&self) -> Option<Key> {
        match self {
            Self::Purchase { key, .. }
            | Self::Payment { key, .. }
            | Self::Return { key, .. }
            | Self::Allocate { key, .. }
            | Self::Reverse { key, .. }
            | Self::Adjust { key, .. }
            | Self::Refund { key, .. }
            | Self::Restock { key, .. } => Some(*key),
            _ => None,
        }
    }

    /// Whether its key is one of the stock movements'. All others are keys of the ledger.
    #[must_use]
    pub fn moves_stock(&self) -> bool {
        matches!(self, Self::Restock { .. })
    }
}

/// What makes a ledger entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it all")]
pub enum EntryKind {
    Purchase,
    Opening,
    Fee,
    Debit,
    Refund,
    Payment,
    Return,
    Credit,
    WriteOff,
    Reversal,
    Allocation,
}

impl EntryKind {
    /// Every kind.
    pub const ALL: [Self; 11] = [
        Self::Purchase,
        Self::Opening,
        Self::Fee,
        Self::Debit,
        Self::Refund,
        Self::Payment,
        Self::Return,
        Self::Credit,
        Self::WriteOff,
        Self::Reversal,
        Self::Allocation,
    ];
    /// The adjustments.
    pub const ADJUSTMENTS: [Self; 5] = [Self::Opening, Self::Fee, Self::Debit, Self::Credit, Self::WriteOff];

    /// As JSON and SQL have it.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Purchase => "purchase",
            Self::Opening => "opening",
            Self::Fee => "fee",
            Self::Debit => "debit",
            Self::Refund => "refund",
            Self::Payment => "payment",
            Self::Return => "return",
            Self::Credit => "credit",
            Self::WriteOff => "write_off",
            Self::Reversal => "reversal",
            Self::Allocation => "allocation",
        }
    }

    /// Back from [`text`](Self::text).
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.text() == text)
    }

    /// Whether it makes a debt of its own.
    #[must_use]
    pub fn is_charge(self) -> bool {
        matches!(self, Self::Purchase | Self::Opening | Self::Fee | Self::Debit | Self::Refund)
    }

    /// Whether a reversal may take it back.
    #[must_use]
    pub fn is_reversible(self) -> bool {
        matches!(self, Self::Payment | Self::Credit | Self::WriteOff)
    }
}

/// What of a charge an entry settles by name. Negative takes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it all")]
pub struct Part {
    pub charge: Uuid,
    pub amount: i64,
}

/// A line of an order of which something comes back, as asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it all")]
pub struct LineBack {
    pub line_no: i64,
    pub quantity: i64,
    /// What of the quantity goes back into the stock; all of it, if nothing is said.
    pub restock: Option<i64>,
}

/// A line of a purchase, as asked for. One product may be on several lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it all")]
pub struct Item {
    pub product: Uuid,
    pub quantity: i64,
}
