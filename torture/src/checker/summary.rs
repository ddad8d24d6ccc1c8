//! How much was checked, for the report: without it, "nothing was found" has no weight.

use std::{collections::HashMap, fmt};

use serde::{Deserialize, Serialize};

use super::evidence::key_of;
use crate::{
    books::Books,
    history::{Action, Answer, EntryKind, History, Key},
};

/// Counts of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it all")]
pub struct Summary {
    pub requests: u64,
    pub clients: u64,
    pub unknown_answers: u64,
    pub purchases_accepted: u64,
    pub payments_accepted: u64,
    pub movements_accepted: u64,
    pub returns_accepted: u64,
    pub allocations_accepted: u64,
    pub reversals_accepted: u64,
    pub adjustments_accepted: u64,
    pub refunds_accepted: u64,
    /// Credits that name charges.
    pub named: u64,
    /// Charges above the credit limit, that somebody allowed.
    pub above_limit: u64,
    pub replays: u64,
    pub limit_changes: u64,
    pub price_changes: u64,
    pub reads: u64,
    pub refused_for_stock: u64,
    pub refused_for_credit: u64,
    pub movements_refused: u64,
    pub refused_for_returned: u64,
    pub refused_for_charges: u64,
    pub refused_for_unapplied: u64,
    pub refused_for_balance: u64,
    pub refused_as_reversed: u64,
    pub refused_as_not_found: u64,
    pub refused_as_key_reused: u64,
    pub unexpected_answers: u64,
    pub keys: u64,
    /// Keys with an attempt whose outcome was unknown.
    pub keys_unknown: u64,
    /// Of these, the ones that were found out later.
    pub keys_resolved: u64,
    pub orders_in_books: u64,
    pub entries_in_books: u64,
    pub movements_in_books: u64,
    pub returns_in_books: u64,
    pub parts_in_books: u64,
}

/// Of a key: whether an attempt was unknown, and whether one was not.
type KeyState = (bool, bool);

impl Summary {
    /// Counts.
    #[must_use]
    pub fn of(history: &History, books: &Books) -> Self {
        let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        let mut summary = Self {
            requests: count(history.requests.len()),
            orders_in_books: count(books.orders.len()),
            entries_in_books: count(books.entries.len()),
            movements_in_books: count(books.movements.len()),
            returns_in_books: count(books.returns.len()),
            parts_in_books: count(books.parts.len()),
            ..Self::default()
        };
        let mut clients: Vec<u32> = history.requests.iter().map(|request| request.client).collect();
        clients.sort_unstable();
        clients.dedup();
        summary.clients = count(clients.len());

        let mut keys: HashMap<(usize, bool, Key), KeyState> = HashMap::new();
        for request in &history.requests {
            summary.count(&request.action, &request.answer);
            if let Some((stock, key)) = key_of(&request.action) {
                let (unknown, definite) = keys.entry((request.business, stock, key)).or_default();
                *(if request.answer == Answer::Unknown { unknown } else { definite }) = true;
            }
        }
        summary.keys = count(keys.len());
        summary.keys_unknown = count(keys.values().filter(|state| state.0).count());
        summary.keys_resolved = count(keys.values().filter(|state| state.0 && state.1).count());
        summary
    }

    /// Adds those of another chapter of the run.
    pub fn add(&mut self, other: &Self) {
        let Self {
            requests,
            clients,
            unknown_answers,
            purchases_accepted,
            payments_accepted,
            movements_accepted,
            returns_accepted,
            allocations_accepted,
            reversals_accepted,
            adjustments_accepted,
            refunds_accepted,
            named,
            above_limit,
            replays,
            limit_changes,
            price_changes,
            reads,
            refused_for_stock,
            refused_for_credit,
            movements_refused,
            refused_for_returned,
            refused_for_charges,
            refused_for_unapplied,
            refused_for_balance,
            refused_as_reversed,
            refused_as_not_found,
            refused_as_key_reused,
            unexpected_answers,
            keys,
            keys_unknown,
            keys_resolved,
            orders_in_books,
            entries_in_books,
            movements_in_books,
            returns_in_books,
            parts_in_books,
        } = other;
        self.requests += requests;
        self.clients += clients;
        self.unknown_answers += unknown_answers;
        self.purchases_accepted += purchases_accepted;
        self.payments_accepted += payments_accepted;
        self.movements_accepted += movements_accepted;
        self.replays += replays;
        self.limit_changes += limit_changes;
        self.price_changes += price_changes;
        self.reads += reads;
        self.refused_for_stock += refused_for_stock;
        self.refused_for_credit += refused_for_credit;
        self.movements_refused += movements_refused;
        self.refused_as_not_found += refused_as_not_found;
        self.refused_as_key_reused += refused_as_key_reused;
        self.unexpected_answers += unexpected_answers;
        self.keys += keys;
        self.keys_unknown += keys_unknown;
        self.keys_resolved += keys_resolved;
        self.orders_in_books += orders_in_books;
        self.entries_in_books += entries_in_books;
        self.movements_in_books += movements_in_books;
        self.returns_accepted += returns_accepted;
        self.allocations_accepted += allocations_accepted;
        self.reversals_accepted += reversals_accepted;
        self.adjustments_accepted += adjustments_accepted;
        self.refunds_accepted += refunds_accepted;
        self.named += named;
        self.above_limit += above_limit;
        self.refused_for_returned += refused_for_returned;
        self.refused_for_charges += refused_for_charges;
        self.refused_for_unapplied += refused_for_unapplied;
        self.refused_for_balance += refused_for_balance;
        self.refused_as_reversed += refused_as_reversed;
        self.returns_in_books += returns_in_books;
        self.parts_in_books += parts_in_books;
    }

    fn count(&mut self, action: &Action, answer: &Answer) {
        let counter = match (action, answer) {
            (_, Answer::Unknown) => &mut self.unknown_answers,
            (_, Answer::Unexpected { .. }) => &mut self.unexpected_answers,
            (_, Answer::NotFound) => &mut self.refused_as_not_found,
            (_, Answer::KeyReused) => &mut self.refused_as_key_reused,
            (Action::Purchase { .. }, Answer::InsufficientStock(_)) => &mut self.refused_for_stock,
            (_, Answer::InsufficientStock(_)) => &mut self.movements_refused,
            (_, Answer::CreditLimitExceeded { .. }) => &mut self.refused_for_credit,
            (_, Answer::QuantityExceedsReturnable(_)) => &mut self.refused_for_returned,
            (
                _,
                Answer::ChargeNotFound(_) | Answer::ChargeOpenAmountExceeded(_) | Answer::AllocatedAmountExceeded(_),
            ) => &mut self.refused_for_charges,
            (_, Answer::UnappliedCreditExceeded { .. }) => &mut self.refused_for_unapplied,
            (_, Answer::CreditBalanceExceeded { .. } | Answer::BalanceExceeded { .. }) => &mut self.refused_for_balance,
            (_, Answer::AlreadyReversed { .. } | Answer::NotReversible) => &mut self.refused_as_reversed,
            (_, answer) if answer.replayed() == Some(true) => &mut self.replays,
            (_, Answer::Purchased { .. }) => &mut self.purchases_accepted,
            (_, Answer::Returned { .. }) => &mut self.returns_accepted,
            (_, Answer::Recorded { entry, named, .. }) => {
                self.named += u64::from(!named.is_empty() && entry.amount < 0);
                self.above_limit += u64::from(entry.authorized_limit.is_some());
                match entry.kind {
                    EntryKind::Payment => &mut self.payments_accepted,
                    EntryKind::Allocation => &mut self.allocations_accepted,
                    EntryKind::Reversal => &mut self.reversals_accepted,
                    EntryKind::Refund => &mut self.refunds_accepted,
                    _ => &mut self.adjustments_accepted,
                }
            }
            (_, Answer::Restocked { .. }) => &mut self.movements_accepted,
            (Action::ChangeLimit { .. }, _) => &mut self.limit_changes,
            (Action::ChangePrice { .. }, _) => &mut self.price_changes,
            _ => &mut self.reads,
        };
        *counter += 1;
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            out,
            "{} requests of {} clients, {} answers unknown",
            self.requests, self.clients, self.unknown_answers
        )?;
        writeln!(
            out,
            "purchases: {} accepted, {} refused for stock, {} for credit",
            self.purchases_accepted, self.refused_for_stock, self.refused_for_credit
        )?;
        writeln!(
            out,
            "also accepted: {} payments, {} returns, {} adjustments ({} above the limit), {} refunds, {} reversals, {} allocations",
            self.payments_accepted,
            self.returns_accepted,
            self.adjustments_accepted,
            self.above_limit,
            self.refunds_accepted,
            self.reversals_accepted,
            self.allocations_accepted
        )?;
        writeln!(
            out,
            "{} credits named charges; refused: {} for what was returned, {} for charges, {} for unapplied credit, {} for the \
             balance, {} for what was or cannot be reversed",
            self.named,
            self.refused_for_returned,
            self.refused_for_charges,
            self.refused_for_unapplied,
            self.refused_for_balance,
            self.refused_as_reversed
        )?;
        writeln!(
            out,
            "{} stock movements ({} refused), {} limit changes, {} price changes",
            self.movements_accepted, self.movements_refused, self.limit_changes, self.price_changes
        )?;
        writeln!(
            out,
            "{} reads, {} replays, {} keys called used, {} ids not found",
            self.reads, self.replays, self.refused_as_key_reused, self.refused_as_not_found
        )?;
        writeln!(
            out,
            "{} keys, {} of them with an unknown outcome, {} of those resolved",
            self.keys, self.keys_unknown, self.keys_resolved
        )?;
        write!(
            out,
            "in the books: {} orders, {} returns, {} ledger entries, {} parts of charges, {} stock movements",
            self.orders_in_books,
            self.returns_in_books,
            self.entries_in_books,
            self.parts_in_books,
            self.movements_in_books
        )
    }
}
