//! Payments.

use super::{
    call::{Call, held::HeldRows, rows::Answer, tenant_call, unknown_outcome},
    database::Database,
    movement::{Movement, metric_label},
};
use crate::{
    domain::{
        Actor, Amount, Balance, BusinessId, CustomerId, EntryKind, IdempotencyKey, LedgerEntry, LedgerEntryId,
        MAX_SAFE_INTEGER, NewPayment, Proof,
    },
    error::{Entity, Error, Result},
};

pub(super) const PAYMENT_RECORD: &str = tenant_call!("payment_record(context::uuid, $2, $3, $4, $5, $6, $7)");

impl Database {
    /// Records a payment, once per idempotency key. Paying more than is owed is allowed.
    pub async fn payment_record(
        &self,
        business_id: BusinessId,
        idempotency_key: IdempotencyKey,
        actor: Actor,
        new: NewPayment,
    ) -> Result<Movement<LedgerEntry>> {
        let own_id = LedgerEntryId::new();
        let call = Call::quick("payment_record", PAYMENT_RECORD, business_id)
            .with(new.customer_id)
            .with(new.amount)
            .with(idempotency_key)
            .with(own_id)
            .with_held(HeldRows::PassOverAll)
            .with(actor);
        let answer = self.run(call).await;
        let entry = answer.and_then(|answer| payment_from_outcome(&answer, new.customer_id, new.amount));
        let movement = entry.map(|entry| Movement { replayed: entry.id != own_id, record: entry });
        self.calls.metrics.payment(metric_label(&movement));
        movement
    }
}

/// The ledger entry of a payment that was recorded, by this request or an earlier one.
fn payment_from_outcome(answer: &Answer, customer_id: CustomerId, amount: Amount) -> Result<LedgerEntry> {
    match answer.outcome()? {
        "created" | "replayed" => Ok(LedgerEntry {
            id: answer.value("id")?,
            customer_id,
            entry_no: answer.value("entry_no")?,
            kind: EntryKind::Payment,
            amount: Balance::try_from(-amount.get()).map_err(|hint| Error::internal(anyhow::anyhow!(hint)))?,
            balance_before: answer.value("balance_before")?,
            balance_after: answer.value("balance_after")?,
            credit_limit: None,
            order_id: None,
            due_at: None,
            due_date: None,
            created_at: answer.value("created_at")?,
            proof: answer.one::<Proof>()?,
            hashed: None,
        }),
        "key_reused" => Err(Error::IdempotencyKeyReused),
        "customer_not_found" => Err(Error::NotFound(Entity::Customer)),
        "amount_too_large" => {
            Err(Error::invalid_body("/amount", format!("would take the balance below -{MAX_SAFE_INTEGER}")))
        }
        other => Err(unknown_outcome(other)),
    }
}
