//! What the clients sent, when, and which answers they got. Plain data: [`crate::checker`] judges.

mod action;
mod rows;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use action::{Action, EntryKind, Item, LineBack, Part};
pub use rows::{
    ChargeExcess, Entry, Goods, GoodsLine, Line, LineExcess, Movement, OpenCharge, Order, Shortage, StockChange,
};

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

/// What a client learned from an answer, or that it got none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it all")]
pub enum Answer {
    /// No answer, or a 503: the request may have had its effect, may have it later, or never.
    Unknown,
    /// 201 to a purchase. `replayed` as in `Idempotent-Replayed`.
    Purchased { order: Order, replayed: bool },
    /// 201 to a payment, a correction, a refund or an allocation.
    Recorded { entry: Entry, named: Vec<Part>, replayed: bool },
    /// 201 to a return.
    Returned { goods: Goods, replayed: bool },
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
    /// 200 to a read of a return.
    Return(Goods),
    /// 200 to a read of returns, newest first.
    Returns { returns: Vec<Goods>, is_last: bool },
    /// 200 to a read of open charges, oldest first.
    OpenCharges { charges: Vec<OpenCharge>, is_last: bool },
    /// 200 to a read of a customer's debt by age: not due, 1 to 30 days, to 60, to 90, over 90.
    Aging { id: Uuid, as_of_us: i64, balance: i64, overdue: i64, buckets: [i64; 5] },
    /// 200 to a read of what changed a stock, newest first.
    Stock { changes: Vec<StockChange>, is_last: bool },
    /// 409 `insufficient_stock`.
    InsufficientStock(Vec<Shortage>),
    /// 409 `credit_limit_exceeded`.
    CreditLimitExceeded { credit_limit: i64, balance: i64, required: i64 },
    /// 409 `quantity_exceeds_returnable`.
    QuantityExceedsReturnable(Vec<LineExcess>),
    /// 422 `charge_not_found`: which of the named ones, from 0.
    ChargeNotFound(Vec<usize>),
    /// 409 `charge_open_amount_exceeded`.
    ChargeOpenAmountExceeded(Vec<ChargeExcess>),
    /// 409 `allocated_amount_exceeded`.
    AllocatedAmountExceeded(Vec<ChargeExcess>),
    /// 409 `unapplied_credit_exceeded`.
    UnappliedCreditExceeded { requested: i64, available: i64 },
    /// 409 `credit_balance_exceeded`.
    CreditBalanceExceeded { requested: i64, available: i64 },
    /// 409 `balance_exceeded`.
    BalanceExceeded { requested: i64, available: i64 },
    /// 409 `already_reversed`.
    AlreadyReversed { reversal: Uuid },
    /// 409 `not_reversible`.
    NotReversible,
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
        self.replayed().is_some()
    }

    /// Of something that was done: whether an earlier request had done it.
    #[must_use]
    pub fn replayed(&self) -> Option<bool> {
        match self {
            Self::Purchased { replayed, .. }
            | Self::Recorded { replayed, .. }
            | Self::Returned { replayed, .. }
            | Self::Restocked { replayed, .. } => Some(*replayed),
            _ => None,
        }
    }

    /// Whether the business refused what was asked for, so that the key was not used.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::InsufficientStock(_)
                | Self::CreditLimitExceeded { .. }
                | Self::QuantityExceedsReturnable(_)
                | Self::ChargeNotFound(_)
                | Self::ChargeOpenAmountExceeded(_)
                | Self::AllocatedAmountExceeded(_)
                | Self::UnappliedCreditExceeded { .. }
                | Self::CreditBalanceExceeded { .. }
                | Self::BalanceExceeded { .. }
                | Self::AlreadyReversed { .. }
                | Self::NotReversible
                | Self::NotFound
        )
    }
}
