//! Customers. Each ledger is one chain of figures. Every balance that an answer showed, every refusal for lack of credit, and
//! whatever else an answer says of an account, must fit between two entries in real time.

use super::{
    account::Account,
    evidence::Evidence,
    finding::{Findings, Kind},
    register::{Sight, Who},
    timeline::{Change, Misfit, Observation, Span, Timeline, Wanted},
};
use uuid::Uuid;

use crate::{
    books::EntryRow,
    history::{Action, Answer, Moment, Order},
};

/// Every customer's entries, in their order.
pub(super) struct Ledgers {
    /// By customer: effects.
    pub(super) entries: Vec<Vec<usize>>,
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
    if let Some(order) = evidence.order_of(effect)
        && !is_charge_of(entry, order)
    {
        out.add(Kind::WrongSum, || {
            let (total, after, made) = (order.total, order.balance_after, order.created_at_us);
            format!("{entry:?} is not the charge of its order: total {total}, balance {after}, {made} us")
        });
    }
}

fn is_charge_of(entry: &crate::history::Entry, order: &Order) -> bool {
    entry.amount == order.total
        && entry.balance_after == order.balance_after
        && entry.customer == order.customer
        && entry.created_at_us == order.created_at_us
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
    let mut asked = vec![Vec::new(); ledgers.entries.len()];
    let mut sights = Vec::new();
    for index in 0..evidence.history.requests.len() {
        if let Some((customer, wanted)) = observation(evidence, index, &positions) {
            seen[customer].push(evidence.observation(index, wanted));
        } else if let Some(customer) = account_shown(evidence, index, out) {
            asked[customer].push(index);
        }
    }
    for (effect, index) in &evidence.shown {
        if let Some(customer) = evidence.customer_of(*effect) {
            seen[customer].push(evidence.observation(*index, Wanted::After(positions[*effect])));
        }
    }
    for (customer, (ledger, mut seen)) in ledgers.entries.iter().zip(seen).enumerate() {
        let changes: Vec<Change> = ledger.iter().map(|effect| change(evidence, *effect)).collect();
        let mut timeline = Timeline::new(0, &changes);
        timeline.hold(held(evidence, ledger, &timeline, &asked[customer]));
        let of_account = asked[customer].iter().enumerate();
        seen.extend(of_account.map(|(number, index)| evidence.observation(*index, Wanted::Held(number))));
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
            if let Some(value) = evidence.books.entries[it.row].entry.credit_limit {
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
        (
            Action::Purchase { customer, .. } | Action::Adjust { customer, .. },
            Answer::CreditLimitExceeded { balance, .. },
        ) => (*customer, Wanted::Value(*balance)),
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

/// The customer of whose account an answer says more than the balance.
fn account_shown(evidence: &Evidence, index: usize, out: &mut Findings) -> Option<usize> {
    let request = &evidence.history.requests[index];
    let own = |id: &Uuid| evidence.own_customer(request.business, *id);
    let of_entry = |id: &Uuid| {
        let effect = evidence.by_id.get(id).copied();
        let effect = effect.filter(|effect| evidence.effects[*effect].business == request.business);
        effect.and_then(|effect| evidence.customer_of(effect))
    };
    let kind = wrong_of_account(&request.answer)?;
    let customer = match &request.action {
        Action::ReadOpenCharges { customer }
        | Action::ReadAging { customer }
        | Action::Payment { customer, .. }
        | Action::Allocate { customer, .. }
        | Action::Adjust { customer, .. }
        | Action::Refund { customer, .. } => own(customer),
        Action::Reverse { entry, .. } => of_entry(entry),
        Action::Return { order, .. } => of_entry(order),
        _ => return None,
    };
    if customer.is_none() {
        out.add(kind, || format!("{}: of nobody's account: {:?}", evidence.told(index), request.answer));
    }
    customer
}

/// What is wrong with an answer that the account does not bear out.
fn wrong_of_account(answer: &Answer) -> Option<Kind> {
    Some(match answer {
        Answer::QuantityExceedsReturnable(_) => Kind::UnjustifiedReturnRefusal,
        Answer::ChargeNotFound(_) | Answer::ChargeOpenAmountExceeded(_) | Answer::AllocatedAmountExceeded(_) => {
            Kind::UnjustifiedAllocationRefusal
        }
        Answer::UnappliedCreditExceeded { .. } => Kind::UnjustifiedUnappliedRefusal,
        Answer::CreditBalanceExceeded { .. } | Answer::BalanceExceeded { .. } => Kind::UnjustifiedBalanceRefusal,
        Answer::AlreadyReversed { .. } | Answer::NotReversible => Kind::UnjustifiedReversalRefusal,
        Answer::OpenCharges { .. } => Kind::WrongOpenCharges,
        Answer::Aging { .. } => Kind::WrongAging,
        _ => return None,
    })
}

/// For each of these requests, the positions within its time at which the account bears its answer out.
fn held(evidence: &Evidence, ledger: &[usize], timeline: &Timeline, asked: &[usize]) -> Vec<Vec<Span>> {
    let mut held: Vec<Vec<Span>> = vec![Vec::new(); asked.len()];
    let window = |number: usize| {
        let request = &evidence.history.requests[asked[number]];
        timeline.window(request.sent, request.answered)
    };
    let mut by_first: Vec<(Span, usize)> = (0..asked.len()).map(|number| (window(number), number)).collect();
    by_first.sort_unstable_by_key(|(span, _)| span.first);
    let mut coming = by_first.into_iter().peekable();
    let mut under_way: Vec<(Span, usize)> = Vec::new();
    let mut account = Account::new(evidence, ledger);
    for position in 0..=ledger.len() {
        if let Some(effect) = position.checked_sub(1) {
            account.apply(ledger[effect]);
        }
        while let Some(next) = coming.next_if(|(span, _)| span.first <= position) {
            under_way.push(next);
        }
        under_way.retain(|(span, _)| span.last >= position);
        for (_, number) in &under_way {
            let request = &evidence.history.requests[asked[*number]];
            let holds = match request.action {
                Action::ReadOpenCharges { .. } | Action::ReadAging { .. } => account.shows(&request.answer),
                _ => account.refusal(&request.action).as_ref() == Some(&request.answer),
            };
            if holds {
                match held[*number].last_mut() {
                    Some(span) if span.last + 1 == position => span.last = position,
                    _ => held[*number].push(Span { first: position, last: position }),
                }
            }
        }
    }
    held
}

/// The limit that an answer showed. If another was allowed that is not less, the customer's own is not known.
fn sight(evidence: &Evidence, index: usize, sent: Moment, answered: Moment) -> Option<Sight> {
    let request = &evidence.history.requests[index];
    let allowed = match request.action {
        Action::Purchase { authorized_limit, .. } | Action::Adjust { authorized_limit, .. } => authorized_limit,
        _ => None,
    };
    let shown = match request.answer {
        Answer::Customer { credit_limit, .. } => Some(credit_limit),
        Answer::CreditLimitExceeded { credit_limit, .. } => {
            Some(credit_limit).filter(|limit| allowed.is_none_or(|allowed| *limit > allowed))
        }
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
        _ if matches!(seen.wanted, Wanted::Held(_)) => match wrong_of_account(answer) {
            Some(kind) => kind,
            None => return,
        },
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
        if matches!(seen.wanted, Wanted::Held(_)) {
            let action = &evidence.history.requests[seen.request].action;
            return format!("{told}: account of {id}: {answer:.400?} to {action:.300?}; balances: {around}");
        }
        format!("{told}: balance of {id} {}, {misfit}: {around}", seen.wanted)
    });
}
