//! A PostgreSQL that stops and comes back.

use crate::support::{fresh_database::FreshDatabase, proxy::Proxy, server::TestServer};

#[tokio::test]
async fn without_its_database_the_server_answers_unavailable_and_recovers_by_itself() {
    let (database, mut proxy) = (FreshDatabase::installed().await, Proxy::start());
    let url = proxy.url(&database);
    let server = TestServer::start_at(database, &url, &[]).await;
    let shop = server.shop().await;
    let (customer, beans) = (shop.customer(1_000).await, shop.product(100, 10).await);
    shop.buy_with("before", &customer, &[(&beans, 1)]).await.expect(201);

    for round in 0..2 {
        proxy.down().await;
        let key = format!("key-{round}");
        let refused = shop.buy_with(&key, &customer, &[(&beans, 1)]).await;
        refused.expect_problem(503, "database_unavailable");
        assert_eq!(refused.header("retry-after"), Some("2"));
        shop.client.get("/v1/orders").await.expect_problem(503, "database_unavailable");
        server.anonymous().get("/readyz").await.expect_problem(503, "database_unavailable");
        server.anonymous().get("/healthz").await.expect(200);
        server.operator().get("/metrics").await.expect(200);

        proxy.up();
        server.anonymous().get("/readyz").await.expect(200);
        let bought = shop.buy_with(&key, &customer, &[(&beans, 1)]).await;
        bought.expect(201);
        assert!(!bought.is_replay());
        assert!(shop.buy_with("before", &customer, &[(&beans, 1)]).await.is_replay());
    }
    assert_eq!(shop.balance(&customer).await, 300);
    server.audit().await;
}

#[tokio::test]
async fn credentials_that_cannot_be_looked_up_are_not_refused_as_wrong() {
    let (database, mut proxy) = (FreshDatabase::installed().await, Proxy::start());
    let url = proxy.url(&database);
    let server = TestServer::start_at(database, &url, &["--api-key-cache-ttl", "0"]).await;
    let shop = server.shop().await;

    proxy.down().await;
    shop.client.get("/v1/orders").await.expect_problem(503, "database_unavailable");
    server.anonymous().get("/v1/orders").await.expect_problem(401, "unauthenticated");
    proxy.up();
    shop.client.get("/v1/orders").await.expect(200);
}

#[tokio::test]
async fn a_server_that_starts_before_its_database_serves_as_soon_as_it_is_there() {
    let (database, mut proxy) = (FreshDatabase::installed().await, Proxy::start());
    let url = proxy.url(&database);
    proxy.down().await;
    let server = TestServer::start_at(database, &url, &[]).await;

    server.anonymous().get("/healthz").await.expect(200);
    server.anonymous().get("/readyz").await.expect_problem(503, "database_unavailable");
    proxy.up();
    server.anonymous().get("/readyz").await.expect(200);
    server.shop().await;
}
