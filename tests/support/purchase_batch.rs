//! One call of `purchase_batch`: the only place in the tests that knows all of its parameters.

use std::fmt;

/// What a batch can do about rows that other transactions hold.
pub const HELD: [&str; 3] = ["wait", "pass over customers", "pass over all"];

/// Whoever is of no matter: each purchase is asked for by its order's id.
const NOBODY: &str = "";

/// A call with its arguments, each as SQL. It is a row source: `SELECT … FROM {call}`. Row `ordinality` answers that purchase.
#[derive(Clone)]
pub struct PurchaseBatch(Vec<(&'static str, String)>);

impl PurchaseBatch {
    /// One piece of the first product for the first customer, under the key `k`. It waits for held rows.
    pub fn new(business: &str, customer_ids: &str, product_ids: &str) -> Self {
        Self(
            [
                ("p_business_id", business),
                ("p_customer_ids", customer_ids),
                ("p_product_ids", product_ids),
                ("p_customer_positions", "'{1}'"),
                ("p_idempotency_keys", "'{k}'"),
                ("p_actors", NOBODY),
                ("p_order_ids", "'{NULL}'"),
                ("p_line_counts", "'{1}'"),
                ("p_product_positions", "'{1}'"),
                ("p_quantities", "'{1}'"),
                ("p_options", "NULL"),
                ("p_held", "'wait'"),
            ]
            .map(|(name, sql)| (name, sql.to_owned()))
            .into(),
        )
    }

    /// The same call with another argument.
    #[must_use]
    pub fn with(mut self, name: &str, sql: impl Into<String>) -> Self {
        let argument = self.0.iter_mut().find(|(known, _)| *known == name).expect("a parameter of purchase_batch");
        argument.1 = sql.into();
        self
    }
}

impl fmt::Display for PurchaseBatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let order_ids = self.0.iter().find(|(name, _)| *name == "p_order_ids").map_or("", |(_, sql)| sql);
        let argument = |(name, sql): &(&str, String)| match sql.as_str() {
            NOBODY => format!("{name} => ({order_ids})::uuid[]::text[]"),
            sql => format!("{name} => {sql}"),
        };
        let arguments: Vec<String> = self.0.iter().map(argument).collect();
        write!(f, "tallystick.purchase_batch({}) WITH ORDINALITY", arguments.join(", "))
    }
}
