//! Changes of the schema while purchases run: `migrate`, and statements that an operator sends by hand.

use std::time::Instant;

use tallystick::schema::migrate::{MigrateOptions, embedded, migrate as apply};

use super::Scene;
use crate::world::postgres::DATABASE;

/// What an operator may do to tables in use, and undo. Each is a statement of its own.
const BY_HAND: [&str; 9] = [
    "CREATE INDEX CONCURRENTLY torture_orders ON tallystick.orders (business_id, created_at)",
    "ALTER TABLE tallystick.credit_ledger ALTER COLUMN amount SET STATISTICS 500",
    "ANALYZE",
    "REINDEX TABLE CONCURRENTLY tallystick.credit_ledger",
    "VACUUM (FREEZE) tallystick.products",
    "ALTER TABLE tallystick.products SET (autovacuum_enabled = true)",
    "ALTER TABLE tallystick.credit_ledger ALTER COLUMN amount SET STATISTICS -1",
    "ALTER TABLE tallystick.products RESET (autovacuum_enabled)",
    "DROP INDEX CONCURRENTLY tallystick.torture_orders",
];

/// `migrate`, applying all current code again.
pub(super) async fn migrate(scene: &mut Scene<'_>) -> anyhow::Result<(Instant, usize)> {
    let url = scene.world.postgres.owner_url(DATABASE).parse()?;
    let options = MigrateOptions { reapply: true, ..MigrateOptions::default() };
    apply(&url, &embedded::source()?, options, &mut |_| {}).await?;
    Ok((Instant::now(), 1))
}

/// By hand.
pub(super) async fn alter(scene: &mut Scene<'_>) -> anyhow::Result<(Instant, usize)> {
    let session = scene.world.postgres.session().await?;
    for statement in BY_HAND {
        session.client().batch_execute(statement).await?;
    }
    Ok((Instant::now(), 1))
}
