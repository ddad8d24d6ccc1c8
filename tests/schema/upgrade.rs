//! An upgrade of a database that has data: what a new constraint demands is demanded of the rows that are there already.

use tallystick::{
    schema::migrate::{MigrateError, MigrateOptions, Source, migrate},
    verify::catalogue::{SNAPSHOT, read, render},
};

use crate::support::{
    actor::Actor,
    audit,
    fresh_database::FreshDatabase,
    source::{is_mutant, source},
    two_businesses::{OURS, fill, plant},
};

/// The migration before the one that these tests are about. Today's functions run on it.
pub(super) const BEFORE: usize = 9;

/// A database of both businesses, at an earlier migration.
pub(super) async fn at_migration(version: usize) -> FreshDatabase {
    // Makes the server's role.
    FreshDatabase::installed().await;
    let database = FreshDatabase::create().await;
    let mut source = source();
    source.migrations.truncate(version);
    migrate_to(&database, &source).await.unwrap();
    plant(&database).await;
    database
}

async fn migrate_to(database: &FreshDatabase, source: &Source) -> Result<(), MigrateError> {
    migrate(&database.url(), source, MigrateOptions::default(), &mut |_| {}).await.map(|_| ())
}

async fn catalogue(database: &FreshDatabase) -> String {
    let session = database.session().await;
    session.client().batch_execute("SET search_path = pg_catalog").await.unwrap();
    render(&read(session.client()).await.unwrap())
}

/// Writes rows and keeps them.
async fn damage(database: &FreshDatabase, sql: &str) {
    let actor = Actor::owner(database, &OURS.id("business")).await;
    let begin =
        format!("BEGIN; SET LOCAL ROLE tallystick_owner; {}", crate::support::actor::context(&OURS.id("business")));
    actor.session.client().batch_execute(&format!("{begin} {} COMMIT;", fill(sql))).await.unwrap();
}

/// What an order by hand writes besides its charge.
const ORDER: &str = "SET CONSTRAINTS ALL DEFERRED;
    INSERT INTO tallystick.orders VALUES ({business}, {payment}, {customer}, 300, now());
    INSERT INTO tallystick.order_items VALUES ({business}, {payment}, 1, {product}, 3, 100, 300);";

#[tokio::test]
async fn a_database_with_data_is_upgraded_to_what_a_fresh_install_is() {
    let database = at_migration(BEFORE).await;
    migrate_to(&database, &source()).await.unwrap();
    if !is_mutant() {
        assert_eq!(catalogue(&database).await, SNAPSHOT);
    }
    audit::audit(&database).await;
}

#[tokio::test]
async fn an_order_that_was_never_charged_stops_the_upgrade_and_nothing_is_changed() {
    for damaged in [ORDER.to_owned(), ORDER.replace("{customer}, 300", "{newcomer}, 300")] {
        let database = at_migration(BEFORE).await;
        damage(&database, &damaged).await;
        let before = catalogue(&database).await;
        let error = migrate_to(&database, &source()).await.unwrap_err().to_string();
        assert!(error.starts_with("sql/migrations/0010_orders_are_charged.sql: an order of this database"), "{error}");
        assert!(
            error.contains(&OURS.id("payment")) && error.contains("tallystick verify lists every such order"),
            "{error}"
        );
        assert_eq!(catalogue(&database).await, before);
        let version = "SELECT max(version) FROM tallystick_migrate.migrations";
        assert_eq!(Actor::superuser(&database).await.value(version).await, BEFORE.to_string());
    }
}

#[tokio::test]
async fn an_entry_of_no_customer_stops_the_upgrade() {
    let database = at_migration(BEFORE).await;
    let superuser = Actor::superuser(&database).await;
    let entry = "SET session_replication_role = replica;
        INSERT INTO tallystick.credit_ledger VALUES ({business}, {no_customer}, 1, {no_payment}, 'payment', -1, 0, -1, 0, NULL,
            'by-hand', sha256('x'), now());";
    superuser.session.client().batch_execute(&fill(entry)).await.unwrap();
    let error = migrate_to(&database, &source()).await.unwrap_err().to_string();
    assert!(error.contains("credit_ledger_customer_exists"), "{error}");
}
