//! Ledger entries by themselves: what the functions answer that write one, and the entries of some kinds of a business.
//! The types of the answers are in `sql/migrations/0011_ledger_answer.sql`.

use tokio_postgres::Row;
use uuid::Uuid;

use super::{
    call::{
        Call,
        rows::{Answer, FromRow},
        unknown_outcome,
    },
    database::Database,
    movement::Movement,
};
use crate::{
    domain::{
        Allocation, Balance, BusinessId, Cursor, CustomerId, EntryDetails, EntryKind, LedgerEntry, LedgerEntryId,
        ListedEntry, MAX_SAFE_INTEGER, NewAllocations, Page, PageLimit, RecordedEntry, Reference,
    },
    error::{ChargeExcess, Entity, Error, Excess, Fault, Result},
};

/// A call of a function that answers with a `ledger_answer`; or, with its other columns, with an `entry_record`.
macro_rules! entry_call {
    ($call:literal) => {
        entry_call!(
            "f.outcome, f.available_amounts, f.requested, f.available, f.credit_limit AS limit_in_force, f.balance" from $call
        )
    };
    ($others:literal from $call:literal) => {
        $crate::db::call::tenant_call!(
            "(f.entry).id, (f.entry).customer_id, (f.entry).entry_no, (f.entry).kind, (f.entry).amount, \
             (f.entry).balance_after - (f.entry).amount AS balance_before, (f.entry).balance_after, (f.entry).credit_limit, \
             (f.entry).authorized_limit, (f.entry).reverses_no, (f.entry).due_at, (f.entry).due_date, (f.entry).received_on, \
             (f.entry).reference, (f.entry).reason, (f.entry).created_at, (f.entry).entry_hash, f.charge_ids, f.amounts, ",
            $others from $call
        )
    };
}
pub(super) use entry_call;

const ENTRY_GET: &str = entry_call!("f.reversed_by" from "entry_get(context::uuid, $2, $3)");
const ENTRY_LIST: &str = entry_call!("f.reversed_by" from "entry_list(context::uuid, $2, $3, $4, $5, $6)");

impl Database {
    /// One entry of one of the `kinds`, or `entity` not found.
    pub async fn entry_get(
        &self,
        business_id: BusinessId,
        kinds: &[EntryKind],
        id: LedgerEntryId,
        entity: Entity,
    ) -> Result<EntryDetails> {
        let call = Call::read("entry_get", ENTRY_GET, business_id).with(names(kinds)).with(id);
        self.run(call).await?.find(entity)
    }

    /// A business's entries of the `kinds`, newest first; all, or those of one customer or of one reference.
    pub async fn entry_list(
        &self,
        business_id: BusinessId,
        kinds: &[EntryKind],
        filter: EntryFilter,
        before: Option<Cursor<LedgerEntryId>>,
        limit: PageLimit,
    ) -> Result<Page<ListedEntry>> {
        let (customer_id, reference) = match filter {
            EntryFilter::All => (None, None),
            EntryFilter::Customer(id) => (Some(id), None),
            EntryFilter::Reference(reference) => (None, Some(reference)),
        };
        let call = Call::heavy("entry_list", ENTRY_LIST, business_id)
            .with(names(kinds))
            .with(customer_id)
            .with(reference)
            .with(before.map(|Cursor(id)| id))
            .with(limit);
        self.run(call).await?.page(limit, |listed: &ListedEntry| listed.entry.id)
    }
}

/// Which entries of a list of kinds.
#[derive(Debug, Clone)]
pub enum EntryFilter {
    /// All of the business.
    All,
    /// Those of one customer.
    Customer(CustomerId),
    /// Those with one reference.
    Reference(Reference),
}

pub(super) fn names(kinds: &[EntryKind]) -> Vec<&'static str> {
    kinds.iter().map(|kind| kind.as_str()).collect()
}

/// The entry that was written, by this request with its `own_id` or by the first one with its key; or the refusal. `named` are
/// the charges that the request names.
pub(super) fn recorded_entry(
    answer: &Answer,
    own_id: LedgerEntryId,
    named: Option<&NewAllocations>,
) -> Result<Movement<RecordedEntry>> {
    recorded_entry_of(answer, own_id, &named.map(NewAllocations::charge_ids).unwrap_or_default())
}

/// The same, of a request that names these charges in this order.
pub(super) fn recorded_entry_of(
    answer: &Answer,
    own_id: LedgerEntryId,
    named: &[Uuid],
) -> Result<Movement<RecordedEntry>> {
    match answer.outcome()? {
        "created" | "replayed" => {
            let record: RecordedEntry = answer.one()?;
            Ok(Movement { replayed: record.entry.id != own_id, record })
        }
        "key_reused" => Err(Error::IdempotencyKeyReused),
        "customer_not_found" => Err(Error::NotFound(Entity::Customer)),
        "amount_too_large" => {
            Err(Error::invalid_body("/amount", format!("would take the balance beyond ±{MAX_SAFE_INTEGER}")))
        }
        "charge_not_found" => Err(Error::ChargesNotFound(unknown_charges(answer, named)?)),
        "charge_open_amount_exceeded" => Err(Error::ChargeOpenAmountExceeded(excesses(answer)?)),
        "allocated_amount_exceeded" => Err(Error::AllocatedAmountExceeded(excesses(answer)?)),
        "unapplied_credit_exceeded" => Err(Error::UnappliedCreditExceeded(excess(answer)?)),
        "credit_balance_exceeded" => Err(Error::CreditBalanceExceeded(excess(answer)?)),
        "balance_exceeded" => Err(Error::BalanceExceeded(excess(answer)?)),
        other => Err(unknown_outcome(other)),
    }
}

fn excess(answer: &Answer) -> Result<Excess> {
    Ok(Excess { requested: answer.value("requested")?, available: answer.value("available")? })
}

fn excesses(answer: &Answer) -> Result<Vec<ChargeExcess>> {
    let charges: Vec<LedgerEntryId> = answer.value("charge_ids")?;
    let requested = answer.value::<Vec<_>>("amounts")?;
    let available = answer.value::<Vec<_>>("available_amounts")?;
    let figures = requested.into_iter().zip(available);
    let excess =
        |(charge_id, (requested, available))| ChargeExcess { charge_id, excess: Excess { requested, available } };
    Ok(charges.into_iter().zip(figures).map(excess).collect())
}

/// A fault at each place where the request names one of the charges that there are not.
fn unknown_charges(answer: &Answer, named: &[Uuid]) -> Result<Vec<Fault>> {
    let unknown: Vec<Uuid> = answer.value("charge_ids")?;
    let is_unknown = |(_, id): &(usize, &Uuid)| unknown.contains(id);
    let fault = |(index, _)| Fault::body(format!("/allocations/{index}/charge_id"), "no such charge of this customer");
    Ok(named.iter().enumerate().filter(is_unknown).map(fault).collect())
}

impl FromRow for RecordedEntry {
    fn from_row(row: &Row) -> Result<Self, anyhow::Error> {
        Ok(Self { entry: LedgerEntry::from_row(row)?, allocations: allocations(row)? })
    }
}

impl FromRow for EntryDetails {
    fn from_row(row: &Row) -> Result<Self, anyhow::Error> {
        let entry = LedgerEntry::from_row(row)?;
        Ok(Self { entry, allocations: allocations(row)?, reversed_by: row.try_get("reversed_by")? })
    }
}

impl FromRow for ListedEntry {
    fn from_row(row: &Row) -> Result<Self, anyhow::Error> {
        Ok(Self { entry: LedgerEntry::from_row(row)?, reversed_by: row.try_get("reversed_by")? })
    }
}

fn allocations(row: &Row) -> Result<Vec<Allocation>, tokio_postgres::Error> {
    let charges: Option<Vec<LedgerEntryId>> = row.try_get("charge_ids")?;
    let amounts: Option<Vec<Balance>> = row.try_get("amounts")?;
    let parts = charges.unwrap_or_default().into_iter().zip(amounts.unwrap_or_default());
    Ok(parts.map(|(charge_id, amount)| Allocation { charge_id, amount }).collect())
}
