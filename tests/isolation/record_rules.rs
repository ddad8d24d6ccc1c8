//! Orders, lines, products and movements hold their rules by themselves, and completed facts cannot be changed.

use crate::support::{
    actor::Actor,
    by_hand,
    fresh_database::FreshDatabase,
    tables::{FACTS, TENANT_TABLES, tenant_tables_but},
    two_businesses::{NOBODY, OURS, THEIR_IDS, fill, two_businesses},
};

/// An order for 300 of our customer, in need of lines and of a charge.
const ORDER: &str = "SET CONSTRAINTS ALL DEFERRED;
    INSERT INTO tallystick.orders VALUES ({business}, {no_order}, {customer}, 300, now());";

/// A charged order for 300 with these lines: number, product, quantity, unit price and total of each.
fn lines(lines: &str) -> String {
    lines_with(lines, "{}")
}

/// The same, with more properties of each line.
fn lines_with(lines: &str, properties: &str) -> String {
    let line = |line| format!("{} || jsonb '{properties}'", object(&LINE, line));
    let lines: Vec<_> = lines.split("; ").map(line).collect();
    let purchase = "by_hand.purchase({business}, {customer}, {no_order}, ARRAY[LINES], '{\"amount\": 300}')";
    fill(&format!("SELECT {};", purchase.replace("LINES", &lines.join(", "))))
}

const LINE: [&str; 5] = ["line_no", "product_id", "quantity", "unit_price", "line_total"];
const MOVEMENT: [&str; 8] =
    ["product_id", "kind", "quantity", "stock_after", "reason", "idempotency_key", "request_fingerprint", "created_at"];

/// A jsonb expression of values for columns.
fn object(columns: &[&str], values: &str) -> String {
    let pairs: Vec<_> =
        columns.iter().zip(values.split(", ")).map(|(column, value)| format!("'{column}', {value}")).collect();
    format!("jsonb_build_object({})", pairs.join(", "))
}

fn movement(values: &str) -> String {
    fill(&format!(
        "INSERT INTO tallystick.stock_movements (business_id, id, actor, {})
         VALUES ({{business}}, {{no_movement}}, 'key:by-hand', {values});",
        MOVEMENT.join(", ")
    ))
}

async fn database() -> FreshDatabase {
    let database = two_businesses().await;
    by_hand::install(&database).await;
    database
}

#[tokio::test]
async fn the_records_that_the_tests_start_from_are_accepted() {
    let database = database().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    for sql in [
        lines("1, {product}, 3, 100, 300"),
        lines("1, {product}, 2, 100, 200; 2, {product}, 1, 100, 100; 3, {product}, 1, 0, 0"),
        // As a service; at another price than the shelf's; with a discount and a tax.
        lines_with("1, {product}, 3, 100, 300", r#"{"stock_taken": 0, "list_price": 120}"#),
        lines_with("1, {product}, 3, 100, 300", r#"{"discount": 60, "tax": 60}"#),
    ] {
        owner.rows(&committed(&sql)).await;
    }
    owner.rows(&movement("{product}, 'adjustment', -24, 0, 'why', 'k', sha256('x'), now()")).await;
}

#[tokio::test]
async fn an_order_without_lines_or_without_a_charge_cannot_be_committed() {
    let database = database().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    let commit = format!("{} SET CONSTRAINTS ALL IMMEDIATE", fill(ORDER));
    assert_eq!(owner.refusal(&commit).await.constraint(), Some("orders_have_a_first_line"));
    // Lines have to be those of a charge, so they cannot even be written without one.
    let refusal =
        owner.refusal(&format!("{} {}", fill(ORDER), line_of("{no_order}", "1, {product}, 3, 100, 300"))).await;
    assert_eq!(refusal.constraint(), Some("orders_are_charged"));
    // Whoever does not ask for delay hears of it at once.
    let at_once = fill(ORDER).replace("SET CONSTRAINTS ALL DEFERRED;", "");
    assert_eq!(owner.refusal(&at_once).await.constraint(), Some("orders_have_a_first_line"));
}

/// A line of an order, by itself.
fn line_of(order: &str, line: &str) -> String {
    let line = object(&LINE, line);
    fill(&format!("INSERT INTO tallystick.order_items SELECT (by_hand.line({{business}}, {order}, {line})).*;"))
}

/// The statement, after which every constraint is looked at.
fn committed(sql: &str) -> String {
    format!("{sql} SET CONSTRAINTS ALL IMMEDIATE")
}

/// An order for 300, without lines and without a charge.
fn order_of(customer: &str, id: &str) -> String {
    fill(&ORDER.replace("{no_order}", id).replace("{customer}", customer))
}

/// The purchase's entry of the new order, as the next entry of `customer`. Then `changed` makes something wrong.
fn charge(customer: &str, amount: u32, changed: &str) -> String {
    let charge = "by_hand.entry({business}, CUSTOMER, jsonb_build_object(
        'kind', 'purchase', 'id', {no_order}, 'amount', AMOUNT, 'credit_limit', 1000, 'created_at', now()),
        jsonb_build_object(CHANGED))";
    let charge =
        charge.replace("CUSTOMER", customer).replace("AMOUNT", &amount.to_string()).replace("CHANGED", changed);
    fill(&format!(" SELECT {charge};"))
}

#[tokio::test]
async fn an_order_is_not_charged_by_an_entry_that_only_has_its_id() {
    let database = database().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    // A payment of ours, which is the customer's own or another customer's, and entries of another business.
    for id in ["{payment}", "{their_payment}", "{their_order}"] {
        for customer in ["{customer}", "{newcomer}", "{their_customer}", "{no_customer}"] {
            let sql = order_of(customer, id) + &line_of(id, "1, {product}, 3, 100, 300");
            assert_eq!(owner.refusal(&sql).await.constraint(), Some("orders_are_charged"), "{customer} {id}");
        }
    }
}

#[tokio::test]
async fn an_order_and_its_charge_agree_on_customer_and_total() {
    let database = database().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    let order = order_of("{newcomer}", "{no_order}");
    owner.rows(&(order.clone() + &charge("{newcomer}", 300, ""))).await;
    let theirs = "credit_ledger_purchase_charges_its_orders_total";
    for (name, charge) in
        [("another total", charge("{newcomer}", 299, "")), ("another customer", charge("{customer}", 300, ""))]
    {
        let refusal = owner.refusal(&(order.clone() + &charge)).await;
        assert_eq!(refusal.constraint(), Some(theirs), "{name}: {refusal:?}");
    }
}

/// No foreign key says so of orders: their charge is in a chain of entries, and the first one names the customer.
#[tokio::test]
async fn an_order_belongs_to_a_customer_of_its_business() {
    let database = database().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    let as_a_later_one = "'entry_no', 3, 'balance_after', 370, 'charged_total', 400";
    for customer in ["{their_customer}", "{no_customer}"] {
        let order = order_of(customer, "{no_order}");
        let charged =
            |charge: String| format!("{order} {charge} {}", line_of("{no_order}", "1, {product}, 3, 100, 300"));
        for (name, charge, constraint) in [
            ("no entry", String::new(), "orders_are_charged"),
            ("a first entry", charge(customer, 300, ""), "credit_ledger_customer_exists"),
            (
                "a second entry",
                charge(customer, 300, "'entry_no', 2, 'due_run_from', 2"),
                "credit_ledger_continues_the_previous_entry",
            ),
            // As their customer's next one would be.
            (
                "a third entry",
                charge(customer, 300, &format!("{as_a_later_one}, 'due_run_from', 3")),
                "credit_ledger_continues_the_previous_entry",
            ),
            (
                "an entry of our customer",
                charge("{newcomer}", 300, ""),
                "credit_ledger_purchase_charges_its_orders_total",
            ),
        ] {
            let refusal = owner.refusal(&charged(charge)).await;
            assert_eq!(refusal.constraint(), Some(constraint), "{customer}, {name}: {refusal:?}");
        }
    }
}

/// The session that switches triggers and foreign keys off as far as a superuser can.
async fn replica(database: &FreshDatabase) -> Actor {
    let prelude = "SET LOCAL session_replication_role = replica; SET LOCAL row_security = off;";
    Actor::new(database, tallystick::local_postgres::SUPERUSER, prelude).await
}

/// Orders and entries name customers without a foreign key.
#[tokio::test]
async fn a_customer_is_neither_deleted_nor_given_another_id() {
    let database = two_businesses().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    for actor in [&owner, &Actor::superuser(&database).await, &replica(&database).await] {
        for (sql, trigger) in [
            ("DELETE FROM tallystick.customers WHERE id = {customer}", "customers_stay"),
            ("DELETE FROM tallystick.customers WHERE id = {newcomer}", "customers_stay"),
            ("UPDATE tallystick.customers SET id = {no_customer} WHERE id = {customer}", "customers_stay"),
            ("UPDATE tallystick.customers SET business_id = {their_business} WHERE id = {customer}", "customers_stay"),
            ("TRUNCATE tallystick.customers", "refuse_truncate"),
        ] {
            let refusal = actor.refusal(&fill(sql)).await;
            assert_eq!((refusal.code().code(), refusal.constraint()), ("23001", Some(trigger)), "{sql}: {refusal:?}");
        }
        let rename = "UPDATE tallystick.customers SET name = 'x' WHERE id = {customer} RETURNING name";
        assert_eq!(actor.value(&fill(rename)).await, "x");
    }
}

/// Fails unless the owner, in our business's context, is refused each statement by its constraint.
async fn are_refused(cases: &[(&str, String, &str)]) {
    let database = database().await;
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
        ("lines that add up to less", lines("1, {product}, 2, 100, 200"), "order_lines_add_up"),
        ("lines that add up to more", lines("1, {product}, 3, 100, 300; 2, {product}, 1, 1, 1"), "order_lines_add_up"),
        ("one more line on an old order", line_of("{order}", "2, {product}, 1, 1, 1"), "order_lines_add_up"),
        (
            "one more line that would make up an old order by itself",
            line_of("{order}", "2, {product}, 1, 100, 100"),
            "order_lines_add_up",
        ),
        (
            "one more line that costs nothing",
            line_of("{order}", "2, {product}, 1, 0, 0"),
            "order_lines_are_those_of_the_ledger_entry",
        ),
        ("a line of a foreign order", line_of("{their_order}", "2, {product}, 1, 0, 0"), "orders_are_charged"),
        ("a line of no order", line_of("{no_order}", "1, {product}, 1, 0, 0"), "orders_are_charged"),
        ("a line of a payment", line_of("{payment}", "1, {product}, 1, 0, 0"), "orders_are_charged"),
        ("a line twice", lines("1, {product}, 2, 100, 200; 1, {product}, 1, 100, 100"), "order_items_pk"),
        ("an order twice", order("{business}, {order}, {customer}, 1"), "orders_pk"),
    ])
    .await;
}

#[tokio::test]
async fn a_line_that_breaks_a_rule_is_refused_by_the_rules_constraint() {
    let exists = "order_items_product_version_exists";
    let line_total = "order_items_line_total_is_quantity_times_price";
    let with = |properties| lines_with("1, {product}, 3, 100, 300", properties);
    let decimals = |line, decimals: u32| lines_with(line, &format!(r#"{{"decimals": {decimals}}}"#));
    are_refused(&[
        ("a line that multiplies wrongly", lines("1, {product}, 3, 100, 301"), line_total),
        ("a foreign product", lines("1, {their_product}, 3, 100, 300"), exists),
        ("a product that is missing", lines("1, {no_product}, 3, 100, 300"), exists),
        ("a version to come", with(r#"{"product_version": 2}"#), exists),
        ("a version before the first", with(r#"{"product_version": 0}"#), exists),
        ("line 0", lines("0, {product}, 3, 100, 300"), "order_items_line_no_is_1_to_500"),
        ("line 501", lines("501, {product}, 3, 100, 300"), "order_items_line_no_is_1_to_500"),
        ("a quantity of 0", lines("1, {product}, 0, 100, 0"), "order_items_quantity_is_positive"),
        ("a negative quantity", lines("1, {product}, -3, 0, 0"), "order_items_quantity_is_positive"),
        ("an unsafe quantity", lines("1, {product}, 2147483648, 1, 2147483648"), "order_items_quantity_is_positive"),
        ("a negative price", decimals("1, {product}, 1, -1, 0", 3), "order_items_unit_price_is_safe_money"),
        (
            "an unsafe price",
            lines("1, {product}, 1, 9007199254740992, 9007199254740992"),
            "order_items_unit_price_is_safe_money",
        ),
        ("a negative list price", with(r#"{"list_price": -1}"#), "order_items_list_price_is_safe_money"),
        ("an unsafe list price", with(r#"{"list_price": 9007199254740992}"#), "order_items_list_price_is_safe_money"),
        ("a negative discount", with(r#"{"discount": -1, "line_total": 301}"#), "order_items_discount_is_safe_money"),
        ("a negative tax", with(r#"{"tax": -1, "line_total": 299}"#), "order_items_tax_is_safe_money"),
        (
            "an unsafe tax",
            with(r#"{"tax": 9007199254740992, "line_total": 9007199254741292}"#),
            "order_items_tax_is_safe_money",
        ),
        ("a discount that is not taken off", with(r#"{"discount": 1}"#), line_total),
        ("a tax that is not charged", with(r#"{"tax": 1}"#), line_total),
        (
            "a discount of more than the price",
            with(r#"{"discount": 301, "line_total": -1}"#),
            "order_items_discount_is_at_most_the_price",
        ),
        (
            "a discount of the tax",
            with(r#"{"discount": 301, "tax": 1, "line_total": 0}"#),
            "order_items_discount_is_at_most_the_price",
        ),
        ("a part of it from the stock", with(r#"{"stock_taken": 2}"#), "order_items_takes_all_or_nothing_from_stock"),
        ("more than it from the stock", with(r#"{"stock_taken": 4}"#), "order_items_takes_all_or_nothing_from_stock"),
        ("4 decimals", decimals("1, {product}, 3, 100, 0", 4), exists),
        ("-1 decimals", with(r#"{"decimals": -1}"#), exists),
        ("decimals that the product has not", decimals("1, {product}, 30, 100, 300", 1), exists),
    ])
    .await;
}

/// The lines that a product with decimals has: a half is rounded up.
#[tokio::test]
async fn a_quantity_with_decimals_is_priced_to_the_nearest_and_a_half_up() {
    for (decimals, half) in [(1, 5), (2, 50), (3, 500)] {
        let database = database().await;
        let product = format!(
            "INSERT INTO tallystick.products (business_id, id, sku, name, price, stock, unit, quantity_decimals)
             VALUES ({{business}}, {{no_product}}, 'by weight', 'x', 1, 0, 'kg', {decimals});"
        );
        let owner = Actor::owner(&database, &OURS.id("business")).await;
        let purchase = |quantity: u32, total: u32| {
            let purchase = format!(
                "SELECT by_hand.purchase({{business}}, {{customer}}, {{no_order}}, ARRAY[jsonb_build_object(
                     'product_id', {{no_product}}, 'quantity', {quantity}, 'unit_price', 1, 'line_total', {total},
                     'decimals', {decimals})]);"
            );
            committed(&fill(&(product.clone() + &purchase)))
        };
        for (quantity, total) in [(1, 0), (half - 1, 0), (half, 1), (3 * half - 1, 1), (3 * half, 2)] {
            owner.rows(&purchase(quantity, total)).await;
        }
        // A half that is rounded down, and less than a half that is rounded up.
        for (quantity, total) in [(half, 0), (3 * half, 1), (half - 1, 1), (3 * half - 1, 2)] {
            let refusal = owner.refusal(&purchase(quantity, total)).await;
            assert_eq!(refusal.constraint(), Some("order_items_line_total_is_quantity_times_price"), "{quantity}");
        }
    }
}

#[tokio::test]
async fn what_a_product_is_called_has_a_version_and_its_decimals_never_change() {
    let product = |set: &str| fill(&format!("UPDATE tallystick.products SET {set} WHERE id = {{product}}"));
    let version = |values: &str| {
        fill(&format!(
            "INSERT INTO tallystick.product_versions (business_id, product_id, version_no, sku, name, quantity_decimals, created_at)
             VALUES ({{business}}, {values}, now())"
        ))
    };
    are_refused(&[
        ("another name", product("name = 'another'"), "product_is_versioned"),
        ("another sku", product("sku = 'another'"), "product_is_versioned"),
        ("another unit", product("unit = 'kg'"), "product_is_versioned"),
        ("other decimals", product("quantity_decimals = 1"), "product_is_versioned"),
        ("other decimals in a new version", product("quantity_decimals = 1, version_no = 2"), "product_is_versioned"),
        ("another id, which order lines point at", product("id = {no_product}"), "product_versions_product_exists"),
        (
            "4 decimals in a new version",
            product("quantity_decimals = 4, version_no = 2"),
            "product_versions_quantity_decimals_are_0_to_3",
        ),
        ("version 0", product("version_no = 0"), "product_versions_count_from_1"),
        ("a version twice", version("{product}, 1, 'x', 'x', 0"), "product_versions_pk"),
        ("version -1", version("{product}, -1, 'x', 'x', 0"), "product_versions_count_from_1"),
        ("-1 decimals", version("{product}, 2, 'x', 'x', -1"), "product_versions_quantity_decimals_are_0_to_3"),
        (
            "a version of a foreign product",
            version("{their_product}, 2, 'x', 'x', 0"),
            "product_versions_product_exists",
        ),
        ("a version without a sku", version("{product}, 2, '', 'x', 0"), "product_sku_identifies"),
        ("a version without a name", version("{product}, 2, 'x', '', 0"), "product_name_shows_something"),
    ])
    .await;
    let database = database().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    let renamed = product("name = 'another', sku = 'other', unit = 'kg', version_no = 2") + ";";
    let versions = "SELECT version_no, sku, name, unit FROM tallystick.product_versions ORDER BY 1";
    let expected = [["1", "same", "ours", "NULL"], ["2", "other", "another", "kg"]];
    let found = owner.rows(&(renamed + versions)).await;
    let found: Vec<_> = found
        .iter()
        .map(|row| row.iter().map(|value| value.as_deref().unwrap_or("NULL")).collect::<Vec<_>>())
        .collect();
    assert_eq!(found, expected);
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
        ("a unit that shows nothing", product("unit = ' '"), "product_unit_identifies"),
        ("a long unit", product("unit = repeat('x', 21)"), "product_unit_is_short_text"),
        (
            "a debt of less than nothing",
            product("stock = 0, backordered = -1"),
            "products_backordered_is_never_below_zero",
        ),
        (
            "more owed than may be",
            product("stock = 0, backordered = 3, backorder_limit = 2"),
            "products_backordered_is_within_its_limit",
        ),
        (
            "an unsafe limit of what is owed",
            product("backorder_limit = 9007199254740992"),
            "products_backorder_limit_is_a_safe_integer",
        ),
        (
            "owed although it is there",
            product("backordered = 1, backorder_limit = 1"),
            "products_nothing_is_backordered_while_there_is_stock",
        ),
        ("a service in stock", product("track_stock = false"), "products_services_have_no_stock"),
        (
            "a service that is owed",
            product("track_stock = false, stock = 0, backorder_limit = 1"),
            "products_services_have_no_stock",
        ),
        ("a negative limit", customer("credit_limit = -1"), "customers_credit_limit_is_safe_money"),
        ("an unsafe limit", customer("credit_limit = 9007199254740992"), "customers_credit_limit_is_safe_money"),
        ("no name", customer("name = ''"), "visible_text_shows_something"),
        ("a long name", customer("name = repeat('x', 201)"), "customers_name_is_short_text"),
        ("a name of nothing", customer("name = U&'\\200b'"), "visible_text_shows_something"),
        ("an empty reference", customer("external_id = ''"), "identifying_text_has_only_visible_characters"),
        ("a long reference", customer("external_id = repeat('x', 201)"), "customers_external_id_is_short_text"),
        (
            "a reference with a mark",
            customer("external_id = U&'\\feffx'"),
            "identifying_text_has_only_visible_characters",
        ),
        ("a business without a name", business("name = ''"), "visible_text_shows_something"),
        ("a business with a long name", business("name = repeat('x', 201)"), "businesses_name_is_short_text"),
        ("a business that turns its name", business("name = U&'x\\202e'"), "visible_text_shows_something"),
        ("a currency in words", business("currency = 'euro'"), "businesses_currency_is_an_iso_4217_code"),
        ("a currency that is none", business("currency = 'XYZ'"), "businesses_currency_is_an_iso_4217_code"),
        ("gold, which has no decimals", business("currency = 'XAU'"), "businesses_currency_is_an_iso_4217_code"),
        (
            "a zone that says the opposite",
            business("time_zone = 'Etc/GMT+3'"),
            "businesses_time_zone_is_utc_or_a_place",
        ),
        ("an abbreviation for a zone", business("time_zone = 'EST5EDT'"), "businesses_time_zone_is_utc_or_a_place"),
        ("a place that is none", business("time_zone = 'Europe/Atlantis'"), "business_time_zone_is_known"),
        (
            "days before the charge",
            business(r#"payment_terms = '{"type": "age", "days": -1}'"#),
            "payment_terms_are_known",
        ),
        ("no terms", customer("payment_terms = 'null'"), "payment_terms_are_known"),
        ("an API key without a name", api_key("name = ''"), "identifying_text_has_only_visible_characters"),
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
    let right = movement("{product}, 'adjustment', 1, 25, 'why', 'k', sha256('x'), now()");
    let by = |actor: &str| right.replace("'key:by-hand'", actor);
    let owing = |figures: &str| {
        right.replace("stock_after,", "stock_after, backordered_after,").replace("1, 25,", &format!("1, {figures},"))
    };
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
            "visible_text_shows_something",
        ),
        (
            "a movement with a long reason",
            movement("{product}, 'adjustment', 1, 25, repeat('x', 501), 'k', sha256('x'), now()"),
            "stock_movements_reason_is_short_text",
        ),
        ("owed less than nothing", owing("0, -1"), "stock_movements_backordered_is_never_below_zero"),
        ("owed more than can be said", owing("0, 9007199254740992"), "stock_movements_backordered_is_never_below_zero"),
        ("owed although it is there", owing("1, 1"), "stock_movements_nothing_is_backordered_while_there_is_stock"),
        ("nobody's movement", by("''"), "stock_movements_actor_is_short_text"),
        ("the movement of a long name", by("repeat('x', 301)"), "stock_movements_actor_is_short_text"),
        (
            "a reason that shows nothing",
            movement("{product}, 'adjustment', 1, 25, U&'\\2800', 'k', sha256('x'), now()"),
            "visible_text_shows_something",
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
    let database = database().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    let order = |id: &str, quantity: u32| {
        let line = object(&LINE, &format!("1, {{product}}, {quantity}, 100, 100 * {quantity}"));
        let charge = format!(
            "jsonb_build_object('kind', 'purchase', 'id', {id}, 'amount', 300, 'created_at', now(),
                 'details_digest', by_hand.digest(ARRAY[line]))"
        );
        format!(
            "INSERT INTO tallystick.orders VALUES ({{business}}, {id}, {{customer}}, 300, now());
             WITH added AS MATERIALIZED (SELECT line FROM by_hand.line({{business}}, {id}, {line}) AS line)
             SELECT by_hand.entry({{business}}, {{customer}}, {charge}) FROM added;"
        )
    };
    for (one, other, adds_up) in [(3, 3, true), (3, 2, false), (2, 3, false)] {
        let lines = [("{no_order}", one), ("{their_order}", other)].map(|(id, quantity)| {
            format!(
                "(by_hand.line({{business}}, {id}, {}))",
                object(&LINE, &format!("1, {{product}}, {quantity}, 100, 100 * {quantity}"))
            )
        });
        let sql = format!(
            "SET CONSTRAINTS ALL DEFERRED; {} {}
             INSERT INTO tallystick.order_items SELECT line.* FROM unnest(ARRAY[{}]) AS line",
            order("{no_order}", one),
            order("{their_order}", other),
            lines.join(", ")
        );
        let answer = owner.try_rows(&fill(&sql)).await;
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
        // Nobody may do that to a customer, to whomever the row belongs.
        let code = if table == "customers" { "23001" } else { "42501" };
        assert_eq!(owner.refusal(&give_away).await.code().code(), code, "{table}");
    }
}

/// The owner, a superuser, and the session that switches off what it can.
#[tokio::test]
async fn completed_facts_are_neither_changed_nor_deleted_whoever_asks() {
    let database = database().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    let superuser = Actor::superuser(&database).await;
    let replica = replica(&database).await;
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
