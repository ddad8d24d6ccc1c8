//! The history and the books side by side, with look-ups that lead from a row of one to a row of the other.

use std::collections::HashMap;

use uuid::Uuid;

use super::{
    finding::{Findings, Kind},
    timeline::{Observation, Wanted},
};
use crate::{
    books::{Books, PartRow},
    history::{
        Action, Customer, Entry, EntryKind, Goods, History, Item, Key, Line, LineBack, Moment, Order, Part, Product,
        Request, StockChange,
    },
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
    /// An entry with a return, which stands at this index.
    Return(usize),
    /// Any other entry.
    Entry(EntryKind),
    Movement,
}

/// What can be wrong with an effect as such.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wrongs {
    pub(super) lost: Kind,
    pub(super) altered: Kind,
    pub(super) phantom: Kind,
}

impl What {
    /// What can be wrong with it.
    pub(super) fn wrongs(self) -> Wrongs {
        let (lost, altered, phantom) = match self {
            Self::Purchase(_) => (Kind::LostPurchase, Kind::AlteredOrder, Kind::PhantomOrder),
            Self::Return(_) => (Kind::LostReturn, Kind::AlteredReturn, Kind::PhantomReturn),
            Self::Entry(EntryKind::Payment) => (Kind::LostPayment, Kind::AlteredPayment, Kind::PhantomPayment),
            Self::Entry(_) => (Kind::LostCorrection, Kind::AlteredCorrection, Kind::PhantomCorrection),
            Self::Movement => (Kind::LostMovement, Kind::AlteredMovement, Kind::PhantomMovement),
        };
        Wrongs { lost, altered, phantom }
    }
}

/// A row of the list of what changed a product's stock.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shelved {
    pub(super) product: usize,
    pub(super) change: StockChange,
    /// None for the opening stock.
    pub(super) effect: Option<usize>,
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
    /// Index among the returns.
    pub(super) returns: HashMap<Uuid, usize>,
    /// By entry: what it settles by name, in the order of the charges.
    pub(super) parts: Vec<Vec<PartRow>>,
    /// By id and line.
    pub(super) shelved: HashMap<(Uuid, i64), Shelved>,
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
            returns: HashMap::with_capacity(books.returns.len()),
            parts: vec![Vec::new(); books.entries.len()],
            shelved: HashMap::new(),
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
        for (index, row) in books.returns.iter().enumerate() {
            if evidence.returns.insert(row.goods.id, index).is_some() {
                out.add(Kind::DuplicateEffect, || format!("two returns are {}", row.goods.id));
            }
        }
        evidence.collect_parts(out);
        evidence.collect_effects(out);
        evidence.collect_stock();
        evidence
    }

    fn collect_parts(&mut self, out: &mut Findings) {
        let rows: HashMap<Uuid, usize> =
            self.books.entries.iter().enumerate().map(|(row, entry)| (entry.entry.id, row)).collect();
        for part in &self.books.parts {
            match rows.get(&part.entry) {
                Some(row) => self.parts[*row].push(*part),
                None => out.add(Kind::BrokenParts, || format!("{part:?} is of no entry")),
            }
        }
    }

    fn collect_effects(&mut self, out: &mut Findings) {
        let books = self.books;
        for (row, entry) in books.entries.iter().enumerate() {
            let Some(what) = self.what(row, out) else { continue };
            let (kind, id) = (what.wrongs().phantom, entry.entry.id);
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

    /// What an entry is, unless what belongs to it is missing.
    fn what(&self, row: usize, out: &mut Findings) -> Option<What> {
        let row = &self.books.entries[row];
        let id = row.entry.id;
        match row.entry.kind {
            EntryKind::Purchase => {
                let order = self.orders.get(&id).copied();
                let order = order.filter(|order| self.books.orders[*order].business == row.business);
                let order = order.filter(|_| row.entry.order == Some(id));
                if order.is_none() {
                    out.add(Kind::EntryWithoutOrder, || {
                        format!("entry {id} charges order {:?}, which is not there", row.entry.order)
                    });
                }
                order.map(What::Purchase)
            }
            EntryKind::Return => {
                let goods = self.returns.get(&id).copied();
                let goods = goods.filter(|goods| self.books.returns[*goods].business == row.business);
                if goods.is_none() {
                    out.add(Kind::EntryWithoutReturn, || format!("entry {id} credits a return that is not there"));
                }
                goods.map(What::Return)
            }
            kind => Some(What::Entry(kind)),
        }
    }

    /// Every row that a list of what changed a stock may show.
    fn collect_stock(&mut self) {
        let books = self.books;
        for row in &books.movements {
            let movement = row.movement;
            let change = StockChange {
                id: movement.id,
                line_no: 0,
                quantity: movement.quantity,
                order: None,
                stock_after: Some(movement.stock_after),
                created_at_us: movement.created_at_us,
            };
            self.shelve(movement.product, change);
        }
        for row in &books.orders {
            let order = &row.order;
            for line in &order.lines {
                let (id, created_at_us) = (order.id, order.created_at_us);
                let (line_no, quantity) = (line.line_no, line.quantity.saturating_neg());
                let change = StockChange { id, line_no, quantity, order: Some(id), stock_after: None, created_at_us };
                self.shelve(line.product, change);
            }
        }
        for row in &books.returns {
            let goods = &row.goods;
            for line in goods.lines.iter().filter(|line| line.restocked > 0) {
                let change = StockChange {
                    id: goods.id,
                    line_no: line.line_no,
                    quantity: line.restocked,
                    order: Some(goods.order),
                    stock_after: None,
                    created_at_us: goods.created_at_us,
                };
                self.shelve(line.product, change);
            }
        }
    }

    fn shelve(&mut self, product: Uuid, change: StockChange) {
        if let Some(place) = self.products.get(&product) {
            let effect = self.by_id.get(&change.id).copied();
            self.shelved.insert((change.id, change.line_no), Shelved { product: place.no, change, effect });
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
            _ => self.books.entries[effect.row].entry.id,
        }
    }

    /// The order of an effect that is a purchase.
    pub(super) fn order_of(&self, effect: usize) -> Option<&'a Order> {
        match self.effects[effect].what {
            What::Purchase(order) => Some(&self.books.orders[order].order),
            _ => None,
        }
    }

    /// The return of an effect that is one.
    pub(super) fn goods_of(&self, effect: usize) -> Option<&'a Goods> {
        match self.effects[effect].what {
            What::Return(goods) => Some(&self.books.returns[goods].goods),
            _ => None,
        }
    }

    /// The entry of an effect that is no stock movement.
    pub(super) fn entry_of(&self, effect: usize) -> Option<&'a Entry> {
        let effect = self.effects[effect];
        (effect.what != What::Movement).then(|| &self.books.entries[effect.row].entry)
    }

    /// What an effect settles by name, in the order of the charges.
    pub(super) fn named_by(&self, effect: usize) -> Vec<Part> {
        let effect = self.effects[effect];
        if effect.what == What::Movement {
            return Vec::new();
        }
        self.parts[effect.row].iter().map(|part| Part { charge: part.charge, amount: part.amount }).collect()
    }

    /// The number of an effect's customer.
    pub(super) fn customer_of(&self, effect: usize) -> Option<usize> {
        self.customers.get(&self.entry_of(effect)?.customer).map(|place| place.no)
    }

    /// Whether a request asked for exactly this.
    pub(super) fn asks_for(&self, request: &Request, effect: usize) -> bool {
        let what = self.effects[effect];
        match (&request.action, what.what) {
            (Action::Purchase { customer, items, authorized_limit, .. }, What::Purchase(order)) => {
                let order = &self.books.orders[order].order;
                // It is kept only where it was needed.
                let kept = self.books.entries[what.row].entry.authorized_limit;
                order.customer == *customer
                    && is_for(&order.lines, items)
                    && (kept.is_none() || kept == *authorized_limit)
            }
            (Action::Return { order, lines, .. }, What::Return(goods)) => {
                is_back(&self.books.returns[goods].goods, *order, lines)
            }
            (action, What::Entry(_)) => {
                self.entry_fits(action, &self.books.entries[what.row].entry, &self.named_by(effect))
            }
            (Action::Restock { product, quantity, .. }, What::Movement) => {
                let movement = self.books.movements[what.row].movement;
                movement.product == *product && movement.quantity == *quantity
            }
            _ => false,
        }
    }

    /// Whether an entry that is no purchase and no return is what was asked for.
    pub(super) fn entry_fits(&self, action: &Action, entry: &Entry, settles: &[Part]) -> bool {
        let is_by = |asked: &Vec<Part>| sorted(asked) == sorted(settles);
        match action {
            Action::Payment { customer, amount, named, .. } => {
                entry.kind == EntryKind::Payment
                    && entry.customer == *customer
                    && entry.amount.checked_neg() == Some(*amount)
                    && is_by(named)
            }
            Action::Allocate { customer, named, .. } => {
                entry.kind == EntryKind::Allocation && entry.customer == *customer && entry.amount == 0 && is_by(named)
            }
            Action::Reverse { entry: reversed, .. } => {
                let reversed = self.by_id.get(reversed).and_then(|reversed| self.entry_of(*reversed));
                let is_of =
                    |reversed: &Entry| entry.customer == reversed.customer && entry.reverses == Some(reversed.entry_no);
                entry.kind == EntryKind::Reversal && reversed.is_some_and(is_of)
            }
            Action::Adjust { customer, kind, amount, due_at_us, authorized_limit, named, .. } => {
                let amount = if kind.is_charge() { Some(*amount) } else { amount.checked_neg() };
                entry.kind == *kind
                    && entry.customer == *customer
                    && Some(entry.amount) == amount
                    && (due_at_us.is_none() || entry.due_at_us == *due_at_us)
                    && (entry.authorized_limit.is_none() || entry.authorized_limit == *authorized_limit)
                    && is_by(named)
            }
            Action::Refund { customer, amount, .. } => {
                entry.kind == EntryKind::Refund && entry.customer == *customer && entry.amount == *amount
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

/// The lines of a return in their order, one for each that was asked for.
pub(super) fn is_back(goods: &Goods, order: Uuid, asked: &[LineBack]) -> bool {
    let mut asked = asked.to_vec();
    asked.sort_unstable_by_key(|line| line.line_no);
    let fits = |(line, asked): (&crate::history::GoodsLine, &LineBack)| {
        (line.line_no, line.quantity, line.restocked)
            == (asked.line_no, asked.quantity, asked.restock.unwrap_or(asked.quantity))
    };
    goods.order == order && goods.lines.len() == asked.len() && goods.lines.iter().zip(&asked).all(fits)
}

fn sorted(parts: &[Part]) -> Vec<Part> {
    let mut parts = parts.to_vec();
    parts.sort_unstable();
    parts
}

/// The key of what a request asks for, and whether it is one of the stock movements'.
pub(super) fn key_of(action: &Action) -> Option<(bool, Key)> {
    Some((action.moves_stock(), action.key()?))
}
