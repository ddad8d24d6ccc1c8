//! A refund to be recorded.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::{Amount, CustomerId, Reason, Reference};

/// Who gets how much back, and why.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RefundRequest, examples(json!({
    "customer_id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c21", "amount": 5_000, "reason": "paid twice"
})))]
pub struct NewRefund {
    /// Who gets the money.
    pub customer_id: CustomerId,
    /// How much, in minor units; at most what the customer has paid in advance.
    pub amount: Amount,
    /// What the other side calls it.
    #[serde(default)]
    pub reference: Option<Reference>,
    /// Why.
    pub reason: Reason,
}
