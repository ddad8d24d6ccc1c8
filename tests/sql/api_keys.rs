//! API keys: what `api_key_find` finds, and what ending a key does.

use crate::support::{
    actor::Actor,
    fresh_database::FreshDatabase,
    two_businesses::{NOBODY, OURS, THEIRS, fill, two_businesses},
};

const FIND: &str = "SELECT id FROM tallystick.api_key_find({business}, 'aaaaaaaaaaaa')";

async fn found_after(database: &FreshDatabase, change: &str) -> bool {
    let superuser = Actor::superuser(database).await;
    let act = "SET LOCAL ROLE tallystick_server; SELECT set_config('app.business_id', {business}::text, true);";
    let rows = superuser.rows(&fill(&format!("{change}; {act} {FIND}"))).await;
    rows.last().unwrap()[0] == Some(OURS.id("api_key"))
}

#[tokio::test]
async fn a_key_is_found_until_it_is_revoked_or_expires() {
    let database = two_businesses().await;
    for (change, found) in [
        ("", true),
        ("expires_at = clock_timestamp() + interval '1 hour'", true),
        ("expires_at = clock_timestamp()", false),
        ("expires_at = clock_timestamp() - interval '1 microsecond'", false),
        ("expires_at = '0001-01-01 00:00:00+00'", false),
        ("expires_at = '9999-12-31 23:59:59+00'", true),
        ("revoked_at = clock_timestamp()", false),
        ("revoked_at = clock_timestamp() + interval '1 hour'", false),
        ("revoked_at = clock_timestamp(), expires_at = '9999-12-31 23:59:59+00'", false),
    ] {
        let update = format!("UPDATE tallystick.api_keys SET {change} WHERE id = {{api_key}}");
        let update = if change.is_empty() { "SELECT 1" } else { &update };
        assert_eq!(found_after(&database, update).await, found, "{change}");
    }
}

#[tokio::test]
async fn revoking_a_key_twice_keeps_the_first_time() {
    let database = two_businesses().await;
    let server = Actor::server(&database, &OURS.id("business")).await;
    let revoke = "SELECT tallystick.api_key_revoke({business}, {api_key});
        SELECT revoked_at FROM tallystick.api_key_list({business}, NULL, 10) WHERE id = {api_key};";
    let rows = server.rows(&fill(&format!("{revoke} {revoke} {FIND}"))).await;
    let [first, at, second, at_again] = rows.as_slice() else { panic!("found after all: {rows:?}") };
    assert_eq!((first[0].as_deref(), second[0].as_deref()), (Some("t"), Some("t")));
    assert!(at[0].is_some() && at == at_again, "{rows:?}");
}

#[tokio::test]
async fn a_key_of_another_business_is_neither_found_nor_revoked() {
    let database = two_businesses().await;
    let server = Actor::server(&database, &OURS.id("business")).await;
    let theirs = THEIRS.key_prefix();
    for sql in [
        format!("SELECT id FROM tallystick.api_key_find({{business}}, '{theirs}')"),
        format!("SELECT id FROM tallystick.api_key_find({{their_business}}, '{theirs}')"),
        "SELECT id FROM tallystick.api_key_list({their_business}, NULL, 10)".to_owned(),
    ] {
        assert_eq!(server.rows(&fill(&sql)).await.len(), 0, "{sql}");
    }
    for id in ["{their_api_key}", "{no_api_key}", "NULL"] {
        let revoke = format!("SELECT tallystick.api_key_revoke({{business}}, {id})");
        assert_eq!(server.value(&fill(&revoke)).await, "f", "{id}");
    }
}

#[tokio::test]
async fn a_list_of_keys_never_shows_a_hash() {
    let database = two_businesses().await;
    let server = Actor::server(&database, &OURS.id("business")).await;
    let hash = server.value("SELECT encode(secret_hash, 'hex') FROM tallystick.api_keys").await;
    let list = server.rows(&fill("SELECT each::text FROM tallystick.api_key_list({business}, NULL, 10) AS each")).await;
    assert_eq!(list.len(), 1);
    assert!(!format!("{list:?}").contains(&hash));
}

#[tokio::test]
async fn creating_a_key_again_under_its_id_changes_nothing() {
    let database = two_businesses().await;
    let server = Actor::server(&database, &OURS.id("business")).await;
    let create = "SELECT outcome FROM tallystick.api_key_create(
        {business}, {api_key}, 'another', 'anotherprefix', sha256('another'), '{read}', NULL);";
    let rows = server.rows(&fill(&format!("{create} {FIND}; SELECT name, prefix FROM tallystick.api_keys"))).await;
    assert_eq!(rows[0], [Some("created".to_owned())]);
    assert_eq!(rows[2], [Some("ours".to_owned()), Some(OURS.key_prefix())]);
    let nobody = Actor::server(&database, &NOBODY.id("business")).await;
    let create = "SELECT outcome FROM tallystick.api_key_create(
        {no_business}, {no_api_key}, 'x', 'noprefix', sha256('x'), '{read}', NULL)";
    assert_eq!(nobody.value(&fill(create)).await, "business_not_found");
}

#[tokio::test]
async fn a_key_has_one_to_four_scopes_that_are_known() {
    let database = two_businesses().await;
    let server = Actor::server(&database, &OURS.id("business")).await;
    let create = |scopes: &str| {
        fill(&format!(
            "SELECT outcome FROM tallystick.api_key_create(
                 {{business}}, {{no_api_key}}, 'x', 'newprefix', sha256('x'), {scopes}, NULL)"
        ))
    };
    for scopes in ["'{read}'", "'{write}'", "'{price}'", "'{read,write}'", "'{read,write,price,adjust}'"] {
        assert_eq!(server.value(&create(scopes)).await, "created", "{scopes}");
    }
    for scopes in [
        "'{}'",
        "'{admin}'",
        "'{read,admin}'",
        "'{read,write,price,adjust,read}'",
        "'{READ}'",
        "'{read,NULL}'",
        "'{\"\"}'",
    ] {
        let refusal = server.refusal(&create(scopes)).await;
        assert_eq!(refusal.constraint(), Some("api_keys_scopes_are_known"), "{scopes}: {refusal:?}");
    }
}

#[tokio::test]
async fn revoking_a_key_leaves_the_others_alone() {
    let database = two_businesses().await;
    let server = Actor::server(&database, &OURS.id("business")).await;
    let sql = "SELECT outcome FROM tallystick.api_key_create(
            {business}, {no_api_key}, 'other', 'otherprefix', sha256('x'), '{read}', NULL);
        SELECT tallystick.api_key_revoke({business}, {no_api_key});
        SELECT prefix FROM tallystick.api_key_list({business}, NULL, 10) WHERE revoked_at IS NULL";
    let rows = server.rows(&fill(sql)).await;
    assert_eq!(rows[2..], [[Some(OURS.key_prefix())]]);
}
