//! How much was checked, for the report: without it, "nothing was found" has no weight.

use std::{collections::HashMap, fmt};

use serde::{Deserialize, Serialize};

use super::evidence::key_of;
use crate::{
    books::Books,
    history::{Action, Answer, History, Key},
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
    pub replays: u64,
    pub limit_changes: u64,
    pub price_changes: u64,
    pub reads: u64,
    pub refused_for_stock: u64,
    pub refused_for_credit: u64,
    pub movements_refused: u64,
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
            replays,
            limit_changes,
            price_changes,
            reads,
            refused_for_stock,
            refused_for_credit,
            movements_refused,
            refused_as_not_found,
            refused_as_key_reused,
            unexpected_answers,
            keys,
            keys_unknown,
            keys_resolved,
            orders_in_books,
            entries_in_books,
            movements_in_books,
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
            (
                _,
                Answer::Purchased { replayed: true, .. }
                | Answer::Paid { replayed: true, .. }
                | Answer::Restocked { replayed: true, .. },
            ) => &mut self.replays,
            (_, Answer::Purchased { .. }) => &mut self.purchases_accepted,
            (_, Answer::Paid { .. }) => &mut self.payments_accepted,
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
            "also accepted: {} payments, {} stock movements ({} refused), {} limit changes, {} price changes",
            self.payments_accepted,
            self.movements_accepted,
            self.movements_refused,
            self.limit_changes,
            self.price_changes
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
            "in the books: {} orders, {} ledger entries, {} stock movements",
            self.orders_in_books, self.entries_in_books, self.movements_in_books
        )
    }
}
