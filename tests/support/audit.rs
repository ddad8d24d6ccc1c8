//! The audit of a whole database, for the end of every test that moves money.

use super::fresh_database::FreshDatabase;

/// Fails with every finding if the database does not add up.
pub async fn audit(_database: &FreshDatabase) {
    // Filled in by the verification's own checks.
}
