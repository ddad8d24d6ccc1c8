//! One call of `sql/functions/purchase_batch.sql`: the parameters of one or many purchases, and what each outcome means.

use std::time::Duration;

use tokio_postgres::Row;
use uuid::Uuid;

use crate::{
    db::{
        call::{Call, rows::Answer, runner::CallRunner, tenant_call, unknown_outcome},
        connection::Connection,
        movement::Movement,
    },
    domain::{
        BusinessId, CustomerId, IdempotencyKey, MAX_SAFE_INTEGER, Money, NewPurchase, Order, OrderId, OrderItem,
        ProductId, PurchaseLine,
    },
    error::{Entity, Error, Fault, Result, Shortage},
};

pub(in crate::db) const PURCHASE: &str =
    tenant_call!("purchase_batch(context::uuid, $2, $3, $4, $5, $6, $7, $8, $9, $10) WITH ORDINALITY");

/// What a call does about a row that another transaction holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HeldRows {
    /// It waits for every held row.
    Wait,
    /// It passes over the purchases of held customers, and waits for held products.
    PassOverCustomers,
    /// It passes over the purchases of held customers and of held products.
    PassOverAll,
}

impl HeldRows {
    /// As the SQL function takes it.
    const fn sql(self) -> &'static str {
        match self {
            Self::Wait => "wait",
            Self::PassOverCustomers => "pass over customers",
            Self::PassOverAll => "pass over all",
        }
    }
}

/// One purchase of a batch.
#[derive(Debug, Clone, Copy)]
pub(super) struct BatchItem<'a> {
    /// The order's id if this request makes it. It is made once per request, so that a retry can recognise the order that
    /// its own first try created.
    pub(super) own_id: OrderId,
    pub(super) idempotency_key: &'a IdempotencyKey,
    pub(super) purchase: &'a NewPurchase,
}

/// What a call did about one purchase.
#[derive(Debug)]
pub(super) enum Decision {
    /// It made the purchase, now or before, or refused it.
    Decided(Result<Movement<Order>>),
    /// Another transaction holds the customer's row or a product's, and the call did not wait for it.
    PassedOver,
}

impl CallRunner {
    /// Decides one purchase in a call of its own, on the next connection that is free.
    pub(super) async fn purchase_alone(
        &self,
        business_id: BusinessId,
        idempotency_key: &IdempotencyKey,
        purchase: &NewPurchase,
    ) -> Result<Movement<Order>> {
        let batch = [BatchItem { own_id: OrderId::new(), idempotency_key, purchase }];
        let answer = self.run(batch_call(business_id, &batch, HeldRows::Wait)).await?;
        match self.decisions(answer, &batch)?.pop() {
            Some(Decision::Decided(recorded)) => recorded,
            _ => Err(Error::internal(anyhow::anyhow!("a purchase was not decided"))),
        }
    }

    /// Decides purchases of one business in one transaction. The decisions are in the order of `batch`.
    pub(super) async fn purchase_batch(
        &self,
        connection: Connection,
        business_id: BusinessId,
        batch: &[BatchItem<'_>],
        held: HeldRows,
    ) -> Result<Vec<Decision>> {
        let answer = self.run_on(connection, &batch_call(business_id, batch, held)).await?;
        self.decisions(answer, batch)
    }

    fn decisions(&self, answer: Answer, batch: &[BatchItem<'_>]) -> Result<Vec<Decision>> {
        let mut decisions: Vec<Option<Decision>> = batch.iter().map(|_| None).collect();
        for row in answer.rows {
            let position: i64 = row.try_get("ordinality").map_err(Error::internal)?;
            let index = usize::try_from(position - 1).map_err(Error::internal)?;
            let lock_wait_us: i64 = row.try_get("lock_wait_us").map_err(Error::internal)?;
            if index == 0 {
                self.metrics.lock_wait(Duration::from_micros(lock_wait_us.try_into().unwrap_or_default()));
            }
            if let (Some(item), Some(decision)) = (batch.get(index), decisions.get_mut(index)) {
                *decision = Some(decision_from(&row, item)?);
            }
        }
        let decided = decisions.into_iter().collect::<Option<_>>();
        decided.ok_or_else(|| Error::internal(anyhow::anyhow!("a call left purchases out")))
    }
}

fn batch_call(business_id: BusinessId, batch: &[BatchItem<'_>], held: HeldRows) -> Call {
    let lines = || batch.iter().flat_map(|item| item.purchase.lines.iter());
    let (customer_ids, customer_positions) = numbered(batch.iter().map(|item| item.purchase.customer_id.uuid()));
    let (product_ids, product_positions) = numbered(lines().map(|line| line.product_id.uuid()));
    let line_count = |item: &BatchItem<'_>| i32::try_from(item.purchase.lines.len()).unwrap_or(i32::MAX);
    Call::tenant("purchase_batch", PURCHASE, business_id)
        .with(customer_ids)
        .with(product_ids)
        .with(customer_positions)
        .with(batch.iter().map(|item| item.idempotency_key.as_str().to_owned()).collect::<Vec<_>>())
        .with(batch.iter().map(|item| item.own_id.uuid()).collect::<Vec<_>>())
        .with(batch.iter().map(line_count).collect::<Vec<_>>())
        .with(product_positions)
        .with(lines().map(|line| line.quantity.get()).collect::<Vec<_>>())
        .with(held.sql().to_owned())
}

/// The distinct ids in ascending order, and for each of `ids` its position among them, from 1.
fn numbered(ids: impl Iterator<Item = Uuid> + Clone) -> (Vec<Uuid>, Vec<i32>) {
    let mut distinct: Vec<Uuid> = ids.clone().collect();
    distinct.sort_unstable();
    distinct.dedup();
    let position = |id| distinct.partition_point(|other| *other <= id).try_into().unwrap_or(i32::MAX);
    let positions = ids.map(position).collect();
    (distinct, positions)
}

fn decision_from(row: &Row, item: &BatchItem<'_>) -> Result<Decision> {
    let outcome = row.try_get("outcome").map_err(Error::internal)?;
    if matches!(outcome, "customer_held" | "product_held") {
        return Ok(Decision::PassedOver);
    }
    let order = order_from_outcome(row, outcome, item.purchase);
    let recorded = order.map(|order| Movement { replayed: order.id != item.own_id, record: order });
    Ok(Decision::Decided(recorded))
}

fn order_from_outcome(row: &Row, outcome: &str, purchase: &NewPurchase) -> Result<Order> {
    let lines = &purchase.lines;
    match outcome {
        "created" | "replayed" => order_from_row(row, purchase.customer_id, lines).map_err(Error::internal),
        "key_reused" => Err(Error::IdempotencyKeyReused),
        "customer_not_found" => Err(Error::NotFound(Entity::Customer)),
        "customer_blocked" => Err(Error::CustomerBlocked),
        "product_not_found" => Err(products_not_found(row, lines).unwrap_or_else(Error::internal)),
        "insufficient_stock" => Err(shortages(row).map_or_else(Error::internal, Error::InsufficientStock)),
        "credit_limit_exceeded" => Err(credit_limit_exceeded(row).unwrap_or_else(Error::internal)),
        "total_too_large" => Err(Error::invalid_body("/items", format!("the total would be above {MAX_SAFE_INTEGER}"))),
        other => Err(unknown_outcome(other)),
    }
}

/// The lines come from the request. A replay's request has the same lines, because SQL compares the fingerprints.
fn order_from_row(row: &Row, customer_id: CustomerId, lines: &[PurchaseLine]) -> Result<Order, anyhow::Error> {
    let unit_prices: Vec<Money> = row.try_get("unit_prices")?;
    anyhow::ensure!(unit_prices.len() == lines.len(), "a purchase returned another number of lines than it got");
    let items = (1..)
        .zip(lines)
        .zip(unit_prices)
        .map(|((line_no, line), unit_price)| OrderItem::new(line_no, line.product_id, line.quantity, unit_price))
        .collect::<Result<_, _>>()
        .map_err(anyhow::Error::msg)?;
    Ok(Order {
        id: row.try_get("order_id")?,
        customer_id,
        total: row.try_get("total")?,
        balance_after: row.try_get("balance_after")?,
        items,
        created_at: row.try_get("created_at")?,
    })
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
