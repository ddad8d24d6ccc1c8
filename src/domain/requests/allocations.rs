//! Which charges a request settles by name.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::{Amount, LedgerEntryId};

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
        if !(1..=Self::MAX).contains(&allocations.len()) {
            return Err("must have 1 to 500 allocations");
        }
        let mut ids: Vec<_> = allocations.iter().map(|allocation| allocation.charge_id.uuid()).collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.len() == allocations.len() { Ok(Self(allocations)) } else { Err("must name each charge once") }
    }
}

#[cfg(test)]
mod tests {
    use super::{NewAllocation, NewAllocations};

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
}
