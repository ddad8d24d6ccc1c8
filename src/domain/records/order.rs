//! The record that a purchase leaves.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{Balance, CustomerId, Money, OrderId, ProductId, Quantity};

/// An order: a completed fact. It has no status, and never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
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
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// One line of an order, with the price of its moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OrderItem {
    /// The line's number, from 1.
    #[schema(minimum = 1, maximum = 500, examples(1))]
    pub line_no: i32,
    /// The product.
    pub product_id: ProductId,
    /// How many.
    pub quantity: Quantity,
    /// The price of one, in minor units, when it was bought.
    pub unit_price: Money,
    /// `quantity` times `unit_price`, in minor units.
    pub line_total: Money,
}
