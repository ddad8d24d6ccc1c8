//! What a call does about a row that another transaction holds.
//!
//! A call that waits for a row keeps its connection for as long as somebody else likes. So the first try of a call passes over
//! a held row, and says so. Only then is it sent again to wait, as one of the few that may ([`Class::HeldRows`]).
//!
//! [`Class::HeldRows`]: crate::db::gate::Class::HeldRows

/// What a call does about a row that another transaction holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::db) enum HeldRows {
    /// It waits for every held row.
    Wait,
    /// It passes over the purchases of held customers, and waits for held products. Only for combined purchases.
    PassOverCustomers,
    /// It passes over whatever needs a held row.
    PassOverAll,
}

impl HeldRows {
    /// As the SQL functions take it.
    pub(super) const fn sql(self) -> &'static str {
        match self {
            Self::Wait => "wait",
            Self::PassOverCustomers => "pass over customers",
            Self::PassOverAll => "pass over all",
        }
    }
}

/// Whether this outcome says that a row was held, and nothing was decided.
pub(in crate::db) fn is_passed_over(outcome: &str) -> bool {
    matches!(outcome, "customer_held" | "product_held")
}
