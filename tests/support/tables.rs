//! What the tests know about the tables by themselves. Each list is held against the catalogue (`schema::snapshot`).

/// Every table of schema tallystick; every one of them is the tenants'.
pub const TENANT_TABLES: [&str; 13] = [
    "businesses",
    "customers",
    "products",
    "product_versions",
    "stock_movements",
    "orders",
    "order_items",
    "credit_ledger",
    "allocations",
    "returns",
    "return_items",
    "api_keys",
    "creations",
];

/// The tables whose rows are never changed and never deleted.
pub const FACTS: [&str; 8] = [
    "product_versions",
    "stock_movements",
    "orders",
    "order_items",
    "credit_ledger",
    "allocations",
    "returns",
    "return_items",
];

/// The tables of [`TENANT_TABLES`] but for `exceptions`.
pub fn tenant_tables_but(exceptions: &[&str]) -> Vec<&'static str> {
    for exception in exceptions {
        assert!(TENANT_TABLES.contains(exception), "there is no table {exception}");
    }
    TENANT_TABLES.into_iter().filter(|table| !exceptions.contains(table)).collect()
}
