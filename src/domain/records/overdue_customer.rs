//! A customer who is late.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{Balance, CustomerId, timestamp};

/// A customer with a charge that is not fully paid and was due before now. Computed when asked, never stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(examples(json!({
    "customer_id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c21", "name": "Café Central", "external_id": "C-1042", "balance": 3_750,
    "overdue_amount": 2_500, "oldest_unpaid_at": "2026-03-14T09:26:53.589793Z", "days": 41
})))]
pub struct OverdueCustomer {
    /// The customer.
    pub customer_id: CustomerId,
    /// What the customer is called.
    #[schema(examples("Café Central"))]
    pub name: String,
    /// The business's own reference; `null` if it has none.
    #[schema(required)]
    pub external_id: Option<String>,
    /// What the customer owes, in minor units.
    pub balance: Balance,
    /// How much of that is overdue, in minor units: what is open of the charges whose due time has passed.
    pub overdue_amount: Balance,
    /// When the oldest charge that is not fully paid was made. Payments settle the oldest charges first.
    #[serde(serialize_with = "timestamp::serialize")]
    pub oldest_unpaid_at: DateTime<Utc>,
    /// The age of that charge in whole days of 24 hours.
    #[schema(minimum = 0, examples(41))]
    pub days: i32,
}
