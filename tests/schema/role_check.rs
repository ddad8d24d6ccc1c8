//! `serve` refuses a role that could bypass the rules, and a database of another release.

use tallystick::schema::{
    migrate::{HistoryError, MigrateOptions, migrate, source::Script},
    role_check::{Refusal, check},
};

use crate::support::{fresh_database::FreshDatabase, source::source};

async fn installed() -> FreshDatabase {
    let database = FreshDatabase::create().await;
    migrate(&database.url(), &source(), MigrateOptions::default(), &mut |_| {}).await.unwrap();
    database
}

/// Runs `sql` as superuser with `{role}` for the name of a new login role in `tallystick_app`, and checks that role.
async fn findings(database: &FreshDatabase, label: &str, sql: &str) -> Vec<String> {
    let role = format!("{}_{label}", database.name);
    let script = format!("CREATE ROLE {role} LOGIN IN ROLE tallystick_app; {sql}").replace("{role}", &role);
    let script = script.replace("{database}", &database.name);
    database.session().await.client().batch_execute(&script).await.unwrap();
    match check(&database.url_as(&role), &source()).await {
        Ok(()) => Vec::new(),
        Err(Refusal::UnfitRole(unfit)) => {
            assert_eq!(unfit.role, role);
            unfit.findings
        }
        Err(other) => panic!("{other}"),
    }
}

/// The one finding about a role that has only the fault that `sql` makes.
#[track_caller]
fn only(findings: &[String]) -> &str {
    assert_eq!(findings.len(), 1, "{findings:#?}");
    &findings[0]
}

#[tokio::test]
async fn a_role_that_is_only_in_the_application_role_may_serve() {
    let database = installed().await;
    assert_eq!(findings(&database, "good", "").await, [""; 0]);
}

#[tokio::test]
async fn a_superuser_is_refused_in_one_line() {
    let database = installed().await;
    let found = findings(&database, "super", "ALTER ROLE {role} SUPERUSER").await;
    assert_eq!(only(&found), "is a superuser, whom no rule binds");
}

#[tokio::test]
async fn dangerous_attributes_are_refused_also_on_a_role_that_it_can_become() {
    let database = installed().await;
    for (attribute, word) in [
        ("BYPASSRLS", "row level security does not apply"),
        ("CREATEROLE", "make itself a more powerful role"),
        ("REPLICATION", "copy every business's data"),
    ] {
        let label = attribute.to_lowercase();
        let found = findings(&database, &label, &format!("ALTER ROLE {{role}} {attribute}")).await;
        assert!(only(&found).contains(word), "{found:?}");
        let through = format!("CREATE ROLE {{role}}_boss {attribute} NOLOGIN; GRANT {{role}}_boss TO {{role}}");
        let found = findings(&database, &format!("via_{label}"), &through).await;
        assert!(only(&found).contains(word) && only(&found).contains("_boss"), "{found:?}");
    }
    let through = "CREATE ROLE {role}_boss SUPERUSER NOLOGIN; GRANT {role}_boss TO {role}";
    let found = findings(&database, "via_super", through).await;
    assert!(found.iter().any(|finding| finding.contains("can become a superuser through role")), "{found:?}");
}

#[tokio::test]
async fn membership_in_the_owner_role_is_refused_also_if_indirect_and_not_inherited() {
    let database = installed().await;
    let grant = "CREATE ROLE {role}_middle NOLOGIN NOINHERIT; GRANT tallystick_owner TO {role}_middle;
                 ALTER ROLE {role} NOINHERIT; GRANT {role}_middle TO {role}";
    let found = findings(&database, "member", grant).await;
    assert!(found.iter().any(|finding| finding.contains("is a member of tallystick_owner")), "{found:?}");
}

#[tokio::test]
async fn a_role_that_reads_every_business_is_refused() {
    let database = installed().await;
    let found = findings(&database, "auditor", "GRANT tallystick_auditor TO {role}").await;
    assert!(only(&found).contains("tallystick_auditor, which reads the rows of every business"), "{found:?}");
}

#[tokio::test]
async fn a_predefined_role_that_reads_or_writes_everything_is_refused() {
    let database = installed().await;
    for predefined in ["pg_read_all_data", "pg_write_all_data", "pg_write_server_files"] {
        let found = findings(&database, predefined, &format!("GRANT {predefined} TO {{role}}")).await;
        assert!(found.contains(&format!("is a member of {predefined}")), "{found:?}");
    }
    assert_eq!(findings(&database, "monitor", "GRANT pg_monitor TO {role}").await, [""; 0], "it only looks on");
}

#[tokio::test]
async fn any_write_privilege_on_a_table_is_refused() {
    let database = installed().await;
    for privilege in ["INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"] {
        let grant = format!("GRANT {privilege} ON tallystick.credit_ledger TO {{role}}");
        let found = findings(&database, &privilege.to_lowercase(), &grant).await;
        assert_eq!(only(&found), format!("has {privilege} on tallystick.credit_ledger"));
    }
    let found = findings(&database, "column", "GRANT UPDATE (credit_limit) ON tallystick.customers TO {role}").await;
    assert_eq!(only(&found), "has UPDATE on tallystick.customers");
    let found = findings(&database, "books", "GRANT DELETE ON tallystick_migrate.migrations TO {role}").await;
    assert_eq!(only(&found), "has DELETE on tallystick_migrate.migrations");
}

#[tokio::test]
async fn ownership_is_refused_and_named() {
    let database = installed().await;
    let found = findings(&database, "table", "ALTER TABLE tallystick.products OWNER TO {role}").await;
    assert_eq!(only(&found), "owns tallystick.products");
    let function = "CREATE FUNCTION tallystick.mine() RETURNS integer LANGUAGE sql RETURN 1;
                    ALTER FUNCTION tallystick.mine() OWNER TO {role}";
    let found = findings(&database, "function", function).await;
    assert_eq!(only(&found), "owns tallystick.mine()");
    let found = findings(&database, "type", "ALTER TYPE tallystick.purchase_answer OWNER TO {role}").await;
    assert_eq!(only(&found), "owns type tallystick.purchase_answer");
    let found = findings(&database, "schema", "ALTER SCHEMA tallystick OWNER TO {role}").await;
    assert_eq!(only(&found), "owns schema tallystick");
}

#[tokio::test]
async fn rights_on_the_schema_or_the_database_are_refused() {
    let database = installed().await;
    let found = findings(&database, "create", "GRANT CREATE ON SCHEMA tallystick TO {role}").await;
    assert_eq!(only(&found), "has CREATE on schema tallystick");
    let found = findings(&database, "temp", "GRANT TEMPORARY ON DATABASE {database} TO {role}").await;
    assert!(only(&found).starts_with("has TEMPORARY on database"), "{found:?}");
    let found = findings(&database, "replica", "GRANT SET ON PARAMETER session_replication_role TO {role}").await;
    assert!(only(&found).contains("session_replication_role"), "{found:?}");
    let found = findings(&database, "dbowner", "ALTER DATABASE {database} OWNER TO {role}").await;
    assert!(found[0].starts_with("owns database"), "{found:?}");
}

#[tokio::test]
async fn rights_that_lead_to_the_servers_files_or_into_every_session_are_refused() {
    let database = installed().await;
    // Privileges on settings belong to the cluster, so no other test may grant the same.
    let grant = "GRANT SET ON PARAMETER session_preload_libraries TO {role};
                 GRANT ALTER SYSTEM ON PARAMETER archive_command TO {role};
                 GRANT SET ON PARAMETER log_min_duration_statement TO {role}";
    assert_eq!(
        findings(&database, "settings", grant).await,
        ["may ALTER SYSTEM archive_command", "may SET session_preload_libraries"]
    );
    let grant = "GRANT EXECUTE ON FUNCTION pg_read_binary_file(text) TO {role}";
    let found = findings(&database, "files", grant).await;
    assert!(only(&found).starts_with("may execute pg_read_binary_file(text)"), "{found:?}");
}

#[tokio::test]
async fn a_role_outside_the_application_role_is_told_what_it_lacks() {
    let database = installed().await;
    let found = findings(&database, "outside", "REVOKE tallystick_app FROM {role}").await;
    assert!(only(&found).contains("GRANT tallystick_app TO"), "{found:?}");
}

#[tokio::test]
async fn a_database_without_tallystick_is_refused_before_anything_else() {
    let database = FreshDatabase::create().await;
    let refusal = check(&database.url(), &source()).await.unwrap_err();
    assert!(matches!(refusal, Refusal::NotInstalled { .. }), "{refusal}");
    assert!(refusal.to_string().contains("run `tallystick migrate`"), "{refusal}");
}

#[tokio::test]
async fn a_database_of_another_release_is_refused() {
    let database = installed().await;
    let role = format!("{}_server", database.name);
    let create = format!("CREATE ROLE {role} LOGIN IN ROLE tallystick_app");
    database.session().await.client().batch_execute(&create).await.unwrap();
    let url = database.url_as(&role);

    let mut newer = source();
    newer.migrations.push(
        tallystick::schema::migrate::source::Migration::from_script(Script::new("migrations/9999_later.sql", ""))
            .unwrap(),
    );
    let refusal = check(&url, &newer).await.unwrap_err();
    assert!(matches!(refusal, Refusal::Behind { pending: 1, .. }), "{refusal}");

    let mut other = source();
    other.code.push(Script::new("functions/another.sql", "SELECT 1;"));
    assert!(matches!(check(&url, &other).await, Err(Refusal::OtherCode)));

    let mut older = source();
    older.migrations.pop();
    let refusal = check(&url, &older).await.unwrap_err();
    assert!(matches!(refusal, Refusal::History(HistoryError::NewerDatabase { .. })), "{refusal}");
}
