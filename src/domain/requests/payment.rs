//! A payment to be recorded.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::{Amount, CustomerId};

/// Who pays how much.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(
    as = PaymentRequest,
    examples(json!({"customer_id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c21", "amount": 5_000}))
)]
pub struct NewPayment {
    /// Who pays.
    pub customer_id: CustomerId,
    /// How much, in minor units. It settles the oldest charges first, and may exceed what is owed, down to a
    /// balance of -(2^53 - 1).
    pub amount: Amount,
}
