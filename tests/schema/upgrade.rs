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
    without_versions_and_creations(&mut source);
    migrate_to(&database, &source).await.unwrap();
    plant(&database).await;
    database
}

/// Takes from the code what needs the tables and columns of migration 12 as soon as it is installed.
fn without_versions_and_creations(source: &mut Source) {
    source.code.retain(|script| script.path != "policies/platform_finds_its_keys.sql");
    let view = source.code.iter_mut().find(|script| script.path == "views/customer_accounts.sql").unwrap();
    assert_eq!(view.sql.matches(",\n    customer.version\n").count(), 1);
    view.sql = view.sql.replace(",\n    customer.version\n", "\n").into();
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

/// The migration after which names and identifiers have rules.
const IDENTIFIERS: &str = "what_identifies";

#[tokio::test]
async fn texts_and_currencies_that_are_no_longer_allowed_stop_the_upgrade_and_are_named() {
    let each_alone = [
        (
            "UPDATE tallystick.businesses SET currency = 'XYZ', name = U&'\\200b';",
            "the currency of business {business}",
        ),
        ("", "the name of business {business}"),
        ("UPDATE tallystick.customers SET name = ' ' WHERE id = {customer};", "the name of customer {customer}"),
        (
            "UPDATE tallystick.customers SET external_id = 'C ' WHERE id = {newcomer};",
            "the external_id of customer {newcomer}",
        ),
        ("UPDATE tallystick.products SET sku = U&'S\\00a01', name = U&'a\\202e';", "the sku of product {product}"),
        ("", "the name of product {product}"),
        ("UPDATE tallystick.api_keys SET name = ' key';", "the name of API key {api_key}"),
        (
            "INSERT INTO tallystick.stock_movements
             VALUES ({business}, {no_movement}, {product}, 'adjustment', 1, 25, U&'\\2800', 'k', sha256('x'), now());
             UPDATE tallystick.products SET stock = 25;",
            "the reason of stock movement {no_movement}",
        ),
    ];
    let together = [
        (
            "UPDATE tallystick.customers
             SET external_id = CASE id WHEN {customer} THEN U&'\\00e9' ELSE U&'e\\0301' END;",
            "the external_id of customers {customer} and {newcomer}",
        ),
        (
            "UPDATE tallystick.products SET sku = U&'\\00e9';
             INSERT INTO tallystick.products VALUES ({business}, {no_product}, U&'e\\0301', 'x', 1, 0);",
            "the sku of products {product} and {no_product}",
        ),
    ];
    let before = source().migrations.iter().position(|migration| migration.name == IDENTIFIERS).unwrap();
    for cases in [&each_alone[..], &together] {
        let database = at_migration(before).await;
        let changes: String = cases.iter().map(|(change, _)| *change).collect();
        damage(&database, &changes).await;
        let before = catalogue(&database).await;
        let error = migrate_to(&database, &source()).await.unwrap_err().to_string();
        assert!(
            error.starts_with("sql/migrations/0013_what_identifies.sql: rows of this database break rules"),
            "{error}"
        );
        assert!(error.contains("docs/api.md"), "{error}");
        for (_, named) in cases {
            let named = fill(named).replace("::uuid", "").replace('\'', "");
            assert!(error.contains(&named), "{named}: {error}");
        }
        assert_eq!(catalogue(&database).await, before);
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
