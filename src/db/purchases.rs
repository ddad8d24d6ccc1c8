//! Purchases: the call of `sql/functions/purchase.sql`, and what its outcomes mean.

use std::time::Duration;

use tokio_postgres::Row;

use super::{
    Database, Recorded,
    call::{Call, tenant_call},
    recorded::label,
};
use crate::{
    domain::{BusinessId, CustomerId, IdempotencyKey, Money, Order, OrderId, OrderItem, ProductId, Quantity},
    error::{Entity, Error, Fault, Result, Shortage},
};

pub(super) const PURCHASE: &str = tenant_call!("purchase(context::uuid, $2, $3, $4, $5, $6)");

/// A purchase to be.
#[derive(Debug, Clone)]
pub struct NewPurchase {
    /// Who buys.
    pub customer_id: CustomerId,
    /// What, 1 to 500 lines.
    pub lines: Vec<PurchaseLine>,
    /// The request's name for it.
    pub idempotency_key: IdempotencyKey,
}

/// One line of a purchase.
#[derive(Debug, Clone, Copy)]
pub struct PurchaseLine {
    /// The product.
    pub product_id: ProductId,
    /// How many.
    pub quantity: Quantity,
}

impl Database {
    /// Makes a purchase, once per idempotency key: the whole of it, or nothing.
    pub async fn purchase(&self, business_id: BusinessId, new: NewPurchase) -> Result<Recorded<Order>> {
        // Made once per request, so that a later try tells the order of an earlier one from another request's.
        let own_id = OrderId::new();
        let call = Call::tenant("purchase", PURCHASE, business_id)
            .with(new.customer_id)
            .with(new.lines.iter().map(|line| line.product_id.uuid()).collect::<Vec<_>>())
            .with(new.lines.iter().map(|line| line.quantity.get()).collect::<Vec<_>>())
            .with(new.idempotency_key.clone())
            .with(own_id);
        let result = self.call_purchase(call, &new).await;
        let recorded = result.map(|order| Recorded { replayed: order.id != own_id, record: order });
        self.metrics.purchase(label(&recorded));
        recorded
    }

    async fn call_purchase(&self, call: Call, new: &NewPurchase) -> Result<Order> {
        let row = self.run(call).await?.one()?;
        let lock_wait_us: i64 = row.try_get("lock_wait_us").map_err(Error::internal)?;
        self.metrics.lock_wait(Duration::from_micros(lock_wait_us.try_into().unwrap_or_default()));
        outcome(&row, new.customer_id, &new.lines)
    }
}

fn outcome(row: &Row, customer_id: CustomerId, lines: &[PurchaseLine]) -> Result<Order> {
    match row.try_get("outcome").map_err(Error::internal)? {
        "created" | "replayed" => order(row, customer_id, lines).map_err(Error::internal),
        "key_reused" => Err(Error::IdempotencyKeyReused),
        "customer_not_found" => Err(Error::NotFound(Entity::Customer)),
        "customer_blocked" => Err(Error::CustomerBlocked),
        "product_not_found" => Err(products_not_found(row, lines).unwrap_or_else(Error::internal)),
        "insufficient_stock" => Err(shortages(row).map_or_else(Error::internal, Error::InsufficientStock)),
        "credit_limit_exceeded" => Err(credit_limit_exceeded(row).unwrap_or_else(Error::internal)),
        "total_too_large" => Err(Error::invalid_body("/items", "the total would be above 9007199254740991")),
        other => Err(super::unknown_outcome(other)),
    }
}

/// The lines come from the request: the fingerprint made sure that a replay's request is the first one's.
fn order(row: &Row, customer_id: CustomerId, lines: &[PurchaseLine]) -> Result<Order, anyhow::Error> {
    let unit_prices: Vec<Money> = row.try_get("unit_prices")?;
    anyhow::ensure!(unit_prices.len() == lines.len(), "a purchase returned another number of lines than it got");
    let items = (1..)
        .zip(lines)
        .zip(unit_prices)
        .map(|((line_no, line), unit_price)| order_item(line_no, line.product_id, line.quantity, unit_price))
        .collect::<Result<_, _>>()?;
    Ok(Order {
        id: row.try_get("order_id")?,
        customer_id,
        total: row.try_get("total")?,
        balance_after: row.try_get("balance_after")?,
        items,
        created_at: row.try_get("created_at")?,
    })
}

/// A line with its total, which no order has above the largest amount.
pub(super) fn order_item(
    line_no: i32,
    product_id: ProductId,
    quantity: Quantity,
    unit_price: Money,
) -> Result<OrderItem, anyhow::Error> {
    let line_total = unit_price.get().checked_mul(quantity.get()).unwrap_or(i64::MAX);
    let line_total = line_total.try_into().map_err(|hint: String| anyhow::anyhow!(hint))?;
    Ok(OrderItem { line_no, product_id, quantity, unit_price, line_total })
}

fn products_not_found(row: &Row, lines: &[PurchaseLine]) -> Result<Error, tokio_postgres::Error> {
    let missing: Vec<ProductId> = row.try_get("product_ids")?;
    let faults = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| missing.contains(&line.product_id))
        .map(|(index, _)| Fault::body(format!("/items/{index}/product_id"), "no such product"))
        .collect();
    Ok(Error::ProductsNotFound(faults))
}

fn shortages(row: &Row) -> Result<Vec<Shortage>, tokio_postgres::Error> {
    let product_ids: Vec<ProductId> = row.try_get("product_ids")?;
    let requested: Vec<i64> = row.try_get("requested")?;
    let available: Vec<i64> = row.try_get("available")?;
    let figures = requested.into_iter().zip(available);
    Ok(product_ids
        .into_iter()
        .zip(figures)
        .map(|(product_id, (requested, available))| Shortage { product_id, requested, available })
        .collect())
}

fn credit_limit_exceeded(row: &Row) -> Result<Error, tokio_postgres::Error> {
    Ok(Error::CreditLimitExceeded {
        credit_limit: row.try_get("credit_limit")?,
        balance: row.try_get("balance")?,
        required: row.try_get("total")?,
    })
}
