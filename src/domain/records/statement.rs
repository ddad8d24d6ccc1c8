//! A statement of a customer's account: what was owed before a period, what changed it, and what is open after it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{
    AgeBuckets, Balance, BusinessId, Currency, CustomerId, EntryKind, LedgerEntryId, OpenCharge, OrderId, Proof,
    Reason, Reference, TimeZone, timestamp,
};

/// A statement of a customer's account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(examples(json!({
    "business": {"id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c11", "name": "Corner Wholesale", "currency": "EUR", "currency_decimals": 2, "time_zone": "Europe/Berlin"},
    "customer": {"id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c21", "name": "Café Central", "external_id": "C-1042"},
    "from": "2026-03-01", "to": "2026-03-31", "period_start": "2026-02-28T23:00:00Z", "period_end": "2026-03-31T22:00:00Z",
    "final": true, "as_of": "2026-03-31T22:00:00Z", "opening_balance": 8_750, "closing_balance": 3_750,
    "aging": {"not_due": 1_250, "days_1_to_30": 2_500, "days_31_to_60": 0, "days_61_to_90": 0, "over_90_days": 0},
    "proof": {"entry_no": 7, "hash": "ebe7cc89783f0c70693aadfa34ff197af3f2ee625fd49b6618e568b3998bc087"},
    "lines": [{
        "entry_no": 7, "id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c26", "kind": "payment", "date": "2026-03-14",
        "created_at": "2026-03-14T09:26:53.589793Z", "amount": -5_000, "balance_after": 3_750, "order_id": null,
        "reverses_entry_no": null, "due_at": null, "due_date": null, "received_on": "2026-03-13", "reference": "Transfer 4711",
        "reason": null
    }],
    "open_charges": [{
        "charge_id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c24", "entry_no": 6, "kind": "purchase", "amount": 4_000, "open_amount": 3_750,
        "created_at": "2026-02-14T09:26:53.589793Z", "due_at": "2026-03-16T09:26:53.589793Z", "due_date": null
    }]
})))]
pub struct Statement {
    /// The business.
    pub business: StatementBusiness,
    /// The customer.
    pub customer: StatementCustomer,
    /// The first day of the period.
    #[schema(value_type = String, format = Date, examples("2026-03-01"))]
    pub from: NaiveDate,
    /// The last day of the period.
    #[schema(value_type = String, format = Date, examples("2026-03-31"))]
    pub to: NaiveDate,
    /// When the first day begins in the business's time zone.
    #[serde(serialize_with = "timestamp::serialize")]
    pub period_start: DateTime<Utc>,
    /// When the last day ends: the first moment that no longer belongs to the period.
    #[serde(serialize_with = "timestamp::serialize")]
    pub period_end: DateTime<Utc>,
    /// Whether nothing can be added to the period any more. A final statement says the same whenever it is asked for, but for names.
    #[serde(rename = "final")]
    pub is_final: bool,
    /// The moment for which the aging is computed: the end of the period, or now if that comes first.
    #[serde(serialize_with = "timestamp::serialize")]
    pub as_of: DateTime<Utc>,
    /// What the customer owed when the period began, in minor units.
    pub opening_balance: Balance,
    /// What the customer owed when it ended, in minor units: the opening balance and the amounts of all lines.
    pub closing_balance: Balance,
    /// The closing balance by age; all are 0 for a customer in credit.
    pub aging: AgeBuckets,
    /// What proves the last entry before the end of the period, and all entries before it; `null` if there is none.
    #[schema(required)]
    pub proof: Option<Proof>,
    /// The ledger entries of the period, oldest first. Each begins with the balance that the one before it left.
    pub lines: Vec<StatementLine>,
    /// What is open of each charge after the last line, oldest first. The amounts add up to the closing balance, or there are none.
    pub open_charges: Vec<OpenCharge>,
}

/// The business of a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StatementBusiness {
    /// The business's id.
    pub id: BusinessId,
    /// What it is called now.
    #[schema(examples("Corner Wholesale"))]
    pub name: String,
    /// The currency whose minor units every amount counts.
    pub currency: Currency,
    /// How many decimals an amount has if it is written in the currency's major unit.
    #[schema(examples(2), minimum = 0, maximum = 4)]
    pub currency_decimals: i32,
    /// Where its days begin and end.
    pub time_zone: TimeZone,
}

/// The customer of a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StatementCustomer {
    /// The customer's id.
    pub id: CustomerId,
    /// What the customer is called now.
    #[schema(examples("Café Central"))]
    pub name: String,
    /// The business's own reference; `null` if it has none.
    #[schema(required)]
    pub external_id: Option<String>,
}

/// A ledger entry, as a statement shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StatementLine {
    /// The entry's number in this customer's ledger, from 1.
    #[schema(minimum = 1, examples(7))]
    pub entry_no: i64,
    /// The entry's id; a purchase's entry has its order's id.
    pub id: LedgerEntryId,
    /// What made the entry.
    pub kind: EntryKind,
    /// The day on which it was made, in the business's time zone.
    #[schema(value_type = String, format = Date, examples("2026-03-14"))]
    pub date: NaiveDate,
    /// When it was made.
    #[serde(serialize_with = "timestamp::serialize")]
    pub created_at: DateTime<Utc>,
    /// The change, in minor units: positive is more debt, negative is less.
    pub amount: Balance,
    /// What the customer owed after, in minor units.
    pub balance_after: Balance,
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
    /// The day on which a charge is due, if its terms name a day; else `null`.
    #[schema(required, value_type = Option<String>, format = Date, examples("2026-04-13"))]
    pub due_date: Option<NaiveDate>,
    /// The day on which a charge is due in the business's time zone, for print.
    #[serde(skip)]
    pub due_on: Option<NaiveDate>,
    /// The day on which a payment came in, if that was said; else `null`.
    #[schema(required, value_type = Option<String>, format = Date, examples("2026-03-13"))]
    pub received_on: Option<NaiveDate>,
    /// What the other side calls it, if that was said; else `null`.
    #[schema(required, value_type = Option<Reference>)]
    pub reference: Option<String>,
    /// Why it was made, if that was said; else `null`.
    #[schema(required, value_type = Option<Reason>)]
    pub reason: Option<String>,
}

/// A charge of which something is open, with what print shows of it besides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementCharge {
    /// The charge.
    pub charge: OpenCharge,
    /// The day on which it was made, in the business's time zone.
    pub date: NaiveDate,
    /// The day on which it is due, in the business's time zone.
    pub due_on: NaiveDate,
}
