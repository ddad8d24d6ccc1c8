//! What a client does next: mostly purchases by a few hot customers of a few hot products, near their limits. What is named in a
//! request is what some answer has shown, so many clients name the same order, charge or payment at the same time.

use rand::{RngExt, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use uuid::Uuid;

use super::traffic::Traffic;
use crate::history::{Action, EntryKind, Item, LineBack, Part};

/// Below this, a product is worth restocking.
const LOW_STOCK: i64 = 60;
/// When an opening is due that says so: 2020-01-01T00:00:00Z.
const LONG_AGO_US: i64 = 1_577_836_800_000_000;

/// An action for a client of `business`.
pub fn choose(traffic: &Traffic, business: usize, rng: &mut ChaCha8Rng) -> Action {
    match rng.random_range(0..100) {
        0..78 => movement(traffic, business, rng),
        78..81 => Action::ChangeLimit {
            customer: customer(traffic, business, rng),
            credit_limit: rng.random_range(2..50) * 1_000,
        },
        81..83 => Action::ChangePrice { product: product(traffic, business, rng), price: rng.random_range(50..1_500) },
        _ => read(traffic, business, rng),
    }
}

/// What carries a key.
pub fn movement(traffic: &Traffic, business: usize, rng: &mut ChaCha8Rng) -> Action {
    let chosen = match rng.random_range(0..100) {
        0..58 => None,
        58..68 => Some(payment(traffic, business, rng)),
        68..78 => Some(restock(traffic, business, rng)),
        78..85 => goods_back(traffic, business, rng),
        85..89 => allocate(traffic, business, rng),
        89..93 => reverse(traffic, business, rng),
        93..97 => Some(adjust(traffic, business, rng)),
        _ => Some(refund(traffic, business, rng)),
    };
    chosen.unwrap_or_else(|| purchase(traffic, business, rng))
}

fn read(traffic: &Traffic, business: usize, rng: &mut ChaCha8Rng) -> Action {
    match rng.random_range(0..17) {
        0..3 => Action::ReadCustomer { customer: maybe_foreign(traffic, business, rng, customer) },
        3..6 => Action::ReadProduct { product: maybe_foreign(traffic, business, rng, product) },
        6..8 => match traffic.known_order(maybe_other(traffic, business, rng), rng) {
            Some(order) => Action::ReadOrder { order: order.id },
            None => Action::ReadOrders,
        },
        8..10 => Action::ReadLedger { customer: maybe_foreign(traffic, business, rng, customer) },
        10 => Action::ReadOrders,
        11 => match traffic.known_return(maybe_other(traffic, business, rng), rng) {
            Some(goods) => Action::ReadReturn { goods },
            None => Action::ReadReturns,
        },
        12 => Action::ReadReturns,
        13 => Action::ReadStock { product: maybe_foreign(traffic, business, rng, product) },
        14..16 => Action::ReadOpenCharges { customer: maybe_foreign(traffic, business, rng, customer) },
        _ => Action::ReadAging { customer: maybe_foreign(traffic, business, rng, customer) },
    }
}

/// A purchase, at times by another business's customer, or of another's product, or above the limit.
fn purchase(traffic: &Traffic, business: usize, rng: &mut ChaCha8Rng) -> Action {
    let mut items: Vec<_> = (0..rng.random_range(1..=3))
        .map(|_| Item { product: product(traffic, business, rng), quantity: rng.random_range(1..=4) })
        .collect();
    match rng.random_range(0..200) {
        0 => items[0].product = foreign(traffic, business, rng, product),
        1..8 => items[0].quantity = rng.random_range(20..80),
        _ => {}
    }
    let customer = if rng.random_range(0..200) == 0 {
        foreign(traffic, business, rng, customer)
    } else {
        customer(traffic, business, rng)
    };
    Action::Purchase { key: traffic.new_key(), customer, items, authorized_limit: allowed(traffic, customer, rng, 30) }
}

/// One time in so many, a limit about which the customer's balance is.
fn allowed(traffic: &Traffic, customer: Uuid, rng: &mut ChaCha8Rng, one_in: u32) -> Option<i64> {
    rng.random_ratio(1, one_in).then(|| traffic.heard(customer).max(0) + rng.random_range(0..4_000))
}

/// Pays a part of what is owed, as far as is known. At times it names charges.
fn payment(traffic: &Traffic, business: usize, rng: &mut ChaCha8Rng) -> Action {
    let customer = customer(traffic, business, rng);
    let named = if rng.random_bool(0.4) { named(traffic, business, customer, rng) } else { Vec::new() };
    // Some pay far ahead: then credit is left over, to be allocated and paid out.
    let ahead = if rng.random_bool(0.15) { 20_000 } else { 0 };
    let spare = if named.is_empty() { traffic.heard(customer).max(1) + ahead } else { 1_000 + ahead };
    let amount = named.iter().map(|part| part.amount).sum::<i64>() + rng.random_range(0..=spare);
    Action::Payment { key: traffic.new_key(), customer, amount: amount.max(1), named }
}

/// Up to two charges of a customer, each once, and something of each. Now and then it is another's charge.
fn named(traffic: &Traffic, business: usize, customer: Uuid, rng: &mut ChaCha8Rng) -> Vec<Part> {
    let mut named: Vec<Part> = Vec::new();
    for _ in 0..rng.random_range(1..=2) {
        let owner = if rng.random_ratio(1, 40) { self::customer(traffic, business, rng) } else { customer };
        let Some((charge, amount)) = traffic.known_charge(owner, rng) else { continue };
        if named.iter().all(|part| part.charge != charge) {
            let part = if rng.random_bool(0.3) { amount } else { rng.random_range(1..=amount.max(1)) };
            named.push(Part { charge, amount: part.max(1) });
        }
    }
    named
}

/// Some lines of an order come back, or all that was bought; not all of it goes back on the shelf.
fn goods_back(traffic: &Traffic, business: usize, rng: &mut ChaCha8Rng) -> Option<Action> {
    let order = traffic.known_order(maybe_other(traffic, business, rng), rng)?;
    let mut lines: Vec<LineBack> = Vec::new();
    for (line_no, bought) in order.lines {
        if lines.is_empty() || rng.random_bool(0.5) {
            let quantity = if rng.random_bool(0.2) { bought } else { rng.random_range(1..=bought.min(3)) };
            let restock = match rng.random_range(0..4) {
                0 => Some(0),
                1 => Some(rng.random_range(0..=quantity)),
                _ => None,
            };
            lines.push(LineBack { line_no, quantity, restock });
        }
    }
    (!lines.is_empty()).then(|| Action::Return { key: traffic.new_key(), order: order.id, lines })
}

/// Unapplied credit to charges, or back, or from one to another.
fn allocate(traffic: &Traffic, business: usize, rng: &mut ChaCha8Rng) -> Option<Action> {
    let customer = customer(traffic, business, rng);
    let mut named = named(traffic, business, customer, rng);
    for part in &mut named {
        if rng.random_bool(0.4) {
            part.amount = -part.amount;
        }
    }
    (!named.is_empty()).then(|| Action::Allocate { key: traffic.new_key(), customer, named })
}

fn reverse(traffic: &Traffic, business: usize, rng: &mut ChaCha8Rng) -> Option<Action> {
    let customer = maybe_foreign(traffic, business, rng, customer);
    let credit = traffic.known_credit(customer, rng)?;
    Some(Action::Reverse { key: traffic.new_key(), entry: credit.id, is_payment: credit.is_payment })
}

fn adjust(traffic: &Traffic, business: usize, rng: &mut ChaCha8Rng) -> Action {
    let customer = maybe_foreign(traffic, business, rng, customer);
    let kind = *EntryKind::ADJUSTMENTS.choose(rng).unwrap_or(&EntryKind::Fee);
    let (mut amount, mut named) = (rng.random_range(1..800), Vec::new());
    if !kind.is_charge() && rng.random_bool(0.4) {
        named = self::named(traffic, business, customer, rng);
        amount += named.iter().map(|part| part.amount).sum::<i64>();
    } else if kind == EntryKind::WriteOff && rng.random_bool(0.2) {
        amount = traffic.heard(customer).max(1);
    }
    let due_at_us = (kind == EntryKind::Opening && rng.random_bool(0.5)).then_some(LONG_AGO_US);
    let authorized_limit = if kind.is_charge() { allowed(traffic, customer, rng, 5) } else { None };
    Action::Adjust { key: traffic.new_key(), customer, kind, amount, due_at_us, authorized_limit, named }
}

/// Pays out what is known of a credit balance, or a part of it, or what may not be there.
fn refund(traffic: &Traffic, business: usize, rng: &mut ChaCha8Rng) -> Action {
    let customer = customer(traffic, business, rng);
    let credit = -traffic.heard(customer);
    let amount =
        if credit > 0 && rng.random_bool(0.8) { rng.random_range(1..=credit) } else { rng.random_range(1..500) };
    Action::Refund { key: traffic.new_key(), customer, amount }
}

/// Restocks what is running out; a product with enough is corrected downwards a little.
fn restock(traffic: &Traffic, business: usize, rng: &mut ChaCha8Rng) -> Action {
    let product = product(traffic, business, rng);
    let is_low = traffic.heard(product) < LOW_STOCK;
    let quantity = if is_low { rng.random_range(1..120) } else { -rng.random_range(1..10) };
    Action::Restock { key: traffic.new_key(), product, quantity }
}

/// The first one in about half of all cases, else any.
fn hot(ids: &[Uuid], rng: &mut ChaCha8Rng) -> Uuid {
    if rng.random_bool(0.4) { ids[0] } else { ids.choose(rng).copied().unwrap_or_default() }
}

fn customer(traffic: &Traffic, business: usize, rng: &mut ChaCha8Rng) -> Uuid {
    let ids: Vec<_> = traffic.business(business).customers.iter().map(|customer| customer.id).collect();
    hot(&ids, rng)
}

fn product(traffic: &Traffic, business: usize, rng: &mut ChaCha8Rng) -> Uuid {
    let ids: Vec<_> = traffic.business(business).products.iter().map(|product| product.id).collect();
    hot(&ids, rng)
}

type Pick = fn(&Traffic, usize, &mut ChaCha8Rng) -> Uuid;

/// A customer or product of another business.
fn foreign(traffic: &Traffic, business: usize, rng: &mut ChaCha8Rng, pick: Pick) -> Uuid {
    let businesses = traffic.cast.businesses.len();
    pick(traffic, (business + rng.random_range(1..businesses)) % businesses, rng)
}

/// A customer or product of the business; one time in twenty of another business.
fn maybe_foreign(traffic: &Traffic, business: usize, rng: &mut ChaCha8Rng, pick: Pick) -> Uuid {
    if rng.random_bool(0.05) { foreign(traffic, business, rng, pick) } else { pick(traffic, business, rng) }
}

fn maybe_other(traffic: &Traffic, business: usize, rng: &mut ChaCha8Rng) -> usize {
    if rng.random_bool(0.05) { (business + 1) % traffic.cast.businesses.len() } else { business }
}
