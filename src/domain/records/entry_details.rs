//! Ledger entries of some kinds, such as payments, as lists and single look-ups show them.

use serde::Serialize;
use utoipa::ToSchema;

use super::ledger_entry::{Allocation, LedgerEntry};
use crate::domain::LedgerEntryId;

/// An entry of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(examples(json!({
    "id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c26", "customer_id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c21", "entry_no": 7, "kind": "payment", "amount": -5_000,
    "balance_before": 3_750, "balance_after": -1_250, "credit_limit": null, "authorized_limit": null,
    "order_id": null, "reverses_entry_no": null, "due_at": null, "due_date": null, "received_on": "2026-03-13", "reference": "Transfer 4711",
    "reason": null, "created_at": "2026-03-14T09:26:53.589793Z",
    "proof": {"entry_no": 7, "hash": "ebe7cc89783f0c70693aadfa34ff197af3f2ee625fd49b6618e568b3998bc087"},
    "reversed_by": null
})))]
pub struct ListedEntry {
    /// The entry.
    #[serde(flatten)]
    pub entry: LedgerEntry,
    /// The id of the reversal that took it back; else `null`.
    #[schema(required)]
    pub reversed_by: Option<LedgerEntryId>,
}

/// An entry with all that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(examples(json!({
    "id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c26", "customer_id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c21", "entry_no": 7, "kind": "payment", "amount": -5_000,
    "balance_before": 3_750, "balance_after": -1_250, "credit_limit": null, "authorized_limit": null,
    "order_id": null, "reverses_entry_no": null, "due_at": null, "due_date": null, "received_on": "2026-03-13", "reference": "Transfer 4711",
    "reason": null, "created_at": "2026-03-14T09:26:53.589793Z",
    "proof": {"entry_no": 7, "hash": "ebe7cc89783f0c70693aadfa34ff197af3f2ee625fd49b6618e568b3998bc087"},
    "allocations": [{"charge_id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c24", "amount": 3_000}],
    "reversed_by": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c28"
})))]
pub struct EntryDetails {
    /// The entry.
    #[serde(flatten)]
    pub entry: LedgerEntry,
    /// The charges that it settled by name, in the order in which they were charged, and how much of each. What was taken back later
    /// is still there: this is what the entry did.
    pub allocations: Vec<Allocation>,
    /// The id of the reversal that took it back; else `null`.
    #[schema(required)]
    pub reversed_by: Option<LedgerEntryId>,
}
