//! A customer who is late.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{Balance, CustomerId};

/// A customer whose oldest unpaid charge is older than the business's `overdue_after_days`. Computed when asked, never stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OverdueCustomer {
    /// The customer.
    pub customer_id: CustomerId,
    /// What the customer is called.
    #[schema(examples("Café Central"))]
    pub name: String,
    /// The business's own reference; `null` if it has none.
    pub external_id: Option<String>,
    /// What the customer owes, in minor units.
    pub balance: Balance,
    /// When the oldest charge that is not fully paid was made. Payments settle the oldest charges first.
    pub oldest_unpaid_at: DateTime<Utc>,
    /// The age of that charge in whole days of 24 hours.
    #[schema(minimum = 0, examples(41))]
    pub days: i32,
}
