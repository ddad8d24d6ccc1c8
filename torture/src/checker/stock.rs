//! Products. Stock is what movements, sales and returns leave, and never below zero. Every stock that an answer showed, and every
//! refusal for lack of stock, must fit between two changes in real time.
//!
//! The books do not number a product's changes. But PostgreSQL takes `created_at` while it holds the lock on the product, so
//! `created_at` orders the changes, unless PostgreSQL's clock was set back. Changes with one `created_at` are one
//! transaction, which decided several purchases together. Other requests see that transaction as a whole. A purchase that
//! was refused within it may have seen any stock between the one before and the one after.

use uuid::Uuid;

use super::{
    evidence::{Evidence, What},
    finding::{Findings, Kind},
    register::{Sight, Who},
    timeline::{Change, Misfit, Observation, Timeline, Wanted},
};
use crate::history::{Action, Answer, Moment, Request, Shortage};

/// The change of one product by one effect.
#[derive(Debug, Clone, Copy)]
struct Stroke {
    product: usize,
    created_at_us: i64,
    effect: usize,
    change: i64,
    /// The stock after it, according to the movement.
    stock_after: Option<i64>,
}

/// Follows every product through the books and finds a place for every stock that an answer showed. Returns the prices that
/// answers showed, by product.
pub(super) fn check(evidence: &Evidence, out: &mut Findings) -> Vec<(usize, Sight)> {
    let count = evidence.all_products.len();
    let mut strokes: Vec<Vec<Stroke>> = vec![Vec::new(); count];
    for effect in 0..evidence.effects.len() {
        for stroke in strokes_of(evidence, effect) {
            strokes[stroke.product].push(stroke);
        }
    }
    let mut seen: Vec<Vec<Observation>> = vec![Vec::new(); count];
    for index in 0..evidence.history.requests.len() {
        for (product, wanted) in observations(evidence, index, out) {
            seen[product].push(evidence.observation(index, wanted));
        }
    }
    let mut at_the_end = vec![None; count];
    for row in &evidence.books.products {
        if let Some(place) = evidence.products.get(&row.id) {
            at_the_end[place.no] = Some(row.stock);
        }
    }
    // By effect, for those that were shown to somebody: where it stands among each of its products' changes.
    let mut is_shown = vec![false; evidence.effects.len()];
    for (effect, _) in &evidence.shown {
        is_shown[*effect] = true;
    }
    let mut shown = evidence.shown.clone();
    shown.sort_unstable();

    let mut sights = Vec::new();
    for (product, (strokes, mut seen)) in strokes.iter_mut().zip(seen).enumerate() {
        strokes.sort_unstable_by_key(|stroke| (stroke.created_at_us, stroke.effect));
        let mut changes = Vec::with_capacity(strokes.len());
        let mut stock = evidence.all_products[product].stock;
        for together in strokes.chunk_by(|one, next| one.created_at_us == next.created_at_us) {
            changes.push(change(evidence, together, &mut stock, out));
            for stroke in together.iter().filter(|stroke| is_shown[stroke.effect]) {
                let first = shown.partition_point(|(effect, _)| *effect < stroke.effect);
                let requests = shown[first..].iter().take_while(|(effect, _)| *effect == stroke.effect);
                seen.extend(requests.map(|(_, index)| evidence.observation(*index, Wanted::After(changes.len()))));
            }
        }
        let known = at_the_end[product];
        if known != Some(stock) {
            out.add(Kind::StockSum, || {
                let id = evidence.all_products[product].id;
                let known = known.map_or("nothing".to_owned(), |known| known.to_string());
                format!(
                    "product {id}: {known} in the books; its opening stock, movements, sales and returns leave {stock}"
                )
            });
        }
        let timeline = Timeline::new(evidence.all_products[product].stock, &changes);
        seen.sort_by_key(|observation| observation.sent);
        for (observation, place) in seen.iter().zip(timeline.place(&seen)) {
            if let Err(misfit) = place {
                misplaced(evidence, product, &timeline, observation, misfit, out);
            }
            if let Answer::Product { price, .. } = evidence.history.requests[observation.request].answer {
                // One answer shows both figures, so both are of one moment.
                let (sent, answered) = timeline.time_of(observation, place);
                sights.push((product, Sight { value: price, sent, answered, who: Who::Request(observation.request) }));
            }
        }
    }
    sights
}

/// One for each product: lines of one product count together.
fn strokes_of(evidence: &Evidence, effect: usize) -> Vec<Stroke> {
    let it = evidence.effects[effect];
    let created_at_us = it.created_at_us;
    match it.what {
        What::Entry(_) => Vec::new(),
        What::Movement => {
            let movement = evidence.books.movements[it.row].movement;
            let (change, stock_after) = (movement.quantity, Some(movement.stock_after));
            let product = evidence.products.get(&movement.product).map(|place| place.no);
            product.map(|product| Stroke { product, created_at_us, effect, change, stock_after }).into_iter().collect()
        }
        What::Purchase(order) => {
            let lines = evidence.books.orders[order].order.lines.iter();
            changed(evidence, effect, lines.map(|line| (line.product, line.quantity.saturating_neg())))
        }
        What::Return(goods) => {
            let lines = evidence.books.returns[goods].goods.lines.iter().filter(|line| line.restocked > 0);
            changed(evidence, effect, lines.map(|line| (line.product, line.restocked)))
        }
    }
}

/// What the lines of an effect change.
fn changed(evidence: &Evidence, effect: usize, lines: impl Iterator<Item = (Uuid, i64)>) -> Vec<Stroke> {
    let created_at_us = evidence.effects[effect].created_at_us;
    let stroke = |(id, change): (Uuid, i64)| {
        let product = evidence.products.get(&id)?.no;
        Some(Stroke { product, created_at_us, effect, change, stock_after: None })
    };
    together(lines).into_iter().filter_map(stroke).collect()
}

/// Quantities by product.
pub(super) fn together(lines: impl Iterator<Item = (Uuid, i64)>) -> Vec<(Uuid, i64)> {
    let mut all: Vec<(Uuid, i64)> = lines.collect();
    all.sort_unstable_by_key(|line| line.0);
    all.dedup_by(|next, sum| {
        let same = next.0 == sum.0;
        if same {
            sum.1 = sum.1.saturating_add(next.1);
        }
        same
    });
    all
}

/// One transaction's change of a product.
fn change(evidence: &Evidence, strokes: &[Stroke], stock: &mut i64, out: &mut Findings) -> Change {
    let before = *stock;
    let sum = |of: &dyn Fn(i64) -> bool| {
        strokes.iter().map(|stroke| stroke.change).filter(|change| of(*change)).fold(0i64, i64::saturating_add)
    };
    let low = before.saturating_add(sum(&|change| change < 0));
    let high = before.saturating_add(sum(&|change| change > 0));
    *stock = before.saturating_add(sum(&|_| true));
    let id = || evidence.all_products[strokes[0].product].id;
    if *stock < 0 {
        let left = *stock;
        out.add(Kind::Oversell, || {
            format!("product {}: {before} before {} and {left} after", id(), evidence.id_of(strokes[0].effect))
        });
    }
    for stroke in strokes {
        let fits = |after| if strokes.len() == 1 { after == *stock } else { (low..=high).contains(&after) };
        if let Some(after) = stroke.stock_after.filter(|after| !fits(*after)) {
            let left = *stock;
            out.add(Kind::StockSum, || {
                format!(
                    "product {}: movement {} says that it left {after}; it left {left}",
                    id(),
                    evidence.id_of(stroke.effect)
                )
            });
        }
    }
    Change {
        earliest: strokes.iter().map(|stroke| evidence.effects[stroke.effect].earliest).max().unwrap_or(Moment::START),
        latest: strokes.iter().map(|stroke| evidence.effects[stroke.effect].latest).min().unwrap_or(Moment::NEVER),
        value: *stock,
        amid: (strokes.len() > 1).then_some((low, high)),
    }
}

/// What an answer showed of products. Also finds refusals that contradict their own request.
fn observations(evidence: &Evidence, index: usize, out: &mut Findings) -> Vec<(usize, Wanted)> {
    let request = &evidence.history.requests[index];
    let own = |id: Uuid| evidence.own_product(request.business, id);
    match (&request.action, &request.answer) {
        (Action::ReadProduct { product } | Action::ChangePrice { product, .. }, Answer::Product { id, stock, .. })
            if product == id =>
        {
            own(*id).map(|product| (product, Wanted::Value(*stock))).into_iter().collect()
        }
        (_, Answer::InsufficientStock(shortages)) => {
            let requested = requested(request);
            if let Some(text) = contradiction(&requested, shortages) {
                out.add(Kind::UnjustifiedStockRefusal, || format!("{}: {text}: {shortages:?}", evidence.told(index)));
            }
            let of = |(id, quantity): (Uuid, i64)| {
                // If the list does not have a product, its stock was large enough at that moment.
                let short = shortages.iter().find(|shortage| shortage.product == id);
                let wanted = short.map_or(Wanted::Least(quantity), |shortage| Wanted::Amid(shortage.available));
                Some((own(id)?, wanted))
            };
            requested.into_iter().filter_map(of).collect()
        }
        _ => Vec::new(),
    }
}

fn requested(request: &Request) -> Vec<(Uuid, i64)> {
    match &request.action {
        Action::Purchase { items, .. } => together(items.iter().map(|item| (item.product, item.quantity))),
        Action::Restock { product, quantity, .. } => vec![(*product, quantity.saturating_neg())],
        _ => Vec::new(),
    }
}

fn contradiction(requested: &[(Uuid, i64)], shortages: &[Shortage]) -> Option<&'static str> {
    let is_requested = |shortage: &Shortage| requested.contains(&(shortage.product, shortage.requested));
    if shortages.is_empty() {
        Some("nothing was short")
    } else if !shortages.iter().all(is_requested) {
        Some("that much was not requested")
    } else if shortages.iter().any(|shortage| shortage.available >= shortage.requested) {
        Some("that suffices")
    } else if !shortages.is_sorted_by(|one, next| one.product < next.product) {
        Some("not in order, or twice the same")
    } else {
        None
    }
}

fn misplaced(
    evidence: &Evidence,
    product: usize,
    timeline: &Timeline,
    seen: &Observation,
    misfit: Misfit,
    out: &mut Findings,
) {
    let is_refusal = matches!(evidence.history.requests[seen.request].answer, Answer::InsufficientStock(_));
    let kind = match misfit {
        // An acknowledgement without a place contradicts the order of real time. It is a finding of that kind.
        _ if matches!(seen.wanted, Wanted::After(_)) => return,
        _ if is_refusal => Kind::UnjustifiedStockRefusal,
        Misfit::Never => Kind::StockNeverWas,
        Misfit::TooEarly => Kind::SeenTooEarly,
        Misfit::Backwards => Kind::TimeRanBackwards,
        Misfit::Stale => Kind::StaleStockRead,
    };
    out.add(kind, || {
        let (told, around, id) =
            (evidence.told(seen.request), timeline.around(seen), evidence.all_products[product].id);
        format!("{told}: stock of {id} {}, {misfit}: {around}", seen.wanted)
    });
}

/// For a sight whose moment is that of an effect.
pub(super) fn time_of(evidence: &Evidence, effect: usize) -> (Moment, Moment) {
    (evidence.effects[effect].earliest, evidence.effects[effect].latest)
}
