//! The history and the books side by side, with look-ups that lead from a row of one to a row of the other.

use std::collections::HashMap;

use uuid::Uuid;

use super::{
    finding::{Findings, Kind},
    timeline::{Observation, Wanted},
};
use crate::{
    books::Books,
    history::{Action, Customer, History, Item, Key, Line, Moment, Order, Product, Request},
};

/// A customer or a product: its business and its own number, counted over the whole run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) business: usize,
    pub(super) no: usize,
}

/// What an effect is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// An entry with an order, which stands at this index.
    Purchase(usize),
    Payment,
    Movement,
}

/// Something that happened once: an entry of a ledger or a stock movement that has a key.
#[derive(Debug, Clone, Copy)]
pub(super) struct Effect {
    pub(super) business: usize,
    pub(super) what: What,
    /// Index among the entries or the movements.
    pub(super) row: usize,
    pub(super) created_at_us: i64,
    /// Not before this.
    pub(super) earliest: Moment,
    /// Not after this.
    pub(super) latest: Moment,
    /// Whether anybody used its key.
    pub(super) asked: bool,
}

/// Where a key belongs: movements of stock have keys of their own.
pub(super) type Slot = (usize, bool, Key);

pub(super) struct Evidence<'a> {
    pub(super) history: &'a History,
    pub(super) books: &'a Books,
    pub(super) businesses: HashMap<Uuid, usize>,
    pub(super) customers: HashMap<Uuid, Place>,
    pub(super) products: HashMap<Uuid, Place>,
    /// By number.
    pub(super) all_customers: Vec<Customer>,
    /// By number.
    pub(super) all_products: Vec<Product>,
    /// Index among the orders.
    pub(super) orders: HashMap<Uuid, usize>,
    pub(super) effects: Vec<Effect>,
    /// By the id of an entry (which is its order's) or movement.
    pub(super) by_id: HashMap<Uuid, usize>,
    pub(super) by_key: HashMap<Slot, usize>,
    /// Which request was told of which effect, by effect.
    pub(super) shown: Vec<(usize, usize)>,
}

impl<'a> Evidence<'a> {
    pub(super) fn new(history: &'a History, books: &'a Books, out: &mut Findings) -> Self {
        let mut evidence = Self {
            history,
            books,
            businesses: HashMap::new(),
            customers: HashMap::new(),
            products: HashMap::new(),
            all_customers: Vec::new(),
            all_products: Vec::new(),
            orders: HashMap::with_capacity(books.orders.len()),
            effects: Vec::with_capacity(books.entries.len() + books.movements.len()),
            by_id: HashMap::with_capacity(books.entries.len() + books.movements.len()),
            by_key: HashMap::with_capacity(books.entries.len() + books.movements.len()),
            shown: Vec::new(),
        };
        for (business, known) in history.businesses.iter().enumerate() {
            evidence.businesses.insert(known.id, business);
            for customer in &known.customers {
                evidence.customers.insert(customer.id, Place { business, no: evidence.all_customers.len() });
                evidence.all_customers.push(*customer);
            }
            for product in &known.products {
                evidence.products.insert(product.id, Place { business, no: evidence.all_products.len() });
                evidence.all_products.push(*product);
            }
        }
        for (index, row) in books.orders.iter().enumerate() {
            if evidence.orders.insert(row.order.id, index).is_some() {
                out.add(Kind::DuplicateEffect, || format!("two orders are {}", row.order.id));
            }
        }
        evidence.collect_effects(out);
        evidence
    }

    fn collect_effects(&mut self, out: &mut Findings) {
        let books = self.books;
        for (row, entry) in books.entries.iter().enumerate() {
            let what = match entry.entry.order {
                None => What::Payment,
                Some(order) => match self.orders.get(&order) {
                    Some(index) if order == entry.entry.id && books.orders[*index].business == entry.business => {
                        What::Purchase(*index)
                    }
                    _ => {
                        out.add(Kind::EntryWithoutOrder, || {
                            format!("entry {} charges order {order}, which is not there", entry.entry.id)
                        });
                        continue;
                    }
                },
            };
            let (kind, id) = (phantom(what), entry.entry.id);
            let business = self.businesses.get(&entry.business).copied();
            let owner = self.customers.get(&entry.entry.customer).map(|place| place.business);
            self.add_effect(business, owner, entry.key, what, row, (id, entry.entry.created_at_us), kind, out);
        }
        for (row, movement) in books.movements.iter().enumerate() {
            if movement.key.is_none() {
                continue;
            }
            let business = self.businesses.get(&movement.business).copied();
            let owner = self.products.get(&movement.movement.product).map(|place| place.business);
            let made = (movement.movement.id, movement.movement.created_at_us);
            self.add_effect(business, owner, movement.key, What::Movement, row, made, Kind::PhantomMovement, out);
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the two kinds of rows have these in common, and no type")]
    fn add_effect(
        &mut self,
        business: Option<usize>,
        owner: Option<usize>,
        key: Option<Key>,
        what: What,
        row: usize,
        (id, created_at_us): (Uuid, i64),
        kind: Kind,
        out: &mut Findings,
    ) {
        let (Some(business), Some(key)) = (business, key) else {
            out.add(kind, || format!("{id} belongs to no business of the run, or has no key"));
            return;
        };
        if owner != Some(business) {
            out.add(kind, || format!("{id} is of a customer or product that its business {business} does not have"));
            return;
        }
        let effect = self.effects.len();
        self.effects.push(Effect {
            business,
            what,
            row,
            created_at_us,
            earliest: Moment::START,
            latest: Moment::NEVER,
            asked: false,
        });
        if self.by_id.insert(id, effect).is_some() {
            out.add(Kind::DuplicateEffect, || format!("two movements are {id}"));
        }
        if let Some(other) = self.by_key.insert((business, what == What::Movement, key), effect) {
            let other = self.id_of(other);
            out.add(Kind::DuplicateEffect, || {
                let key = key.text();
                format!("both {other} and {id} were made under {key} of business {business}")
            });
        }
    }

    /// The id of an effect's row.
    pub(super) fn id_of(&self, effect: usize) -> Uuid {
        let effect = self.effects[effect];
        match effect.what {
            What::Movement => self.books.movements[effect.row].movement.id,
            What::Purchase(_) | What::Payment => self.books.entries[effect.row].entry.id,
        }
    }

    /// The order of an effect that is a purchase.
    pub(super) fn order_of(&self, effect: usize) -> Option<&'a Order> {
        match self.effects[effect].what {
            What::Purchase(order) => Some(&self.books.orders[order].order),
            What::Payment | What::Movement => None,
        }
    }

    /// The number of an effect's customer.
    pub(super) fn customer_of(&self, effect: usize) -> Option<usize> {
        let effect = self.effects[effect];
        match effect.what {
            What::Movement => None,
            What::Purchase(_) | What::Payment => {
                self.customers.get(&self.books.entries[effect.row].entry.customer).map(|place| place.no)
            }
        }
    }

    /// Whether a request asked for exactly this.
    pub(super) fn asks_for(&self, request: &Request, effect: usize) -> bool {
        let what = self.effects[effect];
        match (&request.action, what.what) {
            (Action::Purchase { customer, items, .. }, What::Purchase(order)) => {
                let order = &self.books.orders[order].order;
                order.customer == *customer && is_for(&order.lines, items)
            }
            (Action::Payment { customer, amount, .. }, What::Payment) => {
                let entry = &self.books.entries[what.row].entry;
                entry.customer == *customer && entry.amount.checked_neg() == Some(*amount)
            }
            (Action::Restock { product, quantity, .. }, What::Movement) => {
                let movement = self.books.movements[what.row].movement;
                movement.product == *product && movement.quantity == *quantity
            }
            _ => false,
        }
    }

    /// A customer of the business.
    pub(super) fn own_customer(&self, business: usize, id: Uuid) -> Option<usize> {
        self.customers.get(&id).filter(|place| place.business == business).map(|place| place.no)
    }

    /// A product of the business.
    pub(super) fn own_product(&self, business: usize, id: Uuid) -> Option<usize> {
        self.products.get(&id).filter(|place| place.business == business).map(|place| place.no)
    }

    /// Who sent a request and when, for a sentence.
    pub(super) fn told(&self, request: usize) -> String {
        let it = &self.history.requests[request];
        let (sent, answered) = (seconds(it.sent), seconds(it.answered));
        format!("request {request} (client {}, business {}, {sent} to {answered})", it.client, it.business)
    }

    /// What a request saw, to be placed.
    pub(super) fn observation(&self, request: usize, wanted: Wanted) -> Observation {
        let it = &self.history.requests[request];
        Observation { request, client: it.client, sent: it.sent, answered: it.answered, wanted }
    }
}

/// A moment, for a sentence.
pub(super) fn seconds(moment: Moment) -> String {
    if moment == Moment::NEVER {
        "ever".to_owned()
    } else {
        format!("{}.{:09} s", moment.0 / 1_000_000_000, moment.0 % 1_000_000_000)
    }
}

/// Lines in the order of the request's items, one for each.
pub(super) fn is_for(lines: &[Line], items: &[Item]) -> bool {
    lines.len() == items.len()
        && lines.iter().zip(items).all(|(line, item)| line.product == item.product && line.quantity == item.quantity)
}

/// The key of what a request asks for, and whether it is one of the stock movements'.
pub(super) fn key_of(action: &Action) -> Option<(bool, Key)> {
    match action {
        Action::Purchase { key, .. } | Action::Payment { key, .. } => Some((false, *key)),
        Action::Restock { key, .. } => Some((true, *key)),
        _ => None,
    }
}

pub(super) fn phantom(what: What) -> Kind {
    match what {
        What::Purchase(_) => Kind::PhantomOrder,
        What::Payment => Kind::PhantomPayment,
        What::Movement => Kind::PhantomMovement,
    }
}
