//! `business_list`: the platform's one look across businesses, and nobody else's.

use crate::support::{
    actor::{Actor, context},
    fresh_database::SERVER_ROLE,
    tables::tenant_tables_but,
    two_businesses::{DUE_AT_ONCE, OURS, THEIRS, fill, two_businesses},
};

const LIST: &str = "SELECT name FROM tallystick.business_list(NULL, 10)";

fn names(rows: &[Vec<Option<String>>]) -> Vec<&str> {
    rows.iter().map(|row| row[0].as_deref().unwrap()).collect()
}

#[tokio::test]
async fn it_lists_every_business_newest_first_in_and_out_of_a_context() {
    let database = two_businesses().await;
    for prelude in [String::new(), context(&OURS.id("business")), context("nonsense")] {
        let server = Actor::new(&database, SERVER_ROLE, &prelude).await;
        assert_eq!(names(&server.rows(LIST).await), ["theirs", "ours"], "after {prelude:?}");
        let before = format!("SELECT name FROM tallystick.business_list('{}', 10)", THEIRS.id("business"));
        assert_eq!(names(&server.rows(&before).await), ["ours"]);
        assert_eq!(names(&server.rows("SELECT name FROM tallystick.business_list(NULL, 1)").await), ["theirs"]);
    }
}

#[tokio::test]
async fn nothing_of_its_sight_is_left_afterwards_in_the_same_transaction() {
    let database = two_businesses().await;
    let server = Actor::new(&database, SERVER_ROLE, &context(&OURS.id("business"))).await;
    let fails = "DO $$ BEGIN PERFORM tallystick.business_list(NULL, -1); EXCEPTION WHEN OTHERS THEN NULL; END $$";
    for look in [LIST, fails] {
        let after =
            format!("{look}; SELECT current_setting('app.platform', true), count(*) FROM tallystick.businesses");
        let rows = server.rows(&after).await;
        let [setting, seen] = rows.last().unwrap().as_slice() else { panic!("{rows:?}") };
        assert_eq!(setting.as_deref().unwrap_or_default(), "", "{look}");
        assert_eq!(seen.as_deref(), Some("1"), "{look}");
    }
}

#[tokio::test]
async fn the_owner_sees_across_businesses_by_that_setting_only_and_only_their_rows() {
    let database = two_businesses().await;
    let owner = Actor::owner(&database, &OURS.id("business")).await;
    let settings = [("business_list", "2"), ("", "1"), ("BUSINESS_LIST", "1"), ("on", "1"), ("business_create", "1")];
    for (setting, seen) in settings {
        let set = format!("SET LOCAL app.platform = '{setting}';");
        let count = owner.value(&format!("{set} SELECT count(*) FROM tallystick.businesses")).await;
        assert_eq!(count, seen, "{setting:?}");
        // The keys of businesses have a setting of their own.
        let others = if setting == "business_create" { &["businesses", "creations"][..] } else { &["businesses"] };
        for table in tenant_tables_but(others) {
            let foreign =
                format!("{set} SELECT count(*) FROM tallystick.{table} WHERE business_id = {{their_business}}");
            assert_eq!(owner.value(&fill(&foreign)).await, "0", "{table} with {setting:?}");
        }
        // To see is not to change.
        let rename = format!("{set} UPDATE tallystick.businesses SET name = 'x' WHERE name = 'theirs' RETURNING 1");
        assert_eq!(owner.rows(&rename).await.len(), 0, "{setting:?}");
    }
}

/// The one other look across tenants: for the business that a key of the platform has created.
#[tokio::test]
async fn the_sight_of_the_platforms_keys_ends_with_the_call_and_shows_no_other_keys() {
    let database = two_businesses().await;
    let create = |business: &str, key: &str| {
        fill(&format!(
            "SELECT (f.business).business_id, f.outcome FROM tallystick.business_create({business}, 'x', 'EUR', '{DUE_AT_ONCE}', 'UTC', '{key}') AS f"
        ))
    };
    let seen = fill("SELECT count(*) FROM tallystick.creations WHERE business_id = {their_business}");
    let customer = fill("customer_create({their_business}, gen_random_uuid(), 'theirs', NULL, 1, false, 'theirs')");
    let planting = format!("BEGIN; {} SELECT FROM tallystick.{customer}; COMMIT", context(&THEIRS.id("business")));
    database.session_as(SERVER_ROLE).await.client().batch_execute(&planting).await.unwrap();

    let server = Actor::server(&database, &OURS.id("business")).await;
    let after =
        format!("{}; SELECT current_setting('app.platform', true), ({seen})", create("{business}", "same-theirs"));
    assert_eq!(server.rows(&after).await.last().unwrap(), &[Some(String::new()), Some("0".to_owned())]);
    let set = "SET LOCAL app.platform = 'business_create';";
    assert_eq!(server.value(&format!("{set} {seen}")).await, "0", "it is the owner's alone");

    let owner = Actor::owner(&database, &OURS.id("business")).await;
    assert_eq!(owner.value(&format!("{set} {seen}")).await, "1");
    assert_eq!(owner.value(&format!("{set} {seen} AND kind <> 'business'")).await, "0");
    // The platform's key is found in whatever context, and tells nothing to a different request.
    let same = create("{business}", "same-theirs").replace("'x', 'EUR'", "'theirs', 'EUR'");
    let replayed = [Some(THEIRS.id("business")), Some("replayed".to_owned())];
    assert_eq!(server.rows(&same).await, [replayed]);
    let different = same.replace("'EUR'", "'USD'");
    assert_eq!(server.rows(&different).await, [[None, Some("key_reused".to_owned())]]);
}

#[tokio::test]
async fn nobody_but_the_server_may_call_it() {
    let database = two_businesses().await;
    for role in ["authenticated", "anon", "service_role"] {
        let claims = crate::support::actor::claims(&OURS.id("business"));
        let actor = Actor::rest(&database, role, Some(&claims)).await;
        actor.is_denied(LIST).await;
        let setting = "SET LOCAL app.platform = 'business_list'; SELECT name FROM tallystick.businesses";
        let seen = actor.try_rows(setting).await.unwrap_or_default();
        assert!(!names(&seen).contains(&"theirs"), "{role}: {seen:?}");
    }
}

#[tokio::test]
async fn creating_a_business_again_under_its_id_changes_nothing() {
    let database = two_businesses().await;
    let server = Actor::server(&database, &OURS.id("business")).await;
    let create = "SELECT (f.business).name, (f.business).currency, (f.business).payment_terms ->> 'days', (f.business).time_zone
        FROM tallystick.business_create({business}, 'x', 'USD', '{\"type\": \"age\", \"days\": 7}', 'Europe/Berlin') AS f";
    let answer = ["ours", "EUR", "0", "UTC"].map(|text| Some(text.to_owned()));
    assert_eq!(server.rows(&fill(create)).await, [answer]);
    server.is_denied(&fill("SELECT FROM tallystick.business_create({their_business}, 'x', 'USD')")).await;
}
