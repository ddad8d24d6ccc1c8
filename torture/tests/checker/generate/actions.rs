//! What a client asks for next.

use rand::RngExt;
use tallystick_torture::history::{Action, Item, Key, Request};
use uuid::Uuid;

use super::Simulation;

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
            0..45 => Action::Purchase { key: self.key(), customer, items: self.items(business) },
            45..53 => Action::Payment { key: self.key(), customer, amount: self.rng.random_range(1..40) },
            53..60 => {
                let quantity = self.rng.random_range(1..12);
                let quantity = if self.rng.random_bool(0.25) { -quantity } else { quantity };
                Action::Restock { key: self.stock_key(), product, quantity }
            }
            60..64 => Action::ChangeLimit { customer, credit_limit: self.rng.random_range(0..80) },
            64..67 => Action::ChangePrice { product, price: self.rng.random_range(0..8) },
            67..75 => Action::ReadCustomer { customer },
            75..83 => Action::ReadProduct { product },
            83..89 if !self.learned.is_empty() => {
                let (business, order) = self.learned[self.rng.random_range(0..self.learned.len())];
                let of_others = self.rng.random_range(0..self.businesses.len());
                let business = if self.rng.random_bool(0.1) { of_others } else { business };
                return (business, Action::ReadOrder { order });
            }
            89..95 => Action::ReadLedger { customer },
            _ => Action::ReadOrders,
        };
        (business, action)
    }

    fn with_another_content(&mut self, business: usize, action: Action) -> Action {
        let customer = self.customer(business);
        match action {
            Action::Purchase { key, .. } if self.rng.random_bool(0.3) => Action::Payment { key, customer, amount: 3 },
            Action::Purchase { key, .. } | Action::Payment { key, .. } => {
                Action::Purchase { key, customer, items: self.items(business) }
            }
            Action::Restock { key, product, quantity } => {
                Action::Restock { key, product, quantity: quantity + 1 + i64::from(quantity == -1) }
            }
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
