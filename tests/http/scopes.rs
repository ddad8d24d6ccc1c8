//! What the scopes of a key and of a token allow. Every route of a business is tried with a key, as the API's description lists
//! them. Tokens are tried by the API and, as a Supabase user sends them, by the database.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    isolation::http::callers::{JWT_FLAGS, token},
    support::{
        actor::{Actor, quoted},
        client::{Answer, Client, send},
        contract::operations,
        server::TestServer,
        shop::purchase,
    },
};

/// Asks every route of a business for an unknown id, and returns each answer.
async fn answers(client: &Client) -> Vec<(Method, &'static str, Answer)> {
    let mut answers = Vec::new();
    for (path, method, operation) in
        operations().filter(|(.., operation)| operation["security"] == json!([{"business": []}]))
    {
        let nobody = uuid::Uuid::now_v7().to_string();
        let address: Vec<_> =
            path.split('/').map(|part| if part.starts_with('{') { nobody.as_str() } else { part }).collect();
        let method: Method = method.to_ascii_uppercase().parse().unwrap();
        let mut address = address.join("/");
        if path.ends_with("/statement") {
            address += "?from=2026-03-01&to=2026-03-31";
        }
        let mut request = client.request(method.clone(), &address);
        if operation.get("requestBody").is_some() {
            request = request.json(&json!({}));
        }
        answers.push((method, path, send(request).await));
    }
    assert!(answers.len() > 10);
    answers
}

#[tokio::test]
async fn a_key_with_scope_read_can_read_and_not_change() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let reader = server.client_with_scopes(shop.business_id, &["read"]).await;
    for (method, path, answer) in answers(&reader).await {
        if method == Method::GET {
            assert!([200, 404].contains(&answer.status), "{method} {path}: {}", answer.body);
        } else {
            let problem = answer.expect_problem(403, "forbidden");
            assert_eq!(problem["detail"], "these credentials lack the scope write", "{method} {path}");
        }
    }
}

#[tokio::test]
async fn a_key_with_scope_write_can_change_and_not_read() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    // Corrections need another scope, too: adjustments.rs.
    let writer = server.client_with_scopes(shop.business_id, &["write", "adjust"]).await;
    for (method, path, answer) in answers(&writer).await {
        if method == Method::GET {
            let problem = answer.expect_problem(403, "forbidden");
            assert_eq!(problem["detail"], "these credentials lack the scope read", "{method} {path}");
        } else {
            assert!([400, 404, 422].contains(&answer.status), "{method} {path}: {}", answer.body);
        }
    }
    let body = json!({"name": "A", "credit_limit": 0});
    writer.post("/v1/customers", &body).await.expect(201);
}

#[tokio::test]
async fn without_credentials_no_route_reveals_anything() {
    let server = TestServer::start().await;
    for (_, _, answer) in answers(&server.anonymous()).await {
        answer.expect_problem(401, "unauthenticated");
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    }
}

/// Scope claims; whether a token with them may read; whether it may write; whether it may bring prices.
const CLAIMS: [(&str, bool, bool, bool); 55] = [
    // Without a claim about our scopes, both; but whoever sets prices has a claim that says so.
    ("{}", true, true, false),
    (r#"{"scope": null}"#, true, true, false),
    (r#"{"scope": ""}"#, true, true, false),
    (r#"{"scope": []}"#, true, true, false),
    (r#"{"scope": "openid profile email"}"#, true, true, false),
    (r#"{"scope": ["openid", "offline_access"]}"#, true, true, false),
    (r#"{"scp": "user_impersonation"}"#, true, true, false),
    (r#"{"permissions": ["read"], "roles": "read"}"#, true, true, false),
    (r#"{"user_metadata": {"scope": "read"}}"#, true, true, false),
    (r#"{"app_metadata": {"scope": "openid", "provider": "email"}}"#, true, true, false),
    // As a text and as a list, in each claim and each place.
    (r#"{"scope": "read"}"#, true, false, false),
    (r#"{"scope": "write"}"#, false, true, false),
    (r#"{"scope": "read write"}"#, true, true, false),
    (r#"{"scope": "write  read "}"#, true, true, false),
    (r#"{"scope": ["read"]}"#, true, false, false),
    (r#"{"scope": ["write", "read"]}"#, true, true, false),
    (r#"{"scopes": "read"}"#, true, false, false),
    (r#"{"scopes": ["write"]}"#, false, true, false),
    (r#"{"scp": "read"}"#, true, false, false),
    (r#"{"scp": ["write"]}"#, false, true, false),
    (r#"{"app_metadata": {"scope": "read"}}"#, true, false, false),
    (r#"{"app_metadata": {"scopes": ["read"]}}"#, true, false, false),
    (r#"{"app_metadata": {"scp": "write"}}"#, false, true, false),
    // Beside foreign ones.
    (r#"{"scope": "openid read profile"}"#, true, false, false),
    (r#"{"scope": ["email", "write"]}"#, false, true, false),
    // Several allow what each allows; a foreign one narrows nothing.
    (r#"{"scope": "read write", "scopes": ["read"]}"#, true, false, false),
    (r#"{"scope": "read", "scp": ["write"]}"#, false, false, false),
    (r#"{"scope": "openid", "scp": ["read"]}"#, true, false, false),
    (r#"{"scope": "read write", "app_metadata": {"scope": "write"}}"#, false, true, false),
    // What looks like one of ours and is none of them is not taken for foreign.
    (r#"{"scope": "READ"}"#, false, false, false),
    (r#"{"scope": "openid read:orders"}"#, false, false, false),
    (r#"{"scope": "readonly"}"#, false, false, false),
    (r#"{"scope": ["read write"]}"#, false, false, false),
    (r#"{"scope": "read,write"}"#, false, false, false),
    (r#"{"scope": "read\twrite"}"#, false, false, false),
    (r#"{"scope": "Write read"}"#, true, false, false),
    // Forms that a scope claim does not have.
    (r#"{"scope": 7}"#, false, false, false),
    (r#"{"scope": true}"#, false, false, false),
    (r#"{"scope": {"read": true}}"#, false, false, false),
    (r#"{"scope": [["read", "write"]]}"#, false, false, false),
    (r#"{"scope": ["read", "write", 7]}"#, false, false, false),
    (r#"{"scope": "read write", "scp": [null]}"#, false, false, false),
    (r#"{"app_metadata": {"scope": 1}}"#, false, false, false),
    // Prices need `price` by name, and `write`.
    (r#"{"scope": "read write price"}"#, true, true, true),
    (r#"{"scope": "write price"}"#, false, true, true),
    (r#"{"scope": ["price", "write"]}"#, false, true, true),
    (r#"{"app_metadata": {"scope": "read write price"}}"#, true, true, true),
    (r#"{"scope": "openid", "scp": ["write", "price"]}"#, false, true, true),
    (r#"{"scope": "price"}"#, false, false, false),
    (r#"{"scope": "read price"}"#, true, false, false),
    (r#"{"scope": "read write", "scp": ["price"]}"#, false, false, false),
    (r#"{"scope": "read write price", "scopes": ["read", "write"]}"#, true, true, false),
    (r#"{"scope": "read write PRICE"}"#, true, true, false),
    (r#"{"scope": "pricelist"}"#, false, false, false),
    (r#"{"permissions": ["price"], "user_metadata": {"scope": "price"}}"#, true, true, false),
];

#[tokio::test]
async fn a_token_may_do_the_same_by_the_api_and_by_rpc() {
    let server = TestServer::start_with(&JWT_FLAGS).await;
    let shop = server.shop().await;
    let (customer, beans) = (shop.customer(1_000).await, shop.product(1, 1_000).await);
    let business = shop.business_id;
    let rpc = format!(
        "SELECT outcome FROM tallystick.purchase('{business}', '{customer}', ARRAY['{beans}']::uuid[], '{{1}}', 'by-rpc')"
    );
    let user = Actor::rest(&server.database, "authenticated", None).await;
    let priced_rpc = rpc.replace("'by-rpc'", r#"'priced', p_options => '{"lines": [{"unit_price": 1, "tax": 0}]}'"#);
    for (scopes, reads, writes, prices) in CLAIMS {
        let mut claims: Value = serde_json::from_str(scopes).unwrap();
        claims["business_id"] = json!(business);

        let client = server.client(&token(&claims));
        let read = client.get("/v1/products").await.status;
        let bought = client.move_once("/v1/purchases", &purchase(&customer, &[(&beans, 1)])).await.status;
        assert!(if reads { read == 200 } else { [401, 403].contains(&read) }, "{scopes}: reading gave {read}");
        assert!(if writes { bought == 201 } else { [401, 403].contains(&bought) }, "{scopes}: buying gave {bought}");

        let mut priced = purchase(&customer, &[(&beans, 1)]);
        priced["items"][0]["unit_price"] = json!(1);
        let priced = client.move_once("/v1/purchases", &priced).await.status;
        assert!(if prices { priced == 201 } else { [401, 403].contains(&priced) }, "{scopes}: pricing gave {priced}");

        let set = format!("SET LOCAL request.jwt.claims = {};", quoted(&claims.to_string()));
        let seen = user.value(&format!("{set} SELECT count(*) FROM tallystick.products")).await;
        assert_eq!(seen, if reads { "1" } else { "0" }, "{scopes}");
        if writes {
            assert_eq!(user.value(&format!("{set} {rpc}")).await, "created", "{scopes}");
        } else {
            let refusal = user.refusal(&format!("{set} {rpc}")).await;
            assert_eq!(refusal.code().code(), "42501", "{scopes}");
            assert_eq!(refusal.message(), "the claims lack the scope write", "{scopes}");
        }
        if prices {
            assert!(["created", "replayed"].contains(&&*user.value(&format!("{set} {priced_rpc}")).await), "{scopes}");
        } else {
            let refusal = user.refusal(&format!("{set} {priced_rpc}")).await;
            assert_eq!(refusal.code().code(), "42501", "{scopes}");
            let lacks = if writes { "the claims lack the scope price" } else { "the claims lack the scope write" };
            assert_eq!(refusal.message(), lacks, "{scopes}");
        }
    }
    server.audit().await;
}
