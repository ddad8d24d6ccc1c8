//! An adjustment of a customer's account to be recorded.

use serde::{Deserialize, Deserializer, de};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::domain::{Amount, CustomerId, Day, DueTime, Money, NewAllocation, NewAllocations, Reason, Reference};

/// What an adjustment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
// Without `try_from`, serde would read an enum from an object, too.
#[serde(rename_all = "snake_case", try_from = "String")]
pub enum AdjustmentType {
    /// A charge: what the customer owed before tallystick kept the account. It may be due in the past.
    Opening,
    /// A charge, such as for reminding.
    Fee,
    /// A charge for anything else.
    Debit,
    /// A credit: what the customer gets without paying.
    Credit,
    /// A credit: a debt that is given up, at most the balance. It is no money received.
    WriteOff,
}

impl AdjustmentType {
    /// The name in JSON and SQL: the kind of its ledger entry.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opening => "opening",
            Self::Fee => "fee",
            Self::Debit => "debit",
            Self::Credit => "credit",
            Self::WriteOff => "write_off",
        }
    }

    const fn is_charge(self) -> bool {
        matches!(self, Self::Opening | Self::Fee | Self::Debit)
    }
}

impl TryFrom<String> for AdjustmentType {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        const ALL: [AdjustmentType; 5] = [
            AdjustmentType::Opening,
            AdjustmentType::Fee,
            AdjustmentType::Debit,
            AdjustmentType::Credit,
            AdjustmentType::WriteOff,
        ];
        let found = ALL.into_iter().find(|kind| kind.as_str() == text);
        found.ok_or("must be opening, fee, debit, credit or write_off")
    }
}

/// What to add to a customer's account, or to take off it, and why.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(remote = "Self", deny_unknown_fields)]
#[schema(as = AdjustmentRequest, examples(json!({
    "customer_id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c21", "type": "fee", "amount": 5_000, "reason": "second reminder"
})))]
pub struct NewAdjustment {
    /// Whose account.
    pub customer_id: CustomerId,
    /// What it is. An `opening`, a `fee` and a `debit` are charges, a `credit` and a `write_off` are credits.
    #[serde(rename = "type")]
    pub kind: AdjustmentType,
    /// How much, in minor units.
    pub amount: Amount,
    /// On which day a charge is due, in the business's time zone; that of the request at the earliest, unless it is an `opening`.
    /// Without `due_date` and `due_at`, as the customer's terms say.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date, examples("2026-04-30"))]
    pub due_date: Option<Day>,
    /// At which moment a charge is due; that of the request at the earliest, unless it is an `opening`. Not beside `due_date`.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime, examples("2026-04-30T22:00:00Z"))]
    pub due_at: Option<DueTime>,
    /// The limit that a charge may reach, in minor units, if the customer's credit limit is less.
    #[serde(default)]
    pub authorized_limit: Option<Money>,
    /// The charges that a credit settles, each once. What is left of the amount settles the oldest charges first.
    #[serde(default)]
    #[schema(value_type = Option<Vec<NewAllocation>>, min_items = 1, max_items = 500)]
    pub allocations: Option<NewAllocations>,
    /// What the other side calls it.
    #[serde(default)]
    pub reference: Option<Reference>,
    /// Why.
    pub reason: Reason,
}

/// Reads the members, as `remote` has it, and then compares them.
impl<'de> Deserialize<'de> for NewAdjustment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let new = Self::deserialize(deserializer)?;
        let of_charges = [
            ("due_date", new.due_date.is_some()),
            ("due_at", new.due_at.is_some()),
            ("authorized_limit", new.authorized_limit.is_some()),
        ];
        let of_credits = [("allocations", new.allocations.is_some())];
        let (wrong, only) =
            if new.kind.is_charge() { (&of_credits[..], "a credit") } else { (&of_charges[..], "a charge") };
        if let Some((name, _)) = wrong.iter().find(|(_, is_given)| *is_given) {
            return Err(de::Error::custom(format!("member `{name}` must not stand here: only {only} has it")));
        }
        if new.due_date.is_some() && new.due_at.is_some() {
            return Err(de::Error::custom("member `due_at` must not stand beside due_date"));
        }
        Ok(new)
    }
}

impl NewAdjustment {
    /// When a charge is due, if the request says it, as `sql/functions/purchase_check_due.sql` takes it.
    #[must_use]
    pub fn due(&self) -> Option<Value> {
        match (self.due_date, self.due_at) {
            (Some(day), _) => Some(json!({"due_date": day.to_string()})),
            (None, Some(time)) => Some(json!({"due_at": time.to_string()})),
            (None, None) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::NewAdjustment;

    fn read(kind: &str, member: &str, value: Value) -> Result<NewAdjustment, String> {
        let id = "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c21";
        let mut body = json!({"customer_id": id, "type": kind, "amount": 1, "reason": "r"});
        body[member] = value;
        serde_json::from_value(body).map_err(|error| error.to_string())
    }

    #[test]
    fn only_a_charge_is_due_and_only_a_credit_settles_charges() {
        let allocations = || json!([{"charge_id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c24", "amount": 1}]);
        for (kind, is_charge) in
            [("opening", true), ("fee", true), ("debit", true), ("credit", false), ("write_off", false)]
        {
            assert_eq!(read(kind, "kept", Value::Null).unwrap_err().split('`').nth(1), Some("kept"));
            assert_eq!(read(kind, "due_date", json!("2026-01-31")).is_ok(), is_charge, "{kind}");
            assert_eq!(read(kind, "due_at", json!("2026-01-31T00:00:00Z")).is_ok(), is_charge, "{kind}");
            assert_eq!(read(kind, "authorized_limit", json!(0)).is_ok(), is_charge, "{kind}");
            assert_eq!(read(kind, "allocations", allocations()).is_ok(), !is_charge, "{kind}");
            assert!(read(kind, "due_date", Value::Null).is_ok());
        }
        for wrong in ["purchase", "refund", "payment", "Fee", ""] {
            assert_eq!(
                read(wrong, "reference", Value::Null).unwrap_err(),
                "must be opening, fee, debit, credit or write_off"
            );
        }
    }

    #[test]
    fn a_due_time_is_sent_as_sql_takes_it() {
        let due = |member, value| read("opening", member, value).unwrap().due();
        assert_eq!(due("due_date", json!("2026-01-31")), Some(json!({"due_date": "2026-01-31"})));
        let time = json!({"due_at": "2026-01-31T06:30:00.000000Z"});
        assert_eq!(due("due_at", json!("2026-01-31T12:00:00+05:30")), Some(time));
        assert_eq!(due("due_at", Value::Null), None);
    }
}
