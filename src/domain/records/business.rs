//! A tenant.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{BusinessId, Currency, PaymentTerms, TimeZone, timestamp};

/// A business: one tenant, whose data no other business sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(examples(json!({
    "id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c11", "name": "Corner Wholesale", "currency": "EUR", "currency_decimals": 2,
    "payment_terms": {"type": "age", "days": 30}, "time_zone": "Europe/Berlin", "created_at": "2026-03-14T09:26:53.589793Z"
})))]
pub struct Business {
    /// The business's id.
    pub id: BusinessId,
    /// What it is called.
    #[schema(examples("Corner Wholesale"))]
    pub name: String,
    /// The currency whose minor units every amount of this business counts.
    pub currency: Currency,
    /// How many decimals an amount has if it is written in the currency's major unit: 2 for the cents of a euro, 0 for yen.
    #[schema(examples(2), minimum = 0, maximum = 4)]
    pub currency_decimals: i32,
    /// When its charges are due, unless the customer or the purchase has other terms.
    pub payment_terms: PaymentTerms,
    /// Where its days begin and end, for payment terms that name a day.
    pub time_zone: TimeZone,
    /// When it was created.
    #[serde(serialize_with = "timestamp::serialize")]
    pub created_at: DateTime<Utc>,
}
