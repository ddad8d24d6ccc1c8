//! How many round trips to PostgreSQL each request needs. Every Sync ends one: a call is Bind, Execute, Sync.

use serde_json::json;
use tallystick::auth::GeneratedKey;

use crate::support::{
    fresh_database::FreshDatabase,
    proxy::Proxy,
    server::TestServer,
    shop::{Shop, purchase},
};

const ONE_CALL: &str = "BES";

/// A server behind a counting proxy, and a shop whose key the server remembers.
async fn counted(api_key_cache_ttl: &str) -> (TestServer, Proxy, Shop) {
    let (database, proxy) = (FreshDatabase::installed().await, Proxy::start());
    let url = proxy.url(&database);
    let flags = ["--pool-size", "1", "--api-key-cache-ttl", api_key_cache_ttl];
    let server = TestServer::start_at(database, &url, &flags).await;
    let shop = server.shop().await;
    (server, proxy, shop)
}

#[tokio::test]
async fn a_purchase_costs_one_round_trip() {
    let (server, proxy, shop) = counted("1h").await;
    let (customer, beans, filters) = (shop.customer(500).await, shop.product(100, 10).await, shop.product(1, 10).await);
    proxy.take_sent();

    shop.buy_with("key", &customer, &[(&beans, 2), (&filters, 1), (&beans, 1)]).await.expect(201);
    assert_eq!(proxy.take_sent(), ONE_CALL);
    shop.buy_with("key", &customer, &[(&beans, 2), (&filters, 1), (&beans, 1)]).await.expect(201);
    assert_eq!(proxy.take_sent(), ONE_CALL, "a replay");
    shop.buy(&customer, &[(&beans, 8)]).await.expect_problem(409, "insufficient_stock");
    assert_eq!(proxy.take_sent(), ONE_CALL, "a refusal");
    server.audit().await;
}

#[tokio::test]
async fn every_other_call_costs_one_round_trip_too() {
    let (server, proxy, shop) = counted("1h").await;
    let (customer, beans) = (shop.customer(1_000).await, shop.product(100, 10).await);
    shop.buy(&customer, &[(&beans, 1)]).await.expect(201);
    let customer_path = format!("/v1/customers/{customer}");
    let (ledger, movements) = (format!("{customer_path}/ledger"), format!("/v1/products/{beans}/stock-movements"));

    for warm in [false, true] {
        shop.pay(&customer, 1).await.expect(201);
        shop.client.move_once(&movements, &json!({"quantity": 1, "reason": "count"})).await.expect(201);
        for path in [&customer_path, &ledger, "/v1/orders", "/v1/products", "/v1/overdue-customers"] {
            proxy.take_sent();
            shop.client.get(path).await.expect(200);
            let sent = proxy.take_sent();
            // The first time, a statement is prepared: Parse, Describe, Sync.
            assert!(sent == ONE_CALL || (!warm && sent == format!("PDS{ONE_CALL}")), "{path}: {sent}");
        }
    }
    server.audit().await;
}

#[tokio::test]
async fn the_first_purchase_on_a_new_connection_costs_one_round_trip() {
    let (server, proxy, shop) = counted("1h").await;
    let (customer, beans) = (shop.customer(1_000).await, shop.product(100, 10).await);
    let observer = server.database.session().await;
    let end = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
        WHERE datname = current_database() AND usename = 'tallystick_server'";
    assert_eq!(observer.client().query(end, &[]).await.unwrap().len(), 2, "one for calls, one for credentials");
    proxy.take_sent();

    shop.buy(&customer, &[(&beans, 1)]).await.expect(201);

    let sent = proxy.take_sent();
    let hot_statements_prepared = sent.strip_suffix(ONE_CALL).unwrap();
    assert!(!hot_statements_prepared.contains(['B', 'E']), "{sent}");
    server.audit().await;
}

#[tokio::test]
async fn without_the_key_cache_every_request_costs_a_look_up_more() {
    let (server, proxy, shop) = counted("0").await;
    let (customer, beans) = (shop.customer(1_000).await, shop.product(100, 10).await);
    proxy.take_sent();

    shop.client.move_once("/v1/purchases", &purchase(&customer, &[(&beans, 1)])).await.expect(201);

    assert_eq!(proxy.take_sent(), ONE_CALL.repeat(2));
    server.audit().await;
}

#[tokio::test]
async fn a_made_up_api_key_costs_one_round_trip_and_none_when_it_comes_again() {
    let (server, proxy, shop) = counted("1h").await;
    let made_up = || GeneratedKey::generate(shop.business_id).unwrap().plain;
    // Opens the connection that looks keys up.
    server.client(&made_up()).get("/v1/customers").await.expect_problem(401, "unauthenticated");
    let key = made_up();
    for sent in [ONE_CALL, "", ""] {
        proxy.take_sent();
        server.client(&key).get("/v1/customers").await.expect_problem(401, "unauthenticated");
        assert_eq!(proxy.take_sent(), sent);
    }
}

#[tokio::test]
async fn an_address_that_guesses_gets_429_without_a_round_trip_and_its_shop_goes_on() {
    let (database, proxy) = (FreshDatabase::installed().await, Proxy::start());
    let url = proxy.url(&database);
    let flags = ["--pool-size", "1", "--api-key-cache-ttl", "0", "--failed-credentials-per-minute", "3"];
    let server = TestServer::start_at(database, &url, &flags).await;
    let shop = server.shop().await;
    shop.client.get("/v1/customers").await.expect(200);
    let guess = || server.client(&GeneratedKey::generate(shop.business_id).unwrap().plain);
    for _ in 0..3 {
        guess().get("/v1/customers").await.expect_problem(401, "unauthenticated");
    }
    proxy.take_sent();
    let refused = guess().get("/v1/customers").await;
    refused.expect_problem(429, "too_many_attempts");
    assert!(refused.header("retry-after").is_some());
    assert_eq!(proxy.take_sent(), "");

    shop.client.get("/v1/customers").await.expect(200);
    let created = server.client_with_scopes(shop.business_id, &["read"]).await;
    created.get("/v1/customers").await.expect(200);
    server.audit().await;
}
