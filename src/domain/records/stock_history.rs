//! What changed a product's stock: movements, sales and returns.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::{OrderId, Reason, Stock, StockChange, timestamp};

/// A change of a product's stock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(examples(json!({
    "id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c24", "kind": "sale", "quantity": -2, "reason": null, "stock_after": null,
    "backordered_after": null, "order_id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c24", "line_no": 1,
    "created_at": "2026-03-14T09:26:53.589793Z"
})))]
pub struct StockHistoryEntry {
    /// The movement's id; of a sale, the order's id; of goods that came back, the return's id.
    #[schema(value_type = Uuid)]
    pub id: Uuid,
    /// What changed the stock.
    pub kind: StockHistoryKind,
    /// What came in (positive) or went out (negative), as a whole number of the product's smallest part.
    pub quantity: StockChange,
    /// Why; `null` if it is no movement.
    #[schema(required, value_type = Option<Reason>)]
    pub reason: Option<String>,
    /// How many there were right after a movement; `null` if it is no movement.
    #[schema(required)]
    pub stock_after: Option<Stock>,
    /// How many were owed right after a movement; `null` if it is no movement.
    #[schema(required)]
    pub backordered_after: Option<Stock>,
    /// The order that was sold or returned; `null` for a movement.
    #[schema(required)]
    pub order_id: Option<OrderId>,
    /// The order's line; `null` for a movement.
    #[schema(required, minimum = 1, maximum = 500)]
    pub line_no: Option<i32>,
    /// When it was recorded.
    #[serde(serialize_with = "timestamp::serialize")]
    pub created_at: DateTime<Utc>,
}

impl StockHistoryEntry {
    /// Its place in the list.
    #[must_use]
    pub fn place(&self) -> StockPlace {
        StockPlace { id: self.id, line_no: self.line_no.unwrap_or(0) }
    }
}

/// What changed a stock. More kinds will come: treat one that you do not know by its quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StockHistoryKind {
    /// The stock that a product was created with.
    Opening,
    /// A restock or a correction.
    Adjustment,
    /// A line of an order, as far as it took from the stock.
    Sale,
    /// Goods of a line that came back, as far as they went into the stock.
    Return,
}

impl std::str::FromStr for StockHistoryKind {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "opening" => Ok(Self::Opening),
            "adjustment" => Ok(Self::Adjustment),
            "sale" => Ok(Self::Sale),
            "return" => Ok(Self::Return),
            _ => Err("a kind of stock change that the program does not know"),
        }
    }
}

/// A place in the list of what changed a stock: the id of a movement, or that of an order or a return with the number of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StockPlace {
    /// The id of the movement, the order or the return.
    pub id: Uuid,
    /// The order's line; 0 for a movement.
    pub line_no: i32,
}

impl std::fmt::Display for StockPlace {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}.{}", self.id, self.line_no)
    }
}

impl std::str::FromStr for StockPlace {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const HINT: &str = "must be an id and the number of a line";
        let (id, line_no) = text.split_once('.').ok_or(HINT)?;
        Ok(Self { id: Uuid::try_parse(id).map_err(|_| HINT)?, line_no: line_no.parse().map_err(|_| HINT)? })
    }
}
