//! A connection dies while its call is on the way to PostgreSQL, and PostgreSQL gets the call after the client was
//! answered. What the client was told must stay true.

use serde_json::json;

use crate::support::{
    fresh_database::FreshDatabase,
    proxy::{Cut, Proxy},
    server::TestServer,
    shop::Shop,
};

/// A server with one database connection behind a proxy. It looks up each API key once.
async fn behind_a_proxy(url_parameters: &str) -> (TestServer, Proxy, Shop) {
    let (database, proxy) = (FreshDatabase::installed().await, Proxy::start());
    let url = proxy.url_with(&database, url_parameters);
    let flags = ["--pool-size", "1", "--api-key-cache-ttl", "1h"];
    let server = TestServer::start_at(database, &url, &flags).await;
    let shop = server.shop().await;
    (server, proxy, shop)
}

#[tokio::test]
async fn a_refused_purchase_does_not_happen_when_its_first_copy_arrives_late() {
    let (server, proxy, shop) = behind_a_proxy("").await;
    let (customer, beans) = (shop.customer(50).await, shop.product(100, 10).await);

    proxy.cut(Some(Cut::HoldCall));
    let refused = shop.buy_with("key", &customer, &[(&beans, 1)]).await;
    refused.expect_problem(409, "credit_limit_exceeded");
    let path = format!("/v1/customers/{customer}");
    shop.client.patch(&path, &json!({"credit_limit": 1_000})).await.expect(200);
    proxy.deliver().await;

    assert_eq!((shop.balance(&customer).await, shop.stock(&beans).await), (0, 10));
    let bought = shop.buy_with("key", &customer, &[(&beans, 1)]).await;
    bought.expect(201);
    assert!(!bought.is_replay());
    server.audit().await;
}

#[tokio::test]
async fn a_late_copy_of_a_change_does_not_undo_a_later_change() {
    let (server, proxy, shop) = behind_a_proxy("").await;
    let (customer, beans) = (shop.customer(10).await, shop.product(1, 10).await);

    for (path, field) in
        [(format!("/v1/customers/{customer}"), "credit_limit"), (format!("/v1/products/{beans}"), "price")]
    {
        proxy.cut(Some(Cut::HoldCall));
        shop.client.patch(&path, &json!({field: 1_000})).await.expect(200);
        shop.client.patch(&path, &json!({field: 50})).await.expect(200);
        proxy.deliver().await;
        assert_eq!(shop.client.get(&path).await.expect(200)[field], 50);
    }
    server.audit().await;
}

#[tokio::test]
async fn a_session_that_cannot_be_ended_leaves_the_outcome_unknown_until_the_key_is_sent_again() {
    let (server, proxy, shop) = behind_a_proxy("").await;
    let (customer, beans) = (shop.customer(1_000).await, shop.product(100, 10).await);
    let forbid = "REVOKE EXECUTE ON FUNCTION pg_terminate_backend(integer, bigint) FROM PUBLIC";
    server.database.session().await.client().batch_execute(forbid).await.unwrap();

    proxy.cut(Some(Cut::HoldCall));
    let unknown = shop.buy_with("key", &customer, &[(&beans, 1)]).await;
    unknown.expect_problem(503, "database_unavailable");
    assert_eq!(unknown.header("retry-after"), Some("2"));
    proxy.deliver().await;

    let bought = shop.buy_with("key", &customer, &[(&beans, 1)]).await;
    bought.expect(201);
    assert!(bought.is_replay());
    assert_eq!(shop.balance(&customer).await, 100);
    server.audit().await;
}

/// Behind a transaction pooler the server does not know which process serves a session, so it must not end any.
#[tokio::test]
async fn behind_a_transaction_pooler_a_lost_call_is_answered_503_and_the_client_asks_again() {
    let (server, proxy, shop) = behind_a_proxy("&pgbouncer=true").await;
    let (customer, beans) = (shop.customer(1_000).await, shop.product(100, 10).await);
    let path = format!("/v1/customers/{customer}");

    for (cut, is_made) in [(Cut::BeforeCalls(1), false), (Cut::AfterCommit, true), (Cut::HoldCall, true)] {
        let key = format!("{is_made}{}", cut == Cut::HoldCall);
        proxy.cut(Some(cut));
        shop.buy_with(&key, &customer, &[(&beans, 1)]).await.expect_problem(503, "database_unavailable");
        if cut == Cut::HoldCall {
            proxy.deliver().await;
        }
        let bought = shop.buy_with(&key, &customer, &[(&beans, 1)]).await;
        bought.expect(201);
        assert_eq!(bought.is_replay(), is_made);
    }

    proxy.cut(Some(Cut::BeforeCalls(1)));
    let changed = shop.client.patch(&path, &json!({"credit_limit": 7})).await;
    changed.expect_problem(503, "database_unavailable");
    assert_eq!(shop.client.get(&path).await.expect(200)["credit_limit"], 1_000);
    assert_eq!((shop.balance(&customer).await, shop.stock(&beans).await), (300, 7));
    server.audit().await;
}
