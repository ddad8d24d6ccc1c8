//! What answers should have shown. If an order was there before a request was sent, it is found by its id, and it stands on
//! every page of orders that reaches back beyond it.
//!
//! The checker does not know how long a page may be. So it does not notice a page that ends too early, unless the page is
//! empty.

use uuid::Uuid;

use super::{
    evidence::{Evidence, What, seconds},
    finding::{Findings, Kind},
};
use crate::history::{Action, Answer, Moment, Order};

/// An order of one business.
#[derive(Debug, Clone, Copy)]
struct Listed {
    id: Uuid,
    latest: Moment,
    effect: usize,
}

/// A page of orders that was asked for.
struct Page<'a> {
    sent: Moment,
    index: usize,
    orders: &'a [Order],
}

/// Looks for what is missing.
pub(super) fn check(evidence: &Evidence, out: &mut Findings) {
    let mut listed: Vec<Vec<Listed>> = vec![Vec::new(); evidence.history.businesses.len()];
    for (effect, it) in evidence.effects.iter().enumerate() {
        if let What::Purchase(_) = it.what {
            listed[it.business].push(Listed { id: evidence.id_of(effect), latest: it.latest, effect });
        }
    }
    let mut pages: Vec<Vec<Page>> = listed.iter().map(|_| Vec::new()).collect();
    for (index, request) in evidence.history.requests.iter().enumerate() {
        match (&request.action, &request.answer) {
            (Action::ReadOrders, Answer::Orders(orders)) => {
                if let Some(pages) = pages.get_mut(request.business) {
                    pages.push(Page { sent: request.sent, index, orders });
                }
            }
            (Action::ReadOrder { order }, Answer::NotFound) => {
                let known = evidence.by_id.get(order).map(|effect| evidence.effects[*effect]);
                if known.is_some_and(|known| known.business == request.business && known.latest < request.sent) {
                    out.add(Kind::OwnIdNotFound, || format!("{}: order {order}", evidence.told(index)));
                }
            }
            _ => {}
        }
    }
    for (mut listed, mut pages) in listed.into_iter().zip(pages) {
        listed.sort_unstable_by_key(|order| order.id);
        pages.sort_by_key(|page| page.sent);
        check_pages(evidence, &listed, &pages, out);
    }
}

/// Counts, for each page, the orders that must be on it: those that were there before it was sent, from its oldest on.
fn check_pages(evidence: &Evidence, listed: &[Listed], pages: &[Page], out: &mut Findings) {
    let mut by_time: Vec<usize> = (0..listed.len()).collect();
    by_time.sort_unstable_by_key(|rank| listed[*rank].latest);
    let mut arriving = by_time.into_iter().peekable();
    let mut there = Counts::new(listed.len());
    for page in pages {
        while let Some(rank) = arriving.next_if(|rank| listed[*rank].latest < page.sent) {
            there.add(rank);
        }
        let oldest = page.orders.last().map(|order| order.id);
        let first = oldest.map_or(0, |oldest| listed.partition_point(|order| order.id < oldest));
        let shown = |order: &Order| listed.binary_search_by_key(&order.id, |listed| listed.id).ok();
        let mut shown: Vec<usize> = page.orders.iter().filter_map(shown).collect();
        shown.sort_unstable();
        let right = shown.iter().filter(|rank| **rank >= first && listed[**rank].latest < page.sent).count();
        if there.from(first) > right && !(out.is_full(Kind::StaleOrderList) && out.is_full(Kind::TimeRanBackwards)) {
            let is_missing = |rank: &usize| listed[*rank].latest < page.sent && shown.binary_search(rank).is_err();
            let missing: Vec<Listed> = (first..listed.len()).filter(is_missing).map(|rank| listed[rank]).collect();
            stale(evidence, page, &missing, out);
        }
    }
}

fn stale(evidence: &Evidence, page: &Page, missing: &[Listed], out: &mut Findings) {
    let client = evidence.history.requests[page.index].client;
    let seen = |order: &&Listed| {
        evidence.shown.iter().any(|(effect, index)| {
            let request = &evidence.history.requests[*index];
            *effect == order.effect && request.client == client && request.answered < page.sent
        })
    };
    // Prefer an order that this client itself had seen: such a finding is easier to understand. One example is enough.
    let own = missing.iter().take(100).find(seen);
    let kind = if own.is_some() { Kind::TimeRanBackwards } else { Kind::StaleOrderList };
    let Some(order) = own.or(missing.first()) else { return };
    out.add(kind, || {
        let (told, count) = (evidence.told(page.index), missing.len());
        format!(
            "{told}: {count} orders are missing, such as {}, which was there by {}",
            order.id,
            seconds(order.latest)
        )
    });
}

/// How many have been added from a rank on: a Fenwick tree.
struct Counts {
    sums: Vec<usize>,
    all: usize,
}

impl Counts {
    fn new(ranks: usize) -> Self {
        Self { sums: vec![0; ranks + 1], all: 0 }
    }

    fn add(&mut self, rank: usize) {
        self.all += 1;
        let mut node = rank + 1;
        while node < self.sums.len() {
            self.sums[node] += 1;
            node += node & node.wrapping_neg();
        }
    }

    fn from(&self, rank: usize) -> usize {
        let (mut node, mut before) = (rank, 0);
        while node > 0 {
            before += self.sums[node];
            node &= node - 1;
        }
        self.all - before
    }
}
