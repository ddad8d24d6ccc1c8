//! Many purchases in one call are what they would have been one by one.

use std::collections::BTreeSet;

use rand::{RngExt, rngs::StdRng, seq::IndexedRandom};
use tallystick::db::connect::Session;
use tokio_postgres::SimpleQueryMessage;
use uuid::Uuid;

use crate::support::{
    actor::{Actor, TextRow},
    audit::audit,
    contents::contents,
    fresh_database::{FreshDatabase, SERVER_ROLE},
    seed,
    two_businesses::{OURS, THEIRS, fill, two_businesses},
};

const BATCHES: usize = 40;
const CUSTOMERS: u32 = 6;
const PRODUCTS: u32 = 6;
const FIGURES: &str = "outcome, order_id, total, balance_after, unit_prices, product_ids, requested, available, \
    credit_limit, balance";

/// A purchase as the functions take it.
#[derive(Clone)]
struct Buy {
    customer: Uuid,
    lines: Vec<(Uuid, i64)>,
    key: String,
    order_id: Uuid,
}

/// Who buys: the customers that there are, and one whom nobody knows.
fn customer(number: u32) -> Uuid {
    format!("aaaaaaaa-0000-7000-8000-1{number:011}").parse().unwrap()
}

/// What is bought: the products that there are, and one that nobody knows.
fn product(number: u32) -> Uuid {
    format!("aaaaaaaa-0000-7000-8000-2{number:011}").parse().unwrap()
}

fn list<T: ToString>(sql_type: &str, values: impl IntoIterator<Item = T>) -> String {
    let values: Vec<_> = values.into_iter().map(|value| format!("'{}'", value.to_string())).collect();
    format!("ARRAY[{}]::{sql_type}[]", values.join(","))
}

/// The place of an id in the list of all, counted from 1.
fn place(ids: &BTreeSet<Uuid>, id: Uuid) -> usize {
    1 + ids.iter().position(|other| *other == id).unwrap()
}

/// The call that decides them all.
fn together(buys: &[Buy], wait: bool) -> String {
    let customers: BTreeSet<Uuid> = buys.iter().map(|buy| buy.customer).collect();
    let lines: Vec<_> = buys.iter().flat_map(|buy| buy.lines.iter().copied()).collect();
    let products: BTreeSet<Uuid> = lines.iter().map(|(product, _)| *product).collect();
    format!(
        "SELECT {FIGURES} FROM tallystick.purchase_batch('{}', {}, {}, {}, {}, {}, {}, {}, {}, {wait}) ORDER BY purchase_no",
        OURS.id("business"),
        list("uuid", &customers),
        list("uuid", &products),
        list("integer", buys.iter().map(|buy| place(&customers, buy.customer))),
        list("text", buys.iter().map(|buy| &buy.key)),
        list("uuid", buys.iter().map(|buy| buy.order_id)),
        list("integer", buys.iter().map(|buy| buy.lines.len())),
        list("integer", lines.iter().map(|(product, _)| place(&products, *product))),
        list("bigint", lines.iter().map(|(_, quantity)| quantity)),
    )
}

/// The call that decides one.
fn alone(buy: &Buy) -> String {
    format!(
        "SELECT {FIGURES} FROM tallystick.purchase('{}', '{}', {}, {}, '{}', '{}')",
        OURS.id("business"),
        buy.customer,
        list("uuid", buy.lines.iter().map(|(product, _)| product)),
        list("bigint", buy.lines.iter().map(|(_, quantity)| quantity)),
        buy.key,
        buy.order_id,
    )
}

/// A database with customers and products, and a session of the server's role for the business that they belong to.
struct Place {
    database: FreshDatabase,
    session: Session,
}

impl Place {
    async fn new() -> Self {
        let database = two_businesses().await;
        let session = database.session_as(SERVER_ROLE).await;
        let place = Self { database, session };
        place.rows(&format!("SET app.business_id = '{}'", OURS.id("business"))).await;
        for number in 0..CUSTOMERS {
            let (id, limit, blocked) = (customer(number), [1_000, 300, 0][number as usize % 3], number == 4);
            place
                .rows(&fill(&format!(
                    "SELECT FROM tallystick.customer_create({{business}}, '{id}', 'C', NULL, {limit}, {blocked})"
                )))
                .await;
        }
        for number in 0..PRODUCTS {
            let (id, price, stock) = (product(number), [0, 35, 90][number as usize % 3], [30, 4][number as usize % 2]);
            place
                .rows(&fill(&format!(
                    "SELECT FROM tallystick.product_create({{business}}, '{id}', 'S{number}', 'P', {price}, {stock})"
                )))
                .await;
        }
        place
    }

    /// What some statements return, each of which commits.
    async fn rows(&self, sql: &str) -> Vec<TextRow> {
        let answer = self.session.client().simple_query(sql).await.unwrap_or_else(|error| panic!("{sql}\n{error:?}"));
        answer.into_iter().filter_map(row).collect()
    }

    async fn refusal(&self, sql: &str) -> String {
        let error = self.session.client().simple_query(sql).await.expect_err(sql);
        error.as_db_error().unwrap_or_else(|| panic!("{error:?}")).code().code().to_owned()
    }

    /// All that moves, but for the times.
    async fn books(&self) -> Vec<TextRow> {
        let session = self.database.session().await;
        let mut books = Vec::new();
        for table in ["orders", "order_items", "credit_ledger", "products", "customers"] {
            let query = format!(
                "SELECT '{table}', row::text FROM
                 (SELECT to_jsonb(t) - 'created_at' - 'updated_at' AS row FROM tallystick.{table} AS t
                  WHERE business_id = '{}') AS rows ORDER BY 2",
                OURS.id("business")
            );
            books.extend(session.client().simple_query(&query).await.unwrap().into_iter().filter_map(row));
        }
        books
    }

    /// Where every row lies, which changes with whatever is written, be it the same again.
    async fn versions(&self) -> Vec<TextRow> {
        let session = self.database.session().await;
        let mut versions = Vec::new();
        for table in ["orders", "order_items", "credit_ledger", "products", "customers"] {
            let query = format!("SELECT '{table}', ctid::text, xmin::text FROM tallystick.{table} ORDER BY 2");
            versions.extend(session.client().simple_query(&query).await.unwrap().into_iter().filter_map(row));
        }
        versions
    }
}

fn row(message: SimpleQueryMessage) -> Option<TextRow> {
    match message {
        SimpleQueryMessage::Row(row) => Some((0..row.len()).map(|column| row.get(column).map(str::to_owned)).collect()),
        _ => None,
    }
}

fn outcomes(rows: &[TextRow]) -> Vec<&str> {
    rows.iter().map(|row| row[0].as_deref().unwrap()).collect()
}

fn buy(customer_no: u32, lines: &[(u32, i64)], key: &str) -> Buy {
    let lines = lines.iter().map(|&(number, quantity)| (product(number), quantity)).collect();
    Buy { customer: customer(customer_no), lines, key: key.to_owned(), order_id: Uuid::now_v7() }
}

/// Random purchases under different keys: some are asked for before, by this or another request.
fn draw(rng: &mut StdRng, before: &mut Vec<Buy>) -> Vec<Buy> {
    let mut keys = BTreeSet::new();
    let mut buys = Vec::new();
    for _ in 0..rng.random_range(1..=20) {
        let lines: Vec<_> = (0..rng.random_range(1..=4))
            // One in fifty lines is of a product that does not exist.
            .map(|_| {
                (
                    if rng.random_ratio(1, 50) { PRODUCTS } else { rng.random_range(0..PRODUCTS) },
                    rng.random_range(1..=3),
                )
            })
            .collect();
        let who = if rng.random_ratio(1, 15) { CUSTOMERS } else { rng.random_range(0..CUSTOMERS) };
        let mut new = buy(who, &lines, &Uuid::now_v7().to_string());
        if let Some(old) = before.choose(rng).filter(|_| rng.random_ratio(1, 4)) {
            if rng.random_ratio(2, 3) {
                new = Buy { order_id: new.order_id, ..old.clone() };
            } else {
                new.key.clone_from(&old.key);
            }
        }
        if keys.insert(new.key.clone()) {
            buys.push(new);
        }
    }
    before.extend(buys.iter().cloned());
    buys
}

/// What else happens in a business, so that there is always something to buy and somebody who may.
fn interlude(rng: &mut StdRng) -> Vec<String> {
    let mut calls = Vec::new();
    for number in 0..CUSTOMERS {
        let (id, key) = (customer(number), Uuid::now_v7());
        if rng.random_ratio(1, 3) {
            calls.push(format!("payment_record({{business}}, '{id}', {}, '{key}', '{key}')", rng.random_range(1..300)));
        }
        if rng.random_ratio(1, 5) {
            let (limit, blocked) = (rng.random_range(0..900), rng.random_ratio(1, 4));
            calls.push(format!("customer_update({{business}}, '{id}', NULL, {limit}, {blocked}, false, NULL)"));
        }
    }
    for number in 0..PRODUCTS {
        let (id, key) = (product(number), Uuid::now_v7());
        if rng.random_ratio(1, 3) {
            let count = rng.random_range(1..6);
            calls.push(format!("stock_movement_record({{business}}, '{id}', {count}, 'came', '{key}', '{key}')"));
        }
    }
    calls.into_iter().map(|call| fill(&format!("SELECT FROM tallystick.{call}"))).collect()
}

#[tokio::test]
async fn purchases_in_batches_are_decided_as_one_by_one() {
    let (batched, single) = tokio::join!(Place::new(), Place::new());
    let mut rng = seed::new_random();
    let mut before = Vec::new();
    let mut seen = BTreeSet::new();
    for number in 0..BATCHES {
        let buys = draw(&mut rng, &mut before);
        let at_once = batched.rows(&together(&buys, rng.random_bool(0.5))).await;
        let mut one_by_one = Vec::new();
        for buy in &buys {
            one_by_one.extend(single.rows(&alone(buy)).await);
        }
        assert_eq!(at_once.len(), buys.len(), "batch {number}");
        for (index, (got, expected)) in at_once.iter().zip(&one_by_one).enumerate() {
            assert_eq!(got, expected, "purchase {} of batch {number}:\n{}", index + 1, together(&buys, true));
        }
        assert_eq!(batched.books().await, single.books().await, "after batch {number}:\n{}", together(&buys, true));
        seen.extend(outcomes(&at_once).into_iter().map(str::to_owned));
        for call in interlude(&mut rng) {
            batched.rows(&call).await;
            single.rows(&call).await;
        }
    }
    for expected in [
        "created",
        "replayed",
        "key_reused",
        "customer_not_found",
        "customer_blocked",
        "product_not_found",
        "insufficient_stock",
        "credit_limit_exceeded",
    ] {
        assert!(seen.contains(expected), "{expected} never came up: {seen:?}");
    }
    audit(&batched.database).await;
    audit(&single.database).await;
}

/// The lists of what is written begin with the batch and not with the first purchase that is accepted.
#[tokio::test]
async fn a_purchase_after_refused_ones_is_stored_under_its_own_key_with_its_own_lines() {
    let place = Place::new().await;
    let buys = [
        buy(CUSTOMERS, &[(1, 3)], "unknown"),
        buy(0, &[(1, 5), (2, 7)], "short"),
        buy(0, &[(2, 2), (4, 1)], "fine"),
        buy(4, &[(2, 1)], "blocked"),
        buy(3, &[(1, 1)], "fine too"),
    ]
    .map(|buy| Buy { key: buy.key.replace(' ', "-"), ..buy });
    let rows = place.rows(&together(&buys, false)).await;
    let expected = ["customer_not_found", "insufficient_stock", "created", "customer_blocked", "created"];
    assert_eq!(outcomes(&rows), expected);

    let again = place.rows(&together(&buys, false)).await;
    assert_eq!(outcomes(&again), expected.map(|outcome| if outcome == "created" { "replayed" } else { outcome }));
    for index in [2, 4] {
        assert_eq!(again[index][1..5], rows[index][1..5], "{}", buys[index].key);
    }
    let expected = [("fine", product(2), 2), ("fine", product(4), 1), ("fine-too", product(1), 1)];
    let expected =
        expected.map(|(key, id, quantity)| vec![Some(key.into()), Some(id.to_string()), Some(quantity.to_string())]);
    let seen = Actor::superuser(&place.database)
        .await
        .rows(
            "SELECT entry.idempotency_key, item.product_id, item.quantity
        FROM tallystick.order_items AS item JOIN tallystick.credit_ledger AS entry ON entry.id = item.order_id
        WHERE entry.idempotency_key LIKE 'fine%' ORDER BY 1, item.line_no",
        )
        .await;
    assert_eq!(seen, expected);
    audit(&place.database).await;
}

#[tokio::test]
async fn what_a_purchase_takes_is_gone_for_the_next_and_what_a_refused_one_wanted_is_not() {
    let place = Place::new().await;
    // Product 1: 4 pieces at 35. Customer 1 may owe 300, customer 2 nothing.
    let buys = [
        buy(0, &[(1, 2), (1, 1)], "takes-three"),
        buy(1, &[(1, 1), (1, 1)], "one-too-many"),
        buy(2, &[(1, 1)], "no-credit"),
        buy(1, &[(1, 1)], "the-last"),
        buy(0, &[(1, 1)], "none-left"),
        buy(2, &[(0, 1)], "free"),
        // Product 2 costs 90: of customer 1's 300, 35 are used by now, and then 215.
        buy(1, &[(2, 2)], "most-of-the-credit"),
        buy(1, &[(2, 1)], "more-than-is-left"),
    ];
    let rows = place.rows(&together(&buys, true)).await;
    let [created, no_stock, no_credit] = ["created", "insufficient_stock", "credit_limit_exceeded"];
    assert_eq!(outcomes(&rows), [created, no_stock, no_credit, created, no_stock, created, created, no_credit]);
    let figures = |index: usize| rows[index][5..8].iter().map(|value| value.clone().unwrap()).collect::<Vec<_>>();
    assert_eq!(figures(1), [format!("{{{}}}", product(1)), "{2}".into(), "{1}".into()]);
    assert_eq!(figures(4), [format!("{{{}}}", product(1)), "{1}".into(), "{0}".into()]);
    audit(&place.database).await;
}

#[tokio::test]
async fn a_batch_of_refusals_and_replays_writes_nothing() {
    let place = Place::new().await;
    let old = buy(0, &[(1, 1)], "old");
    place.rows(&alone(&old)).await;
    let before = place.versions().await;
    let buys = [
        Buy { order_id: Uuid::now_v7(), ..old },
        buy(CUSTOMERS, &[(1, 1)], "unknown"),
        buy(4, &[(1, 1)], "blocked"),
        buy(0, &[(PRODUCTS, 1)], "no-product"),
        buy(0, &[(1, 100)], "short"),
        buy(2, &[(1, 1)], "no-credit"),
    ];
    for wait in [true, false] {
        let rows = place.rows(&together(&buys, wait)).await;
        assert_eq!(
            outcomes(&rows),
            [
                "replayed",
                "customer_not_found",
                "customer_blocked",
                "product_not_found",
                "insufficient_stock",
                "credit_limit_exceeded"
            ]
        );
        assert_eq!(place.versions().await, before);
    }
    audit(&place.database).await;
}

#[tokio::test]
async fn a_batch_that_does_not_wait_passes_over_a_customer_who_is_held_and_decides_the_rest() {
    let place = Place::new().await;
    let mut holder = place.database.session().await;
    let held = holder.client_mut().transaction().await.unwrap();
    let lock = format!("SELECT FROM tallystick.customers WHERE id = '{}' FOR NO KEY UPDATE", customer(1));
    held.batch_execute(&lock).await.unwrap();
    // Whoever waits here would wait for ever.
    place.rows("SET lock_timeout = '10s'").await;

    let buys = [
        buy(1, &[(3, 1)], "held"),
        buy(0, &[(3, 1)], "free"),
        buy(1, &[(1, 1)], "held-too"),
        buy(CUSTOMERS, &[(1, 1)], "unknown"),
        buy(3, &[(1, 1)], "last"),
    ];
    let rows = place.rows(&together(&buys, false)).await;
    assert_eq!(outcomes(&rows), ["customer_busy", "created", "customer_busy", "customer_not_found", "created"]);
    let only_held = [buys[0].clone(), buys[2].clone()];
    let before = place.versions().await;
    assert_eq!(outcomes(&place.rows(&together(&only_held, false)).await), ["customer_busy", "customer_busy"]);
    assert_eq!(place.versions().await, before);

    held.rollback().await.unwrap();
    assert_eq!(outcomes(&place.rows(&together(&only_held, false)).await), ["created", "created"]);
    audit(&place.database).await;
}

#[tokio::test]
async fn a_batch_that_waits_for_nothing_passes_over_a_product_that_is_held_and_decides_the_rest() {
    let place = Place::new().await;
    let mut holder = place.database.session().await;
    let held = holder.client_mut().transaction().await.unwrap();
    let lock = format!("SELECT FROM tallystick.products WHERE id = '{}' FOR NO KEY UPDATE", product(1));
    held.batch_execute(&lock).await.unwrap();
    // Whoever waits here would wait for ever.
    place.rows("SET lock_timeout = '10s'").await;

    let buys = [
        buy(0, &[(0, 1), (1, 1)], "held"),
        buy(0, &[(2, 1)], "free"),
        buy(3, &[(1, 1), (PRODUCTS, 1)], "held-too"),
        buy(4, &[(1, 1)], "blocked"),
        buy(3, &[(PRODUCTS, 1)], "unknown"),
        buy(3, &[(0, 1)], "last"),
    ];
    let sql = together(&buys, false).replace(", false) ORDER", ", NULL) ORDER");
    let rows = place.rows(&sql).await;
    assert_eq!(
        outcomes(&rows),
        ["product_busy", "created", "product_busy", "customer_blocked", "product_not_found", "created"]
    );
    held.rollback().await.unwrap();
    let rows = place.rows(&sql).await;
    assert_eq!(
        outcomes(&rows),
        ["created", "replayed", "product_not_found", "customer_blocked", "product_not_found", "replayed"]
    );
    audit(&place.database).await;
}

#[tokio::test]
async fn the_same_key_twice_in_a_batch_is_an_error_and_nothing_is_written_unless_the_first_was_refused() {
    let place = Place::new().await;
    let before = contents(&place.database).await;
    let twice = [buy(0, &[(1, 1)], "k"), buy(3, &[(2, 1)], "other"), buy(3, &[(1, 1)], "k")];
    assert_eq!(place.refusal(&together(&twice, true)).await, "23505");
    let same = buy(0, &[(1, 1)], "k");
    let same_twice = [same.clone(), Buy { order_id: Uuid::now_v7(), ..same }];
    assert_eq!(place.refusal(&together(&same_twice, true)).await, "23505");
    assert_eq!(contents(&place.database).await, before);

    let first_refused = [buy(2, &[(1, 1)], "k"), buy(0, &[(1, 1)], "k")];
    assert_eq!(outcomes(&place.rows(&together(&first_refused, true)).await), ["credit_limit_exceeded", "created"]);
    audit(&place.database).await;
}

#[tokio::test]
async fn a_batch_sees_nothing_of_another_business() {
    let place = Place::new().await;
    let (theirs, thing): (Uuid, Uuid) = (THEIRS.id("customer").parse().unwrap(), THEIRS.id("product").parse().unwrap());
    let before = contents(&place.database).await;
    let buys = [
        Buy { customer: theirs, ..buy(0, &[(1, 1)], "their-customer") },
        Buy { lines: vec![(thing, 1)], ..buy(0, &[], "their-product") },
        Buy { customer: theirs, lines: vec![(thing, 1)], ..buy(0, &[], "both") },
    ];
    for wait in [true, false] {
        let rows = place.rows(&together(&buys, wait)).await;
        assert_eq!(outcomes(&rows), ["customer_not_found", "product_not_found", "customer_not_found"]);
    }
    let in_their_name = together(&buys, true).replace(&OURS.id("business"), &THEIRS.id("business"));
    assert_eq!(place.refusal(&in_their_name).await, "42501");
    assert_eq!(contents(&place.database).await, before);
    audit(&place.database).await;
}

/// A call with arguments as they are.
fn call_of(arguments: &[String]) -> String {
    let business = OURS.id("business");
    format!("SELECT outcome FROM tallystick.purchase_batch('{business}', {})", arguments.join(", "))
}

#[tokio::test]
async fn a_batch_that_is_none_is_refused_before_anything_is_looked_at() {
    let place = Place::new().await;
    let (a, b) = (OURS.id("customer"), OURS.id("newcomer"));
    let good = [
        format!("'{{{a},{b}}}'"),
        format!("'{{{},{}}}'", OURS.id("product"), product(0)),
        "'{1,2}'".into(),
        "'{k,l}'".into(),
        "'{NULL,NULL}'".into(),
        "'{1,2}'".into(),
        "'{1,1,2}'".into(),
        "'{1,1,1}'".into(),
        "true".into(),
    ];
    let before = contents(&place.database).await;
    for (argument, bad) in [
        (0, format!("'{{{b},{a}}}'")),
        (0, format!("'{{{a},{a}}}'")),
        (0, format!("'{{{a}}}'")),
        (0, format!("'[0:1]={{{a},{b}}}'")),
        (0, format!("'{{{{{a}}},{{{b}}}}}'")),
        (0, format!("'{{{a},NULL}}'")),
        (0, "'{}'".into()),
        (0, "NULL".into()),
        (1, format!("'{{{0},{0}}}'", OURS.id("product"))),
        (1, format!("'{{{},{}}}'", product(0), OURS.id("product"))),
        (1, format!("'{{{},NULL}}'", OURS.id("product"))),
        (1, "'{}'".into()),
        (1, "NULL".into()),
        (2, "'{1,3}'".into()),
        (2, "'{0,1}'".into()),
        (2, "'{-1,1}'".into()),
        (2, "'{1,NULL}'".into()),
        (2, "'{1}'".into()),
        (2, "'{1,2,2}'".into()),
        (2, "'[2:3]={1,2}'".into()),
        (2, "'{{1},{2}}'".into()),
        (2, "'{{1,2}}'".into()),
        (2, "'{}'".into()),
        (2, "NULL".into()),
        (3, "'{k,NULL}'".into()),
        (3, "'{k}'".into()),
        (3, "'{k,l,m}'".into()),
        (3, "'[0:1]={k,l}'".into()),
        (3, "NULL".into()),
        (4, "'{NULL}'".into()),
        (4, "'[0:1]={NULL,NULL}'".into()),
        (4, "NULL".into()),
        (5, "'{1,1}'".into()),
        (5, "'{2,2}'".into()),
        (5, "'{0,3}'".into()),
        (5, "'{-1,4}'".into()),
        (5, "'{3,NULL}'".into()),
        (5, "'{501,1}'".into()),
        (5, "'{2147483647,2147483647}'".into()),
        (5, "'[2:3]={1,2}'".into()),
        (5, "NULL".into()),
        (6, "'{1,1,3}'".into()),
        (6, "'{0,1,1}'".into()),
        (6, "'{1,NULL,1}'".into()),
        (6, "'{1,1}'".into()),
        (6, "'[0:2]={1,1,1}'".into()),
        (6, "'{{1,1,1}}'".into()),
        (6, "NULL".into()),
        (7, "'{1,1,0}'".into()),
        (7, "'{1,1,-1}'".into()),
        (7, "'{1,1,2147483648}'".into()),
        (7, "'{1,1,NULL}'".into()),
        (7, "'{1,1}'".into()),
        (7, "'[0:2]={1,1,1}'".into()),
        (7, "NULL".into()),
    ] {
        let mut arguments = good.clone();
        arguments[argument] = bad;
        let sql = call_of(&arguments);
        assert_eq!(place.refusal(&sql).await, "22023", "{sql}");
    }
    assert_eq!(contents(&place.database).await, before);
    assert_eq!(outcomes(&place.rows(&call_of(&good)).await), ["created", "created"]);
    audit(&place.database).await;
}

#[tokio::test]
async fn a_batch_has_500_purchases_at_most() {
    let place = Place::new().await;
    let many = |purchases: usize| {
        let ones = |sql_type: &str| format!("array_fill(1::{sql_type}, ARRAY[{purchases}])");
        let keys = format!("ARRAY(SELECT 'k' || n FROM generate_series(1, {purchases}) AS n)");
        let ids = format!("array_fill(NULL::uuid, ARRAY[{purchases}])");
        let one = |id: String| format!("'{{{id}}}'");
        call_of(&[
            one(OURS.id("customer")),
            one(OURS.id("product")),
            ones("integer"),
            keys,
            ids,
            ones("integer"),
            ones("integer"),
            ones("bigint"),
            "true".into(),
        ])
    };
    assert_eq!(place.refusal(&many(501)).await, "22023");
    let rows = place.rows(&many(500)).await;
    assert_eq!(rows.len(), 500);
    // 24 pieces are left for 930 of credit.
    assert_eq!(outcomes(&rows).iter().filter(|outcome| **outcome == "created").count(), 9);
    audit(&place.database).await;
}
