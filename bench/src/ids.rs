//! Ids that follow from a number, so that the load need not ask for them. They are made in three places: here, in
//! `sql/ids.sql`, and in the scripts for pgbench ([`crate::scripts`]).

use std::fmt;

/// Businesses of the shop.
pub const BUSINESSES: u64 = 10;
/// Customers of one business.
pub const CUSTOMERS: u64 = 1_000;
/// Products of one business, beside the one on sale and the one that is sold out.
pub const PRODUCTS: u64 = 1_000;

/// An id: a kind of three hexadecimal digits and a number of at most twelve digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Id {
    kind: &'static str,
    number: u64,
}

impl Id {
    /// A business, from 0.
    pub const fn business(number: u64) -> Self {
        Self { kind: "b00", number }
    }

    /// A customer of a business, both from 0.
    pub const fn customer(business: u64, number: u64) -> Self {
        Self { kind: "c00", number: business * 1_000 + number }
    }

    /// A customer of business 0 with a history.
    pub const fn regular(number: u64) -> Self {
        Self { kind: "c01", number }
    }

    /// The customer of business 0 who pays nothing.
    pub const fn unpaid() -> Self {
        Self { kind: "c03", number: 0 }
    }

    /// The order of an entry in the ledger of [`Self::regular`]: see `sql/history.sql`.
    pub const fn order_of_regular(number: u64, entry: u64) -> Self {
        Self { kind: "e00", number: number * 10_000_000 + entry }
    }

    /// A product of a business, both from 0.
    pub const fn product(business: u64, number: u64) -> Self {
        Self { kind: "d00", number: business * 1_000 + number }
    }

    /// The product of a business that everybody wants.
    pub const fn sale(business: u64) -> Self {
        Self { kind: "d02", number: business }
    }

    /// The product of a business whose stock is 0.
    pub const fn sold_out(business: u64) -> Self {
        Self { kind: "d03", number: business }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "00000{}-0000-7000-8000-{:012}", self.kind, self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::Id;

    #[test]
    fn an_id_is_a_uuid_that_says_what_it_is_of() {
        assert_eq!(Id::customer(3, 7).to_string(), "00000c00-0000-7000-8000-000000003007");
    }
}
