//! Customers. Each ledger is one chain of figures. Every balance that an answer showed, and every refusal for lack of credit,
//! must fit between two entries in real time.

use super::{
    evidence::{Evidence, What},
    finding::{Findings, Kind},
    register::{Sight, Who},
    timeline::{Change, Misfit, Observation, Timeline, Wanted},
};
use crate::{
    books::EntryRow,
    history::{Action, Answer, Moment, Order},
};

/// Every customer's entries, in their order.
pub(super) struct Ledgers {
    /// By customer: effects.
    entries: Vec<Vec<usize>>,
    /// By business: whether a later entry has an earlier `created_at`.
    pub(super) clock_ran_back: Vec<bool>,
}

/// Follows every chain through the books.
pub(super) fn chains(evidence: &Evidence, out: &mut Findings) -> Ledgers {
    let mut entries = vec![Vec::new(); evidence.all_customers.len()];
    for effect in 0..evidence.effects.len() {
        if let Some(customer) = evidence.customer_of(effect) {
            entries[customer].push(effect);
        }
    }
    let row = |effect: &usize| &evidence.books.entries[evidence.effects[*effect].row];
    let mut clock_ran_back = vec![false; evidence.history.businesses.len()];
    for ledger in &mut entries {
        ledger.sort_by_key(|effect| row(effect).entry.entry_no);
        let (mut balance, mut entry_no, mut time) = (0, 0, i64::MIN);
        for effect in &*ledger {
            let EntryRow { entry, .. } = row(effect);
            if entry.entry_no != entry_no + 1 || entry.balance_before != balance {
                out.add(Kind::BrokenChain, || {
                    let (no, id, before) = (entry.entry_no, entry.id, entry.balance_before);
                    format!(
                        "entry {no} ({id}) of {} begins at {before}, after entry {entry_no} at {balance}",
                        entry.customer
                    )
                });
            }
            if entry.created_at_us < time {
                clock_ran_back[evidence.effects[*effect].business] = true;
                out.add(Kind::ClockOrder, || {
                    let (no, made) = (entry.entry_no, entry.created_at_us);
                    format!(
                        "entry {no} ({}) of {} is of {made} us, and the one before of {time}",
                        entry.id, entry.customer
                    )
                });
            }
            entry_alone(evidence, *effect, out);
            (balance, entry_no, time) = (entry.balance_after, entry.entry_no, entry.created_at_us);
        }
    }
    Ledgers { entries, clock_ran_back }
}

fn entry_alone(evidence: &Evidence, effect: usize, out: &mut Findings) {
    let it = evidence.effects[effect];
    let entry = &evidence.books.entries[it.row].entry;
    if entry.balance_before.checked_add(entry.amount) != Some(entry.balance_after) {
        out.add(Kind::BrokenChain, || {
            format!("entry {}: {} and {} are not {}", entry.id, entry.balance_before, entry.amount, entry.balance_after)
        });
    }
    match evidence.order_of(effect) {
        Some(order) => {
            if !is_charge_of(entry, order) {
                out.add(Kind::WrongSum, || {
                    let (total, after, made) = (order.total, order.balance_after, order.created_at_us);
                    format!("{entry:?} is not the charge of its order: total {total}, balance {after}, {made} us")
                });
            }
            // A purchase at price 0 uses no credit.
            if entry.amount > 0 && entry.credit_limit.is_some_and(|limit| entry.balance_after > limit) {
                out.add(Kind::Overspend, || format!("{entry:?}"));
            }
        }
        None if entry.amount >= 0 || entry.credit_limit.is_some() => {
            out.add(Kind::AlteredPayment, || format!("{entry:?} is no payment"));
        }
        None => {}
    }
}

fn is_charge_of(entry: &crate::history::Entry, order: &Order) -> bool {
    entry.amount == order.total
        && entry.amount >= 0
        && entry.balance_after == order.balance_after
        && entry.customer == order.customer
        && entry.created_at_us == order.created_at_us
        && entry.credit_limit.is_some()
}

/// Finds a place for every balance that an answer showed. Returns the limits that answers showed, by customer.
pub(super) fn place(evidence: &Evidence, ledgers: &Ledgers, out: &mut Findings) -> Vec<(usize, Sight)> {
    let mut positions = vec![0; evidence.effects.len()];
    for ledger in &ledgers.entries {
        for (position, effect) in (1..).zip(ledger) {
            positions[*effect] = position;
        }
    }
    let mut seen = vec![Vec::new(); ledgers.entries.len()];
    let mut sights = Vec::new();
    for index in 0..evidence.history.requests.len() {
        if let Some((customer, wanted)) = observation(evidence, index, &positions) {
            seen[customer].push(evidence.observation(index, wanted));
        }
    }
    for (effect, index) in &evidence.shown {
        if let Some(customer) = evidence.customer_of(*effect) {
            seen[customer].push(evidence.observation(*index, Wanted::After(positions[*effect])));
        }
    }
    for (customer, (ledger, mut seen)) in ledgers.entries.iter().zip(seen).enumerate() {
        let changes: Vec<Change> = ledger.iter().map(|effect| change(evidence, *effect)).collect();
        let timeline = Timeline::new(0, &changes);
        seen.sort_by_key(|observation| observation.sent);
        for (observation, place) in seen.iter().zip(timeline.place(&seen)) {
            // One answer shows both figures, so both are of one moment.
            let (sent, answered) = timeline.time_of(observation, place);
            if let Err(misfit) = place {
                misplaced(evidence, customer, &timeline, observation, misfit, out);
            }
            sights.extend(sight(evidence, observation.request, sent, answered).map(|sight| (customer, sight)));
        }
        for effect in ledger {
            let it = evidence.effects[*effect];
            if let Some(value) = evidence.books.entries[it.row].entry.credit_limit
                && it.what != What::Payment
            {
                let sight = Sight { value, sent: it.earliest, answered: it.latest, who: Who::Effect(*effect) };
                sights.push((customer, sight));
            }
        }
    }
    sights
}

fn change(evidence: &Evidence, effect: usize) -> Change {
    let it = evidence.effects[effect];
    let value = evidence.books.entries[it.row].entry.balance_after;
    Change { earliest: it.earliest, latest: it.latest, value, amid: None }
}

/// What an answer showed of a customer's ledger.
fn observation(evidence: &Evidence, index: usize, positions: &[usize]) -> Option<(usize, Wanted)> {
    let request = &evidence.history.requests[index];
    let (id, wanted) = match (&request.action, &request.answer) {
        (
            Action::ReadCustomer { customer } | Action::ChangeLimit { customer, .. },
            Answer::Customer { id, balance, .. },
        ) if customer == id => (*customer, Wanted::Value(*balance)),
        (Action::Purchase { customer, .. }, Answer::CreditLimitExceeded { balance, .. }) => {
            (*customer, Wanted::Value(*balance))
        }
        (Action::ReadLedger { customer }, Answer::Ledger(entries)) => match entries.first() {
            None => (*customer, Wanted::At(0)),
            Some(newest) => {
                let effect = *evidence.by_id.get(&newest.id)?;
                let is_theirs = evidence.customer_of(effect)? == evidence.own_customer(request.business, *customer)?;
                is_theirs.then_some((*customer, Wanted::At(positions[effect])))?
            }
        },
        _ => return None,
    };
    Some((evidence.own_customer(request.business, id)?, wanted))
}

/// The limit that an answer showed.
fn sight(evidence: &Evidence, index: usize, sent: Moment, answered: Moment) -> Option<Sight> {
    let shown = match evidence.history.requests[index].answer {
        Answer::Customer { credit_limit, .. } | Answer::CreditLimitExceeded { credit_limit, .. } => Some(credit_limit),
        _ => None,
    };
    shown.map(|value| Sight { value, sent, answered, who: Who::Request(index) })
}

fn misplaced(
    evidence: &Evidence,
    customer: usize,
    timeline: &Timeline,
    seen: &Observation,
    misfit: Misfit,
    out: &mut Findings,
) {
    let answer = &evidence.history.requests[seen.request].answer;
    let is_ledger = matches!(answer, Answer::Ledger(_));
    let kind = match misfit {
        // An acknowledgement without a place contradicts the order of real time. It is a finding of that kind.
        _ if matches!(seen.wanted, Wanted::After(_)) => return,
        _ if matches!(answer, Answer::CreditLimitExceeded { .. }) => Kind::UnjustifiedCreditRefusal,
        Misfit::Never if is_ledger => Kind::ReadOfUnknownRow,
        Misfit::Never => Kind::BalanceNeverWas,
        Misfit::TooEarly => Kind::SeenTooEarly,
        Misfit::Backwards => Kind::TimeRanBackwards,
        Misfit::Stale if is_ledger => Kind::StaleLedgerRead,
        Misfit::Stale => Kind::StaleBalanceRead,
    };
    out.add(kind, || {
        let (told, around, id) =
            (evidence.told(seen.request), timeline.around(seen), evidence.all_customers[customer].id);
        format!("{told}: balance of {id} {}, {misfit}: {around}", seen.wanted)
    });
}
