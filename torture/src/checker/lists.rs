//! What answers should have shown. If an order or a return was there before a request was sent, it is found by its id, and it stands
//! on every page that reaches back beyond it. So does what changed a product's stock.
//!
//! The checker does not know how long a page may be. So it does not notice a page that ends too early, unless the page is
//! empty, or says that it is the last one.

use uuid::Uuid;

use super::{
    evidence::{Evidence, What, seconds},
    finding::{Findings, Kind},
    sums::Sums,
};
use crate::history::{Action, Answer, Moment};

/// An id, and a line of it where lines are listed.
type Place = (Uuid, i64);

/// What a list has.
#[derive(Debug, Clone, Copy)]
struct Listed {
    place: Place,
    latest: Moment,
    /// None for what was there from the start.
    effect: Option<usize>,
}

/// A page that was asked for.
struct Page {
    sent: Moment,
    index: usize,
    /// Newest first.
    places: Vec<Place>,
    /// Whether nothing comes after it.
    is_last: bool,
}

/// Everything of one sort that a business or a product has, and all pages of it.
struct List {
    /// A page without what must be on it.
    stale: Kind,
    listed: Vec<Listed>,
    pages: Vec<Page>,
}

/// Looks for what is missing.
pub(super) fn check(evidence: &Evidence, out: &mut Findings) {
    for mut list in collect(evidence, out) {
        list.listed.sort_unstable_by_key(|listed| listed.place);
        list.pages.sort_by_key(|page| page.sent);
        check_pages(evidence, &list, out);
    }
}

fn collect(evidence: &Evidence, out: &mut Findings) -> Vec<List> {
    let count = evidence.history.businesses.len();
    let empty = |stale| List { stale, listed: Vec::new(), pages: Vec::new() };
    let mut lists: Vec<List> = (0..count).map(|_| empty(Kind::StaleOrderList)).collect();
    lists.extend((0..count).map(|_| empty(Kind::StaleReturnList)));
    lists.extend(evidence.all_products.iter().map(|_| empty(Kind::StaleStockList)));
    for (effect, it) in evidence.effects.iter().enumerate() {
        let list = match it.what {
            What::Purchase(_) => it.business,
            What::Return(_) => count + it.business,
            _ => continue,
        };
        let place = (evidence.id_of(effect), 0);
        lists[list].listed.push(Listed { place, latest: it.latest, effect: Some(effect) });
    }
    for (place, shelved) in &evidence.shelved {
        let latest = shelved.effect.map_or(Moment::START, |effect| evidence.effects[effect].latest);
        lists[2 * count + shelved.product].listed.push(Listed { place: *place, latest, effect: shelved.effect });
    }
    for (index, request) in evidence.history.requests.iter().enumerate() {
        let business = request.business;
        let (list, places, is_last) = match (&request.action, &request.answer) {
            (Action::ReadOrders, Answer::Orders(orders)) => {
                let places: Vec<Place> = orders.iter().map(|order| (order.id, 0)).collect();
                let is_empty = places.is_empty();
                (business, places, is_empty)
            }
            (Action::ReadReturns, Answer::Returns { returns, is_last }) => {
                (count + business, returns.iter().map(|goods| (goods.id, 0)).collect(), *is_last)
            }
            (Action::ReadStock { product }, Answer::Stock { changes, is_last }) => {
                let Some(product) = evidence.own_product(business, *product) else { continue };
                let places = changes.iter().map(|change| (change.id, change.line_no)).collect();
                (2 * count + product, places, *is_last)
            }
            (_, Answer::NotFound) => {
                not_found(evidence, index, out);
                continue;
            }
            _ => continue,
        };
        if let Some(list) = lists.get_mut(list) {
            list.pages.push(Page { sent: request.sent, index, places, is_last });
        }
    }
    lists
}

/// What was there before was not found.
fn not_found(evidence: &Evidence, index: usize, out: &mut Findings) {
    let request = &evidence.history.requests[index];
    let id = match &request.action {
        Action::ReadOrder { order } | Action::Return { order, .. } => order,
        Action::ReadReturn { goods } => goods,
        Action::Reverse { entry, .. } => entry,
        _ => return,
    };
    let known = evidence.by_id.get(id).map(|effect| evidence.effects[*effect]);
    if known.is_some_and(|known| known.business == request.business && known.latest < request.sent) {
        out.add(Kind::OwnIdNotFound, || format!("{}: {:.300?}", evidence.told(index), request.action));
    }
}

/// Counts, for each page, what must be on it: what was there before it was sent, from its oldest on.
fn check_pages(evidence: &Evidence, list: &List, out: &mut Findings) {
    let listed = &list.listed;
    let mut by_time: Vec<usize> = (0..listed.len()).collect();
    by_time.sort_unstable_by_key(|rank| listed[*rank].latest);
    let mut arriving = by_time.into_iter().peekable();
    let mut there = Sums::new(listed.len());
    for page in &list.pages {
        while let Some(rank) = arriving.next_if(|rank| listed[*rank].latest < page.sent) {
            there.add(rank, 1);
        }
        let first = match page.places.last() {
            _ if page.is_last => 0,
            Some(oldest) => listed.partition_point(|listed| listed.place < *oldest),
            // The server had looked at enough.
            None => continue,
        };
        let rank = |place: &Place| listed.binary_search_by_key(place, |listed| listed.place).ok();
        let mut shown: Vec<usize> = page.places.iter().filter_map(rank).collect();
        shown.sort_unstable();
        let right = shown.iter().filter(|rank| **rank >= first && listed[**rank].latest < page.sent).count();
        if there.from(first) > i64::try_from(right).unwrap_or(i64::MAX)
            && !(out.is_full(list.stale) && out.is_full(Kind::TimeRanBackwards))
        {
            let is_missing = |rank: &usize| listed[*rank].latest < page.sent && shown.binary_search(rank).is_err();
            let missing: Vec<Listed> = (first..listed.len()).filter(is_missing).map(|rank| listed[rank]).collect();
            stale(evidence, list.stale, page, &missing, out);
        }
    }
}

fn stale(evidence: &Evidence, kind: Kind, page: &Page, missing: &[Listed], out: &mut Findings) {
    let client = evidence.history.requests[page.index].client;
    let seen = |listed: &&Listed| {
        evidence.shown.iter().any(|(effect, index)| {
            let request = &evidence.history.requests[*index];
            Some(*effect) == listed.effect && request.client == client && request.answered < page.sent
        })
    };
    // Prefer what this client itself had seen: such a finding is easier to understand. One example is enough.
    let own = missing.iter().take(100).find(seen);
    let kind = if own.is_some() { Kind::TimeRanBackwards } else { kind };
    let Some(listed) = own.or(missing.first()) else { return };
    out.add(kind, || {
        let (told, count, (id, line_no)) = (evidence.told(page.index), missing.len(), listed.place);
        format!(
            "{told}: {count} are missing, such as {id} (line {line_no}), which was there by {}",
            seconds(listed.latest)
        )
    });
}
