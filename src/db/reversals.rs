//! Reversals: payments, credits and write-offs that are taken back.

use super::{
    call::{Call, held::HeldRows},
    database::Database,
    entries::{entry_call, names, recorded_entry_of},
    movement::Movement,
};
use crate::{
    domain::{
        Actor, BusinessId, EntryKind, IdempotencyKey, LedgerEntryId, MAX_SAFE_INTEGER, NewReversal, RecordedEntry,
    },
    error::{Entity, Error, Result},
};

const REVERSAL_RECORD: &str = entry_call!("reversal_record(context::uuid, $2, $3, $4, $5, $6, $7, $8)");

/// What is taken back: an entry of one of these kinds. If there is none, the entity is not found.
#[derive(Debug, Clone, Copy)]
pub struct Reversed {
    /// The entry.
    pub id: LedgerEntryId,
    /// The kinds that it may have.
    pub kinds: &'static [EntryKind],
    /// What it is called.
    pub entity: Entity,
}

impl Database {
    /// Takes an entry back, once per idempotency key.
    pub async fn reversal_record(
        &self,
        business_id: BusinessId,
        idempotency_key: IdempotencyKey,
        actor: Actor,
        reversed: Reversed,
        new: NewReversal,
    ) -> Result<Movement<RecordedEntry>> {
        let own_id = LedgerEntryId::new();
        let call = Call::quick("reversal_record", REVERSAL_RECORD, business_id)
            .with(names(reversed.kinds))
            .with(reversed.id)
            .with(new.reason)
            .with(idempotency_key)
            .with(own_id)
            .with_held(HeldRows::PassOverAll)
            .with(actor);
        let answer = self.run(call).await?;
        match answer.outcome()? {
            "entry_not_found" => Err(Error::NotFound(reversed.entity)),
            "not_reversible" => Err(Error::NotReversible),
            "already_reversed" => Err(Error::AlreadyReversed { reversal_id: answer.value("id")? }),
            // No part of the body is at fault.
            "amount_too_large" => {
                Err(Error::invalid_body("", format!("would take the balance beyond ±{MAX_SAFE_INTEGER}")))
            }
            _ => recorded_entry_of(&answer, own_id, &[]),
        }
    }
}
