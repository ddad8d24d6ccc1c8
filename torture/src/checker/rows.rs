//! The books by themselves: customers and products are those of the run, orders add up and are charged, opening stock.

use std::collections::HashMap;

use uuid::Uuid;

use super::{
    evidence::{Evidence, Place, What},
    finding::{Findings, Kind},
};
use crate::books::OrderRow;

/// Looks at every row that is not an effect's.
pub(super) fn check(evidence: &Evidence, out: &mut Findings) {
    let customers = evidence.books.customers.iter().map(|row| (row.business, row.id));
    everybody(evidence, "customer", customers, &evidence.customers, out);
    let products = evidence.books.products.iter().map(|row| (row.business, row.id));
    everybody(evidence, "product", products, &evidence.products, out);
    opening_stock(evidence, out);

    let mut is_charged = vec![false; evidence.books.orders.len()];
    let mut is_credited = vec![false; evidence.books.returns.len()];
    for effect in &evidence.effects {
        match effect.what {
            What::Purchase(order) => is_charged[order] = true,
            What::Return(goods) => is_credited[goods] = true,
            What::Entry(_) | What::Movement => {}
        }
    }
    for (row, is_credited) in evidence.books.returns.iter().zip(is_credited) {
        if !is_credited {
            out.add(Kind::ReturnWithoutEntry, || format!("return {} of {}", row.goods.id, row.business));
        }
    }
    for (row, is_charged) in evidence.books.orders.iter().zip(is_charged) {
        if !is_charged {
            out.add(Kind::OrderWithoutEntry, || format!("order {} of {}", row.order.id, row.business));
        }
        order(evidence, row, out);
    }
}

/// The same customers, or products, as before the first request.
fn everybody(
    evidence: &Evidence,
    what: &str,
    rows: impl ExactSizeIterator<Item = (Uuid, Uuid)>,
    known: &HashMap<Uuid, Place>,
    out: &mut Findings,
) {
    let count = rows.len();
    for (business, id) in rows {
        let place = known.get(&id).map(|place| place.business);
        if place.is_none() || place != evidence.businesses.get(&business).copied() {
            out.add(Kind::PhantomRow, || format!("{what} {id} of business {business}"));
        }
    }
    if count != known.len() {
        out.add(Kind::PhantomRow, || format!("the books have {count} {what}s, and there were {}", known.len()));
    }
}

fn opening_stock(evidence: &Evidence, out: &mut Findings) {
    let mut opened: Vec<i64> = vec![0; evidence.all_products.len()];
    for row in evidence.books.movements.iter().filter(|row| row.key.is_none()) {
        let movement = row.movement;
        let place = evidence.products.get(&movement.product);
        let Some(place) = place.filter(|place| evidence.businesses.get(&row.business) == Some(&place.business)) else {
            out.add(Kind::PhantomMovement, || format!("{} without a key, of no known product", movement.id));
            continue;
        };
        if opened[place.no] != 0 || movement.stock_after != movement.quantity || movement.quantity <= 0 {
            out.add(Kind::OpeningStock, || format!("{movement:?} is no first movement"));
        }
        opened[place.no] += movement.quantity;
    }
    for (product, opened) in evidence.all_products.iter().zip(opened) {
        if product.stock != opened {
            out.add(Kind::OpeningStock, || {
                format!("product {} began with {}, and was opened with {opened}", product.id, product.stock)
            });
        }
    }
}

fn order(evidence: &Evidence, row: &OrderRow, out: &mut Findings) {
    let order = &row.order;
    let business = evidence.businesses.get(&row.business).copied();
    let is_own = business.is_some_and(|business| {
        evidence.own_customer(business, order.customer).is_some()
            && order.lines.iter().all(|line| evidence.own_product(business, line.product).is_some())
    });
    if !is_own {
        out.add(Kind::PhantomOrder, || {
            format!("{} has a customer or product that {} does not have", order.id, row.business)
        });
    }
    let lines_fit = order.lines.iter().zip(1..).all(|(line, no)| {
        line.line_no == no
            && line.quantity > 0
            && i128::from(line.quantity) * i128::from(line.unit_price) == i128::from(line.line_total)
    });
    let total: i128 = order.lines.iter().map(|line| i128::from(line.line_total)).sum();
    if !lines_fit || order.lines.is_empty() || total != i128::from(order.total) {
        out.add(Kind::WrongSum, || {
            format!("order {}: {} lines of {total}, and a total of {}", order.id, order.lines.len(), order.total)
        });
    }
    // A purchase reads all of its prices at one moment.
    let mut prices: Vec<(Uuid, i64)> = order.lines.iter().map(|line| (line.product, line.unit_price)).collect();
    prices.sort_unstable();
    prices.dedup();
    if let Some(pair) = prices.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        out.add(Kind::WrongSum, || {
            format!("order {} has product {} at {} and at {}", order.id, pair[0].0, pair[0].1, pair[1].1)
        });
    }
}
