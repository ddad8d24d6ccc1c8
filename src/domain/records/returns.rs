//! The record that a return leaves.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{
    Allocation, Balance, CustomerId, Money, OrderId, ProductId, Proof, Quantity, QuantityDecimals, Reason,
    RestockQuantity, ReturnId, timestamp,
};

/// A return: a completed fact beside its order, which stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(examples(json!({
    "id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c2a", "order_id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c24",
    "customer_id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c21", "total": 1_349, "balance_after": 2_401,
    "items": [
        {"line_no": 1, "product_id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c22", "quantity": 1, "quantity_decimals": 0,
         "restock_quantity": 1, "tax": null, "line_total": 1_250},
        {"line_no": 2, "product_id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c23", "quantity": 500, "quantity_decimals": 3,
         "restock_quantity": 0, "tax": 13, "line_total": 99}
    ],
    "allocations": [{"charge_id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c24", "amount": 1_349}],
    "reason": "Bag torn", "created_at": "2026-03-15T10:11:12.131415Z",
    "proof": {"entry_no": 8, "hash": "ebe7cc89783f0c70693aadfa34ff197af3f2ee625fd49b6618e568b3998bc087"}
})))]
pub struct Return {
    /// The return's id; its ledger entry has the same.
    pub id: ReturnId,
    /// The order.
    pub order_id: OrderId,
    /// Who bought, and returns.
    pub customer_id: CustomerId,
    /// What is credited: the sum of the lines, in minor units.
    pub total: Money,
    /// What the customer owed right after it, in minor units.
    pub balance_after: Balance,
    /// The lines that came back, in the order of their numbers.
    pub items: Vec<ReturnItem>,
    /// What of the credit settles the order's charge: all of it, or what no other credit settles by name. What is left settles the
    /// oldest charges first.
    pub allocations: Vec<Allocation>,
    /// Why. `null` only if somebody erased it.
    #[schema(required, value_type = Option<Reason>)]
    pub reason: Option<String>,
    /// When it was recorded.
    #[serde(serialize_with = "timestamp::serialize")]
    pub created_at: DateTime<Utc>,
    /// What proves its entry in the customer's ledger, and all entries before it.
    pub proof: Proof,
}

/// What of one order line came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReturnItem {
    /// The number of the order's line.
    #[schema(minimum = 1, maximum = 500, examples(1))]
    pub line_no: i32,
    /// The product.
    pub product_id: ProductId,
    /// How many, as a whole number of 10^-`quantity_decimals` units.
    pub quantity: Quantity,
    /// In which parts of a unit the quantity counts, as on the order.
    pub quantity_decimals: QuantityDecimals,
    /// How many of these went back into the stock.
    pub restock_quantity: RestockQuantity,
    /// What of `line_total` is tax, in minor units. `null` if the order's line has none.
    pub tax: Option<Money>,
    /// What is credited, in minor units: of the line's tax, and of the rest of its price, the part that is due for all that came back
    /// so far, rounded down, less what was credited before. So the last part that comes back gets what is left.
    pub line_total: Money,
}
