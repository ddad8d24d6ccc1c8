//! What `sql/functions/purchase_batch.sql` returns for one purchase, and what each outcome means.

use chrono::{DateTime, NaiveDate, Utc};
use tokio_postgres::Row;

use crate::{
    db::{
        call::{held::is_passed_over, rows::FromRow, unknown_outcome},
        movement::Movement,
    },
    domain::{
        Balance, MAX_SAFE_INTEGER, Money, NewPurchase, Order, OrderId, OrderItem, ProductId, Proof, PurchaseLine,
        QuantityDecimals,
    },
    error::{Entity, Error, Fault, Result, Shortage},
};

/// What a call did about one purchase.
#[derive(Debug)]
pub(super) enum Decision {
    /// It made the purchase, now or before, or refused it.
    Decided(Result<Movement<Order>>),
    /// Another transaction holds the customer's row or a product's, and the call did not wait for it.
    PassedOver,
}

/// One row of the answer.
pub(super) struct AnsweredPurchase {
    /// The purchase's position in the batch, from 1.
    pub(super) position: i64,
    /// How long the call waited for its locks, in microseconds. It is the same in every row.
    pub(super) lock_wait_us: i64,
    /// An error concerns this purchase only.
    outcome: Result<Outcome, anyhow::Error>,
}

impl FromRow for AnsweredPurchase {
    fn from_row(row: &Row) -> Result<Self, anyhow::Error> {
        Ok(Self {
            position: row.try_get("ordinality")?,
            lock_wait_us: row.try_get("lock_wait_us")?,
            outcome: Outcome::from_row(row),
        })
    }
}

impl AnsweredPurchase {
    /// What the row means for the request. `own_id` is the order's id if this request made it.
    pub(super) fn decision(self, own_id: OrderId, purchase: &NewPurchase) -> Decision {
        Decision::Decided(match self.outcome {
            Ok(Outcome::PassedOver) => return Decision::PassedOver,
            Ok(Outcome::Ordered(ordered)) => {
                let order = ordered.order(purchase).map_err(Error::Internal);
                order.map(|order| Movement { replayed: order.id != own_id, record: order })
            }
            Ok(Outcome::UnknownProducts(unknown)) => Err(products_not_found(&unknown, &purchase.lines)),
            Ok(Outcome::DueTooEarly) => Err(due_too_early(purchase)),
            Ok(Outcome::Refused(error)) => Err(error),
            Err(error) => Err(Error::Internal(error)),
        })
    }
}

enum Outcome {
    Ordered(Ordered),
    PassedOver,
    UnknownProducts(Vec<ProductId>),
    DueTooEarly,
    Refused(Error),
}

impl FromRow for Outcome {
    fn from_row(row: &Row) -> Result<Self, anyhow::Error> {
        Ok(match row.try_get("outcome")? {
            "created" | "replayed" => Self::Ordered(Ordered::from_row(row)?),
            passed_over if is_passed_over(passed_over) => Self::PassedOver,
            "product_not_found" => Self::UnknownProducts(row.try_get("product_ids")?),
            "due_too_early" => Self::DueTooEarly,
            other => Self::Refused(match other {
                "key_reused" => Error::IdempotencyKeyReused,
                "customer_not_found" => Error::NotFound(Entity::Customer),
                "customer_blocked" => Error::CustomerBlocked,
                "customer_overdue" => Error::CustomerOverdue { due_at: row.try_get("due_at")? },
                "insufficient_stock" => Error::InsufficientStock(shortages(row)?),
                "discount_too_large" => {
                    Error::InvalidRequest(discounts_too_large(&row.try_get::<_, Vec<i32>>("line_nos")?))
                }
                "total_too_large" => {
                    Error::invalid_body("/items", format!("the total would be above {MAX_SAFE_INTEGER}"))
                }
                "credit_limit_exceeded" => Error::CreditLimitExceeded {
                    credit_limit: row.try_get("credit_limit")?,
                    balance: row.try_get("balance")?,
                    required: row.try_get("total")?,
                },
                unknown => unknown_outcome(unknown),
            }),
        })
    }
}

/// The order as far as the row tells it.
struct Ordered {
    id: OrderId,
    total: Money,
    balance_after: Balance,
    /// In the order of the lines.
    unit_prices: Vec<Money>,
    /// `None` if all lines are whole units at the products' own prices.
    special: Option<SpecialLines>,
    due_at: DateTime<Utc>,
    due_date: Option<NaiveDate>,
    created_at: DateTime<Utc>,
    proof: Proof,
}

impl FromRow for Ordered {
    fn from_row(row: &Row) -> Result<Self, anyhow::Error> {
        Ok(Self {
            id: row.try_get("order_id")?,
            total: row.try_get("total")?,
            balance_after: row.try_get("balance_after")?,
            unit_prices: row.try_get("unit_prices")?,
            special: SpecialLines::from_row(row)?,
            due_at: row.try_get("due_at")?,
            due_date: row.try_get("due_date")?,
            created_at: row.try_get("created_at")?,
            proof: Proof::from_row(row)?,
        })
    }
}

/// What a purchase tells of lines that are not just whole units at the products' own prices. In the order of the lines.
struct SpecialLines {
    quantity_decimals: Vec<QuantityDecimals>,
    list_prices: Vec<Option<Money>>,
    line_totals: Vec<Money>,
}

impl SpecialLines {
    fn from_row(row: &Row) -> Result<Option<Self>, anyhow::Error> {
        let Some(quantity_decimals) = row.try_get("quantity_decimals")? else { return Ok(None) };
        let (list_prices, line_totals) = (row.try_get("list_prices")?, row.try_get("line_totals")?);
        Ok(Some(Self { quantity_decimals, list_prices, line_totals }))
    }

    /// The items of the order. What the caller brought comes from the request.
    fn items(self, unit_prices: Vec<Money>, lines: &[PurchaseLine]) -> Vec<OrderItem> {
        (1..)
            .zip(lines)
            .zip(unit_prices.into_iter().zip(self.quantity_decimals))
            .zip(self.list_prices.into_iter().zip(self.line_totals))
            .map(|(((line_no, line), (unit_price, quantity_decimals)), (list_price, line_total))| OrderItem {
                line_no,
                product_id: line.product_id,
                quantity: line.quantity,
                quantity_decimals,
                unit_price,
                list_price,
                discount: line.discount,
                tax: line.tax,
                line_total,
                product: None,
            })
            .collect()
    }
}

impl Ordered {
    /// The lines come from the request. A replay's request has the same lines, because SQL compares the fingerprints.
    fn order(self, purchase: &NewPurchase) -> Result<Order, anyhow::Error> {
        let lines = &purchase.lines;
        anyhow::ensure!(
            self.unit_prices.len() == lines.len(),
            "a purchase returned another number of lines than it got"
        );
        let items = match self.special {
            Some(special) => special.items(self.unit_prices, lines),
            None => (1..)
                .zip(lines.iter())
                .zip(self.unit_prices)
                .map(|((line_no, line), price)| OrderItem::usual(line_no, line.product_id, line.quantity, price))
                .collect::<Result<_, _>>()
                .map_err(anyhow::Error::msg)?,
        };
        Ok(Order {
            id: self.id,
            customer_id: purchase.customer_id,
            total: self.total,
            balance_after: self.balance_after,
            items,
            due_at: self.due_at,
            due_date: self.due_date,
            created_at: self.created_at,
            proof: self.proof,
        })
    }
}

/// One fault for each line with an unknown product.
fn products_not_found(unknown: &[ProductId], lines: &[PurchaseLine]) -> Error {
    let faults = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| unknown.contains(&line.product_id))
        .map(|(index, _)| Fault::body(format!("/items/{index}/product_id"), "no such product"))
        .collect();
    Error::ProductsNotFound(faults)
}

/// The purchase brings a day or a time that is over.
fn due_too_early(purchase: &NewPurchase) -> Error {
    if purchase.due_date.is_some() {
        Error::invalid_body("/due_date", "must be the day of the purchase in the business's time zone, or later")
    } else {
        Error::invalid_body("/due_at", "must be the moment of the purchase or later")
    }
}

/// One fault for each line, by number, whose discount is more than its price.
fn discounts_too_large(line_nos: &[i32]) -> Vec<Fault> {
    line_nos
        .iter()
        .map(|line_no| {
            Fault::body(format!("/items/{}/discount", line_no - 1), "must be at most the price of the line's quantity")
        })
        .collect()
}

fn shortages(row: &Row) -> Result<Vec<Shortage>, anyhow::Error> {
    let product_ids: Vec<ProductId> = row.try_get("product_ids")?;
    let requested: Vec<i64> = row.try_get("requested")?;
    let available: Vec<i64> = row.try_get("available")?;
    let figures = requested.into_iter().zip(available);
    let shortage = |(product_id, (requested, available))| Shortage { product_id, requested, available };
    Ok(product_ids.into_iter().zip(figures).map(shortage).collect())
}
