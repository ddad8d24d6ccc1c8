//! Returns.

use tokio_postgres::Row;

use super::{
    call::{
        Call,
        held::HeldRows,
        rows::{Answer, FromRow},
        tenant_call, unknown_outcome,
    },
    database::Database,
    movement::Movement,
};
use crate::{
    domain::{
        Actor, Allocation, Balance, BusinessId, Cursor, CustomerId, IdempotencyKey, MAX_SAFE_INTEGER, Money, NewReturn,
        OrderId, Page, PageLimit, ProductId, Proof, Quantity, QuantityDecimals, RestockQuantity, Return, ReturnId,
        ReturnItem, ReturnLines,
    },
    error::{Entity, Error, Fault, LineExcess, Result},
};

const RETURN_RECORD: &str = tenant_call!("return_record(context::uuid, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
const RETURN_GET: &str = tenant_call!("return_get(context::uuid, $2)");
const RETURN_LIST: &str = tenant_call!("return_list(context::uuid, $2, $3, $4, $5)");

impl Database {
    /// Records a return, once per idempotency key.
    pub async fn return_record(
        &self,
        business_id: BusinessId,
        idempotency_key: IdempotencyKey,
        actor: Actor,
        new: NewReturn,
    ) -> Result<Movement<Return>> {
        let own_id = ReturnId::new();
        let call = Call::quick("return_record", RETURN_RECORD, business_id)
            .with(new.order_id)
            .with(new.lines.numbers())
            .with(new.lines.quantities())
            .with(new.lines.restock_quantities())
            .with(new.reason)
            .with(idempotency_key)
            .with(own_id)
            .with_held(HeldRows::PassOverAll)
            .with(actor);
        let answer = self.run(call).await?;
        match answer.outcome()? {
            "created" | "replayed" => {
                let record: Return = answer.one()?;
                Ok(Movement { replayed: record.id != own_id, record })
            }
            "key_reused" => Err(Error::IdempotencyKeyReused),
            "order_not_found" => Err(Error::NotFound(Entity::Order)),
            "order_line_not_found" => Err(lines_refused(&answer, &new.lines, "line_no", "no such line of the order")?),
            "quantity_exceeds_returnable" => Err(Error::QuantityExceedsReturnable(excesses(&answer)?)),
            "stock_not_tracked" => Err(lines_refused(
                &answer,
                &new.lines,
                "restock_quantity",
                "must be 0: the line did not take from a stock",
            )?),
            "stock_too_large" => {
                let detail = format!("would take the stock above {MAX_SAFE_INTEGER}");
                Err(lines_refused(&answer, &new.lines, "quantity", &detail)?)
            }
            "amount_too_large" => {
                Err(Error::invalid_body("/items", format!("would take the balance beyond ±{MAX_SAFE_INTEGER}")))
            }
            other => Err(unknown_outcome(other)),
        }
    }

    /// One return, or [`Entity::Return`] not found.
    pub async fn return_get(&self, business_id: BusinessId, id: ReturnId) -> Result<Return> {
        self.run(Call::read("return_get", RETURN_GET, business_id).with(id)).await?.find(Entity::Return)
    }

    /// A business's returns, newest first; with `order_id` only that order's, with `customer_id` only that customer's. A page ends at
    /// 2,000 lines, and may so be short and not the last one.
    pub async fn return_list(
        &self,
        business_id: BusinessId,
        order_id: Option<OrderId>,
        customer_id: Option<CustomerId>,
        before: Option<Cursor<ReturnId>>,
        limit: PageLimit,
    ) -> Result<Page<Return>> {
        let call = Call::heavy("return_list", RETURN_LIST, business_id)
            .with(order_id)
            .with(customer_id)
            .with(before.map(|Cursor(id)| id))
            .with(limit);
        let mut answer = self.run(call).await?;
        let is_cut = answer.rows.last().is_some_and(has_no_room);
        if is_cut {
            answer.rows.pop();
        }
        let mut page = answer.page(limit, |returned: &Return| returned.id)?;
        if let (true, None, Some(last)) = (is_cut, &page.next_cursor, page.data.last()) {
            page.next_cursor = Some(Cursor(last.id).to_string());
        }
        Ok(page)
    }
}

/// Whether this is the return for which the page had no room. It comes last, without its lines.
fn has_no_room(row: &Row) -> bool {
    matches!(row.try_get::<_, Option<Vec<i32>>>("line_nos"), Ok(None))
}

fn excesses(answer: &Answer) -> Result<Vec<LineExcess>> {
    let line_nos: Vec<i32> = answer.value("line_nos")?;
    let figures = answer.value::<Vec<_>>("requested")?.into_iter().zip(answer.value::<Vec<_>>("available")?);
    let excess = |(line_no, (requested, available))| LineExcess { line_no, requested, available };
    Ok(line_nos.into_iter().zip(figures).map(excess).collect())
}

/// A fault at the member `name` of each refused line, where the request has it.
fn lines_refused(answer: &Answer, lines: &ReturnLines, name: &str, detail: &str) -> Result<Error> {
    let refused: Vec<i32> = answer.value("line_nos")?;
    let is_refused = |(_, number): &(usize, i32)| refused.contains(number);
    let fault = |(index, _)| Fault::body(format!("/items/{index}/{name}"), detail);
    Ok(Error::InvalidRequest(lines.numbers().into_iter().enumerate().filter(is_refused).map(fault).collect()))
}

impl FromRow for Return {
    fn from_row(row: &Row) -> Result<Self, anyhow::Error> {
        let order_id: OrderId = row.try_get("order_id")?;
        let allocated: Balance = row.try_get("allocated")?;
        let allocation = Allocation { charge_id: order_id.uuid().into(), amount: allocated };
        Ok(Self {
            id: row.try_get("id")?,
            order_id,
            customer_id: row.try_get("customer_id")?,
            total: row.try_get("total")?,
            balance_after: row.try_get("balance_after")?,
            items: items_from_row(row)?,
            allocations: (allocated.get() != 0).then_some(allocation).into_iter().collect(),
            reason: row.try_get("reason")?,
            created_at: row.try_get("created_at")?,
            proof: Proof::from_row(row)?,
        })
    }
}

fn items_from_row(row: &Row) -> Result<Vec<ReturnItem>, anyhow::Error> {
    let line_nos: Vec<i32> = row.try_get("line_nos")?;
    let product_ids: Vec<ProductId> = row.try_get("product_ids")?;
    let quantities: Vec<Quantity> = row.try_get("quantities")?;
    let quantity_decimals: Vec<QuantityDecimals> = row.try_get("quantity_decimals")?;
    let restocked: Vec<RestockQuantity> = row.try_get("restocked")?;
    let taxes: Vec<Option<Money>> = row.try_get("taxes")?;
    let line_totals: Vec<Money> = row.try_get("line_totals")?;
    let named = line_nos.into_iter().zip(product_ids);
    let counted = quantities.into_iter().zip(quantity_decimals).zip(restocked);
    let item = |((named, counted), (tax, line_total))| {
        let ((line_no, product_id), ((quantity, quantity_decimals), restock_quantity)) = (named, counted);
        ReturnItem { line_no, product_id, quantity, quantity_decimals, restock_quantity, tax, line_total }
    };
    Ok(named.zip(counted).zip(taxes.into_iter().zip(line_totals)).map(item).collect())
}
