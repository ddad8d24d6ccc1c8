//! `/v1/businesses` and their API keys: the operator's routes.

use serde_json::{Value, json};
use tallystick::domain::BusinessId;
use uuid::Uuid;

use crate::support::{
    client::Client,
    contents::contents,
    fresh_database::FreshDatabase,
    server::{ADMIN_TOKEN, TestServer, serve_args},
    shop::{Shop, id},
};

fn keys_path(shop: &Shop) -> String {
    format!("/v1/businesses/{}/api-keys", shop.business_id)
}

#[tokio::test]
async fn a_business_has_a_name_a_currency_payment_terms_and_a_time_zone() {
    let server = TestServer::start().await;
    let terms = json!({"type": "calendar", "months": 0, "days": 0, "end_of_month": true, "then_days": 10});
    for (settings, terms, zone) in [
        (json!({}), json!({"type": "age", "days": 30}), "UTC"),
        (json!({"payment_terms": {"type": "age", "days": 7}}), json!({"type": "age", "days": 7}), "UTC"),
        (
            json!({"payment_terms": {"type": "calendar", "end_of_month": true, "then_days": 10}, "time_zone": "Europe/Berlin"}),
            terms,
            "Europe/Berlin",
        ),
    ] {
        let mut body = json!({"name": "Corner Wholesale", "currency": "EUR"});
        body.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
        let business = server.admin().post("/v1/businesses", &body).await.expect(201);
        let expected = json!({
            "id": business["id"],
            "name": "Corner Wholesale",
            "currency": "EUR",
            "currency_decimals": 2,
            "payment_terms": terms,
            "time_zone": zone,
            "created_at": business["created_at"],
        });
        assert_eq!(business, expected);
    }
}

#[tokio::test]
async fn whoever_may_read_learns_what_business_it_is_and_what_an_amount_means() {
    let server = TestServer::start().await;
    for (currency, decimals) in [("EUR", 2), ("JPY", 0), ("BHD", 3), ("CLF", 4)] {
        let terms = json!({"type": "age", "days": 7});
        let body = json!({"name": "Shop", "currency": currency, "payment_terms": terms, "time_zone": "Asia/Tokyo"});
        let shop = Shop::open_as(&server, &body).await;
        let reader = server.client_with_scopes(shop.business_id, &["read"]).await;
        let business = reader.get("/v1/business").await.expect(200);
        let expected = json!({
            "id": shop.business_id,
            "name": "Shop",
            "currency": currency,
            "currency_decimals": decimals,
            "payment_terms": terms,
            "time_zone": "Asia/Tokyo",
            "created_at": business["created_at"],
        });
        assert_eq!(business, expected);
        // The operator's token belongs to no business.
        server.admin().get("/v1/business").await.expect_problem(401, "unauthenticated");
    }
}

#[tokio::test]
async fn a_key_is_shown_once_and_stored_nowhere() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let body = json!({"name": "checkout", "scopes": ["write", "read"], "expires_at": "2099-12-31T23:59:59Z"});

    let created = server.admin().post(&keys_path(&shop), &body).await.expect(201);

    let key = created["key"].as_str().unwrap();
    let prefix = created["prefix"].as_str().unwrap();
    let start = format!("tally_{}_{prefix}_", shop.business_id.uuid().simple());
    let secret = key.strip_prefix(&start).unwrap();
    assert_eq!((prefix.len(), secret.len()), (12, 43));
    assert_eq!(
        (&created["scopes"], &created["expires_at"]),
        (&json!(["read", "write"]), &json!("2099-12-31T23:59:59Z"))
    );
    server.client(key).get("/v1/orders").await.expect(200);

    let listed = server.admin().get(&keys_path(&shop)).await;
    let mut expected = created.clone();
    expected.as_object_mut().unwrap().remove("key");
    expected["revoked_at"] = Value::Null;
    assert_eq!(listed.expect(200)["data"][0], expected);
    assert!(!listed.body.contains(secret));
    for row in contents(&server.database).await {
        assert!(!row.contains(secret), "{row}");
    }
}

#[tokio::test]
async fn a_revoked_key_is_refused_at_once() {
    let server = TestServer::start_with(&["--api-key-cache-ttl", "1h"]).await;
    let shop = server.shop().await;
    let body = json!({"name": "checkout", "scopes": ["read"]});
    let created = server.admin().post(&keys_path(&shop), &body).await.expect(201);
    let client = server.client(created["key"].as_str().unwrap());
    client.get("/v1/orders").await.expect(200);

    let path = format!("{}/{}", keys_path(&shop), id(&created));
    for _ in 0..2 {
        let revoked = server.admin().delete(&path).await;
        assert_eq!((revoked.status, revoked.body.as_str()), (204, ""));
        client.get("/v1/orders").await.expect_problem(401, "unauthenticated");
    }

    let keys = server.admin().get(&keys_path(&shop)).await.expect(200);
    let revoked_at = |key: &Value| {
        keys["data"].as_array().unwrap().iter().find(|row| row["id"] == key["id"]).unwrap()["revoked_at"].clone()
    };
    assert!(revoked_at(&created).is_string());
    shop.client.get("/v1/orders").await.expect(200);
}

#[tokio::test]
async fn revoking_again_keeps_the_first_time() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let created = server.admin().post(&keys_path(&shop), &json!({"name": "A", "scopes": ["read"]})).await.expect(201);
    let path = format!("{}/{}", keys_path(&shop), id(&created));
    server.admin().delete(&path).await.expect(204);
    let once = server.admin().get(&keys_path(&shop)).await.expect(200);

    server.admin().delete(&path).await.expect(204);

    assert_eq!(server.admin().get(&keys_path(&shop)).await.expect(200), once);
}

#[tokio::test]
async fn an_expired_key_is_refused_like_any_wrong_one() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let body = json!({"name": "A", "scopes": ["read"], "expires_at": "2099-01-01T00:00:00Z"});
    let created = server.admin().post(&keys_path(&shop), &body).await.expect(201);
    let expire = "UPDATE tallystick.api_keys SET expires_at = clock_timestamp() WHERE id = $1";
    let key_id: Uuid = id(&created).parse().unwrap();
    assert_eq!(server.database.session().await.client().execute(expire, &[&key_id]).await.unwrap(), 1);

    let expired = server.client(created["key"].as_str().unwrap()).get("/v1/orders").await;

    let mut expected = server.client("nonsense").get("/v1/orders").await.expect_problem(401, "unauthenticated");
    let mut told = expired.expect_problem(401, "unauthenticated");
    assert_eq!(expired.header("www-authenticate"), Some("Bearer"));
    for problem in [&mut expected, &mut told] {
        problem.as_object_mut().unwrap().remove("request_id");
    }
    assert_eq!(told, expected);
}

#[tokio::test]
async fn a_key_that_was_never_issued_is_refused() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let created = server.admin().post(&keys_path(&shop), &json!({"name": "A", "scopes": ["read"]})).await.expect(201);
    let key = created["key"].as_str().unwrap();
    let own = shop.business_id.uuid().simple().to_string();
    let other = server.shop().await.business_id.uuid().simple().to_string();
    let last = if key.ends_with('0') { "1" } else { "0" };

    for wrong in [
        key.replace(&own, &other),
        key.replace(&own, &Uuid::now_v7().simple().to_string()),
        format!("{}{last}", &key[..key.len() - 1]),
        format!("{key}0"),
        key[..key.len() - 1].to_owned(),
        key.to_uppercase(),
        created["prefix"].as_str().unwrap().to_owned(),
        "tally_".to_owned(),
    ] {
        server.client(&wrong).get("/v1/orders").await.expect_problem(401, "unauthenticated");
    }
    server.client(key).get("/v1/orders").await.expect(200);
}

#[tokio::test]
async fn a_business_or_key_that_does_not_exist_is_not_found() {
    let server = TestServer::start().await;
    let (shop, other) = (server.shop().await, server.shop().await);
    let admin = server.admin();
    let body = json!({"name": "A", "scopes": ["read"]});
    for business in [Uuid::now_v7().to_string(), "1".to_owned(), "%00".to_owned()] {
        let path = format!("/v1/businesses/{business}/api-keys");
        admin.get(&path).await.expect_problem(404, "business_not_found");
        admin.post(&path, &body).await.expect_problem(404, "business_not_found");
    }
    let foreign = id(&admin.post(&keys_path(&other), &body).await.expect(201));
    for key in [Uuid::now_v7().to_string(), foreign, "1".to_owned()] {
        let path = format!("{}/{key}", keys_path(&shop));
        admin.delete(&path).await.expect_problem(404, "api_key_not_found");
    }
    let keys = admin.get(&keys_path(&other)).await.expect(200);
    assert!(keys["data"].as_array().unwrap().iter().all(|key| key["revoked_at"].is_null()));
}

async fn every_platform_route(client: &Client, business_id: BusinessId, expected: (u16, &str)) {
    let keys = format!("/v1/businesses/{business_id}/api-keys");
    let body = json!({"name": "A", "scopes": ["read"]});
    for answer in [
        client.post("/v1/businesses", &json!({"name": "A", "currency": "EUR"})).await,
        client.post("/v1/businesses", &json!({"wrong": true})).await,
        client.post(&keys, &body).await,
        client.get(&keys).await,
        client.delete(&format!("{keys}/{}", Uuid::now_v7())).await,
        client.get("/v1/businesses/1/api-keys?wrong=1").await,
    ] {
        answer.expect_problem(expected.0, expected.1);
    }
}

#[tokio::test]
async fn only_the_operator_may_use_the_platforms_routes() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let before = contents(&server.database).await;
    every_platform_route(&server.anonymous(), shop.business_id, (401, "unauthenticated")).await;
    every_platform_route(&server.client(&ADMIN_TOKEN[1..]), shop.business_id, (401, "unauthenticated")).await;
    every_platform_route(&server.client(&format!("{ADMIN_TOKEN}2")), shop.business_id, (401, "unauthenticated")).await;
    every_platform_route(&shop.client, shop.business_id, (403, "forbidden")).await;
    assert_eq!(contents(&server.database).await, before);
}

#[tokio::test]
async fn without_an_admin_token_there_are_no_platform_routes() {
    for token in [None, Some("".parse().unwrap())] {
        let mut args = serve_args(&[]);
        args.auth.admin_token = token;
        let database = FreshDatabase::installed().await;
        let url = database.server_url();
        let server = TestServer::start_from(database, &url, &args).await;
        for client in [server.admin(), server.client(""), server.anonymous()] {
            every_platform_route(&client, BusinessId::new(), (404, "route_not_found")).await;
        }
    }
}

#[tokio::test]
async fn the_admin_token_is_refused_on_a_businesss_routes() {
    let server = TestServer::start().await;
    server.admin().get("/v1/orders").await.expect_problem(401, "unauthenticated");
    server.admin().post("/v1/customers", &json!({})).await.expect_problem(401, "unauthenticated");
}
