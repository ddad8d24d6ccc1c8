//! A change of stock that is not a sale.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{ProductId, Stock, StockChange, StockMovementId, timestamp};

/// A restock or a correction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(examples(json!({
    "id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c25", "product_id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c22", "quantity": 24, "reason": "delivery 4711", "stock_after": 64, "backordered_after": 0,
    "created_at": "2026-03-14T09:26:53.589793Z"
})))]
pub struct StockMovement {
    /// The movement's id.
    pub id: StockMovementId,
    /// The product.
    pub product_id: ProductId,
    /// What came in (positive) or went out (negative).
    pub quantity: StockChange,
    /// Why.
    #[schema(examples("delivery 4711"))]
    pub reason: String,
    /// How many there were right after it.
    pub stock_after: Stock,
    /// How many were owed right after it. What comes in serves them first.
    pub backordered_after: Stock,
    /// When it was recorded.
    #[serde(serialize_with = "timestamp::serialize")]
    pub created_at: DateTime<Utc>,
}
