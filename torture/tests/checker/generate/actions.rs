//! What a client asks for next.

use rand::RngExt;
use tallystick_torture::history::{Action, EntryKind, Item, Key, LineBack, Part, Request};
use uuid::Uuid;

use super::{START_US, Simulation};

const DAY_US: i64 = 24 * 60 * 60 * 1_000_000;

impl Simulation {
    pub(super) fn action(&mut self, business: usize) -> (usize, Action) {
        if !self.keyed.is_empty() && self.rng.random_bool(0.12) {
            let recent = self.keyed.len().saturating_sub(40);
            let again = self.keyed[self.rng.random_range(recent..self.keyed.len())];
            let Request { business, action, .. } = self.requests[again].clone();
            return (
                business,
                if self.rng.random_bool(0.25) { self.with_another_content(business, action) } else { action },
            );
        }
        let (customer, product) = (self.customer(business), self.product(business));
        let action = match self.rng.random_range(0..100) {
            0..34 => {
                let authorized_limit = self.allowed(12);
                Action::Purchase { key: self.key(), customer, items: self.items(business), authorized_limit }
            }
            34..41 => {
                let named = if self.rng.random_bool(0.4) { self.named(customer) } else { Vec::new() };
                let amount = named.iter().map(|part| part.amount).sum::<i64>() + self.rng.random_range(1..16);
                // Some pay far ahead.
                let amount = if self.rng.random_bool(0.2) { 10 * amount } else { amount };
                Action::Payment { key: self.key(), customer, amount, named }
            }
            41..46 => {
                let quantity = self.rng.random_range(1..20);
                let quantity = if self.rng.random_bool(0.25) { -quantity } else { quantity };
                Action::Restock { key: self.stock_key(), product, quantity }
            }
            46..50 => Action::ChangeLimit { customer, credit_limit: self.rng.random_range(0..80) },
            50..52 => Action::ChangePrice { product, price: self.rng.random_range(0..8) },
            52..74 => return self.correction(business, customer),
            _ => return self.read(business, customer, product),
        };
        (business, action)
    }

    /// What became possible after the sale.
    fn correction(&mut self, business: usize, customer: Uuid) -> (usize, Action) {
        let action = match self.rng.random_range(0..22) {
            0..7 if !self.learned.orders.is_empty() => {
                let (of, order, bought) = self.recent(|learned| &learned.orders);
                let mut lines: Vec<LineBack> = Vec::new();
                for (line_no, bought) in bought {
                    if lines.is_empty() || self.rng.random_bool(0.5) {
                        let quantity = self.rng.random_range(1..=bought);
                        let restock = self.rng.random_bool(0.4).then(|| self.rng.random_range(0..=quantity));
                        lines.push(LineBack { line_no, quantity, restock });
                    }
                }
                if self.rng.random_bool(0.2) {
                    lines.reverse();
                }
                return (self.maybe_other(of), Action::Return { key: self.key(), order, lines });
            }
            7..11 => {
                let mut named = self.named(customer);
                for part in &mut named {
                    part.amount = if self.rng.random_bool(0.4) { -part.amount } else { part.amount };
                }
                if named.is_empty() {
                    named.push(Part { charge: customer, amount: 1 });
                }
                Action::Allocate { key: self.key(), customer, named }
            }
            11..15 if !self.learned.credits.is_empty() => {
                let (of, entry, is_payment) = self.recent(|learned| &learned.credits);
                return (self.maybe_other(of), Action::Reverse { key: self.key(), entry, is_payment });
            }
            15..19 => {
                let kind = EntryKind::ADJUSTMENTS[self.rng.random_range(0..EntryKind::ADJUSTMENTS.len())];
                let is_of_charges = !kind.is_charge() && self.rng.random_bool(0.4);
                let named = if is_of_charges { self.named(customer) } else { Vec::new() };
                let amount = named.iter().map(|part| part.amount).sum::<i64>() + self.rng.random_range(1..20);
                let days: i64 = self.rng.random_range(1..120);
                let due_at_us =
                    (kind == EntryKind::Opening && self.rng.random_bool(0.6)).then_some(START_US - days * DAY_US);
                let authorized_limit = if kind.is_charge() { self.allowed(4) } else { None };
                Action::Adjust { key: self.key(), customer, kind, amount, due_at_us, authorized_limit, named }
            }
            // Some pay out all that has come together, so that credit is scarce again.
            _ => Action::Refund {
                key: self.key(),
                customer,
                amount: self.rng.random_range(1..20) << self.rng.random_range(0..7),
            },
        };
        (business, action)
    }

    fn read(&mut self, business: usize, customer: Uuid, product: Uuid) -> (usize, Action) {
        let action = match self.rng.random_range(0..26) {
            0..5 => Action::ReadCustomer { customer },
            5..10 => Action::ReadProduct { product },
            10..13 if !self.learned.orders.is_empty() => {
                let (of, order, _) = self.recent(|learned| &learned.orders);
                return (self.maybe_other(of), Action::ReadOrder { order });
            }
            13..16 => Action::ReadLedger { customer },
            16..18 => Action::ReadOrders,
            18..20 if !self.learned.returns.is_empty() => {
                let (of, goods) = self.recent(|learned| &learned.returns);
                return (self.maybe_other(of), Action::ReadReturn { goods });
            }
            20 => Action::ReadReturns,
            21 => Action::ReadStock { product },
            22..24 => Action::ReadAging { customer },
            _ => Action::ReadOpenCharges { customer },
        };
        (business, action)
    }

    /// One of the last ones.
    fn recent<T: Clone>(&mut self, of: impl Fn(&super::Learned) -> &Vec<T>) -> T {
        let count = of(&self.learned).len();
        let place = self.rng.random_range(count.saturating_sub(12)..count);
        of(&self.learned)[place].clone()
    }

    /// Up to three charges of a customer, each once; now and then anybody's.
    fn named(&mut self, customer: Uuid) -> Vec<Part> {
        let anybodys = self.rng.random_bool(0.05);
        let charges = self.learned.charges.iter().rev();
        let known: Vec<_> = charges.filter(|charge| anybodys || charge.0 == customer).take(6).copied().collect();
        let mut named: Vec<Part> = Vec::new();
        for (_, charge, amount) in known {
            if named.len() < 3 && self.rng.random_bool(0.4) && named.iter().all(|part| part.charge != charge) {
                let part =
                    if self.rng.random_bool(0.3) { amount } else { self.rng.random_range(1..=amount.max(1) + 1) };
                named.push(Part { charge, amount: part.max(1) });
            }
        }
        named
    }

    /// One time in so many, a limit for this once.
    fn allowed(&mut self, one_in: u32) -> Option<i64> {
        self.rng.random_ratio(1, one_in).then(|| self.rng.random_range(0..120))
    }

    fn maybe_other(&mut self, business: usize) -> usize {
        let other = self.rng.random_range(0..self.businesses.len());
        if self.rng.random_bool(0.06) { other } else { business }
    }

    fn with_another_content(&mut self, business: usize, action: Action) -> Action {
        let customer = self.customer(business);
        match action {
            Action::Purchase { key, .. } if self.rng.random_bool(0.3) => {
                Action::Payment { key, customer, amount: 3, named: Vec::new() }
            }
            // With the same limit: the checker cannot tell a limit that was not needed from another one.
            Action::Purchase { key, authorized_limit, .. } => {
                Action::Purchase { key, customer, items: self.items(business), authorized_limit }
            }
            Action::Payment { key, .. } => {
                Action::Purchase { key, customer, items: self.items(business), authorized_limit: None }
            }
            Action::Restock { key, product, quantity } => {
                Action::Restock { key, product, quantity: quantity + 1 + i64::from(quantity == -1) }
            }
            Action::Return { key, .. }
            | Action::Allocate { key, .. }
            | Action::Reverse { key, .. }
            | Action::Adjust { key, .. }
            | Action::Refund { key, .. } => Action::Payment { key, customer, amount: 3, named: Vec::new() },
            other => other,
        }
    }

    pub(super) fn key(&mut self) -> Key {
        self.next_key += 1;
        Key(self.next_key)
    }

    /// Stock has keys of its own, so the same numbers come up there.
    fn stock_key(&mut self) -> Key {
        self.next_stock_key += 1;
        Key(self.next_stock_key)
    }

    fn items(&mut self, business: usize) -> Vec<Item> {
        let count = if self.rng.random_bool(0.6) { 1 } else { self.rng.random_range(1..5) };
        (0..count).map(|_| Item { product: self.product(business), quantity: self.rng.random_range(1..6) }).collect()
    }

    /// Now and then another business's.
    fn owner(&mut self, business: usize) -> usize {
        if self.rng.random_bool(0.02) { self.rng.random_range(0..self.businesses.len()) } else { business }
    }

    fn customer(&mut self, business: usize) -> Uuid {
        let owner = self.owner(business);
        self.businesses[owner].customers[self.rng.random_range(0..self.size.customers)].id
    }

    fn product(&mut self, business: usize) -> Uuid {
        let owner = self.owner(business);
        self.businesses[owner].products[self.rng.random_range(0..self.size.products)].id
    }
}
