//! Whom the records name for a change: the API key or the token's subject that asked for it. A Supabase user, who sends SQL, cannot
//! choose.

use serde_json::json;

use crate::{
    isolation::http::callers::{JWT_FLAGS, token},
    support::{
        actor::{Actor, claims},
        client::Client,
        server::TestServer,
        shop::{Shop, purchase},
        two_businesses::{OURS, fill, two_businesses},
    },
};

/// Every actor of a business's ledger entries and stock movements, each once.
const ACTORS: &str = "SELECT DISTINCT actor FROM (SELECT business_id, actor FROM tallystick.credit_ledger
    UNION ALL SELECT business_id, actor FROM tallystick.stock_movements) AS facts WHERE business_id = ";

/// Makes one change of each kind that writes a fact.
async fn change_everything(shop: &Shop, client: &Client) {
    let product = json!({"sku": uuid::Uuid::now_v7(), "name": "Beans", "price": 10, "stock": 5});
    let product = client.post("/v1/products", &product).await.expect(201)["id"].as_str().unwrap().to_owned();
    let customer = shop.customer(1_000).await;
    let order = client.move_once("/v1/purchases", &purchase(&customer, &[(&product, 1)])).await.expect(201);
    let order = order["id"].as_str().unwrap();
    client.move_once("/v1/payments", &json!({"customer_id": customer, "amount": 5})).await.expect(201);
    let note = json!({"customer_id": customer, "allocations": [{"charge_id": order, "amount": 5}]});
    client.move_once("/v1/allocations", &note).await.expect(201);
    let movements = format!("/v1/products/{product}/stock-movements");
    client.move_once(&movements, &json!({"quantity": 1, "reason": "found"})).await.expect(201);
}

#[tokio::test]
async fn every_fact_names_the_key_or_the_subject_that_asked_for_it() {
    for flags in [&JWT_FLAGS[..], &[&JWT_FLAGS[..], &["--combine-purchases", "false"]].concat()] {
        let server = TestServer::start_with(flags).await;
        let actors = async |shop: &Shop| {
            let sql = format!("{ACTORS}'{}'", shop.business_id);
            Actor::superuser(&server.database).await.value(&sql).await
        };

        let shop = server.shop().await;
        let key = server.admin().get(&format!("/v1/businesses/{}/api-keys", shop.business_id)).await.expect(200);
        change_everything(&shop, &shop.client).await;
        assert_eq!(actors(&shop).await, format!("key:{}", key["data"][0]["id"].as_str().unwrap()));

        for (claims, expected) in [(json!({"sub": "ada@example.org"}), "sub:ada@example.org"), (json!({}), "sub:")] {
            let shop = server.shop().await;
            let mut claims = claims;
            claims["business_id"] = json!(shop.business_id);
            change_everything(&shop, &server.client(&token(&claims))).await;
            assert_eq!(actors(&shop).await, expected);
        }
    }
}

#[tokio::test]
async fn a_signed_in_user_cannot_choose_whom_the_records_name() {
    let database = two_businesses().await;
    let business = OURS.id("business");
    let buy = |actor: &str| {
        fill(&format!(
            "SELECT FROM tallystick.purchase({{business}}, {{customer}}, ARRAY[{{product}}], '{{1}}', 'k', NULL, {actor});
             SELECT actor FROM tallystick.credit_ledger WHERE business_id = {{business}} AND idempotency_key = 'k'"
        ))
    };
    let nobody = format!(r#"{{"business_id": "{business}"}}"#);
    let empty = format!(r#"{{"business_id": "{business}", "sub": ""}}"#);
    for (claims, expected) in [(claims(&business), "sub:u1"), (nobody, "sub:"), (empty, "sub:")] {
        let user = Actor::rest(&database, "authenticated", Some(&claims)).await;
        for chosen in ["'key:01a20c85-6f4e-7c3a-9d2b-0a1b2c3d4e5f'", "NULL"] {
            assert_eq!(user.rows(&buy(chosen)).await.last().unwrap()[0].as_deref(), Some(expected), "{claims}");
        }
    }
    let long = format!(r#"{{"business_id": "{business}", "sub": "{}"}}"#, "a".repeat(297));
    let refusal = Actor::rest(&database, "authenticated", Some(&long)).await.refusal(&buy("NULL")).await;
    assert_eq!(refusal.constraint(), Some("credit_ledger_actor_is_short_text"));

    let server = Actor::server(&database, &business).await;
    for (said, expected) in [("'sub:ada'", "sub:ada"), ("NULL", "role:tallystick_server")] {
        assert_eq!(server.rows(&buy(said)).await.last().unwrap()[0].as_deref(), Some(expected));
    }
}
