//! A customer and what the ledger says of it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{Balance, CustomerId, Money, OverdueHoldDays, PaymentTerms, Version, timestamp};

/// A customer who buys on credit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(examples(json!({
    "id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c21", "name": "Café Central", "external_id": "C-1042", "credit_limit": 100_000,
    "blocked": false, "payment_terms": null, "overdue_hold_after_days": null, "balance": 3_750, "available_credit": 96_250, "overdue": false,
    "oldest_unpaid_at": "2026-03-14T09:26:53.589793Z", "created_at": "2026-01-02T08:00:00Z"
})))]
pub struct Customer {
    /// The customer's id.
    pub id: CustomerId,
    /// What the customer is called.
    #[schema(examples("Café Central"))]
    pub name: String,
    /// The business's own reference; `null` if it has none.
    #[schema(required, examples("C-1042"))]
    pub external_id: Option<String>,
    /// The largest balance that a purchase may leave, in minor units.
    pub credit_limit: Money,
    /// A blocked customer cannot buy, and can pay.
    pub blocked: bool,
    /// When purchases to come are due, unless they bring other terms; `null` for the business's terms.
    #[schema(required)]
    pub payment_terms: Option<PaymentTerms>,
    /// A customer who has been overdue for longer than so many times 24 hours cannot buy; `null` for one who buys on.
    #[schema(required)]
    pub overdue_hold_after_days: Option<OverdueHoldDays>,
    /// What the customer owes, in minor units; negative if paid in advance.
    pub balance: Balance,
    /// How much the customer can still buy on credit, in minor units.
    pub available_credit: Money,
    /// Whether a charge that is not fully paid was due before now.
    pub overdue: bool,
    /// When the oldest charge that is not fully paid was made; `null` if nothing is owed.
    #[schema(required)]
    #[serde(serialize_with = "timestamp::serialize_option")]
    pub oldest_unpaid_at: Option<DateTime<Utc>>,
    /// When the customer was created.
    #[serde(serialize_with = "timestamp::serialize")]
    pub created_at: DateTime<Utc>,
    /// Which change made it so: name, reference, limit, block, terms and hold, but not what the ledger says. It is no part of the JSON.
    #[serde(skip)]
    pub version: Version,
}

/// A customer's balance now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(examples(json!({
    "customer_id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c21", "balance": 3_750, "credit_limit": 100_000, "available_credit": 96_250,
    "overdue": false, "oldest_unpaid_at": "2026-03-14T09:26:53.589793Z"
})))]
pub struct CustomerBalance {
    /// The customer.
    pub customer_id: CustomerId,
    /// What the customer owes, in minor units; negative if paid in advance.
    pub balance: Balance,
    /// The largest balance that a purchase may leave, in minor units.
    pub credit_limit: Money,
    /// How much the customer can still buy on credit, in minor units.
    pub available_credit: Money,
    /// Whether a charge that is not fully paid was due before now.
    pub overdue: bool,
    /// When the oldest charge that is not fully paid was made; `null` if nothing is owed.
    #[schema(required)]
    #[serde(serialize_with = "timestamp::serialize_option")]
    pub oldest_unpaid_at: Option<DateTime<Utc>>,
}

impl From<Customer> for CustomerBalance {
    fn from(customer: Customer) -> Self {
        Self {
            customer_id: customer.id,
            balance: customer.balance,
            credit_limit: customer.credit_limit,
            available_credit: customer.available_credit,
            overdue: customer.overdue,
            oldest_unpaid_at: customer.oldest_unpaid_at,
        }
    }
}
