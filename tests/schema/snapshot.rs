//! What migrations and current code add up to: `sql/schema.snapshot.sql`, and nothing else.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::Path,
};

use tallystick::{
    schema::migrate::{MigrateOptions, embedded, migrate},
    verify::catalogue::{SNAPSHOT, read, render},
};

use crate::support::{
    audit,
    fresh_database::FreshDatabase,
    source::source,
    tables::{FACTS, TENANT_TABLES},
};

pub(super) async fn catalogue(database: &FreshDatabase) -> String {
    let session = database.session().await;
    session.client().batch_execute("SET search_path = pg_catalog").await.unwrap();
    render(&read(session.client()).await.unwrap())
}

/// The first line that differs, which says more than two texts of a thousand lines.
#[track_caller]
pub(super) fn assert_same(found: &str, expected: &str) {
    let differing = found.lines().zip(expected.lines()).find(|(found, expected)| found != expected);
    assert!(found == expected, "run UPDATE_SNAPSHOTS=1 cargo test schema, and review the difference: {differing:#?}");
}

#[tokio::test]
async fn a_fresh_install_equals_the_snapshot() {
    let found = catalogue(&FreshDatabase::installed().await).await;
    if env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("sql/schema.snapshot.sql"), &found).unwrap();
    } else {
        assert_same(&found, SNAPSHOT);
    }
}

#[tokio::test]
async fn applying_everything_again_changes_nothing() {
    let database = FreshDatabase::installed().await;
    let before = catalogue(&database).await;
    let source = embedded::source().unwrap();
    let again = migrate(&database.url(), &source, MigrateOptions::default(), &mut |_| {}).await.unwrap();
    assert!(again.nothing_to_do(), "{again:?}");
    let reapply = MigrateOptions { reapply: true, ..MigrateOptions::default() };
    assert!(migrate(&database.url(), &source, reapply, &mut |_| {}).await.unwrap().code_applied);
    assert_same(&catalogue(&database).await, &before);
}

#[tokio::test]
async fn an_install_by_the_databases_owner_equals_the_snapshot() {
    let database = FreshDatabase::create().await;
    let admin = format!("{}_admin", database.name);
    // As on a managed server: no superuser. The roles exist already, made for another database of the cluster.
    let _other = FreshDatabase::installed().await;
    let create = format!(
        "CREATE ROLE {admin} LOGIN CREATEROLE; ALTER DATABASE {} OWNER TO {admin}; GRANT tallystick_owner TO {admin}",
        database.name
    );
    database.session().await.client().batch_execute(&create).await.unwrap();
    let source = embedded::source().unwrap();
    migrate(&database.url_as(&admin), &source, MigrateOptions::default(), &mut |_| {}).await.unwrap();
    assert_same(&catalogue(&database).await, SNAPSHOT);
    audit::audit(&database).await;
}

#[tokio::test]
async fn functions_equal_their_files() {
    let source = embedded::source().unwrap();
    let files: BTreeMap<String, String> = source
        .code
        .iter()
        .filter_map(|script| {
            let name = script.path.strip_prefix("functions/")?.strip_suffix(".sql")?;
            let body = script.sql.split("$$").nth(1).unwrap_or_else(|| panic!("{name} has no $$ body"));
            Some((name.to_owned(), body.to_owned()))
        })
        .collect();
    let database = FreshDatabase::installed().await;
    let query = "SELECT proname::text, prosrc FROM pg_proc WHERE pronamespace = 'tallystick'::regnamespace";
    let rows = database.session().await.client().query(query, &[]).await.unwrap();
    let installed: BTreeMap<String, String> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    assert_eq!(rows.len(), installed.len(), "one function per name");
    assert_eq!(installed.keys().collect::<Vec<_>>(), files.keys().collect::<Vec<_>>());
    for (name, body) in &files {
        assert_eq!(&installed[name], body, "{name}");
    }
}

#[tokio::test]
async fn every_tenant_table_has_forced_row_level_security_and_keys_that_begin_with_the_business() {
    let database = FreshDatabase::installed().await;
    // Asked apart from verify's own checks, so that neither stands on the other.
    let query = "
        SELECT t.relname::text, t.relrowsecurity AND t.relforcerowsecurity,
               (SELECT count(*) FROM pg_policy AS p WHERE p.polrelid = t.oid AND p.polname = 'tenant_isolation'),
               (SELECT coalesce(bool_and(pg_get_indexdef(i.indexrelid, 1, false) = 'business_id'), false)
                FROM pg_index AS i WHERE i.indrelid = t.oid AND i.indisunique
                AND i.indexrelid::regclass::text <> 'tallystick.creations_platform_key_is_used_once'),
               (SELECT coalesce(bool_and(pg_get_constraintdef(c.oid) ~ '^FOREIGN KEY \\(business_id[,)].*\\(business_id[,)]'), true)
                FROM pg_constraint AS c WHERE c.conrelid = t.oid AND c.contype = 'f')
        FROM pg_class AS t
        WHERE t.relnamespace = 'tallystick'::regnamespace AND t.relkind IN ('r', 'p')";
    let tables = database.session().await.client().query(query, &[]).await.unwrap();
    assert_eq!(tables.len(), TENANT_TABLES.len());
    for table in &tables {
        let name: String = table.get(0);
        assert!(table.get::<_, bool>(1), "{name} does not force row level security");
        assert_eq!(table.get::<_, i64>(2), 1, "{name} has no policy tenant_isolation");
        assert!(table.get::<_, bool>(3), "{name} has a unique key that does not begin with business_id");
        assert!(table.get::<_, bool>(4), "{name} has a foreign key that does not begin with business_id on both sides");
    }
}

#[tokio::test]
async fn the_tests_own_lists_of_tables_are_the_catalogues() {
    let database = FreshDatabase::installed().await;
    let query = "SELECT relname::text, coalesce(obj_description(oid, 'pg_class') ~ '^fact', false) FROM pg_class
                 WHERE relnamespace = 'tallystick'::regnamespace AND relkind IN ('r', 'p', 'f', 'm')";
    let tables = database.session().await.client().query(query, &[]).await.unwrap();
    let names = |only_facts: bool| -> BTreeSet<String> {
        tables.iter().filter(|table| !only_facts || table.get(1)).map(|table| table.get(0)).collect()
    };
    let listed = |list: &[&str]| -> BTreeSet<String> { list.iter().map(|table| (*table).to_owned()).collect() };
    assert_eq!(listed(&TENANT_TABLES), names(false), "TENANT_TABLES in tests/support/tables.rs");
    assert_eq!(listed(&FACTS), names(true), "FACTS in tests/support/tables.rs");
}

/// Installs the schema and then applies the code again after `change`, which the owner made by hand.
async fn reapplied_after(change: &str) -> Result<(), String> {
    let database = FreshDatabase::installed().await;
    let change = format!("SET ROLE tallystick_owner; {change}");
    database.session().await.client().batch_execute(&change).await.unwrap();
    let reapply = MigrateOptions { reapply: true, ..MigrateOptions::default() };
    migrate(&database.url(), &source(), reapply, &mut |_| {}).await.map(drop).map_err(|error| error.to_string())
}

#[tokio::test]
async fn a_table_that_tenants_cannot_be_kept_apart_in_or_that_does_not_say_what_it_is_is_refused() {
    let force = "ALTER TABLE tallystick.new ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY";
    let mark = "COMMENT ON TABLE tallystick.new IS 'state: new'";
    for (change, refusal) in [
        (format!("CREATE TABLE tallystick.new (business_id uuid NOT NULL); {force}"), "does not say what it is"),
        (
            format!(
                "CREATE TABLE tallystick.new (business_id uuid NOT NULL); {force}; {}",
                mark.replace("state", "thing")
            ),
            "does not say what it is",
        ),
        (
            format!("CREATE TABLE tallystick.new (id uuid NOT NULL); {force}; {mark}"),
            "has no column business_id uuid NOT NULL",
        ),
        (
            format!("CREATE TABLE tallystick.new (business_id uuid); {force}; {mark}"),
            "has no column business_id uuid NOT NULL",
        ),
        (
            format!("CREATE TABLE tallystick.new (business_id text NOT NULL); {force}; {mark}"),
            "has no column business_id uuid NOT NULL",
        ),
        (
            "CREATE MATERIALIZED VIEW tallystick.new AS SELECT business_id FROM tallystick.businesses".to_owned(),
            "has no column business_id uuid NOT NULL",
        ),
        (
            format!("CREATE TABLE tallystick.new (business_id uuid NOT NULL); {mark}"),
            "does not force row level security",
        ),
        (
            format!(
                "CREATE TABLE tallystick.new (business_id uuid NOT NULL); {}; {mark}",
                &force[..force.len() - ", FORCE ROW LEVEL SECURITY".len()]
            ),
            "does not force row level security",
        ),
    ] {
        let error = reapplied_after(&change).await.expect_err(&change);
        assert!(error.contains("table tallystick.new") && error.contains(refusal), "{change}\n{error}");
    }
}

#[tokio::test]
async fn a_new_table_gets_its_policy_its_triggers_and_its_grants_without_being_listed() {
    let database = FreshDatabase::installed().await;
    let tables = [("new_fact", "fact: x"), ("new_state", "state: x"), ("new_secret", "fact, server only: x")];
    let create = tables.map(|(table, comment)| {
        format!(
            "CREATE TABLE tallystick.{table} (business_id uuid NOT NULL);
             ALTER TABLE tallystick.{table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
             COMMENT ON TABLE tallystick.{table} IS '{comment}';"
        )
    });
    let create = format!("SET ROLE tallystick_owner; {}", create.concat());
    database.session().await.client().batch_execute(&create).await.unwrap();
    let reapply = MigrateOptions { reapply: true, ..MigrateOptions::default() };
    migrate(&database.url(), &source(), reapply, &mut |_| {}).await.unwrap();
    let query = "
        SELECT t.relname::text,
               EXISTS (SELECT FROM pg_policy AS p WHERE p.polrelid = t.oid AND p.polname = 'tenant_isolation'),
               (SELECT count(*) FROM pg_trigger AS g WHERE g.tgrelid = t.oid AND g.tgenabled = 'A'),
               has_table_privilege('tallystick_app', t.oid, 'SELECT'),
               has_table_privilege('authenticated', t.oid, 'SELECT')
        FROM pg_class AS t WHERE t.relname LIKE 'new\\_%' ORDER BY 1";
    let rows = database.session().await.client().query(query, &[]).await.unwrap();
    let seen: Vec<(String, bool, i64, bool, bool)> =
        rows.iter().map(|row| (row.get(0), row.get(1), row.get(2), row.get(3), row.get(4))).collect();
    let expected = [("new_fact", 2, true), ("new_secret", 2, false), ("new_state", 0, true)];
    assert_eq!(seen, expected.map(|(table, triggers, user)| (table.to_owned(), true, triggers, true, user)));
}
