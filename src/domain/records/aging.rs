//! How old debt is: the open charges of a customer, and debt by age.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Serialize, Serializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

use super::EntryKind;
use crate::domain::{Balance, CustomerId, LedgerEntryId, Money, timestamp};

/// A charge that is not settled, or not in full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(examples(json!({
    "charge_id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c24", "entry_no": 6, "kind": "purchase", "amount": 2_800, "open_amount": 800,
    "created_at": "2026-03-14T09:26:53.589793Z", "due_at": "2026-04-13T09:26:53.589793Z", "due_date": null
})))]
pub struct OpenCharge {
    /// The charge: of a purchase, the id of its order; else the id of its ledger entry.
    pub charge_id: LedgerEntryId,
    /// The charge's number in this customer's ledger, from 1.
    #[schema(minimum = 1, examples(6))]
    pub entry_no: i64,
    /// What made the charge.
    pub kind: EntryKind,
    /// What was charged, in minor units.
    pub amount: Money,
    /// What no credit has settled of it, in minor units. Those of all open charges add up to the balance.
    pub open_amount: Money,
    /// When it was made.
    #[serde(serialize_with = "timestamp::serialize")]
    pub created_at: DateTime<Utc>,
    /// When it is due.
    #[serde(serialize_with = "timestamp::serialize")]
    pub due_at: DateTime<Utc>,
    /// The day on which it is due, if its terms name a day: `due_at` is the end of that day. Else `null`.
    #[schema(required, value_type = Option<String>, format = Date, examples("2026-04-13"))]
    pub due_date: Option<NaiveDate>,
}

/// How old a customer's debt is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(examples(json!({
    "customer_id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c21", "as_of": "2026-05-01T00:00:00Z", "balance": 3_750, "overdue_amount": 2_500,
    "buckets": {"not_due": 1_250, "days_1_to_30": 2_000, "days_31_to_60": 0, "days_61_to_90": 500, "over_90_days": 0}
})))]
pub struct CustomerAging {
    /// The customer.
    pub customer_id: CustomerId,
    /// The moment of which this is true: what was written at it counts.
    #[serde(serialize_with = "timestamp::serialize")]
    pub as_of: DateTime<Utc>,
    /// What the customer owed then, in minor units; negative if paid in advance.
    pub balance: Balance,
    /// How much of that was overdue, in minor units: all buckets but the first.
    pub overdue_amount: Sum,
    /// The balance by age; all are 0 for a customer in credit.
    pub buckets: AgeBuckets,
}

/// How old the debt of a customer is who owes something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(examples(json!({
    "customer_id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c21", "name": "Café Central", "external_id": "C-1042", "balance": 3_750,
    "overdue_amount": 2_500,
    "buckets": {"not_due": 1_250, "days_1_to_30": 2_000, "days_31_to_60": 0, "days_61_to_90": 500, "over_90_days": 0}
})))]
pub struct AgedCustomer {
    /// The customer.
    pub customer_id: CustomerId,
    /// What the customer is called.
    #[schema(examples("Café Central"))]
    pub name: String,
    /// The business's own reference; `null` if it has none.
    #[schema(required)]
    pub external_id: Option<String>,
    /// What the customer owed, in minor units.
    pub balance: Balance,
    /// How much of that was overdue, in minor units: all buckets but the first.
    pub overdue_amount: Sum,
    /// The balance by age.
    pub buckets: AgeBuckets,
}

/// How old the debt of all customers of a business is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(examples(json!({
    "as_of": "2026-05-01T00:00:00Z", "customers": 2, "balance": 4_000, "overdue_amount": 2_500,
    "buckets": {"not_due": 1_500, "days_1_to_30": 2_000, "days_31_to_60": 0, "days_61_to_90": 500, "over_90_days": 0},
    "credit_balance": 1_250
})))]
pub struct AgingTotals {
    /// The moment of which this is true: what was written at it counts.
    #[serde(serialize_with = "timestamp::serialize")]
    pub as_of: DateTime<Utc>,
    /// How many customers owed something.
    #[schema(minimum = 0, examples(2))]
    pub customers: i64,
    /// The sum of what they owed, in minor units.
    pub balance: Sum,
    /// How much of that was overdue, in minor units: all buckets but the first.
    pub overdue_amount: Sum,
    /// The sum of the balances by age.
    pub buckets: AgeBuckets,
    /// What the business owed to customers in credit, in minor units. It is not taken off the balance.
    pub credit_balance: Sum,
}

/// Debt by age. A day is 24 hours since `due_at`, and one that has begun counts. The buckets add up to the balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, ToSchema)]
#[schema(examples(json!(
    {"not_due": 1_250, "days_1_to_30": 2_000, "days_31_to_60": 0, "days_61_to_90": 500, "over_90_days": 0}
)))]
pub struct AgeBuckets {
    /// What is open of charges that are not due, in minor units.
    pub not_due: Sum,
    /// What has been due for up to 30 days.
    pub days_1_to_30: Sum,
    /// What has been due for more than 30 days and up to 60.
    pub days_31_to_60: Sum,
    /// What has been due for more than 60 days and up to 90.
    pub days_61_to_90: Sum,
    /// What has been due for more than 90 days.
    pub over_90_days: Sum,
}

impl AgeBuckets {
    /// What is due, and not paid.
    #[must_use]
    pub fn overdue(&self) -> Sum {
        Sum(self.days_1_to_30.0 + self.days_31_to_60.0 + self.days_61_to_90.0 + self.over_90_days.0)
    }

    /// Adds the buckets of other debt.
    pub fn add(&mut self, other: &Self) {
        self.not_due.add(other.not_due);
        self.days_1_to_30.add(other.days_1_to_30);
        self.days_31_to_60.add(other.days_31_to_60);
        self.days_61_to_90.add(other.days_61_to_90);
        self.over_90_days.add(other.over_90_days);
    }
}

/// A sum of money in minor units. That of a whole business can be larger than any amount of one customer, and is exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sum(i128);

impl Sum {
    /// The number.
    #[must_use]
    pub const fn get(self) -> i128 {
        self.0
    }

    /// Adds another one. As many as the database can hold do not come near the bound of the type.
    pub const fn add(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl From<i64> for Sum {
    fn from(amount: i64) -> Self {
        Self(amount.into())
    }
}

impl std::str::FromStr for Sum {
    type Err = std::num::ParseIntError;

    fn from_str(digits: &str) -> Result<Self, Self::Err> {
        digits.parse().map(Self)
    }
}

impl Serialize for Sum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i128(self.0)
    }
}

impl PartialSchema for Sum {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(0))
            .description(Some(
                "A sum in minor units. That of a whole business is exact, and may be larger than 2^53 - 1, above which some readers of JSON round.",
            ))
            .examples([2_500])
            .into()
    }
}

impl ToSchema for Sum {
    fn name() -> std::borrow::Cow<'static, str> {
        "Sum".into()
    }
}

#[cfg(test)]
mod tests {
    use super::{AgeBuckets, Sum};

    #[test]
    fn sums_are_exact_beyond_64_bits_and_written_as_numbers() {
        let mut sum: Sum = "9223372036854775807".parse().unwrap();
        sum.add(1.into());
        assert_eq!(serde_json::to_string(&sum).unwrap(), "9223372036854775808");
    }

    #[test]
    fn all_buckets_but_the_first_are_overdue() {
        let buckets = |figures: [i64; 5]| {
            let [not_due, days_1_to_30, days_31_to_60, days_61_to_90, over_90_days] = figures.map(Sum::from);
            AgeBuckets { not_due, days_1_to_30, days_31_to_60, days_61_to_90, over_90_days }
        };
        let mut sum = buckets([1, 20, 300, 4_000, 50_000]);
        assert_eq!(sum.overdue(), 54_320.into());
        sum.add(&buckets([500_000, 40_000, 3_000, 200, 10]));
        assert_eq!(sum, buckets([500_001, 40_020, 3_300, 4_200, 50_010]));
    }
}
