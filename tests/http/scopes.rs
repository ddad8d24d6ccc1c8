//! What a key's scopes allow. Every route of a business is tried, as the API's description lists them.

use reqwest::Method;
use serde_json::json;

use crate::support::{
    client::{Answer, Client, send},
    contract::operations,
    server::TestServer,
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
