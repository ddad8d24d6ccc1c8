//! Random requests, out of a mix of kinds.

use std::ops::RangeInclusive;

use rand::{
    RngExt,
    rngs::StdRng,
    seq::{IndexedRandom, SliceRandom},
};

use super::{
    actions::{Action, Adjustment, Named, ReturnedLine},
    model::ModelState,
};

/// A key that no request has: what it names does not exist.
const NOBODYS: u32 = u32::MAX;

/// A kind of request.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    Buy,
    Pay,
    Settle,
    Fee,
    Credit,
    WriteOff,
    Refund,
    Reverse,
    Allocate,
    Return,
    Restock,
    Correct,
    SetLimit,
    SetBlocked,
    SetPrice,
    SetBackorderLimit,
    SeeCustomer,
    SeeOpenCharges,
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
    /// What records there are to name: those of this world.
    world: ModelState,
}

impl Mix {
    pub fn of(kinds: &[(Kind, usize)], customers: usize, products: usize) -> Self {
        let kinds = kinds.iter().flat_map(|(kind, count)| vec![*kind; *count]).collect();
        Self { kinds, customers, products, one_shared_key_in: 0, next_key: 1_000, world: ModelState::default() }
    }

    /// From now on, requests name the records of this world.
    pub fn look_at(&mut self, world: &ModelState) {
        self.world = world.clone();
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
            Kind::Settle => {
                let named = self.charges(rng, customer, 1..=200);
                let spare = rng.random_range(0..=100);
                let amount = named.iter().map(|(_, amount)| amount).sum::<i64>() + spare;
                if named.is_empty() || amount == 0 {
                    return Action::Pay { amount: spare + 1, customer, key: self.key(rng, customer) };
                }
                Action::Settle { amount, named, customer, key: self.key(rng, customer) }
            }
            Kind::Fee => self.adjustment(rng, customer, Adjustment::Fee),
            Kind::Credit => self.adjustment(rng, customer, Adjustment::Credit),
            Kind::WriteOff => self.adjustment(rng, customer, Adjustment::WriteOff),
            Kind::Refund => {
                Action::Refund { amount: rng.random_range(1..=100), customer, key: self.key(rng, customer) }
            }
            Kind::Reverse => {
                let credits = self.world.customers.get(customer).map(|customer| &customer.account.credits);
                let credits: Vec<_> = credits.into_iter().flatten().collect();
                let (reversed, is_payment) =
                    credits.choose(rng).map_or((NOBODYS, true), |(key, credit)| (**key, credit.is_payment));
                Action::Reverse { reversed, is_payment, customer, key: self.key(rng, customer) }
            }
            Kind::Allocate => {
                let mut named = self.charges(rng, customer, -100..=150);
                named.retain(|(_, amount)| *amount != 0);
                if named.is_empty() {
                    named.push((NOBODYS, 1));
                }
                Action::Allocate { named, customer, key: self.key(rng, customer) }
            }
            Kind::Return => self.goods_back(rng, customer),
            Kind::SeeOpenCharges => Action::SeeOpenCharges { customer },
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

    fn adjustment(&mut self, rng: &mut StdRng, customer: usize, kind: Adjustment) -> Action {
        let named = if matches!(kind, Adjustment::Fee) { Named::new() } else { self.charges(rng, customer, 1..=100) };
        let amount = named.iter().map(|(_, amount)| amount).sum::<i64>() + rng.random_range(1..=60);
        Action::Adjust { kind, amount, named, customer, key: self.key(rng, customer) }
    }

    /// Up to three of the customer's charges, each once, with an amount; one in ten is none that there is.
    fn charges(&self, rng: &mut StdRng, customer: usize, amounts: RangeInclusive<i64>) -> Named {
        let charges = self.world.customers.get(customer).map(|customer| &customer.account.charges);
        let mut keys: Vec<u32> = charges.into_iter().flatten().map(|charge| charge.key).collect();
        keys.shuffle(rng);
        keys.truncate(rng.random_range(0..=3));
        if rng.random_ratio(1, 10) {
            keys.push(NOBODYS);
        }
        keys.into_iter().map(|key| (key, rng.random_range(amounts.clone()))).collect()
    }

    /// One line or two of an order of the customer, of different products.
    fn goods_back(&mut self, rng: &mut StdRng, customer: usize) -> Action {
        let charges = self.world.customers.get(customer).map(|customer| &customer.account.charges);
        let orders: Vec<_> = charges.into_iter().flatten().filter(|charge| !charge.lines.is_empty()).collect();
        let mut lines = Vec::<ReturnedLine>::new();
        let order = orders.choose(rng).map_or(NOBODYS, |order| {
            for (index, line) in order.lines.iter().enumerate() {
                let is_taken = lines.iter().any(|taken| taken.product == line.product);
                if lines.len() < 2 && !is_taken && rng.random_bool(0.7) {
                    let quantity = rng.random_range(1..=2);
                    let restocked = rng.random_range(0..=quantity);
                    lines.push(ReturnedLine { line_no: index + 1, product: line.product, quantity, restocked });
                }
            }
            order.key
        });
        if lines.is_empty() {
            lines.push(ReturnedLine { line_no: 1, product: 0, quantity: 1, restocked: 0 });
            return Action::Return { order: NOBODYS, lines, customer, key: self.key(rng, customer) };
        }
        Action::Return { order, lines, customer, key: self.key(rng, customer) }
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
