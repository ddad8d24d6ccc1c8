//! Which charges a request settles by name.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::{Amount, CustomerId, LedgerEntryId, MAX_SAFE_INTEGER, Reason, SignedAmount};

/// How much of a charge a credit settles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AllocationRequest)]
pub struct NewAllocation {
    /// The charge: of a purchase, the id of its order; else the id of its ledger entry.
    pub charge_id: LedgerEntryId,
    /// How much, in minor units; at most what no other credit settles by name.
    pub amount: Amount,
}

/// The charges that a credit settles by name: 1 to 500, each once.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Vec<NewAllocation>")]
pub struct NewAllocations(Vec<NewAllocation>);

impl NewAllocations {
    /// The most charges that one request names.
    pub const MAX: usize = 500;

    /// The charges, as the SQL functions take them.
    #[must_use]
    pub fn charge_ids(&self) -> Vec<uuid::Uuid> {
        self.0.iter().map(|allocation| allocation.charge_id.uuid()).collect()
    }

    /// How much of each charge, in minor units.
    #[must_use]
    pub fn amounts(&self) -> Vec<i64> {
        self.0.iter().map(|allocation| allocation.amount.get()).collect()
    }

    /// What they add up to, in minor units. No 500 amounts are more than the type holds.
    #[must_use]
    pub fn sum(&self) -> i64 {
        self.0.iter().map(|allocation| allocation.amount.get()).sum()
    }
}

impl TryFrom<Vec<NewAllocation>> for NewAllocations {
    type Error = &'static str;

    fn try_from(allocations: Vec<NewAllocation>) -> Result<Self, Self::Error> {
        check_charges(allocations.iter().map(|allocation| allocation.charge_id.uuid()).collect())?;
        Ok(Self(allocations))
    }
}

fn check_charges(mut ids: Vec<uuid::Uuid>) -> Result<(), &'static str> {
    let count = ids.len();
    if !(1..=NewAllocations::MAX).contains(&count) {
        return Err("must have 1 to 500 allocations");
    }
    ids.sort_unstable();
    ids.dedup();
    if ids.len() == count { Ok(()) } else { Err("must name each charge once") }
}

/// Which charges unapplied credit settles, or settles no longer.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(
    as = AllocationNoteRequest,
    examples(json!({
        "customer_id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c21",
        "allocations": [{"charge_id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c24", "amount": 3_000}]
    }))
)]
pub struct NewAllocationNote {
    /// Whose credit and charges.
    pub customer_id: CustomerId,
    /// The charges, each once. What the amounts add up to comes out of the unapplied credit.
    #[schema(value_type = Vec<AllocationChange>, min_items = 1, max_items = 500)]
    pub allocations: AllocationChanges,
    /// Why.
    #[serde(default)]
    pub reason: Option<Reason>,
}

/// How much more or less of a charge is settled by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AllocationChangeRequest)]
pub struct AllocationChange {
    /// The charge: of a purchase, the id of its order; else the id of its ledger entry.
    pub charge_id: LedgerEntryId,
    /// How much, in minor units; at most what no credit settles by name. Negative takes back; at most what credit settles by name.
    pub amount: SignedAmount,
}

/// The charges of a note: 1 to 500, each once. They add up to something within ±(2^53 - 1).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Vec<AllocationChange>")]
pub struct AllocationChanges(Vec<AllocationChange>);

impl AllocationChanges {
    /// The charges, as the SQL functions take them.
    #[must_use]
    pub fn charge_ids(&self) -> Vec<uuid::Uuid> {
        self.0.iter().map(|change| change.charge_id.uuid()).collect()
    }

    /// How much of each charge, in minor units.
    #[must_use]
    pub fn amounts(&self) -> Vec<i64> {
        self.0.iter().map(|change| change.amount.get()).collect()
    }
}

impl TryFrom<Vec<AllocationChange>> for AllocationChanges {
    type Error = &'static str;

    fn try_from(changes: Vec<AllocationChange>) -> Result<Self, Self::Error> {
        check_charges(changes.iter().map(|change| change.charge_id.uuid()).collect())?;
        // No 500 amounts are more than the type holds.
        let sum: i64 = changes.iter().map(|change| change.amount.get()).sum();
        if sum.abs() > MAX_SAFE_INTEGER {
            return Err("must add up to something within ±9007199254740991");
        }
        Ok(Self(changes))
    }
}

#[cfg(test)]
mod tests {
    use super::{AllocationChange, AllocationChanges, NewAllocation, NewAllocations};

    fn allocation(number: u128) -> NewAllocation {
        NewAllocation {
            charge_id: uuid::Uuid::from_u128(number).into(),
            amount: 9_007_199_254_740_991.try_into().unwrap(),
        }
    }

    #[test]
    fn a_request_names_1_to_500_charges_each_once_and_their_sum_is_a_number() {
        let read = |count| NewAllocations::try_from((0..count).map(allocation).collect::<Vec<_>>());
        assert!(read(0).is_err());
        assert_eq!(read(1).unwrap().sum(), 9_007_199_254_740_991);
        assert_eq!(read(500).unwrap().sum(), 500 * 9_007_199_254_740_991);
        assert!(read(501).is_err());
        assert!(NewAllocations::try_from(vec![allocation(1), allocation(2), allocation(1)]).is_err());
    }

    fn changes(amounts: &[i64]) -> Result<AllocationChanges, &'static str> {
        let change = |(number, amount): (u128, &i64)| AllocationChange {
            charge_id: uuid::Uuid::from_u128(number).into(),
            amount: (*amount).try_into().unwrap(),
        };
        AllocationChanges::try_from((0..).zip(amounts).map(change).collect::<Vec<_>>())
    }

    #[test]
    fn a_note_names_charges_once_and_its_amounts_add_up_to_a_safe_number() {
        const MOST: i64 = 9_007_199_254_740_991;
        assert!(changes(&[]).is_err());
        assert!(changes(&[1; 500]).is_ok());
        assert!(changes(&[1; 501]).is_err());
        for right in [[MOST, -MOST], [MOST, -1], [1 - MOST, -1]] {
            assert!(changes(&right).is_ok(), "{right:?}");
        }
        for wrong in [[MOST, 1], [-MOST, -1], [MOST, MOST]] {
            assert!(changes(&wrong).is_err(), "{wrong:?}");
        }
        let twice = vec![changes(&[1]).unwrap().0[0]; 2];
        assert!(AllocationChanges::try_from(twice).is_err());
    }
}
