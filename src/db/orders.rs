//! Reading orders.

use tokio_postgres::Row;

use super::{
    call::{Call, rows::FromRow, tenant_call},
    database::Database,
};
use crate::{
    domain::{BusinessId, Cursor, CustomerId, Money, Order, OrderId, OrderItem, Page, PageLimit, ProductId, Quantity},
    error::{Entity, Result},
};

const ORDER_GET: &str = tenant_call!("order_get(context::uuid, $2)");
const ORDER_LIST: &str = tenant_call!("order_list(context::uuid, $2, $3, $4)");

/// The most lines on a page of orders, unless one order alone has more. Without this bound, 200 orders of 500 lines are 11 MB,
/// which the server keeps until a slow client has read them.
const MAX_LINES_ON_A_PAGE: usize = 2_000;

impl Database {
    /// One order, or [`Entity::Order`] not found.
    pub async fn order_get(&self, business_id: BusinessId, id: OrderId) -> Result<Order> {
        self.run(Call::quick("order_get", ORDER_GET, business_id).with(id)).await?.find(Entity::Order)
    }

    /// A business's orders, newest first; with `customer_id` only that customer's. A page of long orders ends early.
    pub async fn order_list(
        &self,
        business_id: BusinessId,
        customer_id: Option<CustomerId>,
        before: Option<Cursor<OrderId>>,
        limit: PageLimit,
    ) -> Result<Page<Order>> {
        let call = Call::heavy("order_list", ORDER_LIST, business_id)
            .with(customer_id)
            .with(before.map(|Cursor(id)| id))
            .with(limit);
        let orders = self.run(call).await?.all()?;
        let limit = limit.at_most(fitting(&orders));
        Ok(Page::cut(orders, limit, |order| order.id))
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

impl FromRow for Order {
    fn from_row(row: &Row) -> Result<Self, anyhow::Error> {
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
        Ok(Self {
            id: row.try_get("id")?,
            customer_id: row.try_get("customer_id")?,
            total: row.try_get("total")?,
            balance_after: row.try_get("balance_after")?,
            items,
            created_at: row.try_get("created_at")?,
        })
    }
}
