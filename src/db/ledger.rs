//! The credit ledger, to look at, and who is overdue by it.

use tokio_postgres::Row;

use super::{
    Database,
    call::{Call, tenant_call},
};
use crate::{
    domain::{BusinessId, Cursor, CustomerId, EntryKind, LedgerEntry, LedgerEntryId, OverdueCustomer, Page, PageLimit},
    error::{Entity, Error, Result},
};

const LEDGER_LIST: &str = tenant_call!("ledger_list(context::uuid, $2, $3, $4)");
const OVERDUE_LIST: &str = tenant_call!("overdue_list(context::uuid, $2, $3)");

impl Database {
    /// A customer's entries, newest first, or [`Entity::Customer`] not found.
    pub async fn ledger_list(
        &self,
        business_id: BusinessId,
        customer_id: CustomerId,
        before: Option<Cursor<i64>>,
        limit: PageLimit,
    ) -> Result<Page<LedgerEntry>> {
        let call = Call::tenant("ledger_list", LEDGER_LIST, business_id)
            .with(customer_id)
            .with(before.map(|Cursor(entry_no)| entry_no))
            .with(limit);
        let rows = self.run(call).await?.rows;
        if rows.is_empty() {
            return Err(Error::NotFound(Entity::Customer));
        }
        let entries = rows.iter().filter_map(|row| entry(row, customer_id).map_err(Error::Internal).transpose());
        Ok(Page::cut(entries.collect::<Result<_>>()?, limit, |entry| entry.entry_no))
    }

    /// A business's overdue customers, newest customer first. A page may be short, or empty, and not be the last one.
    pub async fn overdue_list(
        &self,
        business_id: BusinessId,
        before: Option<Cursor<CustomerId>>,
        limit: PageLimit,
    ) -> Result<Page<OverdueCustomer>> {
        let call =
            Call::tenant("overdue_list", OVERDUE_LIST, business_id).with(before.map(|Cursor(id)| id)).with(limit);
        let mut rows = self.run(call).await?.rows;
        let place = resumption(&rows).map_err(Error::internal)?;
        rows.truncate(rows.len() - usize::from(place.is_some()));
        let customers = rows.iter().map(|row| overdue(row).map_err(Error::internal)).collect::<Result<_>>()?;
        let mut page = Page::cut(customers, limit, |customer: &OverdueCustomer| customer.customer_id);
        page.next_cursor = place.map(|place| place.to_string()).or(page.next_cursor);
        Ok(page)
    }
}

/// A row without an id stands for a customer without entries.
fn entry(row: &Row, customer_id: CustomerId) -> Result<Option<LedgerEntry>, anyhow::Error> {
    let Some(id) = row.try_get::<_, Option<LedgerEntryId>>("id")? else { return Ok(None) };
    let kind: EntryKind = row.try_get::<_, &str>("kind")?.parse().map_err(|hint: &str| anyhow::anyhow!(hint))?;
    Ok(Some(LedgerEntry {
        id,
        customer_id,
        entry_no: row.try_get("entry_no")?,
        kind,
        amount: row.try_get("amount")?,
        balance_before: row.try_get("balance_before")?,
        balance_after: row.try_get("balance_after")?,
        credit_limit: row.try_get("credit_limit")?,
        order_id: row.try_get("order_id")?,
        created_at: row.try_get("created_at")?,
    }))
}

/// Where the list goes on, if the page ended before it was full: a last row without a name says so.
fn resumption(rows: &[Row]) -> Result<Option<Cursor<CustomerId>>, tokio_postgres::Error> {
    let Some(last) = rows.last() else { return Ok(None) };
    match last.try_get::<_, Option<&str>>("name")? {
        Some(_) => Ok(None),
        None => last.try_get("customer_id").map(|id| Some(Cursor(id))),
    }
}

fn overdue(row: &Row) -> Result<OverdueCustomer, tokio_postgres::Error> {
    Ok(OverdueCustomer {
        customer_id: row.try_get("customer_id")?,
        name: row.try_get("name")?,
        external_id: row.try_get("external_id")?,
        balance: row.try_get("balance")?,
        oldest_unpaid_at: row.try_get("oldest_unpaid_at")?,
        days: row.try_get("days")?,
    })
}
