//! Restocks and corrections, and the list of what changed a stock.

use tokio_postgres::Row;

use super::{
    call::{Call, held::HeldRows, rows::FromRow, tenant_call, unknown_outcome},
    database::Database,
    movement::Movement,
};
use crate::{
    domain::{
        Actor, BusinessId, Cursor, IdempotencyKey, MAX_SAFE_INTEGER, NewStockMovement, Page, PageLimit, ProductId,
        StockHistoryEntry, StockMovement, StockMovementId, StockPlace,
    },
    error::{Entity, Error, Result, Shortage},
};

const STOCK_MOVEMENT_RECORD: &str = tenant_call!("stock_movement_record(context::uuid, $2, $3, $4, $5, $6, $7, $8)");
const STOCK_MOVEMENT_LIST: &str = tenant_call!("stock_movement_list(context::uuid, $2, $3, $4, $5, $6)");

impl Database {
    /// Records a movement, once per idempotency key.
    pub async fn stock_movement_record(
        &self,
        business_id: BusinessId,
        product_id: ProductId,
        idempotency_key: IdempotencyKey,
        actor: Actor,
        new: NewStockMovement,
    ) -> Result<Movement<StockMovement>> {
        let own_id = StockMovementId::new();
        let call = Call::quick("stock_movement_record", STOCK_MOVEMENT_RECORD, business_id)
            .with(product_id)
            .with(new.quantity)
            .with(new.reason.clone())
            .with(idempotency_key)
            .with(own_id)
            .with_held(HeldRows::PassOverAll)
            .with(actor);
        let answer = self.run(call).await?;
        match answer.outcome()? {
            "created" | "replayed" => {
                let record = StockMovement {
                    id: answer.value("id")?,
                    product_id,
                    quantity: new.quantity,
                    reason: new.reason.into(),
                    stock_after: answer.value("stock_after")?,
                    backordered_after: answer.value("backordered_after")?,
                    created_at: answer.value("created_at")?,
                };
                Ok(Movement { replayed: record.id != own_id, record })
            }
            "key_reused" => Err(Error::IdempotencyKeyReused),
            "product_not_found" => Err(Error::NotFound(Entity::Product)),
            "insufficient_stock" => Err(Error::InsufficientStock(vec![Shortage {
                product_id,
                requested: -new.quantity.get(),
                available: answer.value("available")?,
            }])),
            "stock_not_tracked" => Err(Error::StockNotTracked),
            "stock_too_large" => {
                Err(Error::invalid_body("/quantity", format!("would take the stock above {MAX_SAFE_INTEGER}")))
            }
            other => Err(unknown_outcome(other)),
        }
    }
    /// What changed a product's stock, newest first, or [`Entity::Product`] not found; `with_sales` shows sales and returns, too. Then a page
    /// may be short, or empty, and not be the last one.
    pub async fn stock_movement_list(
        &self,
        business_id: BusinessId,
        product_id: ProductId,
        before: Option<Cursor<StockPlace>>,
        limit: PageLimit,
        with_sales: bool,
    ) -> Result<Page<StockHistoryEntry>> {
        let call = if with_sales {
            Call::heavy("stock_movement_list", STOCK_MOVEMENT_LIST, business_id)
        } else {
            Call::page("stock_movement_list", STOCK_MOVEMENT_LIST, business_id, limit)
        };
        let call = call
            .with(product_id)
            .with(before.map(|Cursor(place)| place.id))
            .with(before.map(|Cursor(place)| place.line_no))
            .with(limit)
            .with(with_sales);
        let mut answer = self.run(call).await?;
        let last = answer.rows.last().ok_or(Error::NotFound(Entity::Product))?;
        // A row without a kind has the place where the next page starts, if there is one.
        let is_entry = last.try_get::<_, Option<&str>>("kind").map_err(Error::internal)?.is_some();
        let mut resumption = None;
        if !is_entry {
            resumption = place(last).map_err(Error::internal)?;
            answer.rows.pop();
        }
        let mut page = answer.page(limit, StockHistoryEntry::place)?;
        page.next_cursor = resumption.map(|place| Cursor(place).to_string()).or(page.next_cursor);
        Ok(page)
    }
}

fn place(row: &Row) -> Result<Option<StockPlace>, tokio_postgres::Error> {
    let Some(id) = row.try_get("id")? else { return Ok(None) };
    Ok(Some(StockPlace { id, line_no: row.try_get("line_no")? }))
}

impl FromRow for StockHistoryEntry {
    fn from_row(row: &Row) -> Result<Self, anyhow::Error> {
        // A movement has no line.
        let line_no = Some(row.try_get("line_no")?).filter(|line_no| *line_no > 0);
        Ok(Self {
            id: row.try_get("id")?,
            kind: row.try_get::<_, &str>("kind")?.parse().map_err(|hint: &str| anyhow::anyhow!(hint))?,
            quantity: row.try_get("quantity")?,
            reason: row.try_get("reason")?,
            stock_after: row.try_get("stock_after")?,
            backordered_after: row.try_get("backordered_after")?,
            order_id: row.try_get("order_id")?,
            line_no,
            created_at: row.try_get("created_at")?,
        })
    }
}
