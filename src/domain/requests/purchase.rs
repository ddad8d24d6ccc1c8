//! A purchase to be made.

use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::domain::{CustomerId, ProductId, Quantity};

/// Who buys what. Prices are the products' own, at the moment of the purchase.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PurchaseRequest, examples(json!({
    "customer_id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c21",
    "items": [
        {"product_id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c22", "quantity": 2},
        {"product_id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c23", "quantity": 1}
    ]
})))]
pub struct NewPurchase {
    /// Who buys.
    pub customer_id: CustomerId,
    /// What. The same product may stand on several lines. The total is at most 2^53 - 1 minor units.
    #[serde(rename = "items")]
    #[schema(value_type = Vec<PurchaseLine>, min_items = 1, max_items = 500)]
    pub lines: Lines,
}

impl NewPurchase {
    /// What it asks for beyond products and quantities, as `sql/functions/purchase_check_options.sql` takes it. `None` for
    /// nothing, as nearly always.
    #[must_use]
    pub fn options(&self) -> Option<Value> {
        let options: Map<String, Value> = Map::new();
        (!options.is_empty()).then(|| Value::Object(options))
    }
}

/// One line of a purchase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PurchaseRequestItem)]
pub struct PurchaseLine {
    /// The product.
    pub product_id: ProductId,
    /// How many.
    pub quantity: Quantity,
}

/// The lines of one purchase, 1 to 500.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Vec<PurchaseLine>")]
pub struct Lines(Vec<PurchaseLine>);

impl Lines {
    /// The most lines that one purchase can have.
    pub const MAX: usize = 500;
}

impl TryFrom<Vec<PurchaseLine>> for Lines {
    type Error = String;

    fn try_from(lines: Vec<PurchaseLine>) -> Result<Self, Self::Error> {
        if (1..=Self::MAX).contains(&lines.len()) {
            Ok(Self(lines))
        } else {
            Err(format!("must have 1 to {} items", Self::MAX))
        }
    }
}

impl std::ops::Deref for Lines {
    type Target = [PurchaseLine];

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::{Lines, PurchaseLine};
    use crate::domain::{ProductId, Quantity};

    #[test]
    fn a_purchase_has_1_to_500_lines() {
        let line = PurchaseLine { product_id: ProductId::new(), quantity: Quantity::try_from(1).unwrap() };
        for (count, accepted) in [(0, false), (1, true), (500, true), (501, false)] {
            assert_eq!(Lines::try_from(vec![line; count]).is_ok(), accepted, "{count} lines");
        }
    }
}
