//! What the clients sent, when, and which answers they got. Plain data: [`crate::checker`] judges.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Nanoseconds since the run began, by a clock that never goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Moment(pub u64);

impl Moment {
    /// Before everything.
    pub const START: Self = Self(0);
    /// After everything: what no client was told of may have happened as late as this.
    pub const NEVER: Self = Self(u64::MAX);
}

/// The number in an idempotency key. Movements of stock have keys of their own: the same number there is another key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key(pub u64);

impl Key {
    /// As it is sent in `Idempotency-Key`.
    #[must_use]
    pub fn text(self) -> String {
        format!("torture-{}", self.0)
    }

    /// Back from [`text`](Self::text).
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        text.strip_prefix("torture-")?.parse().ok().map(Self)
    }
}

/// All of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// All businesses. The run makes no more of them later.
    pub businesses: Vec<Business>,
    /// Every request that left a client, in no particular order. A retry is a request of its own.
    pub requests: Vec<Request>,
}

/// A tenant, as it was before the first request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it all")]
pub struct Business {
    pub id: Uuid,
    pub customers: Vec<Customer>,
    pub products: Vec<Product>,
}

/// A customer, owing nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it all")]
pub struct Customer {
    pub id: Uuid,
    pub credit_limit: i64,
}

/// A product with its opening stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it all")]
pub struct Product {
    pub id: Uuid,
    pub price: i64,
    pub stock: i64,
}

/// One request and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Who sent it. One client sends one request after the other.
    pub client: u32,
    /// Whose API key it carried: an index into [`History::businesses`].
    pub business: usize,
    /// Before its first byte was sent.
    pub sent: Moment,
    /// After the last byte of its answer came, or after the client gave up.
    pub answered: Moment,
    /// What it asked for.
    pub action: Action,
    /// Its answer.
    pub answer: Answer,
}

impl Request {
    /// Whether a purchase was refused for want of stock or credit.
    #[must_use]
    pub fn is_refused_purchase(&self) -> bool {
        matches!(self.action, Action::Purchase { .. })
            && matches!(self.answer, Answer::InsufficientStock(_) | Answer::CreditLimitExceeded { .. })
    }
}

/// What a request asks for. Ids may be another business's, to see that they are not found.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it all")]
pub enum Action {
    Purchase {
        key: Key,
        customer: Uuid,
        items: Vec<Item>,
    },
    Payment {
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
}

impl Action {
    /// Its idempotency key, if it takes one.
    #[must_use]
    pub fn key(&self) -> Option<Key> {
        match self {
            Self::Purchase { key, .. } | Self::Payment { key, .. } | Self::Restock { key, .. } => Some(*key),
            _ => None,
        }
    }
}

/// A line of a purchase, as asked for. One product may be on several lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it all")]
pub struct Item {
    pub product: Uuid,
    pub quantity: i64,
}

/// What a client learned from an answer, or that it got none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it all")]
pub enum Answer {
    /// No answer, or a 503: the request may have had its effect, may have it later, or never.
    Unknown,
    /// 201 to a purchase. `replayed` as in `Idempotent-Replayed`.
    Purchased { order: Order, replayed: bool },
    /// 201 to a payment.
    Paid { entry: Entry, replayed: bool },
    /// 201 to a stock movement.
    Restocked { movement: Movement, replayed: bool },
    /// 200 to a read or a change of a customer.
    Customer { id: Uuid, credit_limit: i64, balance: i64, available_credit: i64 },
    /// 200 to a read or a change of a product.
    Product { id: Uuid, price: i64, stock: i64 },
    /// 200 to a read of an order.
    Order(Order),
    /// 200 to a read of orders, newest first.
    Orders(Vec<Order>),
    /// 200 to a read of a ledger, newest first.
    Ledger(Vec<Entry>),
    /// 409 `insufficient_stock`.
    InsufficientStock(Vec<Shortage>),
    /// 409 `credit_limit_exceeded`.
    CreditLimitExceeded { credit_limit: i64, balance: i64, required: i64 },
    /// 404, whatever was not found.
    NotFound,
    /// 422 `idempotency_key_reused`.
    KeyReused,
    /// Any other answer. It is never right, because no client of a run sends a request that it may answer.
    Unexpected { status: u16, text: String },
}

impl Answer {
    /// Whether something was done: 201.
    #[must_use]
    pub fn is_acceptance(&self) -> bool {
        matches!(self, Self::Purchased { .. } | Self::Paid { .. } | Self::Restocked { .. })
    }
}

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
    /// The order of a purchase. `None` for a payment.
    pub order: Option<Uuid>,
    pub amount: i64,
    pub balance_before: i64,
    pub balance_after: i64,
    /// The limit that a purchase was decided by. `None` for a payment.
    pub credit_limit: Option<i64>,
    pub created_at_us: i64,
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
