//! A business that is gone: nobody but the database's owner can end one, and its credentials end with it.

use serde_json::json;

use super::{
    callers::{JWT_FLAGS, token},
    world::one_piece,
};
use crate::support::{
    actor::Actor,
    server::TestServer,
    shop::{Shop, id},
    tables::tenant_tables_but,
};

#[tokio::test]
async fn the_credentials_of_a_deleted_business_open_nothing() {
    let server = TestServer::start_with(&[&JWT_FLAGS[..], &["--api-key-cache-ttl", "0"]].concat()).await;
    let (gone, other) = (Shop::open(&server).await, Shop::open(&server).await);
    let by_token = server.client(&token(&json!({"business_id": gone.business_id})));
    let keys = format!("/v1/businesses/{}/api-keys", gone.business_id);
    for client in [&gone.client, &by_token] {
        client.get("/v1/customers").await.expect(200);
    }
    let delete = format!(
        "SET app.business_id = '{0}'; DELETE FROM tallystick.api_keys WHERE business_id = '{0}'; \
         DELETE FROM tallystick.businesses WHERE business_id = '{0}'",
        gone.business_id
    );
    server.database.session().await.client().batch_execute(&delete).await.unwrap();

    gone.client.get("/v1/customers").await.expect_problem(401, "unauthenticated");
    gone.client
        .post("/v1/customers", &json!({"name": "x", "credit_limit": 1}))
        .await
        .expect_problem(401, "unauthenticated");
    server.admin().get(&keys).await.expect_problem(404, "business_not_found");
    // A token is good for as long as its issuer said. It opens an empty place, in which nothing can be made.
    assert_eq!(by_token.get("/v1/customers").await.expect(200)["data"], json!([]));
    by_token.post("/v1/customers", &json!({"name": "x", "credit_limit": 1})).await.expect_problem(403, "forbidden");
    other.client.get("/v1/customers").await.expect(200);
    server.audit().await;
}

#[tokio::test]
async fn a_business_with_records_cannot_be_deleted_even_by_the_owner() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans) = (shop.customer(1_000).await, shop.product(1, 10).await);
    let order = id(&shop.buy(&customer, &[(&beans, 1)]).await.expect(201));
    shop.client.move_once("/v1/returns", &one_piece(&order)).await.expect(201);
    let owner = Actor::owner(&server.database, &shop.business_id.to_string()).await;
    // An API key can be deleted, and so can the memory of a request: nothing of the past refers to them.
    for table in tenant_tables_but(&["api_keys", "creations"]) {
        owner.refusal(&format!("DELETE FROM tallystick.{table} WHERE business_id = '{}'", shop.business_id)).await;
    }
    shop.client.get("/v1/orders").await.expect(200);
    server.audit().await;
}
