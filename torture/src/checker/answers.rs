//! Each answer by itself. It must belong to its request. It may show only whole rows of its own business, as the books have
//! them. Ids of other businesses must be unknown to it. A row that was shown existed by then, which bounds its time.

use uuid::Uuid;

use super::{
    differences::Differences,
    evidence::{Evidence, What},
    finding::{Findings, Kind},
};
use crate::history::{Action, Answer, Entry, EntryKind, Goods, Order, StockChange};

/// Amounts stay whole in every JSON reader up to here.
const LARGEST: i128 = (1 << 53) - 1;

/// Looks at every answer.
pub(super) fn check(evidence: &mut Evidence, out: &mut Findings) {
    for index in 0..evidence.history.requests.len() {
        belongs(evidence, index, out);
        owned(evidence, index, out);
        figures(evidence, index, out);
        rows(evidence, index, out);
    }
}

fn belongs(evidence: &Evidence, index: usize, out: &mut Findings) {
    let request = &evidence.history.requests[index];
    if let Answer::Unexpected { status, text } = &request.answer {
        out.add(Kind::UnexpectedAnswer, || {
            let text: String = text.chars().take(300).collect();
            format!("{}: {status} {text}", evidence.told(index))
        });
        return;
    }
    let fits = match (&request.action, &request.answer) {
        (_, Answer::Unknown)
        | (Action::ReadLedger { .. }, Answer::Ledger(_))
        | (Action::ReadOrders, Answer::Orders(_))
        | (Action::ReadReturns, Answer::Returns { .. })
        | (Action::ReadOpenCharges { .. }, Answer::OpenCharges { .. })
        | (Action::ReadStock { .. }, Answer::Stock { .. })
        | (
            Action::Payment { .. }
            | Action::Allocate { .. }
            | Action::Reverse { .. }
            | Action::Adjust { .. }
            | Action::Refund { .. },
            Answer::Recorded { .. } | Answer::NotFound | Answer::KeyReused,
        ) => true,
        (Action::Purchase { .. }, answer) => matches!(
            answer,
            Answer::Purchased { .. }
                | Answer::InsufficientStock(_)
                | Answer::CreditLimitExceeded { .. }
                | Answer::NotFound
                | Answer::KeyReused
        ),
        (Action::Return { .. }, answer) => matches!(
            answer,
            Answer::Returned { .. } | Answer::QuantityExceedsReturnable(_) | Answer::NotFound | Answer::KeyReused
        ),
        (Action::Payment { .. }, answer) => is_of_charges(answer),
        (Action::Allocate { .. }, answer) => {
            is_of_charges(answer)
                || matches!(answer, Answer::AllocatedAmountExceeded(_) | Answer::UnappliedCreditExceeded { .. })
        }
        (Action::Reverse { is_payment, .. }, answer) => match answer {
            Answer::UnappliedCreditExceeded { .. } | Answer::AlreadyReversed { .. } => true,
            Answer::NotReversible => !is_payment,
            _ => false,
        },
        (Action::Adjust { kind, .. }, answer) => match answer {
            Answer::CreditLimitExceeded { .. } => kind.is_charge(),
            Answer::BalanceExceeded { .. } => *kind == EntryKind::WriteOff,
            answer => !kind.is_charge() && is_of_charges(answer),
        },
        (Action::Refund { .. }, answer) => matches!(answer, Answer::CreditBalanceExceeded { .. }),
        (Action::Restock { .. }, answer) => matches!(
            answer,
            Answer::Restocked { .. } | Answer::InsufficientStock(_) | Answer::NotFound | Answer::KeyReused
        ),
        (Action::ChangeLimit { customer, credit_limit }, Answer::Customer { id, credit_limit: shown, .. }) => {
            id == customer && shown == credit_limit
        }
        (Action::ChangePrice { product, price }, Answer::Product { id, price: shown, .. }) => {
            id == product && shown == price
        }
        (Action::ReadCustomer { customer }, Answer::Customer { id, .. })
        | (Action::ReadAging { customer }, Answer::Aging { id, .. }) => id == customer,
        (Action::ReadProduct { product }, Answer::Product { id, .. }) => id == product,
        (Action::ReadOrder { order }, Answer::Order(shown)) => shown.id == *order,
        (Action::ReadReturn { goods }, Answer::Return(shown)) => shown.id == *goods,
        (Action::ReadOrders | Action::ReadReturns, _) => false,
        (_, answer) => *answer == Answer::NotFound,
    };
    if !fits {
        out.add(Kind::WrongAnswer, || {
            format!("{}: {:.300?} to {:.300?}", evidence.told(index), request.answer, request.action)
        });
    }
}

/// Refused for charges that were named to be settled.
fn is_of_charges(answer: &Answer) -> bool {
    matches!(answer, Answer::ChargeNotFound(_) | Answer::ChargeOpenAmountExceeded(_))
}

/// Ids of another business must be unknown, ids of the own business must be known. For orders, returns and entries see `lists`.
fn owned(evidence: &Evidence, index: usize, out: &mut Findings) {
    let request = &evidence.history.requests[index];
    let business = request.business;
    let foreign: Option<Uuid> = match &request.action {
        Action::Purchase { customer, items, .. } => {
            let foreign =
                items.iter().map(|item| item.product).find(|id| evidence.own_product(business, *id).is_none());
            Some(*customer).filter(|id| evidence.own_customer(business, *id).is_none()).or(foreign)
        }
        Action::Payment { customer, .. }
        | Action::Allocate { customer, .. }
        | Action::Adjust { customer, .. }
        | Action::Refund { customer, .. }
        | Action::ChangeLimit { customer, .. }
        | Action::ReadCustomer { customer }
        | Action::ReadOpenCharges { customer }
        | Action::ReadAging { customer }
        | Action::ReadLedger { customer } => {
            Some(*customer).filter(|id| evidence.own_customer(business, *id).is_none())
        }
        Action::Restock { product, .. }
        | Action::ChangePrice { product, .. }
        | Action::ReadProduct { product }
        | Action::ReadStock { product } => Some(*product).filter(|id| evidence.own_product(business, *id).is_none()),
        Action::ReadOrder { order: id }
        | Action::Return { order: id, .. }
        | Action::ReadReturn { goods: id }
        | Action::Reverse { entry: id, .. } => {
            let known = evidence.by_id.get(id).map(|effect| evidence.effects[*effect].business);
            // Here only what is of another business counts.
            Some(*id).filter(|_| known.is_some_and(|known| known != business) && request.answer != Answer::NotFound)
        }
        Action::ReadOrders | Action::ReadReturns => return,
    };
    match (&request.answer, foreign) {
        // The server looks the key up first.
        (Answer::Unknown | Answer::NotFound | Answer::KeyReused | Answer::Unexpected { .. }, Some(_)) => {}
        (answer, Some(id)) => {
            out.add(Kind::ForeignIdFound, || {
                format!("{}: {id} is not its own, but {answer:.300?}", evidence.told(index))
            });
        }
        (Answer::NotFound, None) if !is_of_something_made(&request.action) => {
            out.add(Kind::OwnIdNotFound, || format!("{}: {:.300?}", evidence.told(index), request.action));
        }
        _ => {}
    }
}

/// Whether it names what a request of the run made, so that it may not have been there yet.
fn is_of_something_made(action: &Action) -> bool {
    matches!(
        action,
        Action::ReadOrder { .. } | Action::Return { .. } | Action::ReadReturn { .. } | Action::Reverse { .. }
    )
}

fn figures(evidence: &Evidence, index: usize, out: &mut Findings) {
    match &evidence.history.requests[index].answer {
        Answer::Customer { credit_limit, balance, available_credit, .. } => {
            let right = (i128::from(*credit_limit) - i128::from(*balance)).clamp(0, LARGEST);
            if i128::from(*available_credit) != right {
                out.add(Kind::WrongAvailableCredit, || {
                    format!(
                        "{}: {available_credit} with limit {credit_limit} and balance {balance}",
                        evidence.told(index)
                    )
                });
            }
        }
        Answer::Aging { balance, overdue, buckets, .. } => {
            let sum = |buckets: &[i64]| buckets.iter().map(|bucket| i128::from(*bucket)).sum::<i128>();
            let fits = sum(buckets) == i128::from((*balance).max(0)) && sum(&buckets[1..]) == i128::from(*overdue);
            if !fits || buckets.iter().any(|bucket| *bucket < 0) {
                out.add(Kind::WrongAging, || {
                    format!("{}: {buckets:?} of {balance}, overdue {overdue}", evidence.told(index))
                });
            }
        }
        Answer::Product { stock, .. } if *stock < 0 => {
            out.add(Kind::NegativeStock, || format!("{}: {stock}", evidence.told(index)));
        }
        Answer::InsufficientStock(shortages) => {
            for shortage in shortages.iter().filter(|shortage| shortage.available < 0) {
                out.add(Kind::NegativeStock, || format!("{}: {shortage:?}", evidence.told(index)));
            }
        }
        _ => {}
    }
}

fn rows(evidence: &mut Evidence, index: usize, out: &mut Findings) {
    let history = evidence.history;
    let request = &history.requests[index];
    match (&request.action, &request.answer) {
        (Action::ReadOrder { .. }, Answer::Order(order)) => {
            if let Some(effect) = order_row(evidence, index, order, out) {
                evidence.shown.push((effect, index));
            }
        }
        (_, Answer::Orders(orders)) => {
            if !orders.is_sorted_by(|newer, older| newer.id > older.id) {
                out.add(Kind::UnsortedPage, || format!("{}: orders are not from the newest on", evidence.told(index)));
            }
            for order in orders {
                order_row(evidence, index, order, out);
            }
        }
        (Action::ReadReturn { .. }, Answer::Return(goods)) => {
            if let Some(effect) = goods_row(evidence, index, goods, out) {
                evidence.shown.push((effect, index));
            }
        }
        (_, Answer::Returns { returns, .. }) => {
            if !returns.is_sorted_by(|newer, older| newer.id > older.id) {
                out.add(Kind::UnsortedPage, || format!("{}: returns are not from the newest on", evidence.told(index)));
            }
            for goods in returns {
                goods_row(evidence, index, goods, out);
            }
        }
        (Action::ReadStock { product }, Answer::Stock { changes, .. }) => {
            let place = |change: &StockChange| (change.id, change.line_no);
            if !changes.is_sorted_by(|newer, older| place(newer) > place(older)) {
                out.add(Kind::UnsortedPage, || {
                    format!("{}: changes of a stock are not from the newest on", evidence.told(index))
                });
            }
            for change in changes {
                stock_row(evidence, index, *product, change, out);
            }
        }
        (Action::ReadLedger { customer }, Answer::Ledger(entries)) => {
            if !entries.is_sorted_by(|newer, older| newer.entry_no == older.entry_no + 1) {
                out.add(Kind::UnsortedPage, || {
                    let numbers: Vec<i64> = entries.iter().map(|entry| entry.entry_no).collect();
                    format!("{}: entries {numbers:?} of {customer}", evidence.told(index))
                });
            }
            for entry in entries {
                entry_row(evidence, index, *customer, entry, out);
            }
        }
        _ => {}
    }
}

/// The effect that is shown, if the business may see it.
fn order_row(evidence: &mut Evidence, index: usize, order: &Order, out: &mut Findings) -> Option<usize> {
    let request = &evidence.history.requests[index];
    let lines: i128 = order.lines.iter().map(|line| i128::from(line.line_total)).sum();
    let known = evidence.orders.get(&order.id).map(|known| &evidence.books.orders[*known]);
    let is_whole = lines == i128::from(order.total)
        && order.lines.iter().zip(1..).all(|(line, no)| line.line_no == no)
        && known.is_none_or(|known| known.order.lines.len() <= order.lines.len());
    if !is_whole {
        out.add(Kind::HalfWrittenOrder, || {
            let count = order.lines.len();
            format!(
                "{}: {} with {count} lines of {lines} and a total of {}",
                evidence.told(index),
                order.id,
                order.total
            )
        });
    }
    let Some(known) = known else {
        out.add(Kind::ReadOfUnknownRow, || format!("{}: order {}", evidence.told(index), order.id));
        return None;
    };
    if evidence.businesses.get(&known.business) != Some(&request.business) {
        out.add(Kind::ForeignRow, || {
            format!("{}: order {} of business {}", evidence.told(index), order.id, known.business)
        });
        return None;
    }
    if is_whole && known.order != *order {
        out.add(Kind::ReadDiffers, || {
            format!(
                "{}: the books have {} otherwise: {}",
                evidence.told(index),
                order.id,
                known.order.differences(order)
            )
        });
    }
    let effect = evidence.by_id.get(&order.id).copied()?;
    evidence.effects[effect].latest = evidence.effects[effect].latest.min(request.answered);
    Some(effect)
}

/// The effect that is shown, if the business may see it.
fn goods_row(evidence: &mut Evidence, index: usize, goods: &Goods, out: &mut Findings) -> Option<usize> {
    let request = &evidence.history.requests[index];
    let Some(known) = evidence.returns.get(&goods.id).map(|known| &evidence.books.returns[*known]) else {
        out.add(Kind::ReadOfUnknownRow, || format!("{}: return {}", evidence.told(index), goods.id));
        return None;
    };
    if evidence.businesses.get(&known.business) != Some(&request.business) {
        out.add(Kind::ForeignRow, || {
            format!("{}: return {} of business {}", evidence.told(index), goods.id, known.business)
        });
        return None;
    }
    if known.goods != *goods {
        out.add(Kind::ReadDiffers, || {
            let differences = known.goods.differences(goods);
            format!("{}: the books have {} otherwise: {differences}", evidence.told(index), goods.id)
        });
    }
    let effect = evidence.by_id.get(&goods.id).copied()?;
    evidence.effects[effect].latest = evidence.effects[effect].latest.min(request.answered);
    Some(effect)
}

fn stock_row(evidence: &mut Evidence, index: usize, product: Uuid, change: &StockChange, out: &mut Findings) {
    let request = &evidence.history.requests[index];
    let Some(known) = evidence.shelved.get(&(change.id, change.line_no)).copied() else {
        out.add(Kind::ReadOfUnknownRow, || format!("{}: {change:?}", evidence.told(index)));
        return;
    };
    if evidence.own_product(request.business, product) != Some(known.product) {
        out.add(Kind::ForeignRow, || {
            let of = evidence.all_products[known.product].id;
            format!("{}: {change:?} is of product {of}", evidence.told(index))
        });
        return;
    }
    if known.change != *change {
        out.add(Kind::ReadDiffers, || {
            format!("{}: {} otherwise: {}", evidence.told(index), change.id, known.change.differences(change))
        });
    }
    if let Some(effect) = known.effect {
        evidence.effects[effect].latest = evidence.effects[effect].latest.min(request.answered);
    }
}

fn entry_row(evidence: &mut Evidence, index: usize, customer: Uuid, entry: &Entry, out: &mut Findings) {
    let request = &evidence.history.requests[index];
    let known =
        evidence.by_id.get(&entry.id).copied().filter(|effect| evidence.effects[*effect].what != What::Movement);
    let Some(effect) = known else {
        out.add(Kind::ReadOfUnknownRow, || format!("{}: entry {}", evidence.told(index), entry.id));
        return;
    };
    let it = evidence.effects[effect];
    let known = &evidence.books.entries[it.row].entry;
    if it.business != request.business || known.customer != customer {
        out.add(Kind::ForeignRow, || {
            format!(
                "{}: entry {} of customer {} of business {}",
                evidence.told(index),
                entry.id,
                known.customer,
                it.business
            )
        });
        return;
    }
    if known != entry {
        out.add(Kind::ReadDiffers, || {
            format!("{}: the books have {} otherwise: {}", evidence.told(index), entry.id, known.differences(entry))
        });
    }
    evidence.effects[effect].latest = it.latest.min(request.answered);
}
