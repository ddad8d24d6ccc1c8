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
        let mut request = client.request(method.clone(), &address.join("/"));
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
    let writer = server.client_with_scopes(shop.business_id, &["write"]).await;
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

/// Scope claims; whether a token with them may read; whether it may write.
const CLAIMS: [(&str, bool, bool); 43] = [
    // Without a claim about our scopes, both.
    ("{}", true, true),
    (r#"{"scope": null}"#, true, true),
    (r#"{"scope": ""}"#, true, true),
    (r#"{"scope": []}"#, true, true),
    (r#"{"scope": "openid profile email"}"#, true, true),
    (r#"{"scope": ["openid", "offline_access"]}"#, true, true),
    (r#"{"scp": "user_impersonation"}"#, true, true),
    (r#"{"permissions": ["read"], "roles": "read"}"#, true, true),
    (r#"{"user_metadata": {"scope": "read"}}"#, true, true),
    (r#"{"app_metadata": {"scope": "openid", "provider": "email"}}"#, true, true),
    // As a text and as a list, in each claim and each place.
    (r#"{"scope": "read"}"#, true, false),
    (r#"{"scope": "write"}"#, false, true),
    (r#"{"scope": "read write"}"#, true, true),
    (r#"{"scope": "write  read "}"#, true, true),
    (r#"{"scope": ["read"]}"#, true, false),
    (r#"{"scope": ["write", "read"]}"#, true, true),
    (r#"{"scopes": "read"}"#, true, false),
    (r#"{"scopes": ["write"]}"#, false, true),
    (r#"{"scp": "read"}"#, true, false),
    (r#"{"scp": ["write"]}"#, false, true),
    (r#"{"app_metadata": {"scope": "read"}}"#, true, false),
    (r#"{"app_metadata": {"scopes": ["read"]}}"#, true, false),
    (r#"{"app_metadata": {"scp": "write"}}"#, false, true),
    // Beside foreign ones.
    (r#"{"scope": "openid read profile"}"#, true, false),
    (r#"{"scope": ["email", "write"]}"#, false, true),
    // Several allow what each allows; a foreign one narrows nothing.
    (r#"{"scope": "read write", "scopes": ["read"]}"#, true, false),
    (r#"{"scope": "read", "scp": ["write"]}"#, false, false),
    (r#"{"scope": "openid", "scp": ["read"]}"#, true, false),
    (r#"{"scope": "read write", "app_metadata": {"scope": "write"}}"#, false, true),
    // What looks like one of ours and is none of them is not taken for foreign.
    (r#"{"scope": "READ"}"#, false, false),
    (r#"{"scope": "openid read:orders"}"#, false, false),
    (r#"{"scope": "readonly"}"#, false, false),
    (r#"{"scope": ["read write"]}"#, false, false),
    (r#"{"scope": "read,write"}"#, false, false),
    (r#"{"scope": "read\twrite"}"#, false, false),
    (r#"{"scope": "Write read"}"#, true, false),
    // Forms that a scope claim does not have.
    (r#"{"scope": 7}"#, false, false),
    (r#"{"scope": true}"#, false, false),
    (r#"{"scope": {"read": true}}"#, false, false),
    (r#"{"scope": [["read", "write"]]}"#, false, false),
    (r#"{"scope": ["read", "write", 7]}"#, false, false),
    (r#"{"scope": "read write", "scp": [null]}"#, false, false),
    (r#"{"app_metadata": {"scope": 1}}"#, false, false),
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
    for (scopes, reads, writes) in CLAIMS {
        let mut claims: Value = serde_json::from_str(scopes).unwrap();
        claims["business_id"] = json!(business);

        let client = server.client(&token(&claims));
        let read = client.get("/v1/products").await.status;
        let bought = client.move_once("/v1/purchases", &purchase(&customer, &[(&beans, 1)])).await.status;
        assert!(if reads { read == 200 } else { [401, 403].contains(&read) }, "{scopes}: reading gave {read}");
        assert!(if writes { bought == 201 } else { [401, 403].contains(&bought) }, "{scopes}: buying gave {bought}");

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
    }
    server.audit().await;
}
