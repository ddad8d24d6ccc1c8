//! A product to be created or changed.

use serde::Deserialize;
use utoipa::ToSchema;

use super::present;
use crate::domain::{Money, Name, Sku, Stock};

/// A product to create.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(
    as = ProductRequest,
    examples(json!({"sku": "ESP-1KG", "name": "Espresso beans 1 kg", "price": 1_250, "stock": 40}))
)]
pub struct NewProduct {
    /// The stock keeping unit, unique within the business.
    pub sku: Sku,
    /// What it is called.
    pub name: Name,
    /// The price of one, in minor units.
    pub price: Money,
    /// How many there are to begin with.
    pub stock: Stock,
}

/// What to change of a product. What is left out stays as it is; stock changes by stock movements only.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProductChangeRequest, examples(json!({"price": 1_350})))]
pub struct ProductChange {
    /// The stock keeping unit, unique within the business.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub sku: Option<Sku>,
    /// What it is called.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub name: Option<Name>,
    /// The price of one, in minor units, for purchases from now on.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub price: Option<Money>,
}
