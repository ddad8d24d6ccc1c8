//! What a verification found, as plain data. The command prints it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

/// How many findings of one check are kept. All are counted.
pub const FINDINGS_KEPT: usize = 100;

/// Everything that was checked, and what is wrong.
#[derive(Debug, Clone, Serialize)]
pub struct VerifyReport {
    /// Where: host, port, database and role, without a password.
    pub database: String,
    /// PostgreSQL's version.
    pub server_version: String,
    /// The moment whose state was checked.
    pub taken_at: DateTime<Utc>,
    /// Every check, in order.
    pub checks: Vec<CheckReport>,
    /// Every business, by id.
    pub businesses: Vec<BusinessReport>,
    /// How many rows all checks read together. A row that three checks read counts three times.
    pub rows_checked: u64,
    /// How many findings there are in all.
    pub findings: u64,
    /// How many things the role could not look at, of all checks.
    pub not_checked: u64,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
}

/// One check and what it found.
#[derive(Debug, Clone, Serialize)]
pub struct CheckReport {
    /// The check's name.
    pub name: &'static str,
    /// A few words.
    pub title: &'static str,
    /// What it proves if nothing is found.
    pub proves: String,
    /// How many rows of tables, or properties of the catalogue, it looked at.
    pub rows_checked: u64,
    /// How many findings there are.
    pub findings_total: u64,
    /// The first of them, at most [`FINDINGS_KEPT`].
    pub findings: Vec<Finding>,
    /// What could not be looked at, and why. It is neither right nor wrong.
    pub not_checked: Vec<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// The business of the row. A finding in the catalogue has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub business_id: Option<Uuid>,
    /// What is wrong, in words.
    pub wrong: String,
    /// The statement that mends it, if there is one. Damaged rows have none: somebody must find out what happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
    /// The keys and figures that identify it.
    #[serde(flatten)]
    pub keys: Map<String, Value>,
}

/// One business: how many rows it has, and how many findings.
#[derive(Debug, Clone, Serialize)]
pub struct BusinessReport {
    /// Its id; absent for rows that belong to no business.
    pub business_id: Option<Uuid>,
    /// Its name; absent if it does not exist.
    pub name: Option<String>,
    /// Its currency.
    pub currency: Option<String>,
    /// How many rows it has in each table: `customers`, `products`, … and `ledger_entries` for the ledger.
    #[serde(flatten)]
    pub rows: BTreeMap<String, i64>,
    /// What its customers owe in all, in minor units of its currency: the sum of all amounts in the ledger.
    pub balance: i64,
    /// How many findings its rows have.
    pub findings: u64,
}

impl VerifyReport {
    /// Whether nothing is wrong.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        self.findings == 0
    }

    /// Whether everything was looked at.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.not_checked == 0
    }
}

impl BusinessReport {
    /// How many rows it has in a table.
    #[must_use]
    pub fn rows_in(&self, table: &str) -> i64 {
        self.rows.get(table).copied().unwrap_or(0)
    }
}

impl CheckReport {
    /// One that found nothing so far.
    pub(super) fn empty(name: &'static str, title: &'static str, proves: String) -> Self {
        Self {
            name,
            title,
            proves,
            rows_checked: 0,
            findings_total: 0,
            findings: Vec::new(),
            not_checked: Vec::new(),
            duration_ms: 0,
        }
    }

    /// Counts a finding, and keeps it if there is room.
    pub(super) fn add(&mut self, finding: Finding) {
        self.findings_total += 1;
        if self.findings.len() < FINDINGS_KEPT {
            self.findings.push(finding);
        }
    }
}

impl Finding {
    /// A finding as the statement returns it: an object of keys and figures, with `wrong` among them.
    pub(super) fn described(business_id: Option<Uuid>, finding: Value) -> Self {
        let mut keys = match finding {
            Value::Object(keys) => keys,
            other => Map::from_iter([("finding".to_owned(), other)]),
        };
        let wrong = match keys.remove("wrong") {
            Some(Value::String(wrong)) => wrong,
            _ => "it is wrong".to_owned(),
        };
        let mend = keys.remove("mend").and_then(|mend| mend.as_str().map(str::to_owned));
        Self { business_id, wrong, mend, keys }
    }

    /// A finding that belongs to no business.
    pub(super) fn of_catalogue<'a>(
        wrong: impl Into<String>,
        keys: impl IntoIterator<Item = (&'a str, String)>,
    ) -> Self {
        let keys = keys.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
        Self { business_id: None, wrong: wrong.into(), mend: None, keys }
    }

    /// The same with the statement that mends it.
    pub(super) fn mended_by(mut self, statement: impl Into<Option<String>>) -> Self {
        self.mend = statement.into();
        self
    }
}
