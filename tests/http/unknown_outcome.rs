//! A connection dies in the middle of a call. The client is told what happened, and it happened once.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    client::send,
    contents::contents,
    fresh_database::FreshDatabase,
    proxy::{Cut, Proxy},
    server::TestServer,
    sessions::blocked_backend,
    shop::{Shop, purchase},
};

/// A server with one database connection behind a proxy. It looks up each API key once.
async fn behind_a_proxy() -> (TestServer, Proxy, Shop) {
    let (database, proxy) = (FreshDatabase::installed().await, Proxy::start());
    let url = proxy.url(&database);
    let flags = ["--pool-size", "1", "--api-key-cache-ttl", "1h"];
    let server = TestServer::start_at(database, &url, &flags).await;
    let shop = server.shop().await;
    (server, proxy, shop)
}

#[tokio::test]
async fn a_movement_whose_connection_dies_happens_once_and_is_not_marked_as_a_replay() {
    let (server, proxy, shop) = behind_a_proxy().await;
    let (customer, beans) = (shop.customer(1_000).await, shop.product(100, 10).await);
    let movements: [(String, Value); 3] = [
        ("/v1/purchases".to_owned(), purchase(&customer, &[(&beans, 2)])),
        ("/v1/payments".to_owned(), json!({"customer_id": customer, "amount": 50})),
        (format!("/v1/products/{beans}/stock-movements"), json!({"quantity": 5, "reason": "delivery"})),
    ];

    for (name, cut) in [("before", Cut::BeforeCalls(1)), ("after", Cut::AfterCommit)] {
        for (path, body) in &movements {
            let key = format!("{name}-{}", path.len());
            proxy.cut(Some(cut));
            let first = shop.client.move_with(&key, path, body).await;
            first.expect(201);
            assert!(proxy.has_cut());
            assert!(!first.is_replay(), "{path} {name}: the first answer is called a replay");
            let again = shop.client.move_with(&key, path, body).await;
            assert_eq!((again.is_replay(), &again.body), (true, &first.body), "{path} {name}");
        }
    }

    assert_eq!((shop.balance(&customer).await, shop.stock(&beans).await), (2 * (200 - 50), 10 + 2 * (5 - 2)));
    server.audit().await;
}

#[tokio::test]
async fn a_refused_movement_whose_connection_dies_stays_refused() {
    let (server, proxy, shop) = behind_a_proxy().await;
    let (customer, beans) = (shop.customer(100).await, shop.product(100, 10).await);
    shop.buy(&customer, &[(&beans, 1)]).await.expect(201);

    for cut in [Cut::BeforeCalls(1), Cut::AfterCommit] {
        proxy.cut(Some(cut));
        shop.buy(&customer, &[(&beans, 1)]).await.expect_problem(409, "credit_limit_exceeded");
        assert!(proxy.has_cut());
    }
    server.audit().await;
}

#[tokio::test]
async fn a_creation_whose_connection_dies_happens_once() {
    let (server, proxy, shop) = behind_a_proxy().await;
    let keys = format!("/v1/businesses/{}/api-keys", shop.business_id);
    for (number, cut) in [Cut::BeforeCalls(1), Cut::AfterCommit].into_iter().enumerate() {
        let before = contents(&server.database).await.len();
        let customer = json!({"name": "A", "credit_limit": 0, "external_id": number.to_string()});
        let product = json!({"sku": number.to_string(), "name": "A", "price": 0, "stock": 1});
        let business = json!({"name": "A", "currency": "EUR"});
        let key = json!({"name": "A", "scopes": ["read"]});
        for (client, path, body) in [
            (&shop.client, "/v1/customers", customer),
            (&shop.client, "/v1/products", product),
            (&server.admin(), "/v1/businesses", business),
            (&server.admin(), &keys, key),
        ] {
            proxy.cut(Some(cut));
            client.post(path, &body).await.expect(201);
            assert!(proxy.has_cut());
        }
        // One row each, and the product's opening stock and first version.
        assert_eq!(contents(&server.database).await.len(), before + 6);
    }
    server.audit().await;
}

/// The server's second try finds what its first one did: not a replay of another request, and not another version. Each statement
/// is sent once before, so that the cut is after its commit and not after its preparation.
#[tokio::test]
async fn a_creation_with_a_key_and_a_change_of_a_version_survive_a_connection_that_dies() {
    let (server, proxy, shop) = behind_a_proxy().await;
    let keys = format!("/v1/businesses/{}/api-keys", shop.business_id);
    let customer = |name: &str| json!({"name": "A", "credit_limit": 0, "external_id": name});
    let product = |name: &str| json!({"sku": name, "name": "A", "price": 0, "stock": 1});
    let business = |name: &str| json!({"name": name, "currency": "EUR"});
    let api_key = |name: &str| json!({"name": name, "scopes": ["read"]});
    for (client, path, before, after) in [
        (&shop.client, "/v1/customers", customer("before"), customer("after")),
        (&shop.client, "/v1/products", product("before"), product("after")),
        (&server.admin(), "/v1/businesses", business("before"), business("after")),
        (&server.admin(), &keys, api_key("before"), api_key("after")),
    ] {
        client.move_with("before", path, &before).await.expect(201);
        proxy.cut(Some(Cut::AfterCommit));
        let created = client.move_with("key", path, &after).await;
        let record = created.expect(201);
        assert!(proxy.has_cut() && !created.is_replay(), "{path}");
        if created.header("etag").is_none() {
            continue;
        }
        let path = format!("{path}/{}", record["id"].as_str().unwrap());
        let seen = client.patch(&path, &json!({})).await;
        proxy.cut(Some(Cut::AfterCommit));
        let change = client.request(Method::PATCH, &path).header("If-Match", seen.header("etag").unwrap());
        let changed = send(change.json(&json!({"name": "B"}))).await;
        changed.expect(200);
        assert!(proxy.has_cut(), "{path}");
        assert_eq!(client.get(&path).await.header("etag"), changed.header("etag"), "{path}");
    }
    server.audit().await;
}

#[tokio::test]
async fn a_change_and_a_read_survive_a_connection_that_dies() {
    let (server, proxy, shop) = behind_a_proxy().await;
    let path = format!("/v1/customers/{}", shop.customer(100).await);

    for cut in [Cut::BeforeCalls(1), Cut::AfterCommit] {
        proxy.cut(Some(cut));
        let changed = shop.client.patch(&path, &json!({"external_id": "C-1", "credit_limit": 7})).await.expect(200);
        assert!(proxy.has_cut());
        proxy.cut(Some(cut));
        assert_eq!(shop.client.get(&path).await.expect(200), changed);
        assert!(proxy.has_cut());
    }
    server.audit().await;
}

/// Whatever ended the first connection may also end the one that should end its session.
#[tokio::test]
async fn a_call_survives_two_connections_that_die() {
    let (server, proxy, shop) = behind_a_proxy().await;
    let (customer, beans) = (shop.customer(1_000).await, shop.product(100, 10).await);

    proxy.cut(Some(Cut::BeforeCalls(3)));
    let bought = shop.buy_with("key", &customer, &[(&beans, 1)]).await;
    bought.expect(201);
    assert!(proxy.has_cut() && !bought.is_replay());
    assert_eq!(shop.stock(&beans).await, 9);
    server.audit().await;
}

#[tokio::test]
async fn if_every_connection_dies_the_database_is_unavailable_and_the_key_tells_the_outcome_later() {
    let (server, proxy, shop) = behind_a_proxy().await;
    let (customer, beans) = (shop.customer(1_000).await, shop.product(100, 10).await);

    proxy.cut(Some(Cut::BeforeEachCall));
    let refused = shop.buy_with("key", &customer, &[(&beans, 1)]).await;
    refused.expect_problem(503, "database_unavailable");
    assert_eq!(refused.header("retry-after"), Some("2"));
    let fences = r#"database_call_duration_seconds_count{function="fence"}"#;
    assert_eq!(server.metric(fences).await, 5, "the lost session's end is tried five times");

    proxy.cut(None);
    let bought = shop.buy_with("key", &customer, &[(&beans, 1)]).await;
    bought.expect(201);
    assert!(!bought.is_replay());
    server.audit().await;
}

#[tokio::test]
async fn a_purchase_whose_backend_is_terminated_before_it_commits_happens_on_the_retry() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans) = (shop.customer(1_000).await, shop.product(100, 10).await);
    let (mut holder, observer) = (server.database.session().await, server.database.session().await);

    // The purchase holds the customer's row and waits for the product's row, which the test holds.
    let transaction = holder.client_mut().transaction().await.unwrap();
    transaction.batch_execute("SELECT FROM tallystick.products FOR UPDATE").await.unwrap();
    let buying = tokio::spawn({
        let (shop, customer, beans) = (shop.clone(), customer.clone(), beans.clone());
        async move { shop.buy(&customer, &[(&beans, 1)]).await }
    });
    let backend = blocked_backend(&observer).await;
    observer.client().query_one("SELECT pg_terminate_backend($1, 10000)", &[&backend]).await.unwrap();
    transaction.commit().await.unwrap();

    let bought = buying.await.unwrap();
    bought.expect(201);
    assert!(!bought.is_replay());
    assert_eq!((shop.balance(&customer).await, shop.stock(&beans).await), (100, 9));
    server.audit().await;
}

#[tokio::test]
async fn no_client_notices_connections_that_died_while_idle() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans) = (shop.customer(10_000).await, shop.product(100, 100).await);
    let observer = server.database.session().await;

    for _ in 0..5 {
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND usename = 'tallystick_server'";
        observer.client().query(end, &[]).await.unwrap();
        let bought = shop.buy(&customer, &[(&beans, 1)]).await;
        bought.expect(201);
        assert!(!bought.is_replay());
    }
    assert_eq!(shop.stock(&beans).await, 95);
    server.audit().await;
}
