//! The SQL files that this program carries.
//!
//! Every file of the listed folders of `sql/` has its line here, and a test holds the list against the folders. A
//! macro that reads a folder by itself would not notice a new file until something else is compiled.

use super::source::{Script, Source, SourceError};

/// Path below `sql/`, and text.
type File = (&'static str, &'static str);

macro_rules! embed {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/sql/", $path)))),*]
    };
}

const MIGRATIONS: &[File] = embed![
    "migrations/0001_businesses.sql",
    "migrations/0002_customers.sql",
    "migrations/0003_products.sql",
    "migrations/0004_orders.sql",
    "migrations/0005_credit_ledger.sql",
    "migrations/0006_api_keys.sql",
    "migrations/0007_purchase_batch.sql",
    "migrations/0008_orders_are_charged.sql",
    "migrations/0009_purchase_types.sql",
];

/// In the order of application; within a folder by name. Functions return rows of views, so views come first and call none.
const CODE: &[&[File]] = &[VIEWS, FUNCTIONS, TRIGGERS, POLICIES, GRANTS];

const FUNCTIONS: &[File] = embed![
    "functions/api_key_create.sql",
    "functions/api_key_find.sql",
    "functions/api_key_list.sql",
    "functions/api_key_revoke.sql",
    "functions/batch_lock_customers.sql",
    "functions/batch_lock_products.sql",
    "functions/batch_read_accounts.sql",
    "functions/batch_read_shelf.sql",
    "functions/batch_shortages.sql",
    "functions/batch_write.sql",
    "functions/business_create.sql",
    "functions/business_get.sql",
    "functions/business_list.sql",
    "functions/claims_business_id.sql",
    "functions/context_business_id.sql",
    "functions/customer_create.sql",
    "functions/customer_get.sql",
    "functions/customer_list.sql",
    "functions/customer_update.sql",
    "functions/keys_known.sql",
    "functions/ledger_list.sql",
    "functions/new_id.sql",
    "functions/order_get.sql",
    "functions/order_lines_add_up.sql",
    "functions/order_list.sql",
    "functions/overdue_list.sql",
    "functions/payment_record.sql",
    "functions/product_create.sql",
    "functions/product_get.sql",
    "functions/product_list.sql",
    "functions/product_update.sql",
    "functions/purchase.sql",
    "functions/purchase_batch.sql",
    "functions/purchase_check_input.sql",
    "functions/purchase_replay.sql",
    "functions/refuse_change.sql",
    "functions/request_fingerprint.sql",
    "functions/require_context.sql",
    "functions/stock_movement_record.sql",
];

const VIEWS: &[File] = embed!["views/customer_accounts.sql", "views/order_records.sql", "views/overdue_customers.sql",];

const TRIGGERS: &[File] = embed!["triggers/immutable_records.sql", "triggers/order_lines_add_up.sql",];

const POLICIES: &[File] = embed!["policies/platform_lists_businesses.sql", "policies/tenant_isolation.sql",];

const GRANTS: &[File] = embed!["grants/functions.sql", "grants/supabase.sql", "grants/tables.sql",];
/// The SQL of this release. It fails only if a migration is misnamed, which a test rules out.
pub fn source() -> Result<Source, SourceError> {
    let scripts = |files: &[File]| files.iter().map(|(path, sql)| Script::new(*path, *sql)).collect::<Vec<_>>();
    Source::new(
        Script::new("roles.sql", include_str!("../../../sql/roles.sql")),
        scripts(MIGRATIONS),
        CODE.iter().flat_map(|files| scripts(files)).collect(),
        Script::new("database.sql", include_str!("../../../sql/database.sql")),
    )
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_list_is_the_folder() {
        for (folder, listed) in [
            ("migrations", MIGRATIONS),
            ("functions", FUNCTIONS),
            ("views", VIEWS),
            ("triggers", TRIGGERS),
            ("policies", POLICIES),
            ("grants", GRANTS),
        ] {
            let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("sql").join(folder);
            let mut found: Vec<String> = std::fs::read_dir(&directory)
                .into_iter()
                .flatten()
                .map(|entry| format!("{folder}/{}", entry.unwrap().file_name().to_string_lossy()))
                .collect();
            found.sort();
            let listed: Vec<&str> = listed.iter().map(|(path, _)| *path).collect();
            assert_eq!(listed, found, "sql/{folder} and its list in embedded.rs, sorted by name");
        }
    }

    #[test]
    fn the_files_are_a_source() {
        source().unwrap();
    }
}
