//! An entry of a customer's credit ledger.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{Balance, CustomerId, LedgerEntryId, Money, OrderId, timestamp};

/// One change of a customer's debt: append-only, numbered without a gap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(examples(json!({
    "id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c26", "customer_id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c21", "entry_no": 7, "kind": "payment", "amount": -5_000,
    "balance_before": 3_750, "balance_after": -1_250, "credit_limit": null, "order_id": null,
    "created_at": "2026-03-14T09:26:53.589793Z"
})))]
pub struct LedgerEntry {
    /// The entry's id; a purchase's entry has its order's id.
    pub id: LedgerEntryId,
    /// The customer.
    pub customer_id: CustomerId,
    /// The entry's number in this customer's ledger, from 1.
    #[schema(minimum = 1, examples(7))]
    pub entry_no: i64,
    /// What made the entry.
    pub kind: EntryKind,
    /// The change, in minor units: positive is credit used, negative a payment.
    pub amount: Balance,
    /// What the customer owed before, in minor units.
    pub balance_before: Balance,
    /// What the customer owed after, in minor units.
    pub balance_after: Balance,
    /// The credit limit in force when a purchase was made, in minor units; `null` for a payment.
    #[schema(required)]
    pub credit_limit: Option<Money>,
    /// The order of a purchase; `null` for a payment.
    #[schema(required)]
    pub order_id: Option<OrderId>,
    /// When it was made.
    #[serde(serialize_with = "timestamp::serialize")]
    pub created_at: DateTime<Utc>,
}

/// What makes a ledger entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum EntryKind {
    /// A purchase charged its order's total.
    Purchase,
    /// The customer paid.
    Payment,
}

impl std::str::FromStr for EntryKind {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "purchase" => Ok(Self::Purchase),
            "payment" => Ok(Self::Payment),
            _ => Err("an unknown kind of ledger entry"),
        }
    }
}
