//! The reads that are measured: what each asks for over HTTP, and with which parameters the server calls PostgreSQL for it.
//!
//! They ask for customers of business 0 with a history, and for orders from it: see `sql/history.sql`.

use rand::{RngExt, rngs::SmallRng};
use tallystick::domain::PageLimit;

use crate::{client::Path, ids::Id};

/// How many customers have a history.
pub const CUSTOMERS: u64 = 50;
/// Ledger entries of each. Every other one has an order.
pub const ENTRIES: u64 = 200;
/// Lines of each order.
pub const LINES: u64 = 3;

/// A kind of read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Read {
    /// One customer.
    Customer,
    /// What a customer owes.
    Balance,
    /// A customer's newest ledger entries.
    LedgerPage,
    /// One order with its lines.
    Order,
    /// The newest orders of the business.
    OrdersPage,
    /// The newest products of the business.
    ProductsPage,
}

impl Read {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Customer, Self::Balance, Self::LedgerPage, Self::Order, Self::OrdersPage, Self::ProductsPage];

    /// How reports name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Balance => "balance",
            Self::LedgerPage => "ledger page",
            Self::Order => "order",
            Self::OrdersPage => "orders page",
            Self::ProductsPage => "products page",
        }
    }

    /// A request for any customer or order.
    pub fn any(self, rng: &mut SmallRng) -> Path {
        let customer = rng.random_range(0..CUSTOMERS);
        self.path(customer, 2 * rng.random_range(0..ENTRIES / 2) + 1)
    }

    /// A request for this customer, or for the order of this entry of its ledger.
    pub fn path(self, customer: u64, entry: u64) -> Path {
        match self {
            Self::Customer => Path::Customer(Id::regular(customer)),
            Self::Balance => Path::Balance(Id::regular(customer)),
            Self::LedgerPage => Path::Ledger(Id::regular(customer)),
            Self::Order => Path::Order(Id::order_of_regular(customer, entry)),
            Self::OrdersPage => Path::Orders,
            Self::ProductsPage => Path::Products,
        }
    }

    /// The parameters of the server's call, as SQL, for a customer and an order that are SQL too.
    pub fn parameters(self, customer: &str, order: &str) -> Vec<String> {
        let business = format!("'{}'", Id::business(0));
        let limit = PageLimit::default().with_one_more().to_string();
        let parameters = match self {
            Self::Customer | Self::Balance => vec![&business, customer],
            Self::LedgerPage => vec![&business, customer, "NULL", &limit],
            Self::Order => vec![&business, order],
            Self::OrdersPage | Self::ProductsPage => vec![&business, "NULL", "NULL", &limit],
        };
        parameters.into_iter().map(str::to_owned).collect()
    }
}
