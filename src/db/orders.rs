//! Orders, to look at.

use tokio_postgres::Row;

use super::{
    Database,
    call::{Call, tenant_call},
};
use crate::{
    domain::{BusinessId, Cursor, CustomerId, Money, Order, OrderId, OrderItem, Page, PageLimit, ProductId, Quantity},
    error::{Entity, Error, Result},
};

const ORDER_GET: &str = tenant_call!("order_get(context::uuid, $2)");
const ORDER_LIST: &str = tenant_call!("order_list(context::uuid, $2, $3, $4)");

/// The most lines on a page of orders, unless one order alone has more: 200 orders may have 500 lines each, 11 MB that
/// the server would keep for as long as a client takes to read them.
const MAX_LINES_ON_A_PAGE: usize = 2_000;

impl Database {
    /// One order, or [`Entity::Order`] not found.
    pub async fn order_get(&self, business_id: BusinessId, id: OrderId) -> Result<Order> {
        let answer = self.run(Call::tenant("order_get", ORDER_GET, business_id).with(id)).await?;
        let row = answer.rows.first().ok_or(Error::NotFound(Entity::Order))?;
        order(row).map_err(Error::Internal)
    }

    /// A business's orders, newest first; with `customer_id` only that customer's. A page of long orders ends early.
    pub async fn order_list(
        &self,
        business_id: BusinessId,
        customer_id: Option<CustomerId>,
        before: Option<Cursor<OrderId>>,
        limit: PageLimit,
    ) -> Result<Page<Order>> {
        let call = Call::tenant("order_list", ORDER_LIST, business_id)
            .with(customer_id)
            .with(before.map(|Cursor(id)| id))
            .with(limit);
        let rows: Vec<Order> =
            self.run(call).await?.rows.iter().map(|row| order(row).map_err(Error::Internal)).collect::<Result<_>>()?;
        let limit = limit.at_most(fitting(&rows));
        Ok(Page::cut(rows, limit, |row| row.id))
    }
}

/// How many of the orders a page has room for.
fn fitting(orders: &[Order]) -> usize {
    let mut lines = 0;
    let fits = |order: &&Order| {
        lines += order.items.len();
        lines <= MAX_LINES_ON_A_PAGE
    };
    orders.iter().take_while(fits).count()
}

fn order(row: &Row) -> Result<Order, anyhow::Error> {
    let product_ids: Vec<ProductId> = row.try_get("product_ids")?;
    let quantities: Vec<Quantity> = row.try_get("quantities")?;
    let unit_prices: Vec<Money> = row.try_get("unit_prices")?;
    let items = (1..)
        .zip(product_ids)
        .zip(quantities.into_iter().zip(unit_prices))
        .map(|((line_no, product_id), (quantity, unit_price))| {
            OrderItem::new(line_no, product_id, quantity, unit_price)
        })
        .collect::<Result<_, _>>()
        .map_err(anyhow::Error::msg)?;
    Ok(Order {
        id: row.try_get("id")?,
        customer_id: row.try_get("customer_id")?,
        total: row.try_get("total")?,
        balance_after: row.try_get("balance_after")?,
        items,
        created_at: row.try_get("created_at")?,
    })
}
