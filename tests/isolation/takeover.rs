//! Things of one's own in front of ours: temp tables, functions and operators of the same names, leaky conditions.
//!
//! Mallory is a signed-in user with what a careless operator might give: a login, a schema to create in, temp tables.

use super::functions::{Function, server_functions};
use crate::support::{
    actor::{Actor, claims, quoted},
    fresh_database::FreshDatabase,
    two_businesses::{OURS, THEIR_MARK, fill, two_businesses},
};

const PURCHASE: &str =
    "SELECT outcome FROM tallystick.purchase({business}, {customer}, ARRAY[{product}], '{1}', 'by-mallory')";
const REPLAY: &str =
    "SELECT outcome FROM tallystick.purchase({business}, {customer}, ARRAY[{product}], '{1}', 'same-purchase')";
const THEIR_PURCHASE: &str =
    "SELECT outcome FROM tallystick.purchase({their_business}, {their_customer}, ARRAY[{their_product}], '{1}', 'x')";

/// Functions and operators that our code uses, made to answer in mallory's favour and to tell that they were called.
const SHADOWS: &str = "
    CREATE FUNCTION mine.theirs() RETURNS text LANGUAGE plpgsql AS $$
        BEGIN RAISE WARNING 'taken over'; RETURN 'bbbbbbbb-0000-7000-8000-000000000001'; END $$;
    CREATE FUNCTION mine.current_setting(text) RETURNS text LANGUAGE sql AS 'SELECT mine.theirs()';
    CREATE FUNCTION mine.current_setting(text, boolean) RETURNS text LANGUAGE sql AS 'SELECT mine.theirs()';
    CREATE FUNCTION mine.context_business_id() RETURNS uuid LANGUAGE sql AS 'SELECT mine.theirs()::uuid';
    CREATE FUNCTION mine.require_context(uuid) RETURNS void LANGUAGE sql AS 'SELECT mine.theirs()';
    CREATE FUNCTION mine.pg_has_role(text, text, text) RETURNS boolean LANGUAGE sql AS 'SELECT mine.theirs() IS NOT NULL';
    CREATE FUNCTION mine.pg_has_role(name, name, text) RETURNS boolean LANGUAGE sql AS 'SELECT mine.theirs() IS NOT NULL';
    CREATE FUNCTION mine.translate(text, text, text) RETURNS text LANGUAGE sql AS 'SELECT mine.theirs()';
    CREATE FUNCTION mine.set_config(text, text, boolean) RETURNS text LANGUAGE sql AS 'SELECT mine.theirs()';
    CREATE FUNCTION mine.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS 'SELECT mine.theirs(); SELECT pg_catalog.now()';
    CREATE FUNCTION mine.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT mine.theirs(); SELECT pg_catalog.now()';
    CREATE FUNCTION mine.sha256(bytea) RETURNS bytea LANGUAGE sql AS 'SELECT mine.theirs()::bytea';
    CREATE FUNCTION mine.cardinality(anyarray) RETURNS integer LANGUAGE sql AS 'SELECT mine.theirs(); SELECT 1';
    CREATE FUNCTION mine.yes(uuid, uuid) RETURNS boolean LANGUAGE sql AS 'SELECT mine.theirs() IS NOT NULL';
    CREATE FUNCTION mine.yes(bigint, bigint) RETURNS boolean LANGUAGE sql AS 'SELECT mine.theirs() IS NOT NULL';
    CREATE FUNCTION mine.yes(numeric, numeric) RETURNS boolean LANGUAGE sql AS 'SELECT mine.theirs() IS NOT NULL';
    CREATE FUNCTION mine.yes(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT mine.theirs() IS NOT NULL';
    CREATE FUNCTION mine.yes(name, name) RETURNS boolean LANGUAGE sql AS 'SELECT mine.theirs() IS NOT NULL';
    CREATE OPERATOR mine.= (LEFTARG = text, RIGHTARG = text, FUNCTION = mine.yes);
    CREATE OPERATOR mine.<> (LEFTARG = text, RIGHTARG = text, FUNCTION = mine.yes);
    CREATE OPERATOR mine.~~ (LEFTARG = text, RIGHTARG = text, FUNCTION = mine.yes);
    CREATE OPERATOR mine.<> (LEFTARG = name, RIGHTARG = name, FUNCTION = mine.yes);
    CREATE OPERATOR mine.= (LEFTARG = uuid, RIGHTARG = uuid, FUNCTION = mine.yes);
    CREATE OPERATOR mine.<> (LEFTARG = uuid, RIGHTARG = uuid, FUNCTION = mine.yes);
    CREATE OPERATOR mine.< (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = mine.yes);
    CREATE OPERATOR mine.> (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = mine.yes);
    CREATE OPERATOR mine.> (LEFTARG = numeric, RIGHTARG = numeric, FUNCTION = mine.yes);
    CREATE OPERATOR mine.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = mine.yes);
    CREATE DOMAIN mine.uuid AS pg_catalog.text;
    CREATE DOMAIN mine.bigint AS pg_catalog.text;
";

/// Types that our code names, which tell that they were used: a condition runs with the rights of whoever converts to it.
const TYPES: &str = "
    CREATE FUNCTION mine.tell() RETURNS boolean LANGUAGE plpgsql AS $$
        BEGIN RAISE WARNING 'taken over'; RETURN true; END $$;
    CREATE DOMAIN pg_temp.text AS pg_catalog.text CHECK (mine.tell());
    CREATE DOMAIN pg_temp.uuid AS pg_catalog.uuid CHECK (mine.tell());
    CREATE DOMAIN pg_temp.jsonb AS pg_catalog.jsonb CHECK (mine.tell());
    CREATE DOMAIN pg_temp.bytea AS pg_catalog.bytea CHECK (mine.tell());
    CREATE DOMAIN pg_temp.timestamptz AS pg_catalog.timestamptz CHECK (mine.tell());
    CREATE DOMAIN pg_temp.record AS pg_catalog.text CHECK (mine.tell());
";

/// Beside one good call of every function that the server may call: movements that are sent again.
const REPLAYS: [&str; 3] = [
    "purchase({business}, {customer}, ARRAY[{product}], '{1}', 'same-purchase')",
    "payment_record({business}, {customer}, 30, 'same-payment')",
    "stock_movement_record({business}, {product}, 5, 'ours', 'same-movement')",
];

/// A signed-in user of our business, in a session where `setup` has been run.
async fn mallory(database: &FreshDatabase, setup: &str) -> Actor {
    let claims = format!("SET LOCAL request.jwt.claims = {};", quoted(&claims(&OURS.id("business"))));
    mallory_as(database, "authenticated", &claims, setup).await
}

async fn mallory_as(database: &FreshDatabase, group: &str, prelude: &str, setup: &str) -> Actor {
    let login = format!("{}_mallory", database.name);
    let create = format!(
        "CREATE ROLE {login} LOGIN IN ROLE {group}; CREATE SCHEMA mine AUTHORIZATION {login};
         GRANT USAGE ON SCHEMA mine TO PUBLIC; GRANT TEMPORARY, CREATE ON DATABASE {} TO {login}",
        database.name
    );
    database.session().await.client().batch_execute(&create).await.unwrap();
    let mallory = Actor::new(database, &login, prelude).await;
    mallory.session.client().batch_execute(setup).await.unwrap();
    mallory
}

/// What mallory may do still works and shows ours only; what it may not do is refused; nothing of its own was called.
async fn is_held(mut mallory: Actor) {
    mallory.session.take_notices();
    for relation in ["businesses", "customers", "credit_ledger", "customer_accounts", "order_records"] {
        let seen = format!(
            "{:?}",
            mallory.rows(&format!("SELECT each::pg_catalog.text FROM tallystick.{relation} AS each")).await
        );
        assert!(seen.contains(&OURS.id("business")) && !seen.contains("bbbbbbbb"), "{relation}: {seen}");
    }
    assert_eq!(mallory.value(&fill(PURCHASE).replace("::uuid", "::pg_catalog.uuid")).await, "created");
    assert_eq!(mallory.value(&fill(REPLAY).replace("::uuid", "::pg_catalog.uuid")).await, "replayed");
    mallory.is_denied(&fill(THEIR_PURCHASE).replace("::uuid", "::pg_catalog.uuid")).await;
    let notices = mallory.session.take_notices();
    assert!(notices.is_empty(), "{notices:?}");
}

#[tokio::test]
async fn temporary_tables_of_the_same_names_take_nothing_over() {
    let database = two_businesses().await;
    let setup = "
        CREATE TEMPORARY TABLE customers (business_id uuid, id uuid, credit_limit bigint, blocked boolean);
        CREATE TEMPORARY TABLE products (business_id uuid, id uuid, price bigint, stock bigint);
        CREATE TEMPORARY TABLE orders (LIKE tallystick.orders);
        CREATE TEMPORARY TABLE order_items (LIKE tallystick.order_items);
        CREATE TEMPORARY TABLE new_items (LIKE tallystick.order_items);
        CREATE TEMPORARY TABLE credit_ledger (LIKE tallystick.credit_ledger);
        CREATE TEMPORARY TABLE pg_class (oid oid);
        CREATE DOMAIN pg_temp.uuid AS pg_catalog.text;
        CREATE DOMAIN pg_temp.numeric AS pg_catalog.text;
        SET search_path = pg_temp, mine, pg_catalog;";
    is_held(mallory(&database, setup).await).await;
}

#[tokio::test]
async fn temporary_types_of_the_same_names_take_nothing_over() {
    let database = two_businesses().await;
    is_held(mallory(&database, TYPES).await).await;
}

/// As [`is_held`] for the server's role: it may call far more, and its session is its own as well.
#[tokio::test]
async fn what_the_server_calls_looks_at_nothing_of_its_sessions() {
    for setup in [format!("{SHADOWS} SET search_path = mine, pg_catalog, pg_temp;"), TYPES.to_owned()] {
        let database = two_businesses().await;
        let mut server = mallory_as(&database, "tallystick_app", "", &setup).await;
        let context = format!("SET LOCAL app.business_id = {};", quoted(&OURS.id("business")));
        let calls: Vec<String> = server_functions(&database).await.iter().map(Function::good_call).collect();
        let replays = REPLAYS.map(|call| format!("tallystick.{}", fill(call).replace("::uuid", "::pg_catalog.uuid")));
        for call in calls.iter().chain(&replays) {
            server.session.take_notices();
            let answer = server.rows(&format!("{context} SELECT * FROM {call}")).await;
            // A call that is refused does not reach what it would be attacked in.
            assert!(!answer.is_empty() && !format!("{answer:?}").contains("_not_found"), "{call}: {answer:?}");
            let notices = server.session.take_notices();
            assert!(notices.is_empty(), "{call}: {notices:?}");
        }
    }
}

#[tokio::test]
async fn functions_and_operators_of_the_same_names_take_nothing_over() {
    let database = two_businesses().await;
    let setup = format!("{SHADOWS} SET search_path = mine, pg_catalog, pg_temp;");
    is_held(mallory(&database, &setup).await).await;
}

#[tokio::test]
async fn settings_of_the_session_take_nothing_over() {
    let database = two_businesses().await;
    let setup = "
        SET transform_null_equals = on; SET array_nulls = off; SET bytea_output = 'escape'; SET DateStyle = 'German';
        SET IntervalStyle = 'sql_standard'; SET TimeZone = 'Asia/Kathmandu'; SET extra_float_digits = 0;
        SET standard_conforming_strings = off; SET escape_string_warning = off; SET quote_all_identifiers = on;
        SET client_encoding = 'LATIN1'; SET plan_cache_mode = force_custom_plan; SET enable_indexscan = off;
        SET enable_sort = off; SET jit_above_cost = 0; SET check_function_bodies = off; SET lc_numeric = 'C';
        SET app.platform = 'business_list'; SET role = 'authenticated';";
    is_held(mallory(&database, setup).await).await;
}

#[tokio::test]
async fn a_users_own_condition_never_sees_a_row_of_another_business() {
    let database = two_businesses().await;
    let setup = "
        CREATE FUNCTION mine.peek(anyelement) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$
            BEGIN RAISE NOTICE 'saw %', $1; RETURN true; END $$;
        CREATE FUNCTION mine.peek(text, text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$
            BEGIN RAISE NOTICE 'saw %', $1; RETURN true; END $$;
        CREATE OPERATOR mine.<<< (LEFTARG = text, RIGHTARG = text, FUNCTION = mine.peek);";
    let mut mallory = mallory(&database, setup).await;
    for sql in [
        "SELECT FROM tallystick.customers WHERE mine.peek(name)",
        "SELECT FROM tallystick.customers WHERE name OPERATOR(mine.<<<) ''",
        "SELECT FROM tallystick.customer_accounts WHERE mine.peek(name)",
        "SELECT FROM tallystick.customers AS c JOIN tallystick.products AS p ON mine.peek(c.name) AND mine.peek(p.name)",
        "SELECT FROM tallystick.customers AS c JOIN tallystick.orders AS o ON mine.peek(c.id) AND mine.peek(o.customer_id)",
        "SELECT count(*) FILTER (WHERE mine.peek(name)) FROM tallystick.overdue_customers",
        "SELECT FROM tallystick.credit_ledger WHERE mine.peek(id) ORDER BY mine.peek(customer_id)",
    ] {
        mallory.rows(sql).await;
        let seen = format!("{:?}", mallory.session.take_notices());
        assert!(seen.contains("saw"), "{sql}: {seen}");
        assert!(!seen.contains(THEIR_MARK) && !seen.contains("bbbbbbbb"), "{sql}: {seen}");
    }
    let conversion = "SELECT FROM tallystick.customers WHERE name::integer > 0";
    let refusal = mallory.refusal(conversion).await;
    assert!(refusal.message().contains("ours") && !refusal.message().contains(THEIR_MARK), "{refusal:?}");
}

#[tokio::test]
async fn a_users_own_definer_function_gives_no_rights() {
    let database = two_businesses().await;
    let setup = "
        CREATE FUNCTION mine.look() RETURNS bigint LANGUAGE sql SECURITY DEFINER
            AS 'SELECT count(*) FROM tallystick.customers';
        CREATE FUNCTION mine.become() RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$
            BEGIN PERFORM set_config('role', 'tallystick_app', true); RETURN current_user; END $$;
        CREATE VIEW mine.all_customers AS SELECT * FROM tallystick.customers;";
    let mallory = mallory(&database, setup).await;
    let theirs = fill("SELECT set_config('app.business_id', {their_business}::text, true);");
    let rows = mallory.rows(&format!("{theirs} SELECT mine.look()")).await;
    assert_eq!(rows.last().unwrap()[0].as_deref(), Some("3"), "its own business's three");
    let rows = mallory.rows(&format!("{theirs} SELECT DISTINCT business_id FROM mine.all_customers")).await;
    assert_eq!(rows.last().unwrap()[0].as_deref(), Some(OURS.id("business").as_str()));
    mallory.is_refused("SELECT mine.become()", &["42501"]).await;
    mallory
        .is_denied(
            "CREATE FUNCTION mine.as_owner() RETURNS integer LANGUAGE sql SET role = 'tallystick_owner' RETURN 1",
        )
        .await;
    mallory.is_denied("ALTER SCHEMA mine OWNER TO tallystick_owner").await;
    // A foreign key tells whether a row exists, whatever row level security says: so nobody may make one.
    mallory
        .is_denied("CREATE TABLE mine.probe (b uuid, c uuid, FOREIGN KEY (b, c) REFERENCES tallystick.customers (business_id, id))")
        .await;
}
