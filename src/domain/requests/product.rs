//! A product to be created or changed.

use serde::Deserialize;
use utoipa::ToSchema;

use super::present;
use crate::domain::{Money, Name, QuantityDecimals, Sku, Stock, Unit};

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
    /// The price of one unit, in minor units.
    pub price: Money,
    /// How many there are to begin with, as a whole number of 10^-`quantity_decimals` units; 0 for a service.
    pub stock: Stock,
    /// What one of it is, such as `kg`; without it, a piece.
    #[serde(default)]
    pub unit: Option<Unit>,
    /// In which parts of a unit its quantities count. It never changes, because stock and order lines count in it.
    #[serde(default = "whole_units")]
    #[schema(default = 0)]
    pub quantity_decimals: QuantityDecimals,
    /// `false` for a service: it has no stock, and can be sold without end.
    #[serde(default = "has_stock")]
    #[schema(default = true)]
    pub track_stock: bool,
    /// How many may be sold beyond the stock; 0 for a service.
    #[serde(default = "no_backorders")]
    #[schema(default = 0)]
    pub backorder_limit: Stock,
}

const fn whole_units() -> QuantityDecimals {
    QuantityDecimals::NONE
}

const fn has_stock() -> bool {
    true
}

const fn no_backorders() -> Stock {
    Stock::ZERO
}

/// What to change of a product. What is left out stays as it is; stock changes by stock movements only, and `quantity_decimals` never.
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
    /// The price of one unit, in minor units, for purchases from now on.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub price: Option<Money>,
    /// What one of it is, such as `kg`; `null` for a piece.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Unit>)]
    pub unit: Option<Option<Unit>>,
    /// `false` makes it a service, which is possible while there is no stock and nothing is backordered. Then `backorder_limit`
    /// becomes 0.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub track_stock: Option<bool>,
    /// How many may be sold beyond the stock: not less than are backordered.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub backorder_limit: Option<Stock>,
}
