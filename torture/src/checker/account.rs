//! One customer's account after any number of entries: what is settled of each charge, what can still be taken back or returned.
//! It says what the server should have answered at that position.
//!
//! Unapplied credit settles the oldest charge first: of each, what no credit settles by name. So what is open begins where the sum
//! of these amounts exceeds the unapplied credit.

use std::collections::HashMap;

use uuid::Uuid;

use super::{evidence::Evidence, sums::Sums};
use crate::history::{Action, Answer, ChargeExcess, EntryKind, LineExcess, OpenCharge, Part};

/// A day of 24 hours.
const DAY_US: i64 = 24 * 60 * 60 * 1_000_000;

/// A debt of its own.
#[derive(Debug, Clone, Copy)]
pub(super) struct Charge {
    id: Uuid,
    entry_no: i64,
    pub(super) amount: i64,
    /// What is settled of it by name.
    pub(super) allocated: i64,
    /// In how many parts.
    pub(super) parts: i64,
    due_at_us: i64,
}

impl Charge {
    /// What no credit settles by name.
    pub(super) fn free(&self) -> i64 {
        self.amount.saturating_sub(self.allocated)
    }
}

/// A payment or an adjustment.
#[derive(Debug, Clone)]
pub(super) struct Credit {
    pub(super) kind: EntryKind,
    pub(super) amount: i64,
    named: Vec<Part>,
    pub(super) reversal: Option<Uuid>,
}

pub(super) struct Account<'a> {
    evidence: &'a Evidence<'a>,
    pub(super) balance: i64,
    charges: Vec<Charge>,
    places: HashMap<Uuid, usize>,
    /// By place of a charge: what no credit settles by name.
    free: Sums,
    credits: HashMap<Uuid, Credit>,
    /// Ids of entries.
    by_no: HashMap<i64, Uuid>,
    /// By order and line.
    returned: HashMap<(Uuid, i64), i64>,
}

impl<'a> Account<'a> {
    /// Before the first entry of a ledger.
    pub(super) fn new(evidence: &'a Evidence<'a>, ledger: &[usize]) -> Self {
        let is_charge = |effect: &&usize| evidence.entry_of(**effect).is_some_and(|entry| entry.kind.is_charge());
        Self {
            evidence,
            balance: 0,
            charges: Vec::new(),
            places: HashMap::new(),
            free: Sums::new(ledger.iter().filter(is_charge).count()),
            credits: HashMap::new(),
            by_no: HashMap::new(),
            returned: HashMap::new(),
        }
    }

    /// After one more entry.
    pub(super) fn apply(&mut self, effect: usize) {
        let Some(entry) = self.evidence.entry_of(effect) else { return };
        self.balance = self.balance.saturating_add(entry.amount);
        self.by_no.insert(entry.entry_no, entry.id);
        let named = self.evidence.named_by(effect);
        for part in &named {
            if let Some(place) = self.places.get(&part.charge).copied() {
                let charge = &mut self.charges[place];
                charge.allocated = charge.allocated.saturating_add(part.amount);
                charge.parts += 1;
                self.free.add(place, part.amount.saturating_neg());
            }
        }
        if entry.kind.is_charge() {
            let place = self.charges.len();
            self.places.insert(entry.id, place);
            self.free.add(place, entry.amount);
            self.charges.push(Charge {
                id: entry.id,
                entry_no: entry.entry_no,
                amount: entry.amount,
                allocated: 0,
                parts: 0,
                due_at_us: entry.due_at_us.unwrap_or(i64::MAX),
            });
        }
        if entry.kind == EntryKind::Payment || EntryKind::ADJUSTMENTS.contains(&entry.kind) {
            let amount = entry.amount.saturating_neg();
            self.credits.insert(entry.id, Credit { kind: entry.kind, amount, named, reversal: None });
        }
        if let Some(credit) = self.reversed_by(effect).and_then(|id| self.credits.get_mut(&id)) {
            credit.reversal = Some(entry.id);
        }
        if let Some(goods) = self.evidence.goods_of(effect) {
            for line in &goods.lines {
                let returned = self.returned.entry((goods.order, line.line_no)).or_default();
                *returned = returned.saturating_add(line.quantity);
            }
        }
    }

    /// The id of what an entry takes back.
    fn reversed_by(&self, effect: usize) -> Option<Uuid> {
        let entry = self.evidence.entry_of(effect)?;
        self.by_no.get(&entry.reverses?).copied()
    }

    /// What an entry takes back, as it is now.
    pub(super) fn reversed(&self, effect: usize) -> Option<&Credit> {
        self.credits.get(&self.reversed_by(effect)?)
    }

    /// Credit that settles no charge by name.
    pub(super) fn unapplied(&self) -> i64 {
        self.free.all().saturating_sub(self.balance)
    }

    /// A charge by its id.
    pub(super) fn charge(&self, id: Uuid) -> Option<&Charge> {
        self.places.get(&id).map(|place| &self.charges[*place])
    }

    /// How much has come back of a line.
    pub(super) fn returned(&self, order: Uuid, line_no: i64) -> i64 {
        self.returned.get(&(order, line_no)).copied().unwrap_or_default()
    }

    /// What of a credit's own parts still stands, as a reversal takes it back.
    pub(super) fn taken_back(&self, credit: &Credit) -> Vec<Part> {
        let stands = |part: &Part| {
            let allocated = self.charge(part.charge).map_or(0, |charge| charge.allocated);
            Part { charge: part.charge, amount: -part.amount.min(allocated) }
        };
        credit.named.iter().map(stands).filter(|part| part.amount < 0).collect()
    }

    /// The refusal that a request gets now. None, if it is accepted, or if something else than the account decides.
    pub(super) fn refusal(&self, action: &Action) -> Option<Answer> {
        match action {
            Action::Payment { named, .. } => self.cannot_settle(named),
            Action::Adjust { kind, amount, named, .. } if !kind.is_charge() => {
                if *kind == EntryKind::WriteOff && *amount > self.balance {
                    return Some(Answer::BalanceExceeded { requested: *amount, available: self.balance.max(0) });
                }
                self.cannot_settle(named)
            }
            Action::Refund { amount, .. } => {
                let (requested, available) = (*amount, self.balance.saturating_neg().max(0));
                (requested > available).then_some(Answer::CreditBalanceExceeded { requested, available })
            }
            Action::Allocate { named, .. } => self.cannot_settle(named).or_else(|| {
                let requested = named.iter().map(|part| part.amount).sum();
                self.lacks_unapplied(requested)
            }),
            Action::Reverse { entry, .. } => {
                let Some(credit) = self.credits.get(entry) else { return Some(Answer::NotFound) };
                if !credit.kind.is_reversible() {
                    return Some(Answer::NotReversible);
                } else if let Some(reversal) = credit.reversal {
                    return Some(Answer::AlreadyReversed { reversal });
                }
                let taken_back: i64 = self.taken_back(credit).iter().map(|part| part.amount).sum();
                self.lacks_unapplied(credit.amount.saturating_add(taken_back))
            }
            Action::Return { order, lines, .. } => {
                let bought = self.evidence.orders.get(order).map(|index| &self.evidence.books.orders[*index].order);
                let Some(bought) = bought.filter(|_| self.places.contains_key(order)) else {
                    return Some(Answer::NotFound);
                };
                let excess = |asked: &crate::history::LineBack| {
                    let line = bought.lines.iter().find(|line| line.line_no == asked.line_no)?;
                    let available = line.quantity.saturating_sub(self.returned(*order, asked.line_no));
                    let (line_no, requested) = (asked.line_no, asked.quantity);
                    (requested > available).then_some(LineExcess { line_no, requested, available })
                };
                let mut over: Vec<LineExcess> = lines.iter().filter_map(excess).collect();
                over.sort_unstable_by_key(|line| line.line_no);
                (!over.is_empty()).then_some(Answer::QuantityExceedsReturnable(over))
            }
            _ => None,
        }
    }

    fn lacks_unapplied(&self, requested: i64) -> Option<Answer> {
        let available = self.unapplied();
        let lacks = requested > 0 && requested > available;
        lacks.then_some(Answer::UnappliedCreditExceeded { requested, available })
    }

    fn cannot_settle(&self, named: &[Part]) -> Option<Answer> {
        let is_unknown = |(place, part): (usize, &Part)| self.charge(part.charge).is_none().then_some(place);
        let unknown: Vec<usize> = named.iter().enumerate().filter_map(is_unknown).collect();
        if !unknown.is_empty() {
            return Some(Answer::ChargeNotFound(unknown));
        }
        let over = self.excesses(named, |charge, amount| (amount > charge.free()).then_some((amount, charge.free())));
        if !over.is_empty() {
            return Some(Answer::ChargeOpenAmountExceeded(over));
        }
        let lacks = |charge: &Charge, amount: i64| charge.allocated.saturating_add(amount) < 0;
        let under = self.excesses(named, |charge, amount| lacks(charge, amount).then_some((-amount, charge.allocated)));
        (!under.is_empty()).then_some(Answer::AllocatedAmountExceeded(under))
    }

    /// The charges of which too much is named: how much that is, and how much there is.
    fn excesses(&self, named: &[Part], excess: impl Fn(&Charge, i64) -> Option<(i64, i64)>) -> Vec<ChargeExcess> {
        let found = named.iter().filter_map(|part| {
            let (requested, available) = excess(self.charge(part.charge)?, part.amount)?;
            Some(ChargeExcess { charge: part.charge, requested, available })
        });
        found.collect()
    }

    /// The open charges, oldest first.
    pub(super) fn open_charges(&self) -> impl Iterator<Item = (&Charge, i64)> {
        let unapplied = self.unapplied().max(0);
        let mut passed = unapplied;
        std::iter::from_fn(move || {
            let (place, sum) = self.free.first_beyond(passed)?;
            let open = sum - passed;
            passed = sum;
            Some((&self.charges[place], open))
        })
    }

    /// Whether this is what a read shows now.
    pub(super) fn shows(&self, answer: &Answer) -> bool {
        match answer {
            Answer::OpenCharges { charges, is_last } => {
                let mut open = self.open_charges().map(|(charge, open)| {
                    let Charge { id, entry_no, amount, .. } = *charge;
                    OpenCharge { charge: id, entry_no, amount, open }
                });
                charges.iter().all(|shown| open.next().as_ref() == Some(shown)) && (!is_last || open.next().is_none())
            }
            Answer::Aging { as_of_us, balance, buckets, .. } => {
                *balance == self.balance && *buckets == self.buckets(*as_of_us)
            }
            _ => false,
        }
    }

    /// What is open by age: not due, then by the days for which it has been due. A day that has begun counts.
    fn buckets(&self, as_of_us: i64) -> [i64; 5] {
        let mut buckets = [0; 5];
        for (charge, open) in self.open_charges() {
            let due_for = as_of_us.saturating_sub(charge.due_at_us);
            let bucket = [0, 30, 60, 90].iter().filter(|days| due_for > *days * DAY_US).count();
            buckets[bucket] += open;
        }
        buckets
    }
}
