//! What the server's role sees and may call, by the context that it is in.

use super::functions::{Function, server_functions};
use crate::support::{
    actor::{Actor, TextRow, claims, context, quoted},
    fresh_database::{FreshDatabase, SERVER_ROLE},
    tables::TENANT_TABLES,
    two_businesses::{OURS, THEIR_IDS, THEIR_MARK, THEIRS, fill, two_businesses},
};

/// Every table and view of the schema, from the catalogue, so that a new one is looked at without being listed here.
pub const RELATIONS: &str = "
    SELECT c.oid::regclass::text
    FROM pg_catalog.pg_class AS c
    WHERE c.relnamespace = 'tallystick'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    ORDER BY 1";

/// What is no context at all.
const NO_CONTEXTS: [&str; 14] = [
    "",
    "SET LOCAL app.business_id = '';",
    "SET LOCAL app.business_id = ' ';",
    "SET LOCAL app.business_id = 'null';",
    "SET LOCAL app.business_id = '%';",
    "SET LOCAL app.business_id = 'aaaaaaaa-0000-7000-8000-00000000000';",
    "SET LOCAL app.business_id = 'aaaaaaaa-0000-7000-8000-000000000001 ';",
    "SET LOCAL app.business_id = 'aaaaaaaa-0000-7000-8000-000000000001,bbbbbbbb-0000-7000-8000-000000000001';",
    "SET LOCAL app.business_id = 'aaaaaaaa000070008000000000000001';",
    "SET LOCAL app.business_id = 'aaaa-aaaa0000-7000-8000-000000000001';",
    "SET LOCAL app.business_id = 'gaaaaaaa-0000-7000-8000-000000000001';",
    "SET LOCAL app.business_id = '-aaaaaaa-0000-7000-8000-00000000001';",
    "SET LOCAL app.business_id = E'aaaaaaaa-0000-7000-8000-00000000000\\u0661';",
    "SET LOCAL app.business_id = E'aaaaaaaa-0000-7000-8000-000000000001\\nx';",
];

pub async fn relations(database: &FreshDatabase) -> Vec<String> {
    let session = database.session().await;
    let rows = session.client().query(RELATIONS, &[]).await.unwrap();
    assert!(rows.len() > TENANT_TABLES.len(), "every table, and views");
    rows.iter().map(|row| row.get(0)).collect()
}

/// Every row of a relation as text, which shows each of its ids and names.
async fn dump(actor: &Actor, relation: &str) -> Vec<String> {
    let rows = actor.rows(&format!("SELECT each::text FROM {relation} AS each")).await;
    let mut dump: Vec<String> = rows.into_iter().map(|row: TextRow| row[0].clone().unwrap()).collect();
    dump.sort_unstable();
    dump
}

#[tokio::test]
async fn every_relation_shows_a_business_its_own_rows_and_no_others() {
    let database = two_businesses().await;
    let ours = Actor::server(&database, &OURS.id("business")).await;
    let superuser = Actor::superuser(&database).await;
    for relation in relations(&database).await {
        let all = dump(&superuser, &relation).await;
        let seen = dump(&ours, &relation).await;
        let (theirs, own): (Vec<_>, Vec<_>) = all.into_iter().partition(|row| row.contains(THEIR_IDS));
        assert!(!theirs.is_empty(), "{relation} holds nothing of theirs that could leak");
        assert_eq!(seen, own, "{relation}");
        assert!(!seen.is_empty() && !seen.concat().contains(THEIR_MARK), "{relation}: {seen:?}");
    }
}

#[tokio::test]
async fn without_a_context_no_relation_shows_a_row() {
    let database = two_businesses().await;
    let relations = relations(&database).await;
    for prelude in NO_CONTEXTS {
        let actor = Actor::new(&database, SERVER_ROLE, prelude).await;
        for relation in &relations {
            assert_eq!(dump(&actor, relation).await, [""; 0], "{relation} after {prelude:?}");
        }
    }
}

#[tokio::test]
async fn a_context_in_capitals_is_the_same_business() {
    let database = two_businesses().await;
    let actor = Actor::server(&database, &OURS.id("business").to_uppercase()).await;
    assert_eq!(actor.value("SELECT name FROM tallystick.businesses").await, "ours");
}

#[tokio::test]
async fn without_a_context_every_definer_function_is_refused() {
    let database = two_businesses().await;
    for prelude in NO_CONTEXTS {
        let actor = Actor::new(&database, SERVER_ROLE, prelude).await;
        // For no business, too, which would be that of no context.
        for purchase in [PURCHASE, &PURCHASE.replace("{business}", "NULL")] {
            let refusal = actor.refusal(&format!("SELECT * FROM {}", fill(purchase))).await;
            assert_eq!(refusal.code().code(), "42501", "{purchase} after {prelude:?}");
            assert_eq!(refusal.message(), "the business is not the one of the current context");
        }
    }
}

/// After a transaction that set it, the setting reads '' in its session, and not NULL as before.
#[tokio::test]
async fn claims_count_again_after_a_transaction_that_named_a_business() {
    let database = two_businesses().await;
    let claims = format!("SET LOCAL request.jwt.claims = {};", quoted(&claims(&OURS.id("business"))));
    let actor = Actor::new(&database, SERVER_ROLE, &claims).await;
    let seen = "SELECT name FROM tallystick.businesses";
    assert_eq!(actor.value(seen).await, "ours");
    assert_eq!(actor.value("SELECT current_setting('app.business_id', true)").await, "NULL");
    let theirs = format!("BEGIN; {} COMMIT", context(&THEIRS.id("business")));
    actor.session.client().batch_execute(&theirs).await.unwrap();
    assert_eq!(actor.value("SELECT current_setting('app.business_id', true)").await, "");
    assert_eq!(actor.value(seen).await, "ours");
}

const PURCHASE: &str =
    "tallystick.purchase({business}, {customer}, ARRAY[{product}], '{1}', 'without-context', {no_order})";

/// Functions without a business among their arguments, with the reason why that is right.
const WITHOUT_A_BUSINESS: [(&str, &str); 7] = [
    ("tallystick.charges_settled_by", "looks from an entry that the caller has; its readers are tried here"),
    ("tallystick.business_list", "the platform's one look across businesses; tests/sql/business_list.rs"),
    ("tallystick.claims_allow", "returns what the session itself has set"),
    ("tallystick.claims_business_id", "returns what the session itself has set"),
    ("tallystick.context_business_id", "returns what the session itself has set"),
    ("tallystick.ledger_aging", "looks from an entry that the caller has; its readers are tried here"),
    ("tallystick.ledger_open_before", "looks from an entry that the caller has; its readers are tried here"),
];

#[tokio::test]
async fn every_function_refuses_another_business_or_finds_nothing_of_it() {
    let database = two_businesses().await;
    let ours = Actor::server(&database, &OURS.id("business")).await;
    let theirs = Actor::server(&database, &THEIRS.id("business")).await;
    let functions = server_functions(&database).await;
    assert!(functions.len() >= 20);
    for function in functions {
        let Function { name, definer, .. } = &function;
        if !function.takes("p_business_id") {
            assert!(WITHOUT_A_BUSINESS.iter().any(|(known, _)| known == name), "{name} takes no business");
            continue;
        }
        let mut found = 0;
        for id in ["customer", "product", "order", "return", "payment", "api_key"] {
            let mut sql = format!("SELECT each::text FROM {} AS each", function.call(THEIRS, &THEIRS.id(id)));
            if ["tallystick.ledger_entry_as_of", "tallystick.return_read", "tallystick.aging_totals"]
                .contains(&name.as_str())
            {
                // They return one row, and NULL is none. All others return a set.
                sql += " WHERE NOT (each IS NULL)";
            }
            if *definer {
                let refusal = ours.refusal(&sql).await;
                assert_eq!(refusal.code().code(), "42501", "{sql}\n{refusal:?}");
                assert_eq!(refusal.message(), "the business is not the one of the current context", "{sql}");
                assert_eq!((refusal.detail(), refusal.hint()), (None, None), "{sql}");
            } else {
                assert_eq!(ours.rows(&sql).await, Vec::<TextRow>::new(), "{sql}");
                found += theirs.rows(&sql).await.len();
            }
        }
        assert!(*definer || found > 0, "{name} finds nothing for its own business either, so the test shows nothing");
    }
}

#[tokio::test]
async fn a_statements_context_ends_with_the_statement_whether_it_succeeds_or_fails() {
    let database = two_businesses().await;
    let session = database.session_as(SERVER_ROLE).await;
    let relations = relations(&database).await;
    let call = |call: &str| {
        let business = quoted(&OURS.id("business"));
        fill(&format!(
            "SELECT f.* FROM set_config('app.business_id', {business}, true) AS context, LATERAL tallystick.{call} AS f"
        ))
    };
    let good = call("customer_get(context::uuid, {customer})");
    let refused = call("purchase({their_business}, {their_customer}, ARRAY[{their_product}], '{1}', 'x')");
    let failing = call("payment_record(context::uuid, {customer}, -1, 'x')");
    for (sql, succeeds) in [(&good, true), (&refused, false), (&failing, false), (&good, true)] {
        let answer = session.client().query(sql, &[]).await;
        assert_eq!(answer.is_ok_and(|rows| rows.len() == 1), succeeds, "{sql}");
        let left = session.client().query_one("SELECT current_setting('app.business_id', true)", &[]).await.unwrap();
        assert_eq!(left.get::<_, &str>(0), "", "after {sql}");
        for relation in &relations {
            let rows = session.client().query(&format!("SELECT FROM {relation}"), &[]).await.unwrap();
            assert_eq!(rows.len(), 0, "{relation} after {sql}");
        }
    }
}

#[tokio::test]
async fn a_plan_kept_from_one_business_shows_the_next_one_only_its_own() {
    let database = two_businesses().await;
    let mut session = database.session_as(SERVER_ROLE).await;
    let client = session.client_mut();
    let table = client.prepare("SELECT name FROM tallystick.businesses").await.unwrap();
    let function = client.prepare("SELECT name FROM tallystick.customer_list($1, NULL, NULL, 1)").await.unwrap();
    // More often than it takes PostgreSQL to settle on a generic plan.
    for round in 0..16 {
        let (tenant, name) = if round % 2 == 0 { (OURS, "ours") } else { (THEIRS, THEIR_MARK) };
        let transaction = client.transaction().await.unwrap();
        transaction.batch_execute(&context(&tenant.id("business"))).await.unwrap();
        assert_eq!(transaction.query_one(&table, &[]).await.unwrap().get::<_, &str>(0), name);
        let own: uuid::Uuid = tenant.id("business").parse().unwrap();
        let listed = transaction.query_one(&function, &[&own]).await.unwrap();
        assert!(listed.get::<_, &str>(0).starts_with(name));
        transaction.commit().await.unwrap();
        assert_eq!(client.query(&table, &[]).await.unwrap().len(), 0);
        assert_eq!(client.query(&function, &[&own]).await.unwrap().len(), 0);
    }
}
