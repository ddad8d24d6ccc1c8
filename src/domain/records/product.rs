//! A product.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{Money, ProductId, QuantityDecimals, Stock, Version, timestamp};

/// A product that a business sells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(examples(json!({
    "id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c22", "sku": "ESP-1KG", "name": "Espresso beans 1 kg", "price": 1_250, "stock": 40,
    "unit": null, "quantity_decimals": 0, "track_stock": true, "backordered": 0, "backorder_limit": 0, "created_at": "2026-03-14T09:26:53.589793Z"
})))]
pub struct Product {
    /// The product's id.
    pub id: ProductId,
    /// The stock keeping unit, unique within the business.
    #[schema(examples("ESP-1KG"))]
    pub sku: String,
    /// What it is called.
    #[schema(examples("Espresso beans 1 kg"))]
    pub name: String,
    /// The price of one unit, in minor units.
    pub price: Money,
    /// How many there are, as a whole number of 10^-`quantity_decimals` units.
    pub stock: Stock,
    /// What one of it is, such as `kg`; `null` for a piece.
    #[schema(examples("kg"))]
    pub unit: Option<String>,
    /// In which parts of a unit its quantities count: stock, backorders, movements and lines of purchases. It never changes.
    pub quantity_decimals: QuantityDecimals,
    /// `false` for a service: it has no stock, and can be sold without end.
    pub track_stock: bool,
    /// How many were sold beyond the stock, and are owed. A restock serves them first.
    pub backordered: Stock,
    /// How many may be owed at most.
    pub backorder_limit: Stock,
    /// When the product was created.
    #[serde(serialize_with = "timestamp::serialize")]
    pub created_at: DateTime<Utc>,
    /// Which change made it so: what PATCH can change, but not the stock. It is no part of the JSON.
    #[serde(skip)]
    pub version: Version,
}
