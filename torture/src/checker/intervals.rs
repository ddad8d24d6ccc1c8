//! When each effect can have happened: within the time of its own requests, and in the order of the books among the other
//! effects of its customer and its products. If no time is left, the effect contradicts the order of real time.
//!
//! Effects that share a customer or a product take the same lock, and `created_at` is taken under it. So `created_at` orders
//! them, and effects with one `created_at` are one transaction. The checker carries `earliest` forwards and `latest`
//! backwards along all customers and products of a business at once. So it also finds an order that is right for each of
//! them and wrong for all together.

use std::collections::HashMap;

use super::{
    evidence::{Effect, Evidence, What, seconds},
    finding::{Findings, Kind},
};
use crate::history::Moment;

/// Something that is locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Lock {
    Customer(usize),
    Product(usize),
}

/// Narrows the time of every effect. Leaves out businesses whose clock ran back: there the order is not known.
pub(super) fn narrow(evidence: &mut Evidence, clock_ran_back: &[bool], out: &mut Findings) {
    let mut order: Vec<usize> =
        (0..evidence.effects.len()).filter(|effect| !clock_ran_back[evidence.effects[*effect].business]).collect();
    order.sort_unstable_by_key(|effect| moment(&evidence.effects[*effect]));
    let locks: Vec<Vec<Lock>> = order.iter().map(|effect| locks(evidence, *effect)).collect();
    let mut narrowed: Vec<(Moment, Moment)> =
        evidence.effects.iter().map(|effect| (effect.earliest, effect.latest)).collect();

    let together: Vec<std::ops::Range<usize>> = {
        let mut all = Vec::new();
        let mut begin = 0;
        for end in 1..=order.len() {
            if end == order.len() || moment(&evidence.effects[order[end]]) != moment(&evidence.effects[order[begin]]) {
                all.push(begin..end);
                begin = end;
            }
        }
        all
    };

    let mut before: HashMap<Lock, (Moment, usize)> = HashMap::new();
    for group in &together {
        // Twice, because the effects of one transaction bound each other: first collect the bounds, then apply them.
        for place in group.clone().chain(group.clone()) {
            let effect = order[place];
            let known = locks[place]
                .iter()
                .filter_map(|lock| before.get(lock))
                .max()
                .copied()
                .unwrap_or((Moment::START, effect));
            let latest = evidence.effects[effect].latest;
            if known.0 > latest && evidence.effects[effect].earliest <= latest {
                out.add(Kind::RealTimeOrder, || out_of_order(evidence, known.1, effect));
                // One finding, and not another one for each effect that follows.
                for lock in &locks[place] {
                    before.remove(lock);
                }
            } else {
                narrowed[effect].0 = narrowed[effect].0.max(known.0);
            }
            for lock in &locks[place] {
                let bound = before.entry(*lock).or_insert((Moment::START, effect));
                *bound =
                    (*bound).max((narrowed[effect].0, if narrowed[effect].0 == known.0 { known.1 } else { effect }));
            }
        }
    }
    let mut after: HashMap<Lock, Moment> = HashMap::new();
    for group in together.iter().rev() {
        for place in group.clone().rev().chain(group.clone().rev()) {
            let effect = order[place];
            let known = locks[place].iter().filter_map(|lock| after.get(lock)).min().copied().unwrap_or(Moment::NEVER);
            if known >= narrowed[effect].0 {
                narrowed[effect].1 = narrowed[effect].1.min(known);
            }
            for lock in &locks[place] {
                let bound = after.entry(*lock).or_insert(Moment::NEVER);
                *bound = (*bound).min(narrowed[effect].1);
            }
        }
    }
    for (effect, (earliest, latest)) in evidence.effects.iter_mut().zip(narrowed) {
        (effect.earliest, effect.latest) = (earliest, latest);
    }
}

/// Transactions of different businesses have nothing to do with each other.
fn moment(effect: &Effect) -> (usize, i64) {
    (effect.business, effect.created_at_us)
}

fn locks(evidence: &Evidence, effect: usize) -> Vec<Lock> {
    let product = |id| evidence.products.get(id).map(|place| Lock::Product(place.no));
    let mut locks: Vec<Lock> = evidence.customer_of(effect).map(Lock::Customer).into_iter().collect();
    match evidence.effects[effect].what {
        What::Entry(_) => {}
        What::Return(goods) => {
            let lines = evidence.books.returns[goods].goods.lines.iter();
            locks.extend(lines.filter(|line| line.restocked > 0).filter_map(|line| product(&line.product)));
        }
        What::Purchase(order) => {
            locks.extend(evidence.books.orders[order].order.lines.iter().filter_map(|line| product(&line.product)));
        }
        What::Movement => {
            locks.extend(product(&evidence.books.movements[evidence.effects[effect].row].movement.product));
        }
    }
    locks
}

fn out_of_order(evidence: &Evidence, before: usize, after: usize) -> String {
    format!(
        "{} was not asked for before {}, yet the books have it before {}, which was there by {}",
        evidence.id_of(before),
        seconds(evidence.effects[before].earliest),
        evidence.id_of(after),
        seconds(evidence.effects[after].latest),
    )
}
