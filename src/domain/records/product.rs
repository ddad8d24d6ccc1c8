//! A product.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{Money, ProductId, Stock};

/// A product that a business sells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
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
    pub created_at: DateTime<Utc>,
}
