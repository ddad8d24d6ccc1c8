//! Every planted damage, and what the verification must report about it.

pub mod access;
pub mod allocations;
pub mod enforcement;
pub mod hashes;
pub mod identities_and_references;
pub mod isolation;
pub mod ledger;
pub mod ledger_rules;
pub mod orders_and_stock;
pub mod returns;
pub mod shipped;
pub mod surroundings;
pub mod times;

/// A damage, and what must be reported about it.
pub struct Damage {
    /// What was done.
    pub name: &'static str,
    /// The check that must find it.
    pub check: &'static str,
    /// What the finding must contain, each.
    pub finding: &'static [&'static str],
    /// How it was done.
    pub sql: &'static str,
}

const fn damage(
    name: &'static str,
    check: &'static str,
    finding: &'static [&'static str],
    sql: &'static str,
) -> Damage {
    Damage { name, check, finding, sql }
}
