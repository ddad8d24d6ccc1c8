//! What a serial outcome is, and the search for it.
//!
//! Requests that overlapped had a serial outcome if they can be put in one order, such that
//! - a request that was answered before another was sent comes before it;
//! - the [`super::model`], taking them one after the other, gives each the very answer that it got, figures included: so
//!   every accepted purchase was legal where it stands, and every refusal was true at a moment within its own time;
//! - the records are in that order too: each customer's ledger entry by entry, with the credit limit that stood at each
//!   purchase; and what touched one product in the order of `created_at`.

use std::{collections::HashSet, fmt::Write as _};

use chrono::{DateTime, Utc};

use super::{
    actions::{Action, Entry, Outcome},
    model::ModelState,
};

/// A request that was made and answered.
#[derive(Debug, Clone)]
pub struct Event {
    pub action: Action,
    pub outcome: Outcome,
    /// When it was sent and when it was answered, by one clock for all.
    pub sent: u64,
    pub answered: u64,
    /// When its record was made and what the ledger holds of it, if it made one.
    pub created_at: Option<DateTime<Utc>>,
    pub entry: Option<Entry>,
}

impl Event {
    /// Whether it may have changed something. Setting a figure to what it is already counts: among the others, it matters.
    const fn is_change(&self) -> bool {
        !matches!(self.outcome, Outcome::Refused(_) | Outcome::Replayed(_))
            && !matches!(
                self.action,
                Action::SeeCustomer { .. } | Action::SeeOpenCharges { .. } | Action::SeeProduct { .. }
            )
    }
}

/// The world after `history`, if there is an order that explains it.
pub fn explain(start: &ModelState, history: &[Event]) -> Result<ModelState, String> {
    let mut search = Search { history, seen: HashSet::new(), deepest: None };
    // Any order would do; in this one the search hardly ever has to turn back.
    let mut undone: Vec<_> = (0..history.len()).collect();
    undone.sort_by_key(|event| history[*event].answered);
    search.finish(start.clone(), undone).ok_or_else(|| search.confess())
}

struct Search<'a> {
    history: &'a [Event],
    /// Where the search has been already: what was left to do, in which world.
    seen: HashSet<(Vec<usize>, ModelState)>,
    /// Where it got furthest, for the report of a failure.
    deepest: Option<(Vec<usize>, ModelState)>,
}

impl Search<'_> {
    /// Puts the `undone` events in order from `world` on.
    fn finish(&mut self, mut world: ModelState, mut undone: Vec<usize>) -> Option<ModelState> {
        // What changes nothing is put as early as it is true: that takes no possibility from the others.
        while let Some(place) =
            self.possible(&undone).into_iter().find(|place| self.is_true_now(&world, undone[*place]))
        {
            undone.remove(place);
        }
        if undone.is_empty() {
            return Some(world);
        }
        if self.deepest.as_ref().is_none_or(|(left, _)| left.len() > undone.len()) {
            self.deepest = Some((undone.clone(), world.clone()));
        }
        if !self.seen.insert((undone.clone(), world.clone())) {
            return None;
        }
        for place in self.possible(&undone) {
            let event = undone[place];
            if !self.history[event].is_change() || self.is_out_of_turn(event, &undone) {
                continue;
            }
            let before = world.clone();
            if self.take(&mut world, event) {
                let rest = undone.iter().copied().filter(|other| *other != event).collect();
                if let Some(end) = self.finish(world, rest) {
                    return Some(end);
                }
            }
            world = before;
        }
        None
    }

    /// The places of the events that may come next: nothing undone was answered before they were sent.
    fn possible(&self, undone: &[usize]) -> Vec<usize> {
        let first_answer = undone.iter().map(|event| self.history[*event].answered).min().unwrap_or(0);
        (0..undone.len()).filter(|place| self.history[undone[*place]].sent < first_answer).collect()
    }

    fn is_true_now(&self, world: &ModelState, event: usize) -> bool {
        let event = &self.history[event];
        !event.is_change() && world.clone().apply(&event.action) == event.outcome
    }

    /// Whether one of the undone has made its record before this one, where both had to hold the same row.
    fn is_out_of_turn(&self, event: usize, undone: &[usize]) -> bool {
        let event = &self.history[event];
        let is_before = |other: &&Event| other.created_at.is_some() && other.created_at < event.created_at;
        let earlier = undone.iter().map(|other| &self.history[*other]).filter(is_before);
        earlier.into_iter().any(|other| other.action.meets(&event.action))
    }

    /// Lets an event happen to `world`, and tells whether its answer and its record are the model's.
    fn take(&self, world: &mut ModelState, event: usize) -> bool {
        let Event { action, outcome, entry, .. } = &self.history[event];
        if world.apply(action) != *outcome {
            return false;
        }
        action.customer().is_none_or(|customer| world.customers[customer].ledger.last() == entry.as_ref())
    }

    /// Where no order could be found: what was left, and in which world.
    fn confess(&self) -> String {
        let Some((undone, world)) = &self.deepest else { return "no order explains an empty history".to_owned() };
        let ModelState { customers, products, .. } = world;
        let customers: Vec<_> = customers
            .iter()
            .map(|customer| (customer.credit_limit, customer.blocked, customer.balance(), customer.ledger.len()))
            .collect();
        let mut report = format!(
            "no serial order explains the answers. {} of {} could be put in order, up to\n  customers (limit, blocked, \
             balance, entries) {customers:?}\n  products {products:?}\nThen came, in some order, of these the first:",
            self.history.len() - undone.len(),
            self.history.len(),
        );
        for event in self.possible(undone).into_iter().map(|place| &self.history[undone[place]]) {
            _ = write!(report, "\n  {event:?}");
        }
        report
    }
}

#[cfg(test)]
mod tests;
