//! A product.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{Money, ProductId, Stock, Version, timestamp};

/// A product that a business sells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(examples(json!({
    "id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c22", "sku": "ESP-1KG", "name": "Espresso beans 1 kg", "price": 1_250, "stock": 40,
    "created_at": "2026-03-14T09:26:53.589793Z"
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
    /// The price of one, in minor units.
    pub price: Money,
    /// How many there are.
    pub stock: Stock,
    /// When the product was created.
    #[serde(serialize_with = "timestamp::serialize")]
    pub created_at: DateTime<Utc>,
    /// Which change made it so: sku, name and price, but not the stock. It is no part of the JSON.
    #[serde(skip)]
    pub version: Version,
}
