//! Reading orders.

use tokio_postgres::Row;

use super::{
    call::{Call, rows::FromRow, tenant_call},
    database::Database,
};
use crate::{
    domain::{
        BusinessId, Cursor, CustomerId, Money, Order, OrderId, OrderItem, Page, PageLimit, ProductId, Proof, Quantity,
    },
    error::{Entity, Result},
};

const ORDER_GET: &str = tenant_call!("order_get(context::uuid, $2)");
const ORDER_LIST: &str = tenant_call!("order_list(context::uuid, $2, $3, $4)");

impl Database {
    /// One order, or [`Entity::Order`] not found.
    pub async fn order_get(&self, business_id: BusinessId, id: OrderId) -> Result<Order> {
        self.run(Call::read("order_get", ORDER_GET, business_id).with(id)).await?.find(Entity::Order)
    }

    /// A business's orders, newest first; with `customer_id` only that customer's. A page ends at 2,000 lines, and may so be short
    /// and not the last one.
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
        let mut answer = self.run(call).await?;
        let is_cut = answer.rows.last().is_some_and(has_no_room);
        if is_cut {
            answer.rows.pop();
        }
        let mut page = answer.page(limit, |order: &Order| order.id)?;
        if let (true, None, Some(last)) = (is_cut, &page.next_cursor, page.data.last()) {
            page.next_cursor = Some(Cursor(last.id).to_string());
        }
        Ok(page)
    }
}

/// Whether this is the order for which the page had no room. It comes last, without its lines.
fn has_no_room(row: &Row) -> bool {
    matches!(row.try_get::<_, Option<Vec<ProductId>>>("product_ids"), Ok(None))
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
            due_at: row.try_get("due_at")?,
            due_date: row.try_get("due_date")?,
            created_at: row.try_get("created_at")?,
            proof: Proof::from_row(row)?,
        })
    }
}
