//! Payments.

use tokio_postgres::Row;

use super::{
    Database, Recorded,
    call::{Call, tenant_call},
    recorded::label,
};
use crate::{
    domain::{
        Amount, Balance, BusinessId, CustomerId, EntryKind, IdempotencyKey, LedgerEntry, LedgerEntryId,
        MAX_SAFE_INTEGER, NewPayment,
    },
    error::{Entity, Error, Result},
};

pub(super) const PAYMENT_RECORD: &str = tenant_call!("payment_record(context::uuid, $2, $3, $4, $5)");

impl Database {
    /// Records a payment, once per idempotency key. Paying more than is owed is allowed.
    pub async fn payment_record(
        &self,
        business_id: BusinessId,
        idempotency_key: IdempotencyKey,
        new: NewPayment,
    ) -> Result<Recorded<LedgerEntry>> {
        let own_id = LedgerEntryId::new();
        let call = Call::tenant("payment_record", PAYMENT_RECORD, business_id)
            .with(new.customer_id)
            .with(new.amount)
            .with(idempotency_key)
            .with(own_id);
        let result = self.call_payment(call, new.customer_id, new.amount).await;
        let recorded = result.map(|entry| Recorded { replayed: entry.id != own_id, record: entry });
        self.metrics.payment(label(&recorded));
        recorded
    }

    async fn call_payment(&self, call: Call, customer_id: CustomerId, amount: Amount) -> Result<LedgerEntry> {
        let row = self.run(call).await?.one()?;
        match row.try_get("outcome").map_err(Error::internal)? {
            "created" | "replayed" => payment(&row, customer_id, amount),
            "key_reused" => Err(Error::IdempotencyKeyReused),
            "customer_not_found" => Err(Error::NotFound(Entity::Customer)),
            "amount_too_large" => {
                Err(Error::invalid_body("/amount", format!("would take the balance below -{MAX_SAFE_INTEGER}")))
            }
            other => Err(super::unknown_outcome(other)),
        }
    }
}

fn payment(row: &Row, customer_id: CustomerId, amount: Amount) -> Result<LedgerEntry> {
    let amount = Balance::try_from(-amount.get()).map_err(|hint| Error::internal(anyhow::anyhow!(hint)))?;
    let read = || -> Result<LedgerEntry, tokio_postgres::Error> {
        Ok(LedgerEntry {
            id: row.try_get("id")?,
            customer_id,
            entry_no: row.try_get("entry_no")?,
            kind: EntryKind::Payment,
            amount,
            balance_before: row.try_get("balance_before")?,
            balance_after: row.try_get("balance_after")?,
            credit_limit: None,
            order_id: None,
            created_at: row.try_get("created_at")?,
        })
    };
    read().map_err(Error::internal)
}
