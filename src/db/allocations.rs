//! Allocations: which charges unapplied credit settles by name.

use super::{
    call::{Call, held::HeldRows},
    database::Database,
    entries::{entry_call, recorded_entry_of},
    movement::Movement,
};
use crate::{
    domain::{Actor, BusinessId, IdempotencyKey, LedgerEntryId, NewAllocationNote, RecordedEntry},
    error::Result,
};

const ALLOCATION_RECORD: &str = entry_call!("allocation_record(context::uuid, $2, $3, $4, $5, $6, $7, $8, $9)");

impl Database {
    /// Records which charges unapplied credit settles, or settles no longer, once per idempotency key.
    pub async fn allocation_record(
        &self,
        business_id: BusinessId,
        idempotency_key: IdempotencyKey,
        actor: Actor,
        new: NewAllocationNote,
    ) -> Result<Movement<RecordedEntry>> {
        let own_id = LedgerEntryId::new();
        let named = new.allocations.charge_ids();
        let call = Call::quick("allocation_record", ALLOCATION_RECORD, business_id)
            .with(new.customer_id)
            .with(named.clone())
            .with(new.allocations.amounts())
            .with(new.reason)
            .with(idempotency_key)
            .with(own_id)
            .with_held(HeldRows::PassOverAll)
            .with(actor);
        recorded_entry_of(&self.run(call).await?, own_id, &named)
    }
}
