//! The books of customers by themselves, entry by entry: each has the sign and the figures of its kind, settles what there was to
//! settle, takes back what it names, and nothing comes back twice.

use super::{
    account::Account,
    evidence::{Evidence, What},
    finding::{Findings, Kind},
    ledger::Ledgers,
};
use crate::{
    books::{PartRow, ReturnRow},
    history::{Entry, EntryKind, Part},
};

/// The terms of every business of a run: 30 days of 24 hours.
const TERMS_US: i64 = 30 * 24 * 60 * 60 * 1_000_000;

/// Follows every account through its entries.
pub(super) fn check(evidence: &Evidence, ledgers: &Ledgers, out: &mut Findings) {
    for ledger in &ledgers.entries {
        let mut account = Account::new(evidence, ledger);
        for effect in ledger {
            if let Some(entry) = evidence.entry_of(*effect) {
                kind(entry, out);
                parts(evidence, &account, *effect, entry, out);
                match evidence.effects[*effect].what {
                    What::Return(index) => goods(evidence, &account, &evidence.books.returns[index], entry, out),
                    What::Entry(EntryKind::Reversal) => reversal(evidence, &account, *effect, entry, out),
                    _ => {}
                }
            }
            account.apply(*effect);
            after(evidence, &account, *effect, out);
        }
    }
}

/// The sign, the limits and the due time of its kind.
fn kind(entry: &Entry, out: &mut Findings) {
    let is_charge = entry.kind.is_charge();
    let sign_fits = match entry.kind {
        EntryKind::Purchase => entry.amount >= 0,
        EntryKind::Opening | EntryKind::Fee | EntryKind::Debit | EntryKind::Refund | EntryKind::Reversal => {
            entry.amount > 0
        }
        EntryKind::Payment | EntryKind::Credit | EntryKind::WriteOff => entry.amount < 0,
        EntryKind::Return => entry.amount <= 0,
        EntryKind::Allocation => entry.amount == 0,
    };
    let has_limit = is_charge && entry.kind != EntryKind::Refund;
    // Another limit is kept only where the customer's would not have done.
    let is_needed = entry.credit_limit.is_some_and(|limit| entry.balance_after > limit && entry.amount > 0);
    let by_terms = entry.created_at_us.saturating_add(TERMS_US);
    let due_fits = match (entry.kind, entry.due_at_us) {
        (EntryKind::Refund, Some(due)) => due == entry.created_at_us,
        // What was owed before may be due in the past.
        (EntryKind::Opening, Some(due)) => due == by_terms || due < entry.created_at_us,
        (_, Some(due)) => is_charge && due == by_terms,
        (_, None) => !is_charge,
    };
    let fits = sign_fits
        && due_fits
        && entry.credit_limit.is_some() == has_limit
        && (entry.authorized_limit.is_none() || is_needed)
        && (entry.kind == EntryKind::Purchase) == entry.order.is_some()
        && (entry.kind == EntryKind::Reversal) == entry.reverses.is_some();
    if !fits {
        out.add(Kind::WrongKind, || format!("{entry:?}"));
    }
    let allowed = entry.authorized_limit.or(entry.credit_limit);
    // A purchase at price 0 uses no credit.
    if has_limit && entry.amount > 0 && allowed.is_some_and(|limit| entry.balance_after > limit) {
        out.add(Kind::Overspend, || format!("{entry:?}"));
    }
}

/// What it settles by name: of charges that were there, as the next part of each, within what there is of each and of itself.
fn parts(evidence: &Evidence, account: &Account, effect: usize, entry: &Entry, out: &mut Findings) {
    let parts: &[PartRow] = &evidence.parts[evidence.effects[effect].row];
    let sum = parts.iter().fold(0i64, |sum, part| sum.saturating_add(part.amount));
    let lowest = parts.iter().map(|part| part.amount).min().unwrap_or_default();
    let may = match entry.kind {
        EntryKind::Payment | EntryKind::Credit | EntryKind::WriteOff | EntryKind::Return => {
            lowest >= 0 && sum <= entry.amount.saturating_neg()
        }
        // Which they are, `reversal` says.
        EntryKind::Reversal => true,
        EntryKind::Allocation => !parts.is_empty(),
        _ => parts.is_empty(),
    };
    let no_charge_twice =
        parts.iter().enumerate().all(|(n, part)| parts[..n].iter().all(|other| other.charge != part.charge));
    if !may || !no_charge_twice {
        out.add(Kind::BrokenParts, || format!("{entry:?} settles {parts:?}"));
    }
    for part in parts {
        let Some(charge) = account.charge(part.charge).filter(|_| part.customer == entry.customer) else {
            out.add(Kind::BrokenParts, || format!("{part:?} is of no charge that customer {} had", entry.customer));
            continue;
        };
        let after = charge.allocated.saturating_add(part.amount);
        if part.amount == 0 || part.part_no != charge.parts + 1 || part.allocated_after != after {
            out.add(Kind::BrokenParts, || {
                format!("{part:?} comes after part {} of {}", charge.parts, charge.allocated)
            });
        }
        if !(0..=charge.amount).contains(&after) {
            out.add(Kind::OverAllocated, || format!("{part:?} leaves {after} settled of {}", charge.amount));
        }
    }
}

/// It takes back all of what it names, which was not taken back before, and of its parts what still stands.
fn reversal(evidence: &Evidence, account: &Account, effect: usize, entry: &Entry, out: &mut Findings) {
    let Some(credit) = account.reversed(effect) else {
        out.add(Kind::WrongReversal, || format!("{entry:?} takes back what was not there, or cannot be taken back"));
        return;
    };
    if let Some(first) = credit.reversal {
        out.add(Kind::ReversedTwice, || format!("{entry:?} takes back what {first} had taken back"));
    }
    let (expected, named): (Vec<Part>, Vec<Part>) = (account.taken_back(credit), evidence.named_by(effect));
    if !credit.kind.is_reversible() || credit.amount != entry.amount || expected != named {
        out.add(Kind::WrongReversal, || {
            format!("{entry:?} takes {named:?} back from charges, and should take back {expected:?} of {credit:?}")
        });
    }
}

/// The lines are those of the order, and credit what they cost. The credit settles the order's charge as far as it was not settled
/// by name.
fn goods(evidence: &Evidence, account: &Account, row: &ReturnRow, entry: &Entry, out: &mut Findings) {
    let goods = &row.goods;
    let wrong = |out: &mut Findings, what: &str| {
        out.add(Kind::WrongReturn, || format!("return {} of order {}: {what}", goods.id, goods.order));
    };
    let order = evidence.orders.get(&goods.order).map(|index| &evidence.books.orders[*index].order);
    let Some((order, charge)) = order.zip(account.charge(goods.order)) else {
        return wrong(out, "the customer had no such order");
    };
    if row.returned_after.len() != goods.lines.len() {
        return wrong(out, "not all of its lines say how much has come back");
    }
    for (line, returned_after) in goods.lines.iter().zip(&row.returned_after) {
        let Some(bought) = order.lines.iter().find(|bought| bought.line_no == line.line_no) else {
            wrong(out, &format!("{line:?} is no line of the order"));
            continue;
        };
        let before = account.returned(goods.order, line.line_no);
        let after = before.saturating_add(line.quantity);
        if after > bought.quantity {
            out.add(Kind::ReturnedBeyondBought, || {
                format!(
                    "return {}: {after} of {} of line {} of order {}",
                    goods.id, bought.quantity, line.line_no, goods.order
                )
            });
        }
        let due =
            |returned: i64| i128::from(bought.line_total) * i128::from(returned) / i128::from(bought.quantity.max(1));
        let fits = line.product == bought.product
            && line.quantity > 0
            && (0..=line.quantity).contains(&line.restocked)
            && *returned_after == after
            && i128::from(line.line_total) == due(after) - due(before);
        if !fits {
            wrong(out, &format!("{line:?} leaves {returned_after} returned; {before} of {bought:?} had come back"));
        }
    }
    let total: i128 = goods.lines.iter().map(|line| i128::from(line.line_total)).sum();
    let is_whole = !goods.lines.is_empty() && goods.lines.is_sorted_by(|one, next| one.line_no < next.line_no);
    if !is_whole || total != i128::from(goods.total) || goods.customer != order.customer {
        wrong(out, &format!("lines of {total}, and a total of {} of customer {}", goods.total, goods.customer));
    }
    let is_credit = entry.amount.checked_neg() == Some(goods.total)
        && entry.customer == goods.customer
        && entry.balance_after == goods.balance_after
        && entry.created_at_us == goods.created_at_us;
    if !is_credit {
        wrong(out, &format!("{entry:?} is not its credit"));
    }
    let settled = goods.total.min(charge.free());
    let parts: i64 = evidence.by_id.get(&goods.id).map_or(0, |effect| {
        let amount = |part: &Part| if part.charge == goods.order { part.amount } else { i64::MAX };
        evidence.named_by(*effect).iter().map(amount).fold(0, i64::saturating_add)
    });
    if goods.allocated != settled || parts != settled {
        wrong(
            out,
            &format!("{} of its charge is settled, in parts of {parts}, and should be {settled}", goods.allocated),
        );
    }
}

/// What is left.
fn after(evidence: &Evidence, account: &Account, effect: usize, out: &mut Findings) {
    let Some(entry) = evidence.entry_of(effect) else { return };
    if account.unapplied() < 0 {
        out.add(Kind::UnappliedOverdrawn, || format!("{} are left after {entry:?}", account.unapplied()));
    }
    if entry.kind == EntryKind::Refund && account.balance > 0 {
        out.add(Kind::RefundBeyondCredit, || format!("{} is owed after {entry:?}", account.balance));
    }
    if entry.kind == EntryKind::WriteOff && account.balance < 0 {
        out.add(Kind::WriteOffBeyondBalance, || format!("{} is owed after {entry:?}", account.balance));
    }
}
