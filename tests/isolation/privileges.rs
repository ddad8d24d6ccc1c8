//! The server's role reads and executes functions. It can do nothing else, whatever SQL it sends.

use tallystick::db::connection::connect;

use super::context::relations;
use crate::support::{
    actor::{Actor, claims, context, quoted},
    fresh_database::{FreshDatabase, SERVER_ROLE},
    two_businesses::{OURS, THEIR_MARK, fill, two_businesses},
};

/// Refused because the right to write is missing, or because nobody can write to a view.
pub const NOT_WRITABLE: &[&str] = &["42501", "42809", "55000", "0A000"];

async fn our_server() -> (FreshDatabase, Actor) {
    let database = two_businesses().await;
    let actor = Actor::server(&database, &OURS.id("business")).await;
    (database, actor)
}

#[tokio::test]
async fn the_server_can_change_no_table_and_no_view() {
    let (database, server) = our_server().await;
    for relation in relations(&database).await {
        for sql in [
            format!("INSERT INTO {relation} (business_id) VALUES ({{business}})"),
            format!("INSERT INTO {relation} DEFAULT VALUES"),
            format!("UPDATE {relation} SET business_id = business_id"),
            format!("DELETE FROM {relation}"),
            format!("MERGE INTO {relation} AS t USING (SELECT 1) AS s ON false WHEN MATCHED THEN DELETE"),
            format!("TRUNCATE {relation} CASCADE"),
            format!("COPY {relation} FROM STDIN"),
        ] {
            server.is_refused(&fill(&sql), NOT_WRITABLE).await;
        }
        for lock in ["FOR UPDATE", "FOR NO KEY UPDATE", "FOR SHARE", "FOR KEY SHARE"] {
            server.is_denied(&format!("SELECT FROM {relation} {lock}")).await;
        }
        server.is_denied(&format!("LOCK TABLE {relation} IN ROW EXCLUSIVE MODE")).await;
    }
}

#[tokio::test]
async fn the_server_can_define_nothing_on_what_is_not_its_own() {
    let (database, server) = our_server().await;
    for relation in relations(&database).await {
        for sql in [
            format!("CREATE TRIGGER t BEFORE INSERT ON {relation} EXECUTE FUNCTION tallystick.refuse_change()"),
            format!(
                "CREATE TRIGGER t BEFORE INSERT ON {relation} EXECUTE FUNCTION suppress_redundant_updates_trigger()"
            ),
            format!("CREATE RULE r AS ON INSERT TO {relation} DO INSTEAD NOTHING"),
            format!("COMMENT ON COLUMN {relation}.business_id IS 'mine'"),
        ] {
            server.is_denied(&sql).await;
        }
        // A role with any right on a table gets only a warning that it cannot grant it.
        let granted = format!(
            "GRANT ALL ON {relation} TO tallystick_app; SELECT has_table_privilege('{relation}', 'INSERT,UPDATE,DELETE')"
        );
        assert_eq!(server.value(&granted).await, "f", "{relation}");
    }
    for sql in [
        "CREATE TABLE tallystick.mine ()",
        "CREATE VIEW tallystick.mine AS SELECT 1",
        "CREATE FUNCTION tallystick.mine() RETURNS integer LANGUAGE sql RETURN 1",
        "CREATE OR REPLACE FUNCTION tallystick.context_business_id() RETURNS uuid LANGUAGE sql RETURN gen_random_uuid()",
        "CREATE TABLE public.probe (business_id uuid, id uuid REFERENCES tallystick.customers (id))",
        "CREATE TEMPORARY TABLE mine ()",
        "CREATE TEMPORARY VIEW mine AS SELECT 1",
        "CREATE SCHEMA mine",
        "CREATE ROLE mine",
        "CREATE POLICY mine ON tallystick.customers USING (true)",
        "DROP POLICY tenant_isolation ON tallystick.customers",
        "ALTER TABLE tallystick.customers DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE tallystick.customers NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE tallystick.credit_ledger DISABLE TRIGGER refuse_change",
        "ALTER TABLE tallystick.products DROP CONSTRAINT products_stock_is_never_below_zero",
        "DROP FUNCTION tallystick.require_context",
        "DROP TABLE tallystick.credit_ledger CASCADE",
        "DROP SCHEMA tallystick CASCADE",
        "COPY tallystick.customers TO PROGRAM 'true'",
        "COPY tallystick.customers TO '/tmp/leak'",
        "SELECT pg_read_file('PG_VERSION')",
    ] {
        server.is_denied(sql).await;
    }
}

#[tokio::test]
async fn the_server_can_neither_become_another_role_nor_switch_a_protection_off() {
    let (_database, server) = our_server().await;
    for sql in [
        "SET LOCAL ROLE tallystick_owner",
        "SELECT set_config('role', 'tallystick_owner', true)",
        "SET LOCAL ROLE tallystick_app; CREATE ROLE mine",
        "SET LOCAL SESSION AUTHORIZATION tallystick_owner",
        "SET LOCAL session_replication_role = replica",
        "GRANT tallystick_owner TO tallystick_server",
        "ALTER ROLE tallystick_server BYPASSRLS",
        "ALTER ROLE tallystick_server SUPERUSER",
        "REASSIGN OWNED BY tallystick_owner TO tallystick_server",
        "DO LANGUAGE plpgsql $$ BEGIN SET LOCAL ROLE tallystick_owner; END $$",
    ] {
        server.is_denied(sql).await;
    }
}

#[tokio::test]
async fn nobody_logs_in_as_the_owner_or_as_the_application_role() {
    let database = FreshDatabase::installed().await;
    for role in ["tallystick_owner", "tallystick_app", "tallystick_auditor"] {
        let error = connect(&database.url_as(role)).await.err().map(|error| format!("{error:?}")).unwrap_or_default();
        assert!(error.contains("is not permitted to log in"), "{role}: {error}");
    }
}

/// A view runs with the rights of its reader, and not with those of its owner.
#[tokio::test]
async fn a_view_lends_no_rights() {
    let database = two_businesses().await;
    let claims = format!("SET LOCAL request.jwt.claims = {};", quoted(&claims(&OURS.id("business"))));
    // The reader gets all rights that the view needs, except one each time.
    for (view, granted, lacking) in [
        ("customer_accounts", "businesses, tallystick.customers", "credit_ledger"),
        ("order_records", "orders, tallystick.order_items", "credit_ledger"),
        ("overdue_amounts", "customers, tallystick.allocations", "credit_ledger"),
        ("overdue_customers", "businesses, tallystick.customers, tallystick.credit_ledger", "customer_accounts"),
    ] {
        let role = format!("{}_{view}", database.name);
        let grant = format!(
            "CREATE ROLE {role} LOGIN; GRANT USAGE ON SCHEMA tallystick TO {role};
             GRANT SELECT ON tallystick.{view}, tallystick.{granted} TO {role};
             GRANT EXECUTE ON FUNCTION tallystick.context_business_id(), tallystick.claims_business_id(),
                 tallystick.claims_allow(text) TO {role}"
        );
        database.session().await.client().batch_execute(&grant).await.unwrap();
        let reader = Actor::new(&database, &role, &claims).await;
        let refusal = reader.refusal(&format!("SELECT FROM tallystick.{view}")).await;
        assert!(refusal.message().ends_with(&format!(" {lacking}")), "{view}: {refusal:?}");
    }
}

#[tokio::test]
async fn switching_row_level_security_off_gives_an_error_and_no_rows() {
    let (database, server) = our_server().await;
    for relation in relations(&database).await {
        server.is_denied(&format!("SET LOCAL row_security = off; SELECT * FROM {relation}")).await;
        server.is_denied(&format!("SET LOCAL row_security = off; COPY (SELECT * FROM {relation}) TO STDOUT")).await;
    }
}

#[tokio::test]
async fn statistics_show_no_value_from_a_table() {
    let (database, server) = our_server().await;
    database.session().await.client().batch_execute("ANALYZE").await.unwrap();
    for view in ["pg_stats", "pg_stats_ext", "pg_stats_ext_exprs"] {
        let shown = format!("SELECT each::text FROM {view} AS each WHERE schemaname = 'tallystick'");
        assert_eq!(server.rows(&shown).await.len(), 0, "{view}");
    }
    server.is_denied("SELECT FROM pg_statistic").await;
    let superuser = Actor::superuser(&database).await;
    let kept = superuser.rows("SELECT FROM pg_stats WHERE schemaname = 'tallystick'").await;
    assert!(!kept.is_empty(), "there are statistics to be shown");
}

/// The policy that lets the platform list businesses applies only to code that runs as the owner.
#[tokio::test]
async fn the_platforms_setting_has_no_effect_for_the_server() {
    let database = two_businesses().await;
    let platform = "SET LOCAL app.platform = 'business_list';";
    let lost = Actor::new(&database, SERVER_ROLE, platform).await;
    let ours = Actor::new(&database, SERVER_ROLE, &format!("{platform} {}", context(&OURS.id("business")))).await;
    for relation in relations(&database).await {
        assert_eq!(lost.rows(&format!("SELECT FROM {relation}")).await.len(), 0, "{relation}");
        let seen = ours.rows(&format!("SELECT each::text FROM {relation} AS each")).await;
        assert!(!format!("{seen:?}").contains(THEIR_MARK), "{relation}: {seen:?}");
    }
    // Functions that run as the owner, with the setting on: each still answers for the context's business only.
    let created = "SELECT (f.business).name FROM tallystick.business_create({business}, 'new', 'USD') AS f";
    assert_eq!(ours.value(&fill(created)).await, "ours");
    let unknown =
        fill("SELECT outcome FROM tallystick.customer_create({their_business}, {no_customer}, 'x', 'x', 1, false)");
    ours.is_denied(&unknown).await;
}

/// An error may quote the statement. It must not quote what the tables hold.
#[tokio::test]
async fn no_error_quotes_a_row() {
    let (_database, server) = our_server().await;
    for (sql, state) in [
        ("purchase({business}, {customer}, ARRAY[{product}], '{1}', 'not visible')", "23514"),
        ("purchase({business}, {customer}, ARRAY[{product}], '{1}', 'unused', {order})", "23505"),
        ("payment_record({business}, {customer}, 1, 'unused', {order})", "23505"),
        ("payment_record({business}, {customer}, 0, 'unused')", "22023"),
        ("stock_movement_record({business}, {product}, 1, '', 'unused')", "23514"),
        ("stock_movement_record({business}, {product}, 1, 'why', 'unused', {movement})", "23505"),
        ("customer_create({business}, {no_customer}, '', NULL, 1, false)", "23514"),
        ("customer_update({business}, {customer}, '', NULL, NULL, false, NULL)", "23514"),
        ("product_create({business}, {no_product}, 'sku', 'x', -1, 0)", "23514"),
        ("product_update({business}, {product}, NULL, NULL, -1)", "23514"),
        ("api_key_create({business}, {no_api_key}, 'x', 'aaaaaaaaaaaa', sha256('x'), '{read}', NULL)", "23505"),
        ("purchase({their_business}, {customer}, ARRAY[{product}], '{1}', 'unused')", "42501"),
    ] {
        let refusal = server.refusal(&format!("SELECT * FROM tallystick.{}", fill(sql))).await;
        assert_eq!(refusal.code().code(), state, "{sql}\n{refusal:?}");
        assert_eq!(refusal.detail(), None, "{sql}: row level security keeps PostgreSQL from quoting the row");
        for word in ["ours", "same", "aaaaaaaa", "bbbbbbbb", "not visible"] {
            assert!(!refusal.message().contains(word), "{sql}\n{refusal:?}");
        }
    }
}
