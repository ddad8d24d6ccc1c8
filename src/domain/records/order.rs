//! The record that a purchase leaves.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{Balance, CustomerId, Money, OrderId, ProductId, Proof, Quantity, QuantityDecimals, timestamp};

/// An order: a completed fact. It has no status, and never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(examples(json!({
    "id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c24", "customer_id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c21", "total": 2_800, "balance_after": 3_750,
    "items": [
        {"line_no": 1, "product_id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c22", "quantity": 2, "quantity_decimals": 0, "unit_price": 1_250,
         "list_price": null, "discount": null, "tax": null, "line_total": 2_500},
        {"line_no": 2, "product_id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c23", "quantity": 1_500, "quantity_decimals": 3, "unit_price": 190,
         "list_price": 200, "discount": 25, "tax": 40, "line_total": 300}
    ],
    "due_at": "2026-04-13T09:26:53.589793Z", "due_date": null, "created_at": "2026-03-14T09:26:53.589793Z",
    "proof": {"entry_no": 6, "hash": "6c1f65bf5bb77a548aa02ed82b7b9b6aca08bab7c842cdf05f583281d3b1db0a"}
})))]
pub struct Order {
    /// The order's id.
    pub id: OrderId,
    /// Who bought.
    pub customer_id: CustomerId,
    /// The sum of the lines, in minor units.
    pub total: Money,
    /// What the customer owed right after it, in minor units.
    pub balance_after: Balance,
    /// The lines, as they were asked for.
    pub items: Vec<OrderItem>,
    /// When it is due. That is fixed when it is made.
    #[serde(serialize_with = "timestamp::serialize")]
    pub due_at: DateTime<Utc>,
    /// The day on which it is due, if its terms name a day: `due_at` is the end of that day. Else `null`.
    #[schema(required, value_type = Option<String>, format = Date, examples("2026-04-13"))]
    pub due_date: Option<NaiveDate>,
    /// When it was made.
    #[serde(serialize_with = "timestamp::serialize")]
    pub created_at: DateTime<Utc>,
    /// What proves its entry in the customer's ledger, and all entries before it.
    pub proof: Proof,
}

/// One line of an order, with the price of its moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OrderItem {
    /// The line's number, from 1.
    #[schema(minimum = 1, maximum = 500, examples(1))]
    pub line_no: i32,
    /// The product.
    pub product_id: ProductId,
    /// How many, as a whole number of 10^-`quantity_decimals` units.
    pub quantity: Quantity,
    /// In which parts of a unit the quantity counts. With 3, a quantity of 1500 is 1.5 units.
    pub quantity_decimals: QuantityDecimals,
    /// The price of one unit, in minor units, when it was bought.
    pub unit_price: Money,
    /// The product's own price then, in minor units, if the caller brought another `unit_price`; else `null`.
    pub list_price: Option<Money>,
    /// What was taken off the price of the whole quantity, in minor units. `null` if the caller brought none.
    pub discount: Option<Money>,
    /// What of `line_total` is tax, in minor units. `null` if the caller brought none: tallystick computes no tax.
    pub tax: Option<Money>,
    /// `unit_price` times the quantity in units, rounded half up to whole minor units, less `discount`, with `tax`.
    pub line_total: Money,
    /// What the product was called when it was bought, whatever it is called now. Only in the answer to `GET /v1/orders/{order_id}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub product: Option<SoldProduct>,
}

impl OrderItem {
    /// A line of whole units at the product's own price, with its total. The error is a total above the largest amount; the
    /// database lets no order have one.
    pub fn usual(line_no: i32, product_id: ProductId, quantity: Quantity, unit_price: Money) -> Result<Self, String> {
        let line_total = unit_price.get().checked_mul(quantity.get()).unwrap_or(i64::MAX).try_into()?;
        Ok(Self {
            line_no,
            product_id,
            quantity,
            quantity_decimals: QuantityDecimals::NONE,
            unit_price,
            list_price: None,
            discount: None,
            tax: None,
            line_total,
            product: None,
        })
    }
}

/// What a product was called when it was sold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(examples(json!({"sku": "ESP-1KG", "name": "Espresso beans 1 kg", "unit": null})))]
pub struct SoldProduct {
    /// The stock keeping unit.
    #[schema(examples("ESP-1KG"))]
    pub sku: String,
    /// What it was called.
    #[schema(examples("Espresso beans 1 kg"))]
    pub name: String,
    /// What one of it was, such as `kg`; `null` for a piece.
    #[schema(examples("kg"))]
    pub unit: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::OrderItem;
    use crate::domain::{MAX_SAFE_INTEGER, Money, ProductId, Quantity};

    #[test]
    fn a_lines_total_is_its_price_times_its_quantity_and_never_more_than_the_largest_amount() {
        let total = |price: i64, quantity: i64| {
            let (price, quantity) = (Money::try_from(price).unwrap(), Quantity::try_from(quantity).unwrap());
            OrderItem::usual(1, ProductId::new(), quantity, price).map(|item| item.line_total.get())
        };
        assert_eq!(total(1_250, 3), Ok(3_750));
        assert_eq!(total(MAX_SAFE_INTEGER, 1), Ok(MAX_SAFE_INTEGER));
        assert!(total(MAX_SAFE_INTEGER, 2).is_err());
        assert!(total(MAX_SAFE_INTEGER, Quantity::MAX).is_err(), "beyond 64 bits");
    }
}
