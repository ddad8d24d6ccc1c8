//! Purchases: the call of `sql/functions/purchase_batch.sql`, for one or many, and what its outcomes mean.

use std::time::Duration;

use tokio_postgres::Row;
use uuid::Uuid;

use super::{
    Database, Recorded,
    call::{Answer, Call, tenant_call},
    combining::Decision,
    pool::Connection,
    recorded::label,
};
use crate::{
    domain::{BusinessId, CustomerId, IdempotencyKey, Money, Order, OrderId, OrderItem, ProductId, Quantity},
    error::{Entity, Error, Fault, Result, Shortage},
};

pub(super) const PURCHASE: &str =
    tenant_call!("purchase_batch(context::uuid, $2, $3, $4, $5, $6, $7, $8, $9, $10) WITH ORDINALITY");

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
        let recorded = match &self.combiner {
            Some(combiner) => combiner.purchase(self, business_id, new).await,
            None => self.purchase_alone(business_id, &new).await,
        };
        self.metrics.purchase(label(&recorded));
        recorded
    }

    async fn purchase_alone(&self, business_id: BusinessId, new: &NewPurchase) -> Result<Recorded<Order>> {
        let batch = [(OrderId::new(), new)];
        let answer = self.run(call(business_id, &batch, Some(true))).await?;
        match self.decisions(answer, &batch)?.pop() {
            Some(Decision::Decided(recorded)) => recorded,
            _ => Err(Error::internal(anyhow::anyhow!("a purchase was not decided"))),
        }
    }

    /// Decides purchases in one transaction: each with the id of its order, if this makes it. One decision for each.
    ///
    /// With `wait` the call waits for customers whose rows somebody else holds; without, it leaves them undecided. If that
    /// is not said, it leaves undecided who would wait for a product, too.
    pub(super) async fn purchase_batch(
        &self,
        connection: Connection,
        business_id: BusinessId,
        batch: &[(OrderId, &NewPurchase)],
        wait: Option<bool>,
    ) -> Result<Vec<Decision>> {
        let answer = self.run_on(connection, &call(business_id, batch, wait)).await?;
        self.decisions(answer, batch)
    }

    fn decisions(&self, answer: Answer, batch: &[(OrderId, &NewPurchase)]) -> Result<Vec<Decision>> {
        let mut decisions: Vec<Option<Decision>> = batch.iter().map(|_| None).collect();
        for row in answer.rows {
            let position: i64 = row.try_get("ordinality").map_err(Error::internal)?;
            let index = usize::try_from(position - 1).map_err(Error::internal)?;
            let lock_wait_us: i64 = row.try_get("lock_wait_us").map_err(Error::internal)?;
            if index == 0 {
                self.metrics.lock_wait(Duration::from_micros(lock_wait_us.try_into().unwrap_or_default()));
            }
            if let (Some((own_id, new)), Some(decision)) = (batch.get(index), decisions.get_mut(index)) {
                *decision = Some(decide(&row, *own_id, new)?);
            }
        }
        let decided = decisions.into_iter().collect::<Option<_>>();
        decided.ok_or_else(|| Error::internal(anyhow::anyhow!("a call left purchases out")))
    }
}

/// The call that decides a batch. Ids are made once per request, so that a later try tells the order of an earlier one from
/// another request's.
fn call(business_id: BusinessId, batch: &[(OrderId, &NewPurchase)], wait: Option<bool>) -> Call {
    let purchases = || batch.iter().map(|(_, new)| *new);
    let lines = || purchases().flat_map(|new| &new.lines);
    let (customer_ids, customer_nos) = numbered(purchases().map(|new| new.customer_id.uuid()));
    let (product_ids, product_nos) = numbered(lines().map(|line| line.product_id.uuid()));
    Call::tenant("purchase_batch", PURCHASE, business_id)
        .with(customer_ids)
        .with(product_ids)
        .with(customer_nos)
        .with(purchases().map(|new| new.idempotency_key.as_str().to_owned()).collect::<Vec<_>>())
        .with(batch.iter().map(|(own_id, _)| own_id.uuid()).collect::<Vec<_>>())
        .with(purchases().map(|new| i32::try_from(new.lines.len()).unwrap_or(i32::MAX)).collect::<Vec<_>>())
        .with(product_nos)
        .with(lines().map(|line| line.quantity.get()).collect::<Vec<_>>())
        .with(held_rows(wait).to_owned())
}

/// What the call does about rows that other transactions hold, in the words of `purchase_batch`.
fn held_rows(wait: Option<bool>) -> &'static str {
    match wait {
        Some(true) => "wait",
        Some(false) => "pass over customers",
        None => "pass over all",
    }
}

/// Ids once each, in their order; and the number of each of `ids` among them, from 1.
fn numbered(ids: impl Iterator<Item = Uuid> + Clone) -> (Vec<Uuid>, Vec<i32>) {
    let mut once: Vec<Uuid> = ids.clone().collect();
    once.sort_unstable();
    once.dedup();
    let number = |id| once.partition_point(|other| *other <= id).try_into().unwrap_or(i32::MAX);
    let numbers = ids.map(number).collect();
    (once, numbers)
}

fn decide(row: &Row, own_id: OrderId, new: &NewPurchase) -> Result<Decision> {
    if matches!(row.try_get("outcome").map_err(Error::internal)?, "customer_held" | "product_held") {
        return Ok(Decision::Busy);
    }
    let order = outcome(row, new.customer_id, &new.lines);
    let recorded = order.map(|order| Recorded { replayed: order.id != own_id, record: order });
    Ok(Decision::Decided(recorded))
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
