//! Adjustments and refunds, and what went beyond a credit limit.

use super::{
    call::{Call, held::HeldRows, rows::Answer, tenant_call},
    database::Database,
    entries::{entry_call, recorded_entry},
    movement::Movement,
};
use crate::{
    domain::{
        Actor, BusinessId, Cursor, IdempotencyKey, LedgerEntry, LedgerEntryId, NewAdjustment, NewAllocations,
        NewRefund, Page, PageLimit, RecordedEntry,
    },
    error::{Error, Result},
};

const ADJUSTMENT_RECORD: &str =
    entry_call!("adjustment_record(context::uuid, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)");
const REFUND_RECORD: &str = entry_call!("refund_record(context::uuid, $2, $3, $4, $5, $6, $7, $8, $9)");
const LIMIT_OVERRIDE_LIST: &str = tenant_call!(
    "f.id, f.customer_id, f.entry_no, f.kind, f.amount, f.balance_after - f.amount AS balance_before, f.balance_after, \
     f.credit_limit, f.authorized_limit, f.reverses_no, f.due_at, f.due_date, f.received_on, f.reference, f.reason, \
     f.created_at, f.entry_hash" from "limit_override_list(context::uuid, $2, $3)"
);

impl Database {
    /// Records an adjustment, once per idempotency key.
    pub async fn adjustment_record(
        &self,
        business_id: BusinessId,
        idempotency_key: IdempotencyKey,
        actor: Actor,
        new: NewAdjustment,
    ) -> Result<Movement<RecordedEntry>> {
        let own_id = LedgerEntryId::new();
        let call = Call::quick("adjustment_record", ADJUSTMENT_RECORD, business_id)
            .with(new.customer_id)
            .with(new.kind.as_str().to_owned())
            .with(new.amount)
            .with(new.reason.clone())
            .with(idempotency_key)
            .with(own_id)
            .with(new.due())
            .with(new.authorized_limit)
            .with(new.allocations.as_ref().map(NewAllocations::charge_ids))
            .with(new.allocations.as_ref().map(NewAllocations::amounts))
            .with(new.reference.clone())
            .with_held(HeldRows::PassOverAll)
            .with(actor);
        let answer = self.run(call).await?;
        match answer.outcome()? {
            "due_too_early" => Err(due_too_early(&new)),
            "credit_limit_exceeded" => Err(limit_exceeded(&answer)?),
            _ => recorded_entry(&answer, own_id, new.allocations.as_ref()),
        }
    }

    /// Records a refund, once per idempotency key.
    pub async fn refund_record(
        &self,
        business_id: BusinessId,
        idempotency_key: IdempotencyKey,
        actor: Actor,
        new: NewRefund,
    ) -> Result<Movement<RecordedEntry>> {
        let own_id = LedgerEntryId::new();
        let call = Call::quick("refund_record", REFUND_RECORD, business_id)
            .with(new.customer_id)
            .with(new.amount)
            .with(new.reason)
            .with(idempotency_key)
            .with(own_id)
            .with(new.reference)
            .with_held(HeldRows::PassOverAll)
            .with(actor);
        recorded_entry(&self.run(call).await?, own_id, None)
    }

    /// A business's entries that somebody allowed beyond the credit limit, newest first.
    pub async fn limit_override_list(
        &self,
        business_id: BusinessId,
        before: Option<Cursor<LedgerEntryId>>,
        limit: PageLimit,
    ) -> Result<Page<LedgerEntry>> {
        let call = Call::heavy("limit_override_list", LIMIT_OVERRIDE_LIST, business_id)
            .with(before.map(|Cursor(id)| id))
            .with(limit);
        self.run(call).await?.page(limit, |entry: &LedgerEntry| entry.id)
    }
}

/// The request brings a day or a time that is over.
fn due_too_early(new: &NewAdjustment) -> Error {
    if new.due_date.is_some() {
        Error::invalid_body("/due_date", "must be today in the business's time zone, or later, unless it is an opening")
    } else {
        Error::invalid_body("/due_at", "must be now or later, unless it is an opening")
    }
}

fn limit_exceeded(answer: &Answer) -> Result<Error> {
    Ok(Error::CreditLimitExceeded {
        credit_limit: answer.value("limit_in_force")?,
        balance: answer.value("balance")?,
        required: answer.value("requested")?,
    })
}
