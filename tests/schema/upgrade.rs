//! An upgrade of a database that has data: it becomes what a fresh install of the next release is, keeps its rows, and what a
//! new rule demands is demanded of the rows that are there already.
//!
//! No release is out yet, so the next one is made up: today's SQL and one migration more.

use tallystick::{
    schema::migrate::{MigrateError, MigrateOptions, Source, migrate, source::Migration, source::Script},
    verify::catalogue::{read, render},
};

use crate::support::{
    actor::Actor,
    contents::contents,
    fresh_database::FreshDatabase,
    source::source,
    two_businesses::{OURS, fill, two_businesses},
};

/// What the next release brings: a rule for rows that are there, a column, and a table with its policy, triggers and grants.
const NEXT: &str = "
    ALTER TABLE tallystick.products ADD CONSTRAINT products_cost_something CHECK (price > 0);
    ALTER TABLE tallystick.customers ADD COLUMN language text;
    CREATE TABLE tallystick.visits (business_id uuid NOT NULL, made_at timestamptz NOT NULL);
    COMMENT ON TABLE tallystick.visits IS 'fact: who was here';
ALTER TABLE tallystick.visits ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
";

/// The SQL of the next release.
pub(super) fn next_release() -> Source {
    let mut source = source();
    let number = source.migrations.len() + 1;
    let script = Script::new(format!("migrations/{number:04}_next.sql"), NEXT);
    source.migrations.push(Migration::from_script(script).unwrap());
    // The snapshot is today's.
    source.catalogue = None;
    source
}

pub(super) async fn migrate_to(database: &FreshDatabase, source: &Source) -> Result<usize, MigrateError> {
    let report = migrate(&database.url(), source, MigrateOptions::default(), &mut |_| {}).await?;
    Ok(report.applied.len())
}

pub(super) async fn catalogue(database: &FreshDatabase) -> String {
    let session = database.session().await;
    session.client().batch_execute("SET search_path = pg_catalog").await.unwrap();
    render(&read(session.client()).await.unwrap())
}

/// What a fresh install of the next release is.
pub(super) async fn catalogue_of_the_next_release() -> String {
    // Makes the server's role.
    FreshDatabase::installed().await;
    let fresh = FreshDatabase::create().await;
    migrate_to(&fresh, &next_release()).await.unwrap();
    catalogue(&fresh).await
}

#[tokio::test]
async fn a_database_with_data_is_upgraded_to_what_a_fresh_install_is_and_keeps_its_rows() {
    let database = two_businesses().await;
    let before = contents(&database).await;
    assert_eq!(migrate_to(&database, &next_release()).await.unwrap(), 1);
    assert_eq!(catalogue(&database).await, catalogue_of_the_next_release().await);
    let is_a_customer = |row: &String| row.starts_with("customers: ");
    let (customers, others): (Vec<_>, Vec<_>) = before.into_iter().partition(is_a_customer);
    let (customers_now, others_now): (Vec<_>, Vec<_>) = contents(&database).await.into_iter().partition(is_a_customer);
    assert_eq!(others_now, others);
    // The new column is the last one, and empty.
    let widened: Vec<_> = customers.iter().map(|row| row.replace(')', ",)")).collect();
    assert_eq!(customers_now, widened);
    // It is the database of the next release now.
    assert_eq!(migrate_to(&database, &next_release()).await.unwrap(), 0);
    let refused = migrate_to(&database, &source()).await.unwrap_err().to_string();
    assert!(refused.contains("which is newer than this tallystick"), "{refused}");
}

#[tokio::test]
async fn a_row_that_breaks_a_new_rule_stops_the_upgrade_and_nothing_is_changed() {
    let database = two_businesses().await;
    let free = fill("UPDATE tallystick.products SET price = 0 WHERE id = {their_product}");
    database.session().await.client().batch_execute(&free).await.unwrap();
    let before = (catalogue(&database).await, contents(&database).await);
    let next = next_release();
    let error = migrate_to(&database, &next).await.unwrap_err().to_string();
    assert!(error.starts_with(&format!("sql/{}", next.migrations.last().unwrap().script.path)), "{error}");
    assert!(error.contains("products_cost_something"), "{error}");
    assert_eq!((catalogue(&database).await, contents(&database).await), before);
    let version = "SELECT max(version) FROM tallystick_migrate.migrations";
    assert_eq!(Actor::superuser(&database).await.value(version).await, source().migrations.len().to_string());
    // The server goes on with what it has.
    let server = Actor::server(&database, &OURS.id("business")).await;
    let buy = "SELECT outcome FROM tallystick.purchase({business}, {customer}, ARRAY[{product}], '{1}', 'goes-on')";
    assert_eq!(server.value(&fill(buy)).await, "created");
}
