//! A payment to be recorded.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::{Amount, CustomerId, Day, NewAllocation, NewAllocations, Reference};

/// Who pays how much, and for what.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(
    as = PaymentRequest,
    examples(json!({"customer_id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c21", "amount": 5_000}))
)]
pub struct NewPayment {
    /// Who pays.
    pub customer_id: CustomerId,
    /// How much, in minor units. It may exceed what is owed, down to a balance of -(2^53 - 1).
    pub amount: Amount,
    /// The charges that the payer named, each once. What is left of the amount settles the oldest charges first.
    #[serde(default)]
    #[schema(value_type = Option<Vec<NewAllocation>>, min_items = 1, max_items = 500)]
    pub allocations: Option<NewAllocations>,
    /// What the payer or the bank calls it.
    #[serde(default)]
    pub reference: Option<Reference>,
    /// The day on which it came in.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date, examples("2026-03-13"))]
    pub received_on: Option<Day>,
}
