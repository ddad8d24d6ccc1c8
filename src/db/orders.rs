//! Reading orders.

use tokio_postgres::Row;

use super::{
    call::{Call, rows::FromRow, tenant_call},
    database::Database,
};
use crate::{
    domain::{
        BusinessId, Cursor, CustomerId, Money, Order, OrderId, OrderItem, Page, PageLimit, ProductId, Proof, Quantity,
        QuantityDecimals, SoldProduct,
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
        let items = items_from_row(row)?;
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

fn items_from_row(row: &Row) -> Result<Vec<OrderItem>, anyhow::Error> {
    let product_ids: Vec<ProductId> = row.try_get("product_ids")?;
    let quantities: Vec<Quantity> = row.try_get("quantities")?;
    let quantity_decimals: Vec<QuantityDecimals> = row.try_get("quantity_decimals")?;
    let unit_prices: Vec<Money> = row.try_get("unit_prices")?;
    let list_prices: Vec<Option<Money>> = row.try_get("list_prices")?;
    let discounts: Vec<Option<Money>> = row.try_get("discounts")?;
    let taxes: Vec<Option<Money>> = row.try_get("taxes")?;
    let line_totals: Vec<Money> = row.try_get("line_totals")?;
    let products = sold_products(row, product_ids.len())?;
    let bought = product_ids.into_iter().zip(products).zip(quantities.into_iter().zip(quantity_decimals));
    let prices = unit_prices.into_iter().zip(list_prices).zip(discounts.into_iter().zip(taxes)).zip(line_totals);
    let item = |(line_no, ((bought, amount), ((price, brought), line_total)))| {
        let ((product_id, product), (quantity, quantity_decimals)) = (bought, amount);
        let ((unit_price, list_price), (discount, tax)) = (price, brought);
        OrderItem {
            line_no,
            product_id,
            quantity,
            quantity_decimals,
            unit_price,
            list_price,
            discount,
            tax,
            line_total,
            product,
        }
    };
    Ok((1..).zip(bought.zip(prices)).map(item).collect())
}

/// What the products of so many lines were called. A list of orders does not tell it.
fn sold_products(row: &Row, lines: usize) -> Result<Vec<Option<SoldProduct>>, anyhow::Error> {
    let Some(skus) = row.try_get::<_, Option<Vec<String>>>("skus")? else { return Ok(vec![None; lines]) };
    let names: Vec<String> = row.try_get("names")?;
    let units: Vec<Option<String>> = row.try_get("units")?;
    let versions = skus.into_iter().zip(names).zip(units);
    Ok(versions.map(|((sku, name), unit)| Some(SoldProduct { sku, name, unit })).collect())
}
