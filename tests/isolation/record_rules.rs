//! Orders, lines, products and movements hold their rules by themselves, and completed facts cannot be changed.

use crate::support::{
    actor::Actor,
    tables::{FACTS, TENANT_TABLES, tenant_tables_but},
    two_businesses::{NOBODY, OURS, THEIR_IDS, fill, two_businesses},
};

/// An order for 300 of our customer, in need of lines.
const ORDER: &str = "SET CONSTRAINTS ALL DEFERRED;
    INSERT INTO tallystick.orders VALUES ({business}, {no_order}, {customer}, 300, now());";

/// Lines: number, product, quantity, unit price and total of each.
fn lines(lines: &str) -> String {
    let columns = "business_id, order_id, line_no, product_id, quantity, unit_price, line_total";
    let values: Vec<_> = lines.split("; ").map(|line| format!("({{business}}, {{no_order}}, {line})")).collect();
    fill(&format!("{ORDER} INSERT INTO tallystick.order_items ({columns}) VALUES {};", values.join(", ")))
}

fn movement(values: &str) -> String {
    fill(&format!("INSERT INTO tallystick.stock_movements VALUES ({{business}}, {{no_movement}}, {values});"))
}

#[tokio::test]
async fn the_records_that_the_tests_start_from_are_accepted() {
    let database = two_businesses().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    for sql in [
        lines("1, {product}, 3, 100, 300"),
        lines("1, {product}, 2, 100, 200; 2, {product}, 1, 100, 100; 3, {product}, 1, 0, 0"),
        movement("{product}, 'adjustment', -24, 0, 'why', 'k', sha256('x'), now()"),
    ] {
        owner.rows(&sql).await;
    }
}

#[tokio::test]
async fn an_order_without_lines_or_without_a_charge_cannot_be_committed() {
    let database = two_businesses().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    let order = fill(ORDER);
    for (constraint, sql) in
        [("orders_have_a_first_line", order), ("orders_are_charged", lines("1, {product}, 3, 100, 300"))]
    {
        let commit = format!("{sql} SET CONSTRAINTS tallystick.{constraint} IMMEDIATE");
        assert_eq!(owner.refusal(&commit).await.constraint(), Some(constraint));
    }
    // Whoever does not ask for delay hears of it at once.
    let at_once = fill(ORDER).replace("SET CONSTRAINTS ALL DEFERRED;", "");
    assert!(owner.refusal(&at_once).await.constraint().is_some_and(|name| name.starts_with("orders_")));
}

/// The statement, after which every constraint is looked at.
fn committed(sql: &str) -> String {
    format!("{sql} SET CONSTRAINTS ALL IMMEDIATE")
}

/// An order for 300 with its line, but without a charge.
fn order_of(customer: &str, id: &str) -> String {
    let lines = lines("1, {product}, 3, 100, 300").replace(&fill("{no_order}"), &fill(id));
    lines.replace(&fill("{customer}"), &fill(customer))
}

/// The purchase's entry of the new order, as the customer's entry `entry_no`, which leaves a balance of `balance`.
fn charge(customer: &str, entry_no: u32, amount: u32, balance: u32) -> String {
    fill(&format!(
        " INSERT INTO tallystick.credit_ledger VALUES ({{business}}, {customer}, {entry_no}, {{no_order}}, 'purchase', {amount},
             {balance} - {amount}, {balance}, {balance}, 1000, 'by-hand', sha256('x'), now());"
    ))
}

#[tokio::test]
async fn an_order_is_not_charged_by_an_entry_that_only_has_its_id() {
    let database = two_businesses().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    // A payment of ours, which is the customer's own or another customer's, and entries of another business.
    for id in ["{payment}", "{their_payment}", "{their_order}"] {
        for customer in ["{customer}", "{newcomer}", "{their_customer}", "{no_customer}"] {
            let refusal = owner.refusal(&committed(&order_of(customer, id))).await;
            assert_eq!(refusal.constraint(), Some("orders_are_charged"), "{customer} {id}");
        }
    }
}

#[tokio::test]
async fn an_order_and_its_charge_agree_on_customer_and_total() {
    let database = two_businesses().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    let order = order_of("{newcomer}", "{no_order}");
    owner.rows(&committed(&(order.clone() + &charge("{newcomer}", 1, 300, 300)))).await;
    let theirs = "credit_ledger_purchase_charges_its_orders_total";
    for (name, charge, constraint) in [
        ("another total", charge("{newcomer}", 1, 299, 299), theirs),
        ("another customer", charge("{customer}", 3, 300, 370).replace("370, 370, 1000", "370, 400, 1000"), theirs),
        ("no charge", String::new(), "orders_are_charged"),
    ] {
        let refusal = owner.refusal(&committed(&(order.clone() + &charge))).await;
        assert_eq!(refusal.constraint(), Some(constraint), "{name}: {refusal:?}");
    }
}

/// No foreign key says so of orders: their charge is in a chain of entries, and the first one names the customer.
#[tokio::test]
async fn an_order_belongs_to_a_customer_of_its_business() {
    let database = two_businesses().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    for customer in ["{their_customer}", "{no_customer}"] {
        let order = order_of(customer, "{no_order}");
        for (name, charge, constraint) in [
            ("no entry", String::new(), "orders_are_charged"),
            ("a first entry", charge(customer, 1, 300, 300), "credit_ledger_customer_exists"),
            ("a later entry", charge(customer, 2, 300, 300), "credit_ledger_continues_the_previous_entry"),
            // As their customer's next one would be.
            (
                "a third entry",
                charge(customer, 3, 300, 370).replace("370, 370, 1000", "370, 400, 1000"),
                "credit_ledger_continues_the_previous_entry",
            ),
            (
                "an entry of our customer",
                charge("{newcomer}", 1, 300, 300),
                "credit_ledger_purchase_charges_its_orders_total",
            ),
        ] {
            let refusal = owner.refusal(&committed(&(order.clone() + &charge))).await;
            assert_eq!(refusal.constraint(), Some(constraint), "{customer}, {name}: {refusal:?}");
        }
    }
}

#[tokio::test]
async fn a_customer_with_entries_is_neither_deleted_nor_given_another_id() {
    let database = two_businesses().await;
    for actor in [Actor::owner(&database, &OURS.id("business")).await, Actor::superuser(&database).await] {
        for sql in [
            "DELETE FROM tallystick.customers WHERE id = {customer}",
            "UPDATE tallystick.customers SET id = {no_customer} WHERE id = {customer}",
        ] {
            let refusal = actor.refusal(&fill(sql)).await;
            assert_eq!(refusal.constraint(), Some("credit_ledger_customer_exists"), "{refusal:?}");
        }
        actor.rows(&fill("DELETE FROM tallystick.customers WHERE id = {newcomer}")).await;
    }
}

/// Fails unless the owner, in our business's context, is refused each statement by its constraint.
async fn are_refused(cases: &[(&str, String, &str)]) {
    let database = two_businesses().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    for (name, sql, constraint) in cases {
        let refusal = owner.refusal(sql).await;
        assert_eq!(refusal.constraint(), Some(*constraint), "{name}: {refusal:?}");
    }
}

#[tokio::test]
async fn an_order_that_breaks_a_rule_is_refused_by_the_rules_constraint() {
    let order = |values: &str| fill(&format!("INSERT INTO tallystick.orders VALUES ({values}, now())"));
    are_refused(&[
        (
            "a line that multiplies wrongly",
            lines("1, {product}, 3, 100, 301"),
            "order_items_line_total_is_quantity_times_price",
        ),
        ("lines that add up to less", lines("1, {product}, 2, 100, 200"), "order_lines_add_up"),
        ("lines that add up to more", lines("1, {product}, 3, 100, 300; 2, {product}, 1, 1, 1"), "order_lines_add_up"),
        (
            "one more line on an old order",
            fill("INSERT INTO tallystick.order_items VALUES ({business}, {order}, 2, {product}, 1, 1, 1)"),
            "order_lines_add_up",
        ),
        (
            "one more line that would make up an old order by itself",
            fill("INSERT INTO tallystick.order_items VALUES ({business}, {order}, 2, {product}, 1, 100, 100)"),
            "order_lines_add_up",
        ),
        ("a foreign product", lines("1, {their_product}, 3, 100, 300"), "order_items_product_exists"),
        ("a product that is missing", lines("1, {no_product}, 3, 100, 300"), "order_items_product_exists"),
        ("a line twice", lines("1, {product}, 2, 100, 200; 1, {product}, 1, 100, 100"), "order_items_pk"),
        ("line 0", lines("0, {product}, 3, 100, 300"), "order_items_line_no_is_1_to_500"),
        ("line 501", lines("501, {product}, 3, 100, 300"), "order_items_line_no_is_1_to_500"),
        ("a quantity of 0", lines("1, {product}, 0, 100, 0"), "order_items_quantity_is_positive"),
        ("a negative quantity", lines("1, {product}, -3, 100, -300"), "order_items_quantity_is_positive"),
        ("a negative price", lines("1, {product}, 3, -100, -300"), "order_items_unit_price_is_safe_money"),
        (
            "a line of a foreign order",
            fill("INSERT INTO tallystick.order_items VALUES ({business}, {their_order}, 2, {product}, 1, 0, 0)"),
            "order_items_order_exists",
        ),
        ("an order twice", order("{business}, {order}, {customer}, 1"), "orders_pk"),
        ("a negative total", order("{business}, {no_order}, {customer}, -1"), "orders_total_is_safe_money"),
        (
            "an unsafe total",
            order("{business}, {no_order}, {customer}, 9007199254740992"),
            "orders_total_is_safe_money",
        ),
    ])
    .await;
}

/// Two products whose skus look the same.
const SPELLINGS: &str = "
    INSERT INTO tallystick.products (business_id, id, sku, name, price, stock)
    SELECT business_id, gen_random_uuid(), spelling, 'x', 1, 0
    FROM tallystick.businesses, unnest(ARRAY[U&'Caf\\00e9', U&'Cafe\\0301']) AS spelling";

#[tokio::test]
async fn a_record_that_breaks_a_rule_is_refused_by_the_rules_constraint() {
    let product = |set: &str| fill(&format!("UPDATE tallystick.products SET {set} WHERE id = {{product}}"));
    let customer = |set: &str| fill(&format!("UPDATE tallystick.customers SET {set} WHERE id = {{customer}}"));
    let business = |set: &str| format!("UPDATE tallystick.businesses SET {set}");
    let api_key = |set: &str| format!("UPDATE tallystick.api_keys SET {set}");
    are_refused(&[
        ("stock below zero", product("stock = -1"), "products_stock_is_never_below_zero"),
        ("stock beyond reason", product("stock = 9007199254740992"), "products_stock_is_a_safe_integer"),
        ("a product's negative price", product("price = -1"), "products_price_is_safe_money"),
        ("an unsafe price", product("price = 9007199254740992"), "products_price_is_safe_money"),
        ("no sku", product("sku = ''"), "product_sku_identifies"),
        ("a long sku", product("sku = repeat('x', 101)"), "product_sku_is_short_text"),
        ("a sku with a blank behind it", product("sku = 'x '"), "product_sku_identifies"),
        ("two spellings of one sku", SPELLINGS.to_owned(), "products_sku_is_unique"),
        ("a product without a name", product("name = ''"), "product_name_shows_something"),
        ("a product's long name", product("name = repeat('x', 201)"), "product_name_is_short_text"),
        ("a negative limit", customer("credit_limit = -1"), "customers_credit_limit_is_safe_money"),
        ("an unsafe limit", customer("credit_limit = 9007199254740992"), "customers_credit_limit_is_safe_money"),
        ("no name", customer("name = ''"), "customers_name_is_short_text"),
        ("a name of nothing", customer("name = U&'\\200b'"), "customers_name_shows_something"),
        ("an empty reference", customer("external_id = ''"), "customers_external_id_identifies"),
        ("a long reference", customer("external_id = repeat('x', 201)"), "customers_external_id_is_short_text"),
        ("a reference with a mark", customer("external_id = U&'\\feffx'"), "customers_external_id_identifies"),
        ("a business without a name", business("name = ''"), "businesses_name_is_short_text"),
        ("a business that turns its name", business("name = U&'x\\202e'"), "businesses_name_shows_something"),
        ("a currency in words", business("currency = 'euro'"), "businesses_currency_is_an_iso_4217_code"),
        ("a currency that is none", business("currency = 'XYZ'"), "businesses_currency_is_an_iso_4217_code"),
        ("gold, which has no decimals", business("currency = 'XAU'"), "businesses_currency_is_an_iso_4217_code"),
        ("days before the charge", business("overdue_after_days = -1"), "businesses_overdue_after_days_is_0_to_3650"),
        ("an API key without a name", api_key("name = ''"), "api_keys_name_identifies"),
        ("an API key with a long name", api_key("name = repeat('x', 201)"), "api_keys_name_is_short_text"),
        ("a prefix with a blank", api_key("prefix = 'two words'"), "api_keys_prefix_is_short_ascii"),
        ("a secret as it is", api_key("secret_hash = 'secret'"), "api_keys_secret_hash_is_sha256"),
        (
            "an expiry that RFC 3339 cannot write",
            api_key("expires_at = '10000-01-01 00:00:00+00'"),
            "api_keys_expires_at_is_in_years_1_to_9999",
        ),
        (
            "an expiry before all years",
            api_key("expires_at = '-infinity'"),
            "api_keys_expires_at_is_in_years_1_to_9999",
        ),
        ("an expiry after all years", api_key("expires_at = 'infinity'"), "api_keys_expires_at_is_in_years_1_to_9999"),
    ])
    .await;
}

#[tokio::test]
async fn a_creation_that_breaks_a_rule_is_refused_by_the_rules_constraint() {
    let creation = |values: &str| fill(&format!("INSERT INTO tallystick.creations VALUES ({{business}}, {values})"));
    are_refused(&[
        ("a key again", creation("'business', 'same-ours', sha256('x'), {business}, now()"), "creations_pk"),
        ("an unknown kind", creation("'order', 'k', sha256('x'), {order}, now()"), "creations_kind_is_known"),
        (
            "another business",
            creation("'business', 'k', sha256('x'), {their_business}, now()"),
            "creations_business_is_its_own",
        ),
        (
            "a key with a blank",
            creation("'customer', 'two words', sha256('x'), {newcomer}, now()"),
            "creations_idempotency_key_is_visible_ascii",
        ),
        (
            "a key that is too long",
            creation("'customer', repeat('k', 256), sha256('x'), {newcomer}, now()"),
            "creations_idempotency_key_is_visible_ascii",
        ),
        (
            "a fingerprint of its own",
            creation("'customer', 'k', 'x', {newcomer}, now()"),
            "creations_fingerprint_is_sha256",
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_stock_movement_that_breaks_a_rule_is_refused_by_the_rules_constraint() {
    are_refused(&[
        (
            "a movement below zero",
            movement("{product}, 'adjustment', -25, -1, 'why', 'k', sha256('x'), now()"),
            "stock_movements_stock_is_never_below_zero",
        ),
        (
            "a movement of nothing",
            movement("{product}, 'adjustment', 0, 24, 'why', 'k', sha256('x'), now()"),
            "stock_movements_change_something",
        ),
        (
            "a foreign product's movement",
            movement("{their_product}, 'adjustment', 1, 1, 'why', 'k', sha256('x'), now()"),
            "stock_movements_product_exists",
        ),
        (
            "an unknown kind",
            movement("{product}, 'theft', -1, 23, 'why', NULL, NULL, now()"),
            "stock_movements_kind_is_known",
        ),
        (
            "a movement without a key",
            movement("{product}, 'adjustment', 1, 25, 'why', NULL, NULL, now()"),
            "stock_movements_adjustments_carry_a_key",
        ),
        (
            "a used key",
            movement("{product}, 'adjustment', 1, 25, 'why', 'same-movement', sha256('x'), now()"),
            "stock_movements_idempotency_key_is_used_once",
        ),
        (
            "a movement without a reason",
            movement("{product}, 'adjustment', 1, 25, '', 'k', sha256('x'), now()"),
            "stock_movements_reason_is_short_text",
        ),
        (
            "a reason that shows nothing",
            movement("{product}, 'adjustment', 1, 25, U&'\\2800', 'k', sha256('x'), now()"),
            "stock_movements_reason_shows_something",
        ),
        (
            "a key that is none",
            movement("{product}, 'adjustment', 1, 25, 'why', 'two words', sha256('x'), now()"),
            "stock_movements_idempotency_key_is_visible_ascii",
        ),
        (
            "a key without a fingerprint",
            movement("{product}, 'adjustment', 1, 25, 'why', 'k', NULL, now()"),
            "stock_movements_key_comes_with_a_fingerprint",
        ),
        (
            "a fingerprint that is none",
            movement("{product}, 'adjustment', 1, 25, 'why', 'k', 'x', now()"),
            "stock_movements_key_comes_with_a_fingerprint",
        ),
        (
            "an opening that takes",
            movement("{product}, 'opening', -1, 23, 'why', NULL, NULL, now()"),
            "stock_movements_opening_is_positive",
        ),
        (
            "a second opening",
            movement("{product}, 'opening', 1, 25, 'why', NULL, NULL, now()"),
            "stock_movements_opening_is_single",
        ),
    ])
    .await;
}

#[tokio::test]
async fn every_order_of_a_statement_is_added_up() {
    let database = two_businesses().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    let orders = "SET CONSTRAINTS ALL DEFERRED; INSERT INTO tallystick.orders VALUES
        ({business}, {no_order}, {customer}, 300, now()), ({business}, {their_order}, {customer}, 300, now());";
    for (one, other, adds_up) in [(3, 3, true), (3, 2, false), (2, 3, false)] {
        let lines = format!(
            "INSERT INTO tallystick.order_items VALUES
             ({{business}}, {{no_order}}, 1, {{product}}, {one}, 100, 100 * {one}),
             ({{business}}, {{their_order}}, 1, {{product}}, {other}, 100, 100 * {other})"
        );
        let answer = owner.try_rows(&fill(&format!("{orders} {lines}"))).await;
        let broken = answer.err().and_then(|error| error.as_db_error()?.constraint().map(str::to_owned));
        assert_eq!(broken.as_deref(), (!adds_up).then_some("order_lines_add_up"), "{one} and {other}");
    }
}

#[tokio::test]
async fn nothing_belongs_to_a_business_that_does_not_exist() {
    let database = two_businesses().await;
    let nobody = Actor::owner(&database, &NOBODY.id("business")).await;
    for (table, values) in [
        ("customers", "{no_customer}, 'x', NULL, 1"),
        ("products", "{no_product}, 'x', 'x', 1, 1"),
        ("api_keys", "{no_api_key}, 'x', 'prefix00', sha256('x'), '{read}'"),
        ("creations", "'customer', 'k', sha256('x'), {no_customer}, now()"),
    ] {
        let insert = fill(&format!("INSERT INTO tallystick.{table} VALUES ({{no_business}}, {values})"));
        assert_eq!(nobody.refusal(&insert).await.constraint(), Some(format!("{table}_business_exists").as_str()));
    }
}

#[tokio::test]
async fn the_owner_in_one_context_neither_sees_nor_touches_another_business() {
    let database = two_businesses().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    for table in TENANT_TABLES {
        let seen = format!("{:?}", owner.rows(&format!("SELECT each::text FROM tallystick.{table} AS each")).await);
        assert!(seen.contains(&OURS.id("business")) && !seen.contains(THEIR_IDS), "{table}: {seen}");
        for sql in [
            "DELETE FROM tallystick.{} WHERE business_id = {their_business} RETURNING 1",
            "UPDATE tallystick.{} SET business_id = business_id WHERE business_id = {their_business} RETURNING 1",
        ] {
            let rows = owner.rows(&fill(&sql.replacen("{}", table, 1))).await;
            assert!(rows.is_empty(), "{table}: {sql}");
        }
    }
    // Facts cannot be changed at all.
    for table in tenant_tables_but(&FACTS) {
        let give_away = fill(&format!("UPDATE tallystick.{table} SET business_id = {{their_business}}"));
        assert_eq!(owner.refusal(&give_away).await.code().code(), "42501", "{table}");
    }
}

/// The owner, and whoever switches triggers and foreign keys off as far as a superuser can.
#[tokio::test]
async fn completed_facts_are_neither_changed_nor_deleted_whoever_asks() {
    let database = two_businesses().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    let superuser = Actor::superuser(&database).await;
    let replica = Actor::new(
        &database,
        tallystick::local_postgres::SUPERUSER,
        "SET LOCAL session_replication_role = replica; SET LOCAL row_security = off;",
    )
    .await;
    let columns = |table| {
        format!(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'tallystick.{table}'::regclass AND attnum > 0 AND attgenerated = ''"
        )
    };
    for table in FACTS {
        for row in superuser.rows(&columns(table)).await {
            let column = row[0].as_deref().unwrap();
            for actor in [&owner, &superuser, &replica] {
                let refusal = actor.refusal(&format!("UPDATE tallystick.{table} SET {column} = {column}")).await;
                assert_eq!(refusal.constraint(), Some("refuse_change"), "{table}.{column}\n{refusal:?}");
            }
        }
        for (who, actor) in [("owner", &owner), ("superuser", &superuser), ("replica", &replica)] {
            for (sql, trigger) in [
                (format!("DELETE FROM tallystick.{table}"), "refuse_change"),
                (
                    format!("WITH gone AS (DELETE FROM tallystick.{table} RETURNING 1) SELECT FROM gone"),
                    "refuse_change",
                ),
                (
                    format!(
                        "MERGE INTO tallystick.{table} AS t USING (SELECT 1) AS s ON true
                         WHEN MATCHED THEN UPDATE SET business_id = t.business_id"
                    ),
                    "refuse_change",
                ),
                (format!("TRUNCATE tallystick.{table} CASCADE"), "refuse_truncate"),
                ("TRUNCATE tallystick.businesses CASCADE".to_owned(), "refuse_truncate"),
                ("TRUNCATE tallystick.customers, tallystick.products CASCADE".to_owned(), "refuse_truncate"),
            ] {
                let refusal = actor.refusal(&sql).await;
                assert_eq!(refusal.code().code(), "23001", "{who}: {sql}\n{refusal:?}");
                assert_eq!(refusal.constraint(), Some(trigger), "{who}: {sql}\n{refusal:?}");
            }
        }
    }
    let upsert = fill(
        "INSERT INTO tallystick.orders VALUES ({business}, {order}, {customer}, 1, now())
         ON CONFLICT ON CONSTRAINT orders_pk DO UPDATE SET total = 1",
    );
    assert_eq!(replica.refusal(&upsert).await.code().code(), "23001");
    let lines = replica.refusal(&lines("1, {product}, 2, 100, 200")).await;
    assert_eq!(lines.constraint(), Some("order_lines_add_up"), "lines add up for a replica as well");
}
