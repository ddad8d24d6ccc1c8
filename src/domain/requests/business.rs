//! A business to be created.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::{Currency, Name, PaymentTerms, PaymentTermsRequest, TimeZone};

/// A business to create.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(
    as = BusinessRequest,
    examples(json!({"name": "Corner Wholesale", "currency": "EUR", "payment_terms": {"type": "calendar", "days": 30, "end_of_month": true}, "time_zone": "Europe/Berlin"}))
)]
pub struct NewBusiness {
    /// What it is called.
    pub name: Name,
    /// The currency whose minor units all its amounts will count. It cannot be changed later.
    pub currency: Currency,
    /// When its charges are due, unless the customer or the purchase has other terms. Without it: 30 times 24 hours after the charge.
    #[serde(default)]
    #[schema(value_type = PaymentTermsRequest)]
    pub payment_terms: PaymentTerms,
    /// Where its days begin and end, for payment terms that name a day.
    #[serde(default)]
    #[schema(default = "UTC")]
    pub time_zone: TimeZone,
}
