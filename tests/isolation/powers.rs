//! What neither the server's role nor a signed-in user can do, whatever SQL they send.

use super::context::relations;
use crate::support::{
    actor::Actor,
    two_businesses::{OURS, fill, two_businesses},
};

/// Ways to files, programs and other servers.
const OUTSIDE: [&str; 21] = [
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "COPY tallystick.customers FROM PROGRAM 'true'",
    "COPY (SELECT 1) TO '/tmp/leak'",
    "SELECT pg_read_file('postgresql.conf')",
    "SELECT pg_read_binary_file('global/pg_control')",
    "SELECT pg_ls_dir('.')",
    "SELECT pg_stat_file('PG_VERSION')",
    "SELECT pg_ls_logdir()",
    "SELECT pg_current_logfile()",
    "SELECT * FROM pg_hba_file_rules",
    "SELECT lo_import('/etc/passwd')",
    "SELECT lo_export(lo_create(0), '/tmp/leak')",
    "CREATE EXTENSION dblink",
    "CREATE EXTENSION file_fdw",
    "CREATE FOREIGN DATA WRAPPER mine",
    "CREATE LANGUAGE plpython3u",
    "CREATE FUNCTION public.mine() RETURNS integer LANGUAGE c AS 'libc', 'abs'",
    "CREATE PUBLICATION mine FOR ALL TABLES",
    "CREATE SUBSCRIPTION mine CONNECTION 'host=127.0.0.1' PUBLICATION mine",
    "SELECT pg_create_logical_replication_slot('mine', 'test_decoding')",
    "SELECT pg_switch_wal()",
];

/// Statements that would change the role or gain power.
const RULING: [&str; 26] = [
    "SET LOCAL ROLE tallystick_owner",
    "SET LOCAL ROLE postgres",
    "SELECT set_config('role', 'tallystick_owner', true)",
    "SELECT set_config('session_authorization', 'tallystick_owner', true)",
    "SET LOCAL SESSION AUTHORIZATION tallystick_owner",
    "DO $$ BEGIN EXECUTE 'SET LOCAL ROLE tallystick_owner'; END $$",
    "DO $$ BEGIN PERFORM set_config('role', 'tallystick_owner', false); END $$",
    "SET LOCAL session_replication_role = replica",
    "SELECT set_config('session_replication_role', 'replica', true)",
    "SET LOCAL allow_system_table_mods = on",
    "SET LOCAL log_statement = 'all'",
    "ALTER SYSTEM SET session_preload_libraries = 'mine'",
    "ALTER DATABASE postgres SET row_security = off",
    "ALTER ROLE tallystick_owner LOGIN PASSWORD 'mine'",
    "ALTER ROLE CURRENT_USER BYPASSRLS",
    "ALTER ROLE CURRENT_USER CREATEROLE",
    "CREATE ROLE mine SUPERUSER",
    "GRANT tallystick_owner TO CURRENT_USER",
    "GRANT tallystick_auditor TO CURRENT_USER",
    "SET LOCAL ROLE tallystick_auditor",
    "GRANT pg_read_all_data TO CURRENT_USER",
    "ALTER DEFAULT PRIVILEGES FOR ROLE tallystick_owner GRANT ALL ON TABLES TO PUBLIC",
    "CREATE EVENT TRIGGER mine ON ddl_command_start EXECUTE FUNCTION tallystick.refuse_change()",
    "ALTER FUNCTION tallystick.require_context(uuid) SECURITY INVOKER",
    "ALTER FUNCTION tallystick.purchase SET search_path = public",
    "CREATE CAST (text AS uuid) WITH INOUT AS IMPLICIT",
];

/// Statements that would change or lock one table.
const TO_A_TABLE: [&str; 20] = [
    "TRUNCATE {}",
    "TRUNCATE {} CASCADE",
    "ALTER TABLE {} DISABLE TRIGGER ALL",
    "ALTER TABLE {} DISABLE TRIGGER USER",
    "ALTER TABLE {} ENABLE REPLICA TRIGGER refuse_change",
    "ALTER TABLE {} DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE {} NO FORCE ROW LEVEL SECURITY",
    "ALTER TABLE {} OWNER TO CURRENT_USER",
    "ALTER TABLE {} INHERIT pg_class",
    "ALTER TABLE {} REPLICA IDENTITY FULL",
    "ALTER TABLE {} SET SCHEMA public",
    "ALTER TABLE {} ADD COLUMN mine text",
    "CREATE INDEX mine ON {} (business_id)",
    "CREATE STATISTICS public.mine ON business_id, created_at FROM {}",
    "CREATE POLICY mine ON {} USING (true)",
    "DROP POLICY tenant_isolation ON {}",
    "DROP TABLE {}",
    "LOCK TABLE {} IN ROW EXCLUSIVE MODE",
    "LOCK TABLE {} IN SHARE MODE",
    "LOCK TABLE {} IN ACCESS EXCLUSIVE MODE",
];

/// Refused because the right is missing, or because this machine lacks the extension or language.
const REFUSED: &[&str] = &["42501", "42704", "0A000", "58P01", "55000", "42809", "25001", "42710", "55P02"];

#[tokio::test]
async fn no_tenant_role_reaches_files_programs_or_higher_privileges() {
    let database = two_businesses().await;
    for actor in Actor::both(&database, &OURS.id("business")).await {
        for sql in OUTSIDE.iter().chain(&RULING) {
            actor.is_refused(sql, REFUSED).await;
        }
        // Some statements were refused because this machine lacks the object. Check that the right is missing as well.
        let rights = "SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication
                      OR pg_has_role(current_user, 'tallystick_owner', 'MEMBER') FROM pg_roles WHERE rolname = current_user";
        assert_eq!(actor.value(rights).await, "f");
    }
}

#[tokio::test]
async fn no_tenant_role_truncates_locks_or_alters_a_table() {
    let database = two_businesses().await;
    for actor in Actor::both(&database, &OURS.id("business")).await {
        for relation in relations(&database).await {
            for sql in TO_A_TABLE {
                actor.is_refused(&sql.replace("{}", &relation), &["42501", "42809", "0A000", "42704"]).await;
            }
        }
    }
}

/// Maintenance that is not refused is skipped with a warning. It must not have changed anything.
#[tokio::test]
async fn maintenance_of_a_table_that_a_role_does_not_own_is_skipped() {
    let database = two_businesses().await;
    for mut actor in Actor::both(&database, &OURS.id("business")).await {
        actor.session.take_notices();
        actor.rows("ANALYZE tallystick.customers").await;
        let notices = format!("{:?}", actor.session.take_notices());
        assert!(notices.contains("skipping") || notices.contains("permission denied"), "{notices}");
        for sql in ["REINDEX TABLE tallystick.customers", "CLUSTER tallystick.customers USING customers_pk"] {
            actor.is_refused(sql, &["42501", "42704"]).await;
        }
    }
    let superuser = Actor::superuser(&database).await;
    assert_eq!(superuser.rows("SELECT FROM pg_stats WHERE schemaname = 'tallystick'").await.len(), 0);
}

/// The owner and the superuser can switch off most protections. The triggers on facts fire even then.
#[tokio::test]
async fn facts_do_not_change_under_session_replication_role() {
    let database = two_businesses().await;
    let superuser = Actor::superuser(&database).await;
    for sql in [
        "UPDATE tallystick.orders SET total = total",
        "DELETE FROM tallystick.credit_ledger",
        "TRUNCATE tallystick.order_items CASCADE",
        "DELETE FROM tallystick.stock_movements",
    ] {
        // In such a session foreign keys and ordinary triggers do nothing. The ALWAYS trigger refuses.
        let replaying = format!("SET LOCAL session_replication_role = replica; {sql}");
        let refusal = superuser.refusal(&replaying).await;
        assert!(refusal.message().contains("is append-only"), "{sql}: {refusal:?}");
    }
}

/// A signed-in user sets `app.business_id` in every possible way. The claims alone decide.
#[tokio::test]
async fn a_signed_in_user_cannot_change_business_by_the_servers_setting() {
    let database = two_businesses().await;
    let user = Actor::signed_in(&database, &OURS.id("business")).await;
    let theirs = fill("{their_business}::text");
    for set in [
        format!("SELECT set_config('app.business_id', {theirs}, true);"),
        format!("SELECT set_config('app.business_id', {theirs}, false);"),
        format!("DO $$ BEGIN PERFORM set_config('app.business_id', {theirs}, true); END $$;"),
        format!(
            "SELECT set_config(name, {theirs}, true) FROM unnest('{{app.business_id,app.platform}}'::text[]) AS name;"
        ),
        format!("SAVEPOINT s; SELECT set_config('app.business_id', {theirs}, true); RELEASE s;"),
        format!("SELECT set_config('App.Business_Id', {theirs}, true);"),
    ] {
        let seen = user.rows(&format!("{set} SELECT DISTINCT business_id FROM tallystick.customer_accounts")).await;
        assert_eq!(seen.last().unwrap()[0].as_deref(), Some(OURS.id("business").as_str()), "{set}");
        // Also in the statement that reads.
        let at_once = format!(
            "SELECT DISTINCT c.business_id FROM set_config('app.business_id', {theirs}, true) AS context, \
             LATERAL (SELECT * FROM tallystick.customers WHERE context <> '') AS c"
        );
        assert_eq!(user.value(&at_once).await, OURS.id("business"));
        let purchase =
            "SELECT * FROM tallystick.purchase({their_business}, {their_customer}, ARRAY[{their_product}], '{1}', 'x')";
        user.is_denied(&format!("{set} {}", fill(purchase))).await;
    }
}
