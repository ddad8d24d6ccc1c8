//! An entry of a customer's credit ledger.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use crate::domain::{
    Balance, BusinessId, CustomerId, Hash, LedgerEntryId, Money, OrderId, Proof, Reason, Reference, timestamp,
};

/// One change of a customer's account: append-only, numbered without a gap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(examples(json!({
    "id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c26", "customer_id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c21", "entry_no": 7, "kind": "payment", "amount": -5_000,
    "balance_before": 3_750, "balance_after": -1_250, "credit_limit": null, "authorized_limit": null,
    "order_id": null, "reverses_entry_no": null, "due_at": null, "due_date": null, "received_on": "2026-03-13", "reference": "Transfer 4711",
    "reason": null,
    "created_at": "2026-03-14T09:26:53.589793Z",
    "proof": {"entry_no": 7, "hash": "ebe7cc89783f0c70693aadfa34ff197af3f2ee625fd49b6618e568b3998bc087"}
})))]
pub struct LedgerEntry {
    /// The entry's id; a purchase's entry has its order's id.
    pub id: LedgerEntryId,
    /// The customer.
    pub customer_id: CustomerId,
    /// The entry's number in this customer's ledger, from 1.
    #[schema(minimum = 1, examples(7))]
    pub entry_no: i64,
    /// What made the entry.
    pub kind: EntryKind,
    /// The change, in minor units: positive is credit used, negative is credit given back.
    pub amount: Balance,
    /// What the customer owed before, in minor units.
    pub balance_before: Balance,
    /// What the customer owed after, in minor units.
    pub balance_after: Balance,
    /// The credit limit in force when a new debt was made, such as a purchase, in minor units; else `null`.
    #[schema(required)]
    pub credit_limit: Option<Money>,
    /// The limit that somebody allowed for this debt in place of the credit limit, in minor units; else `null`.
    #[schema(required)]
    pub authorized_limit: Option<Money>,
    /// The order of a purchase; else `null`.
    #[schema(required)]
    pub order_id: Option<OrderId>,
    /// The number of the entry that a reversal takes back; else `null`.
    #[schema(required, minimum = 1)]
    pub reverses_entry_no: Option<i64>,
    /// When a charge is due; `null` for an entry that is no charge.
    #[schema(required)]
    #[serde(serialize_with = "timestamp::serialize_option")]
    pub due_at: Option<DateTime<Utc>>,
    /// The day on which a charge is due, if its terms name a day: `due_at` is the end of that day. Else `null`.
    #[schema(required, value_type = Option<String>, format = Date, examples("2026-04-13"))]
    pub due_date: Option<NaiveDate>,
    /// The day on which a payment came in, if that was said; else `null`.
    #[schema(required, value_type = Option<String>, format = Date, examples("2026-03-13"))]
    pub received_on: Option<NaiveDate>,
    /// What the other side calls it, if that was said; else `null`.
    #[schema(required, value_type = Option<Reference>)]
    pub reference: Option<String>,
    /// Why it was made, if that was said; else `null`.
    #[schema(required, value_type = Option<Reason>)]
    pub reason: Option<String>,
    /// When it was made.
    #[serde(serialize_with = "timestamp::serialize")]
    pub created_at: DateTime<Utc>,
    /// What proves this entry and all entries before it.
    pub proof: Proof,
    /// What else the hash covers, if the request has `include=hashed`.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hashed: Option<Hashed>,
}

/// An entry that a request made, with the charges that it settles by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(examples(json!({
    "id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c26", "customer_id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c21", "entry_no": 7, "kind": "payment", "amount": -5_000,
    "balance_before": 3_750, "balance_after": -1_250, "credit_limit": null, "authorized_limit": null,
    "order_id": null, "reverses_entry_no": null, "due_at": null, "due_date": null, "received_on": "2026-03-13", "reference": "Transfer 4711",
    "reason": null, "created_at": "2026-03-14T09:26:53.589793Z",
    "proof": {"entry_no": 7, "hash": "ebe7cc89783f0c70693aadfa34ff197af3f2ee625fd49b6618e568b3998bc087"},
    "allocations": [{"charge_id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c24", "amount": 3_000}]
})))]
pub struct RecordedEntry {
    /// The entry.
    #[serde(flatten)]
    pub entry: LedgerEntry,
    /// The charges that it settles by name, in the order in which they were charged, and how much of each.
    pub allocations: Vec<Allocation>,
}

/// How much of a charge is settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Allocation {
    /// The charge: of a purchase, the id of its order; else the id of its ledger entry.
    pub charge_id: LedgerEntryId,
    /// How much, in minor units. Negative takes back.
    pub amount: Balance,
}

/// What an entry's hash covers beside what the entry shows. With it, anybody can compute the hash anew: `docs/proofs.md` says how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Hashed {
    /// The business.
    pub business_id: BusinessId,
    /// The sum of all charges so far, in minor units, as decimal digits: it may be larger than a number in JSON can be for
    /// every client.
    #[schema(value_type = String, pattern = "^(0|[1-9][0-9]{0,18})$", examples("128000"))]
    #[serde(serialize_with = "digits")]
    pub charged_total: i64,
    /// The sum of all credit so far that names the charge which it settles, in minor units, as decimal digits.
    #[schema(value_type = String, pattern = "^(0|[1-9][0-9]{0,18})$", examples("0"))]
    #[serde(serialize_with = "digits")]
    pub allocated_total: i64,
    /// The sum of what is held for purchases to come, in minor units, as decimal digits.
    #[schema(value_type = String, pattern = "^(0|[1-9][0-9]{0,18})$", examples("0"))]
    #[serde(serialize_with = "digits")]
    pub held_total: i64,
    /// The SHA-256 of what the request asked for.
    pub request_fingerprint: Hash,
    /// The SHA-256 of what belongs to the entry and stands elsewhere: the lines of an order, and the charges that a
    /// credit settles by name.
    pub details_digest: Hash,
    /// The request's idempotency key.
    #[schema(min_length = 1, max_length = 255, examples("order-2026-0001"))]
    pub idempotency_key: String,
    /// Who asked for it: `key:` and the id of an API key, `sub:` and the subject of a token (nothing if the token has none), or
    /// `role:` and the database role of a command line.
    #[schema(min_length = 1, max_length = 300, examples("key:0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c29"))]
    pub actor: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference to the field")]
fn digits<S: Serializer>(number: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(number)
}

/// What makes a ledger entry. More kinds will come: treat one that you do not know by its amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// A charge: a purchase, of its order's total.
    Purchase,
    /// A charge: what the customer owed when the account was taken over from another system.
    Opening,
    /// A charge: a fee.
    Fee,
    /// A charge: any other.
    Debit,
    /// A charge: a credit balance was paid out.
    Refund,
    /// A credit: the customer paid.
    Payment,
    /// A credit: goods came back.
    Return,
    /// A credit: any other.
    Credit,
    /// A credit: a debt was given up.
    WriteOff,
    /// A correction: it takes back a payment, a credit or a write-off, and is no new debt.
    Reversal,
    /// A note of amount 0: credit was set against other charges.
    Allocation,
}

impl EntryKind {
    /// Every kind that the database has.
    pub const ALL: [Self; 11] = [
        Self::Purchase,
        Self::Opening,
        Self::Fee,
        Self::Debit,
        Self::Refund,
        Self::Payment,
        Self::Return,
        Self::Credit,
        Self::WriteOff,
        Self::Reversal,
        Self::Allocation,
    ];

    /// Its name in JSON and SQL.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Purchase => "purchase",
            Self::Opening => "opening",
            Self::Fee => "fee",
            Self::Debit => "debit",
            Self::Refund => "refund",
            Self::Payment => "payment",
            Self::Return => "return",
            Self::Credit => "credit",
            Self::WriteOff => "write_off",
            Self::Reversal => "reversal",
            Self::Allocation => "allocation",
        }
    }

    /// Whether it makes a debt of its own, with a due time.
    #[must_use]
    pub const fn is_charge(self) -> bool {
        matches!(self, Self::Purchase | Self::Opening | Self::Fee | Self::Debit | Self::Refund)
    }
}

impl std::str::FromStr for EntryKind {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or("an unknown kind of ledger entry")
    }
}

#[cfg(test)]
mod tests {
    use super::EntryKind;

    /// The rules of all entries, and those of the kinds that are no purchases.
    const RULES: &str = include_str!("../../../sql/functions/ledger_entries_are_right.sql");
    const RULES_OF_KINDS: &str = include_str!("../../../sql/functions/ledger_kind_broken_rule.sql");

    /// A list must not fail on a kind that the ledger takes.
    #[test]
    fn every_kind_that_the_ledger_takes_is_known_by_the_same_name() {
        let rule = RULES_OF_KINDS.split("WHEN NOT CASE\n").nth(1).unwrap();
        let rule = rule.split("END THEN 'credit_ledger_amount_is_that_of_its_kind'").next().unwrap();
        let named: Vec<_> = rule.split('\'').skip(1).step_by(2).chain(["purchase"]).collect();
        assert_eq!(named.len(), EntryKind::ALL.len());
        for name in named {
            let kind: EntryKind = name.parse().unwrap();
            assert_eq!(serde_json::to_value(kind).unwrap(), name);
        }
    }

    #[test]
    fn the_charges_are_those_of_the_rules() {
        let (charges, _) = RULES.split_once(") AS is_charge").unwrap();
        let charges = charges.rsplit('(').next().unwrap();
        for kind in EntryKind::ALL {
            assert_eq!(kind.is_charge(), charges.contains(&format!("'{}'", kind.as_str())), "{kind:?}");
        }
    }
}
