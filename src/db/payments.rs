//! Payments.

use super::{
    call::{Call, held::HeldRows},
    database::Database,
    entries::{entry_call, recorded_entry},
    movement::{Movement, metric_label},
};
use crate::{
    domain::{Actor, BusinessId, IdempotencyKey, LedgerEntryId, NewAllocations, NewPayment, RecordedEntry},
    error::Result,
};

pub(super) const PAYMENT_RECORD: &str =
    entry_call!("payment_record(context::uuid, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)");

impl Database {
    /// Records a payment, once per idempotency key. Paying more than is owed is allowed.
    pub async fn payment_record(
        &self,
        business_id: BusinessId,
        idempotency_key: IdempotencyKey,
        actor: Actor,
        new: NewPayment,
    ) -> Result<Movement<RecordedEntry>> {
        let own_id = LedgerEntryId::new();
        let call = Call::quick("payment_record", PAYMENT_RECORD, business_id)
            .with(new.customer_id)
            .with(new.amount)
            .with(idempotency_key)
            .with(own_id)
            .with(new.allocations.as_ref().map(NewAllocations::charge_ids))
            .with(new.allocations.as_ref().map(NewAllocations::amounts))
            .with(new.reference)
            .with(new.received_on)
            .with_held(HeldRows::PassOverAll)
            .with(actor);
        let answer = self.run(call).await;
        let movement = answer.and_then(|answer| recorded_entry(&answer, own_id, new.allocations.as_ref()));
        self.calls.metrics.payment(metric_label(&movement));
        movement
    }
}
