//! The requests of each scenario, chosen at random one after the other.

use std::ops::Range;

use rand::{RngExt, rngs::SmallRng};

use crate::{
    client::{Lines, Path, Request},
    ids::{BUSINESSES, CUSTOMERS, Id, PRODUCTS},
    reads::Read,
};

/// How many customers and products the businesses have.
#[derive(Debug, Clone, Copy)]
pub struct Shop {
    /// Customers of each business.
    pub customers: u64,
    /// Products of each business, at least three.
    pub products: u64,
}

impl Shop {
    /// One customer and three products: a new installation.
    pub const TINY: Self = Self { customers: 1, products: 3 };
    /// All customers and products.
    pub const FULL: Self = Self { customers: CUSTOMERS, products: PRODUCTS };

    fn any_customer(self, business: u64, rng: &mut SmallRng) -> Id {
        Id::customer(business, rng.random_range(0..self.customers))
    }

    fn any_product(self, business: u64, rng: &mut SmallRng) -> Id {
        Id::product(business, rng.random_range(0..self.products))
    }

    /// Three lines of any products: one, two and three of each.
    pub fn any_lines(self, business: u64, rng: &mut SmallRng) -> Lines {
        Lines::three([1, 2, 3].map(|quantity| (self.any_product(business, rng), quantity)))
    }
}

/// The requests of a scenario.
#[derive(Debug, Clone)]
pub enum Traffic {
    /// Purchases of three lines by any customer of any of these businesses.
    Steady(Range<u64>, Shop),
    /// Every purchase is one piece of the same product of business 0. A share of them asks for a product that is sold out.
    Sale {
        /// That share, 0 to 100.
        sold_out_percent: u32,
    },
    /// One customer of business 0 buys three lines at a time, over and over.
    HotCustomer,
    /// Of a hundred requests 70 are steady purchases, 10 payments, 15 reads and 5 restocks.
    Mixed,
    /// Reads of one kind, at business 0.
    Reads(Read),
    /// What a business does all day: of ten requests four purchases, two payments, three reads and one restock.
    Ordinary(u64),
    /// One page of business 0, over and over.
    List(&'static str),
    /// Payments of one customer of business 0.
    PaymentsOfOne,
    /// Restocks of one product of business 0.
    RestocksOfOne,
    /// Changes of one customer of business 0.
    ChangesOfOne,
    /// Asks whether the server is ready.
    Ready,
}

/// A request and its only right answer.
pub struct Planned {
    /// The number of the business that sends it.
    pub business: u64,
    /// The request.
    pub request: Request,
    /// The right answer.
    pub expected: Expected,
}

/// The only right answer to a request. Overload (503) is counted apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// 201.
    Created,
    /// 200.
    Found,
    /// 409 `insufficient_stock`.
    SoldOut,
}

impl Traffic {
    /// Purchases of three lines at all 10 businesses.
    pub const STEADY: Self = Self::Steady(0..BUSINESSES, Shop::FULL);
    /// Nothing is sold out.
    pub const SALE: Self = Self::Sale { sold_out_percent: 0 };

    /// The next request.
    pub fn next(&self, rng: &mut SmallRng) -> Planned {
        match self {
            Self::Steady(businesses, shop) => {
                let business = rng.random_range(businesses.clone());
                let customer = shop.any_customer(business, rng);
                Planned::purchase(business, customer, shop.any_lines(business, rng), rng)
            }
            Self::Sale { sold_out_percent } => {
                let is_sold_out = rng.random_range(0..100) < *sold_out_percent;
                let product = if is_sold_out { Id::sold_out(0) } else { Id::sale(0) };
                let customer = Shop::FULL.any_customer(0, rng);
                let mut planned = Planned::purchase(0, customer, Lines::one(product, 1), rng);
                if is_sold_out {
                    planned.expected = Expected::SoldOut;
                }
                planned
            }
            Self::HotCustomer => Planned::purchase(0, Id::customer(0, 0), Shop::FULL.any_lines(0, rng), rng),
            Self::Mixed => Self::mixed(rng),
            Self::Reads(read) => Planned::read(read.any(rng)),
            Self::Ordinary(business) => Self::ordinary(*business, rng),
            Self::List(path) => Planned::read(Path::List(path)),
            Self::PaymentsOfOne => Planned::payment(0, Id::customer(0, 0), rng),
            Self::RestocksOfOne => Planned::restock(0, Id::product(0, 0), rng),
            Self::ChangesOfOne => Planned {
                business: 0,
                request: Request::SetLimit { customer: Id::customer(0, 0), credit_limit: 9_007_199_254_740_991 },
                expected: Expected::Found,
            },
            Self::Ready => Planned::read(Path::Ready),
        }
    }

    fn mixed(rng: &mut SmallRng) -> Planned {
        let kind = rng.random_range(0..100);
        if kind < 70 {
            return Self::STEADY.next(rng);
        }
        let business = rng.random_range(0..BUSINESSES);
        let customer = Shop::FULL.any_customer(business, rng);
        match kind {
            70..80 => Planned::payment(business, customer, rng),
            80..95 => Planned { business, ..Planned::read(Path::Balance(customer)) },
            _ => Planned::restock(business, Shop::FULL.any_product(business, rng), rng),
        }
    }

    fn ordinary(business: u64, rng: &mut SmallRng) -> Planned {
        let customer = Shop::FULL.any_customer(business, rng);
        match rng.random_range(0..10) {
            0..4 => Planned::purchase(business, customer, Shop::FULL.any_lines(business, rng), rng),
            4..6 => Planned::payment(business, customer, rng),
            6..9 => Planned { business, ..Planned::read(Path::Balance(customer)) },
            _ => Planned::restock(business, Shop::FULL.any_product(business, rng), rng),
        }
    }
}

impl Planned {
    /// A read of business 0.
    const fn read(path: Path) -> Self {
        Self { business: 0, request: Request::Get(path), expected: Expected::Found }
    }

    fn payment(business: u64, customer: Id, rng: &mut SmallRng) -> Self {
        let request = Request::Payment { customer, amount: 500, key: rng.random() };
        Self { business, request, expected: Expected::Created }
    }

    fn restock(business: u64, product: Id, rng: &mut SmallRng) -> Self {
        let request = Request::Restock { product, quantity: 10, key: rng.random() };
        Self { business, request, expected: Expected::Created }
    }

    fn purchase(business: u64, customer: Id, lines: Lines, rng: &mut SmallRng) -> Self {
        let request = Request::Purchase { customer, lines, key: rng.random() };
        Self { business, request, expected: Expected::Created }
    }
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng, rngs::SmallRng};

    use super::{Expected, Traffic};

    fn refused(percent: u32) -> usize {
        let mut rng = SmallRng::seed_from_u64(7);
        let traffic = Traffic::Sale { sold_out_percent: percent };
        (0..1_000).filter(|_| traffic.next(&mut rng).expected == Expected::SoldOut).count()
    }

    #[test]
    fn a_share_of_a_sale_asks_for_what_is_sold_out() {
        assert_eq!((refused(0), refused(100)), (0, 1_000));
        assert!((400..600).contains(&refused(50)));
    }

    #[test]
    fn a_steady_load_keeps_to_its_businesses() {
        let mut rng = SmallRng::seed_from_u64(7);
        let traffic = Traffic::Steady(4..6, super::Shop::TINY);
        assert!((0..100).all(|_| (4..6).contains(&traffic.next(&mut rng).business)));
    }
}
