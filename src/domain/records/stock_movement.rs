//! A change of stock that is not a sale.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{ProductId, Stock, StockChange, StockMovementId};

/// A restock or a correction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
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
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
}
