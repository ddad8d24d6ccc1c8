//! What a client does next: mostly purchases by a few hot customers of a few hot products, near their limits.

use rand::{RngExt, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use uuid::Uuid;

use super::traffic::Traffic;
use crate::history::{Action, Item};

/// Below this, a product is worth restocking.
const LOW_STOCK: i64 = 60;

/// An action for a client of `business`.
pub fn choose(traffic: &Traffic, business: usize, rng: &mut ChaCha8Rng) -> Action {
    match rng.random_range(0..100) {
        0..56 => purchase(traffic, business, rng),
        56..69 => payment(traffic, business, rng),
        69..79 => restock(traffic, business, rng),
        79..82 => Action::ChangeLimit {
            customer: customer(traffic, business, rng),
            credit_limit: rng.random_range(2..50) * 1_000,
        },
        82..84 => Action::ChangePrice { product: product(traffic, business, rng), price: rng.random_range(50..1_500) },
        84..88 => Action::ReadCustomer { customer: maybe_foreign(traffic, business, rng, customer) },
        88..92 => Action::ReadProduct { product: maybe_foreign(traffic, business, rng, product) },
        92..95 => match traffic.known_order(maybe_other(traffic, business, rng), rng) {
            Some(order) => Action::ReadOrder { order },
            None => Action::ReadOrders,
        },
        95..98 => Action::ReadLedger { customer: maybe_foreign(traffic, business, rng, customer) },
        _ => Action::ReadOrders,
    }
}

/// A purchase, at times by another business's customer, or of another's product.
pub fn purchase(traffic: &Traffic, business: usize, rng: &mut ChaCha8Rng) -> Action {
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
    Action::Purchase { key: traffic.new_key(), customer, items }
}

/// Pays a part of what is owed, as far as is known.
fn payment(traffic: &Traffic, business: usize, rng: &mut ChaCha8Rng) -> Action {
    let customer = customer(traffic, business, rng);
    let owed = traffic.heard(customer).max(1);
    Action::Payment { key: traffic.new_key(), customer, amount: rng.random_range(1..=owed) }
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
