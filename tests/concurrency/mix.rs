//! Random requests, out of a mix of kinds.

use rand::{RngExt, rngs::StdRng, seq::IndexedRandom};

use super::actions::Action;

/// A kind of request.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    Buy,
    Pay,
    Restock,
    Correct,
    SetLimit,
    SetBlocked,
    SetPrice,
    SetBackorderLimit,
    SeeCustomer,
    SeeProduct,
}

/// What to draw from.
#[derive(Debug, Clone)]
pub struct Mix {
    /// Each kind as often as it should come.
    pub kinds: Vec<Kind>,
    /// How many customers and products there are to choose from.
    pub customers: usize,
    pub products: usize,
    /// One in so many movements uses one of a few keys, in 0 for never.
    pub one_shared_key_in: u32,
    next_key: u32,
}

impl Mix {
    pub fn of(kinds: &[(Kind, usize)], customers: usize, products: usize) -> Self {
        let kinds = kinds.iter().flat_map(|(kind, count)| vec![*kind; *count]).collect();
        Self { kinds, customers, products, one_shared_key_in: 0, next_key: 1_000 }
    }

    /// The next request.
    pub fn draw(&mut self, rng: &mut StdRng) -> Action {
        let customer = rng.random_range(0..self.customers);
        let product = rng.random_range(0..self.products);
        match self.kinds.choose(rng).unwrap() {
            Kind::Buy => {
                let lines = (0..rng.random_range(1..=3)).map(|_| {
                    let product = rng.random_range(0..self.products);
                    (product, rng.random_range(1..=4))
                });
                Action::Buy { lines: lines.collect(), customer, key: self.key(rng, customer) }
            }
            Kind::Pay => Action::Pay { amount: rng.random_range(1..=400), customer, key: self.key(rng, customer) },
            Kind::Restock => {
                Action::MoveStock { quantity: rng.random_range(1..=8), product, key: self.key(rng, product) }
            }
            Kind::Correct => {
                Action::MoveStock { quantity: -rng.random_range(1..=8), product, key: self.key(rng, product) }
            }
            Kind::SetLimit => Action::SetLimit { customer, credit_limit: rng.random_range(0..=1_500) },
            Kind::SetBlocked => Action::SetBlocked { customer, blocked: rng.random_bool(0.5) },
            Kind::SetPrice => Action::SetPrice { product, price: rng.random_range(0..=200) },
            Kind::SetBackorderLimit => Action::SetBackorderLimit { product, limit: rng.random_range(0..=10) },
            Kind::SeeCustomer => Action::SeeCustomer { customer },
            Kind::SeeProduct => Action::SeeProduct { product },
        }
    }

    /// A key of its own, or one of three that belong to the customer or product.
    ///
    /// They are not shared between customers: who asks last under another's key may be told of its products first.
    fn key(&mut self, rng: &mut StdRng, owner: usize) -> u32 {
        if self.one_shared_key_in > 0 && rng.random_ratio(1, self.one_shared_key_in) {
            return u32::try_from(owner).unwrap() * 3 + rng.random_range(0..3);
        }
        self.new_key()
    }

    /// A key that no request has used.
    pub fn new_key(&mut self) -> u32 {
        self.next_key += 1;
        self.next_key
    }
}
