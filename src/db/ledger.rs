//! Reading the credit ledger: the entries of a customer, and the customers who are overdue.

use tokio_postgres::Row;

use super::{
    call::{Call, rows::FromRow, tenant_call},
    database::Database,
};
use crate::{
    domain::{
        BusinessId, Cursor, CustomerId, EntryKind, Hashed, LedgerEntry, LedgerEntryId, OverdueCustomer, Page,
        PageLimit, Proof,
    },
    error::{Entity, Error, Result},
};

const LEDGER_LIST: &str = tenant_call!(
    "f.id, f.customer_id, f.entry_no, f.kind, f.amount, f.balance_after - f.amount AS balance_before, f.balance_after, \
     f.credit_limit, f.authorized_limit, f.reverses_no, f.due_at, f.due_date, f.received_on, f.reference, f.reason, \
     f.created_at, f.entry_hash" from "ledger_list(context::uuid, $2, $3, $4)"
);
/// The same entries with all that their hashes cover.
const LEDGER_LIST_HASHED: &str =
    tenant_call!("f.*, f.balance_after - f.amount AS balance_before" from "ledger_list(context::uuid, $2, $3, $4)");
const OVERDUE_LIST: &str = tenant_call!("overdue_list(context::uuid, $2, $3)");

impl Database {
    /// A customer's entries, newest first, or [`Entity::Customer`] not found; with all that their hashes cover if that is asked for.
    pub async fn ledger_list(
        &self,
        business_id: BusinessId,
        customer_id: CustomerId,
        before: Option<Cursor<i64>>,
        limit: PageLimit,
        with_hashed: bool,
    ) -> Result<Page<LedgerEntry>> {
        let statement = if with_hashed { LEDGER_LIST_HASHED } else { LEDGER_LIST };
        let call = Call::page("ledger_list", statement, business_id, limit)
            .with(customer_id)
            .with(before.map(|Cursor(entry_no)| entry_no))
            .with(limit);
        let mut answer = self.run(call).await?;
        if answer.rows.is_empty() {
            return Err(Error::NotFound(Entity::Customer));
        }
        // A row without an id stands for a customer without entries.
        answer.rows.retain(|row| !matches!(row.try_get::<_, Option<LedgerEntryId>>("id"), Ok(None)));
        let mut page = answer.page(limit, |entry: &LedgerEntry| entry.entry_no)?;
        if with_hashed {
            for (entry, row) in page.data.iter_mut().zip(&answer.rows) {
                entry.hashed = Some(Hashed::from_row(row).map_err(Error::Internal)?);
            }
        }
        Ok(page)
    }

    /// A business's overdue customers, newest customer first. A page may be short, or empty, and not be the last one.
    pub async fn overdue_list(
        &self,
        business_id: BusinessId,
        before: Option<Cursor<CustomerId>>,
        limit: PageLimit,
    ) -> Result<Page<OverdueCustomer>> {
        let call = Call::heavy("overdue_list", OVERDUE_LIST, business_id).with(before.map(|Cursor(id)| id)).with(limit);
        let mut answer = self.run(call).await?;
        let resumption = resumption(&answer.rows).map_err(Error::internal)?;
        if resumption.is_some() {
            answer.rows.pop();
        }
        let mut page = answer.page(limit, |customer: &OverdueCustomer| customer.customer_id)?;
        page.next_cursor = resumption.map(|place| place.to_string()).or(page.next_cursor);
        Ok(page)
    }
}

/// Where the next page starts, if this one ended before it was full. Then the last row has no name.
pub(super) fn resumption(rows: &[Row]) -> Result<Option<Cursor<CustomerId>>, tokio_postgres::Error> {
    let Some(last) = rows.last() else { return Ok(None) };
    match last.try_get::<_, Option<&str>>("name")? {
        Some(_) => Ok(None),
        None => last.try_get("customer_id").map(|id| Some(Cursor(id))),
    }
}

impl FromRow for LedgerEntry {
    fn from_row(row: &Row) -> Result<Self, anyhow::Error> {
        let kind: EntryKind = row.try_get::<_, &str>("kind")?.parse().map_err(|hint: &str| anyhow::anyhow!(hint))?;
        Ok(Self {
            id: row.try_get("id")?,
            customer_id: row.try_get("customer_id")?,
            entry_no: row.try_get("entry_no")?,
            kind,
            amount: row.try_get("amount")?,
            balance_before: row.try_get("balance_before")?,
            balance_after: row.try_get("balance_after")?,
            credit_limit: row.try_get("credit_limit")?,
            authorized_limit: row.try_get("authorized_limit")?,
            order_id: if kind == EntryKind::Purchase { Some(row.try_get("id")?) } else { None },
            reverses_entry_no: row.try_get("reverses_no")?,
            // An entry that is no charge carries the due time of the charge before it.
            due_at: if kind.is_charge() { Some(row.try_get("due_at")?) } else { None },
            due_date: row.try_get("due_date")?,
            received_on: row.try_get("received_on")?,
            reference: row.try_get("reference")?,
            reason: row.try_get("reason")?,
            created_at: row.try_get("created_at")?,
            proof: Proof::from_row(row)?,
            hashed: None,
        })
    }
}

impl FromRow for Hashed {
    fn from_row(row: &Row) -> Result<Self, anyhow::Error> {
        Ok(Self {
            business_id: row.try_get("business_id")?,
            charged_total: row.try_get("charged_total")?,
            allocated_total: row.try_get("allocated_total")?,
            held_total: row.try_get("held_total")?,
            request_fingerprint: row.try_get("request_fingerprint")?,
            details_digest: row.try_get("details_digest")?,
            idempotency_key: row.try_get("idempotency_key")?,
            actor: row.try_get("actor")?,
        })
    }
}

impl FromRow for OverdueCustomer {
    fn from_row(row: &Row) -> Result<Self, anyhow::Error> {
        Ok(Self {
            customer_id: row.try_get("customer_id")?,
            name: row.try_get("name")?,
            external_id: row.try_get("external_id")?,
            balance: row.try_get("balance")?,
            overdue_amount: row.try_get("overdue_amount")?,
            oldest_unpaid_at: row.try_get("oldest_unpaid_at")?,
            days: row.try_get("days")?,
        })
    }
}
