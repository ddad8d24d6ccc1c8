//! A Supabase user's plain SQL, as PostgREST sends it: its own business's rows, purchases for it, and nothing else.

use super::{context::relations, functions::functions, privileges::NOT_WRITABLE};
use crate::support::{
    actor::{Actor, TextRow, claims, quoted},
    two_businesses::{OURS, THEIR_IDS, THEIR_MARK, THEIRS, fill, two_businesses},
};

/// Tables that a signed-in user may not read.
const HIDDEN: [&str; 2] = ["tallystick.api_keys", "tallystick.creations"];

/// What a signed-in user may execute.
const EXECUTABLE: [&str; 4] = [
    "tallystick.claims_allow",
    "tallystick.claims_business_id",
    "tallystick.context_business_id",
    "tallystick.purchase",
];

const PURCHASE: &str =
    "SELECT outcome FROM tallystick.purchase({business}, {customer}, ARRAY[{product}], '{1}', 'by-rpc')";
const THEIR_PURCHASE: &str =
    "SELECT outcome FROM tallystick.purchase({their_business}, {their_customer}, ARRAY[{their_product}], '{1}', 'x')";

/// The names of the visible customers; each business has two.
async fn customers(actor: &Actor) -> Vec<TextRow> {
    actor.rows("SELECT name FROM tallystick.customers ORDER BY id").await
}

fn names(names: &[&str]) -> Vec<TextRow> {
    names.iter().map(|name| vec![Some((*name).to_owned())]).collect()
}

#[tokio::test]
async fn a_signed_in_user_reads_its_own_businesss_rows_and_no_others() {
    let database = two_businesses().await;
    let user = Actor::signed_in(&database, &OURS.id("business")).await;
    for relation in relations(&database).await {
        let sql = format!("SELECT each::text FROM {relation} AS each");
        if HIDDEN.contains(&relation.as_str()) {
            user.is_denied(&sql).await;
            continue;
        }
        let seen = format!("{:?}", user.rows(&sql).await);
        assert!(seen.contains(&OURS.id("business")), "{relation} shows nothing");
        assert!(!seen.contains(THEIR_IDS) && !seen.contains(THEIR_MARK), "{relation}: {seen}");
    }
}

#[tokio::test]
async fn a_signed_in_user_buys_for_its_own_business_only() {
    let database = two_businesses().await;
    let user = Actor::signed_in(&database, &OURS.id("business")).await;
    assert_eq!(user.value(&fill(PURCHASE)).await, "created");
    let refusal = user.refusal(&fill(THEIR_PURCHASE)).await;
    assert_eq!(refusal.code().code(), "42501");
    assert_eq!(refusal.message(), "the business is not the one of the current context");
    let theirs_in_ours =
        "SELECT outcome FROM tallystick.purchase({business}, {their_customer}, ARRAY[{product}], '{1}', 'x')";
    let missing_in_ours =
        "SELECT outcome FROM tallystick.purchase({business}, {no_customer}, ARRAY[{product}], '{1}', 'x')";
    assert_eq!(user.rows(&fill(theirs_in_ours)).await, user.rows(&fill(missing_in_ours)).await);
    let theirs_in_ours =
        "SELECT outcome FROM tallystick.purchase({business}, {customer}, ARRAY[{their_product}], '{1}', 'x')";
    assert_eq!(user.value(&fill(theirs_in_ours)).await, "product_not_found");
}

/// An order with the largest id would be on no page, and one with the smallest id always at the end of the last page.
#[tokio::test]
async fn a_signed_in_user_cannot_choose_an_order_id_that_lists_do_not_show() {
    let database = two_businesses().await;
    let user = Actor::signed_in(&database, &OURS.id("business")).await;
    let chosen = "ffffffff-ffff-ffff-ffff-ffffffffffff";
    let purchase = format!(
        "SELECT order_id FROM tallystick.purchase({{business}}, {{customer}}, ARRAY[{{product}}], '{{1}}', 'k', '{chosen}')"
    );
    assert_ne!(user.value(&fill(&purchase)).await, chosen);
}

#[tokio::test]
async fn a_signed_in_user_may_execute_purchases_and_nothing_else() {
    let database = two_businesses().await;
    let superuser = Actor::superuser(&database).await;
    let user = Actor::signed_in(&database, &OURS.id("business")).await;
    let oids = "SELECT oid::regproc::text, oid FROM pg_proc WHERE pronamespace = 'tallystick'::regnamespace";
    for row in superuser.rows(oids).await {
        let [Some(name), Some(oid)] = row.as_slice() else { panic!("{row:?}") };
        for (role, allowed) in [
            ("authenticated", EXECUTABLE.contains(&name.as_str())),
            ("anon", false),
            ("service_role", false),
            ("public", false),
        ] {
            let sql = format!("SELECT has_function_privilege('{role}', {oid}, 'EXECUTE')");
            assert_eq!(superuser.value(&sql).await, if allowed { "t" } else { "f" }, "{name} for {role}");
        }
    }
    for function in functions(&database).await {
        if !EXECUTABLE.contains(&function.name.as_str()) {
            user.is_denied(&format!("SELECT * FROM {}", function.good_call())).await;
        }
    }
}

/// A function that runs with its owner's rights and yet writes nothing.
const READS_ONLY: [&str; 1] = ["tallystick.business_list"];

/// Nobody but the owner may write to a table, so whatever writes runs with the owner's rights. Each such function is called by a
/// user who may execute all of them.
#[tokio::test]
async fn no_function_that_writes_serves_claims_without_the_scope_write() {
    let database = two_businesses().await;
    let grant = "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA tallystick TO authenticated";
    database.session().await.client().batch_execute(grant).await.unwrap();
    let business = OURS.id("business");
    let with = async |scope: &str| {
        let claims = format!(r#"{{"business_id": "{business}", "scope": "{scope}"}}"#);
        Actor::rest(&database, "authenticated", Some(&claims)).await
    };
    // Corrections need another scope, too: `corrections_need_the_scope_adjust_in_the_database`.
    let (reader, writer) = (with("read").await, with("write adjust").await);
    let functions = functions(&database).await;
    let writing: Vec<_> =
        functions.iter().filter(|one| one.definer && !READS_ONLY.contains(&one.name.as_str())).collect();
    assert!(writing.len() >= 11);
    for function in writing {
        let call = format!("SELECT * FROM {}", function.good_call());
        let refusal = reader.refusal(&call).await;
        assert_eq!(refusal.code().code(), "42501", "{call}");
        assert_eq!(refusal.message(), "the claims lack the scope write", "{call}");
        if let Err(error) = writer.try_rows(&call).await {
            assert_ne!(error.code().unwrap().code(), "42501", "{call}: {error:?}");
        }
    }
    // The server sets no claims, and checks its caller's scope itself.
    assert_eq!(Actor::server(&database, &business).await.value(&fill(PURCHASE)).await, "created");
}

#[tokio::test]
async fn a_signed_in_user_without_the_scope_read_sees_no_row_and_may_buy() {
    let database = two_businesses().await;
    let claims = format!(r#"{{"business_id": "{}", "scope": "openid write"}}"#, OURS.id("business"));
    let user = Actor::rest(&database, "authenticated", Some(&claims)).await;
    for relation in relations(&database).await.iter().filter(|relation| !HIDDEN.contains(&relation.as_str())) {
        assert_eq!(user.rows(&format!("SELECT FROM {relation}")).await.len(), 0, "{relation}");
    }
    assert_eq!(user.value(&fill(PURCHASE)).await, "created");
}

#[tokio::test]
async fn a_signed_in_user_holds_no_privilege_but_reading() {
    let database = two_businesses().await;
    let superuser = Actor::superuser(&database).await;
    let user = Actor::signed_in(&database, &OURS.id("business")).await;
    for relation in relations(&database).await {
        for role in ["authenticated", "anon", "service_role", "public"] {
            let sql = format!(
                "SELECT string_agg(privilege, ',') FROM unnest('{{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}}'
                 ::text[]) AS privilege WHERE has_table_privilege('{role}', '{relation}', privilege)"
            );
            let reads = role == "authenticated" && !HIDDEN.contains(&relation.as_str());
            assert_eq!(superuser.value(&sql).await, if reads { "SELECT" } else { "NULL" }, "{relation} for {role}");
        }
        user.is_refused(&format!("UPDATE {relation} SET business_id = business_id"), NOT_WRITABLE).await;
        user.is_refused(&format!("DELETE FROM {relation}"), NOT_WRITABLE).await;
        user.is_denied(&format!("SET LOCAL row_security = off; SELECT FROM {relation}")).await;
    }
    user.is_denied("SELECT FROM tallystick_migrate.migrations").await;
}

#[tokio::test]
async fn anon_and_service_role_get_nothing_whatever_their_claims() {
    let database = two_businesses().await;
    let claims = claims(&OURS.id("business"));
    for role in ["anon", "service_role"] {
        for claims in [None, Some(claims.as_str())] {
            let actor = Actor::rest(&database, role, claims).await;
            for relation in relations(&database).await {
                actor.is_denied(&format!("SELECT FROM {relation}")).await;
            }
            actor.is_denied(&fill(PURCHASE)).await;
        }
    }
}

#[tokio::test]
async fn the_business_is_read_from_the_top_level_or_from_app_metadata() {
    let database = two_businesses().await;
    let (ours, theirs) = (OURS.id("business"), THEIRS.id("business"));
    for (claims, seen) in [
        (format!(r#"{{"business_id": "{ours}"}}"#), &["ours", "ours too", "ours"][..]),
        (format!(r#"{{"app_metadata": {{"business_id": "{ours}"}}}}"#), &["ours", "ours too", "ours"]),
        (
            format!(r#"{{"business_id": null, "app_metadata": {{"business_id": "{ours}"}}}}"#),
            &["ours", "ours too", "ours"],
        ),
        (
            format!(r#"{{"business_id": "{ours}", "app_metadata": {{"business_id": "{ours}"}}}}"#),
            &["ours", "ours too", "ours"],
        ),
        (
            format!(r#"{{"business_id": "{ours}", "user_metadata": {{"business_id": "{theirs}"}}}}"#),
            &["ours", "ours too", "ours"],
        ),
        // Two different businesses count as none, in the server and in the database.
        (format!(r#"{{"business_id": "{ours}", "app_metadata": {{"business_id": "{theirs}"}}}}"#), &[]),
        (format!(r#"{{"business_id": "{ours}", "app_metadata": {{"business_id": "x"}}}}"#), &[]),
        // Users can edit their own user_metadata.
        (format!(r#"{{"user_metadata": {{"business_id": "{ours}"}}}}"#), &[]),
        (format!(r#"{{"raw_app_meta_data": {{"business_id": "{ours}"}}}}"#), &[]),
    ] {
        let user = Actor::rest(&database, "authenticated", Some(&claims)).await;
        assert_eq!(customers(&user).await, names(seen), "{claims}");
    }
}

#[tokio::test]
async fn claims_that_name_no_business_show_no_rows_and_allow_no_purchase() {
    let database = two_businesses().await;
    let ours = OURS.id("business");
    let deep = "[".repeat(100_000);
    let malformed = [
        String::new(),
        " ".to_owned(),
        "null".to_owned(),
        "{}".to_owned(),
        "[]".to_owned(),
        "7".to_owned(),
        "not json".to_owned(),
        format!("{{\"business_id\": \"{ours}\""),
        quoted(&ours),
        format!("\"{ours}\""),
        format!("[\"{ours}\"]"),
        format!("[{{\"business_id\": \"{ours}\"}}]"),
        format!("{{\"business_id\": [\"{ours}\"]}}"),
        format!("{{\"business_id\": {{\"business_id\": \"{ours}\"}}}}"),
        format!("{{\"business_id\": \"{ours} \"}}"),
        format!("{{\"Business_Id\": \"{ours}\"}}"),
        r#"{"business_id": ""}"#.to_owned(),
        r#"{"business_id": 7}"#.to_owned(),
        r#"{"business_id": true}"#.to_owned(),
        r#"{"business_id": "\u0000"}"#.to_owned(),
        format!(r#"{{"business_id": "", "app_metadata": {{"business_id": "{ours}"}}}}"#),
        format!(r#"{{"app_metadata": "{ours}"}}"#),
        format!(r#"{{"app_metadata": ["{ours}"]}}"#),
        r#"{"app_metadata": null}"#.to_owned(),
        deep.clone(),
        format!("{{\"business_id\": {deep}"),
    ];
    for claims in malformed.iter().map(|claims| Some(claims.as_str())).chain([None]) {
        let shown = claims.map(|claims| &claims[..claims.len().min(100)]);
        let user = Actor::rest(&database, "authenticated", claims).await;
        for relation in relations(&database).await.iter().filter(|relation| !HIDDEN.contains(&relation.as_str())) {
            let rows = user.try_rows(&format!("SELECT FROM {relation}")).await;
            assert_eq!(rows.unwrap_or_else(|error| panic!("{shown:?}: {error:?}")).len(), 0, "{relation}, {shown:?}");
        }
        let refusal = user.refusal(&fill(PURCHASE)).await;
        assert_eq!(refusal.message(), "the business is not the one of the current context", "{shown:?}");
    }
}

#[tokio::test]
async fn the_servers_setting_has_no_effect_for_a_signed_in_user() {
    let database = two_businesses().await;
    let theirs = quoted(&THEIRS.id("business"));
    for set in [
        format!("SET LOCAL app.business_id = {theirs};"),
        format!("SET SESSION app.business_id = {theirs};"),
        format!("SELECT set_config('app.business_id', {theirs}, false);"),
        format!("SET LOCAL app.business_id = {theirs}; SET LOCAL app.platform = 'business_list';"),
    ] {
        let with = Actor::signed_in(&database, &OURS.id("business")).await;
        let without = Actor::rest(&database, "authenticated", None).await;
        let seen = with.rows(&format!("{set} SELECT name FROM tallystick.customers ORDER BY id")).await;
        assert!(seen.ends_with(&names(&["ours", "ours too", "ours"])), "{set} {seen:?}");
        assert!(!format!("{seen:?}").contains(THEIR_MARK), "{set} {seen:?}");
        let seen = without.rows(&format!("{set} SELECT name FROM tallystick.businesses")).await;
        assert!(!format!("{seen:?}").contains(THEIR_MARK), "{set} {seen:?}");
        for user in [&with, &without] {
            user.is_denied(&format!("{set} {}", fill(THEIR_PURCHASE))).await;
        }
        // The other way round: the setting does not take the user's own business away.
        let bought = with.rows(&format!("{set} {}", fill(PURCHASE))).await;
        assert_eq!(bought.last().unwrap()[0].as_deref(), Some("created"), "{set}");
    }
}

#[tokio::test]
async fn a_user_cannot_step_out_of_its_role() {
    let database = two_businesses().await;
    let user = Actor::signed_in(&database, &OURS.id("business")).await;
    for role in ["tallystick_app", "tallystick_owner", "tallystick_server"] {
        user.is_denied(&format!("SET LOCAL ROLE {role}")).await;
        user.is_denied(&format!("SELECT set_config('role', '{role}', true)")).await;
        user.is_denied(&format!("SET LOCAL SESSION AUTHORIZATION {role}")).await;
    }
    // Back to authenticator, which holds no rights of its own.
    for reset in ["RESET ROLE", "SET LOCAL ROLE none", "SET LOCAL ROLE anon", "SET LOCAL ROLE service_role"] {
        let set = format!("{reset}; SET LOCAL app.business_id = {};", quoted(&OURS.id("business")));
        user.is_denied(&format!("{set} SELECT FROM tallystick.customers")).await;
        user.is_denied(&format!("{set} {}", fill(PURCHASE))).await;
    }
}

/// Also if the login role could name any business.
#[tokio::test]
async fn the_role_that_set_role_chose_counts_and_not_the_login_role() {
    let database = two_businesses().await;
    let login = format!("{}_gateway", database.name);
    let create = format!("CREATE ROLE {login} LOGIN IN ROLE tallystick_app, authenticated");
    database.session().await.client().batch_execute(&create).await.unwrap();
    let theirs = format!("SET LOCAL app.business_id = {};", quoted(&THEIRS.id("business")));
    let claims = format!("SET LOCAL request.jwt.claims = {};", quoted(&claims(&OURS.id("business"))));
    let user = Actor::new(&database, &login, &format!("SET LOCAL ROLE authenticated; {claims} {theirs}")).await;
    assert_eq!(customers(&user).await, names(&["ours", "ours too", "ours"]));
    user.is_denied(&fill(THEIR_PURCHASE)).await;
}

#[tokio::test]
async fn a_login_that_is_a_member_of_authenticated_is_held_to_its_claims_as_well() {
    let database = two_businesses().await;
    let login = format!("{}_dave", database.name);
    let create = format!("CREATE ROLE {login} LOGIN IN ROLE authenticated");
    database.session().await.client().batch_execute(&create).await.unwrap();
    let claims = format!("SET LOCAL request.jwt.claims = {};", quoted(&claims(&OURS.id("business"))));
    let theirs = format!("SET LOCAL app.business_id = {};", quoted(&THEIRS.id("business")));
    let dave = Actor::new(&database, &login, &format!("{claims} {theirs}")).await;
    assert_eq!(customers(&dave).await, names(&["ours", "ours too", "ours"]));
    assert_eq!(dave.value(&fill(PURCHASE)).await, "created");
    dave.is_denied(&fill(THEIR_PURCHASE)).await;
    dave.is_denied("SELECT FROM tallystick.api_keys").await;
    let without_claims = Actor::new(&database, &login, &theirs).await;
    assert_eq!(customers(&without_claims).await, names(&[]));
    without_claims.is_denied(&fill(THEIR_PURCHASE)).await;
}
