//! A restock or a correction to be recorded.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::{Reason, StockChange};

/// What comes in or goes out, and why.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StockMovementRequest, examples(json!({"quantity": 24, "reason": "delivery 4711"})))]
pub struct NewStockMovement {
    /// What comes in (positive) or goes out (negative); not 0.
    pub quantity: StockChange,
    /// Why.
    pub reason: Reason,
}
