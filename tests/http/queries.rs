//! Query parameters: those that a route has, and no others, on every route.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    client::{Answer, Client, send},
    contents::contents,
    contract::operations,
    server::TestServer,
    shop::purchase,
};

/// The faults of an answer, all of which must be in the query.
#[track_caller]
fn faults(answer: &Answer, what: &str) -> Vec<(String, String)> {
    assert_eq!(answer.status, 422, "{what}: {}", answer.body);
    let problem = answer.expect_problem(422, "invalid_request");
    let fault = |fault: &Value| {
        assert_eq!(fault["in"], "query", "{what}");
        (fault["pointer"].as_str().unwrap().to_owned(), fault["detail"].as_str().unwrap().to_owned())
    };
    problem["errors"].as_array().unwrap().iter().map(fault).collect()
}

fn expected(pointer: &str, detail: &str) -> Vec<(String, String)> {
    vec![(pointer.to_owned(), detail.to_owned())]
}

/// The routes come from the router's own description, so a new one is walked without being listed here.
#[tokio::test]
async fn a_parameter_that_a_route_does_not_have_is_refused_on_every_route() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, product) = (shop.customer(1_000).await, shop.product(1, 10).await);
    let before = contents(&server.database).await;
    let mut walked = 0;
    for (path, method, operation) in operations() {
        let address = path
            .replace("{customer_id}", &customer)
            .replace("{product_id}", &product)
            .replace("{business_id}", &shop.business_id.to_string());
        let client = match operation["security"][0].as_object().unwrap().keys().next().map(String::as_str) {
            Some("admin") => server.admin(),
            Some(_) => shop.client.clone(),
            None => server.anonymous(),
        };
        let method: Method = method.to_uppercase().parse().unwrap();
        let what = format!("{method} {path}");
        let ask = async |query: &str| {
            let request = client.request(method.clone(), &format!("{address}?{query}"));
            let body = operation.get("requestBody").map(|_| example(path, &method, &customer, &product));
            let request = if let Some(body) = &body { request.json(body) } else { request };
            send(request.header("Idempotency-Key", "the-same")).await
        };
        assert_eq!(faults(&ask("dry_run=true").await, &what), expected("/dry_run", "is not known"));
        assert_eq!(faults(&ask("at=2020-01-01&dry_run").await, &what).len(), 2);
        assert_eq!(faults(&ask("%ff=1").await, &what), expected("", "must be UTF-8"));
        if method == Method::GET {
            let head = send(client.request(Method::HEAD, &format!("{address}?dry_run=true"))).await;
            assert_eq!(head.status, 422, "HEAD {path}");
        }
        let known: BTreeSet<&str> = parameters(operation).collect();
        for name in ["limit", "cursor", "external_id", "sku", "customer_id"] {
            if known.contains(name) {
                assert_eq!(
                    faults(&ask(&format!("{name}=%C3%28")).await, &what),
                    expected(&format!("/{name}"), "must be UTF-8")
                );
                let twice = faults(&ask(&format!("{name}=1&{name}=1")).await, &what);
                assert_eq!(twice, expected(&format!("/{name}"), "must be given once"));
            } else {
                assert_eq!(
                    faults(&ask(&format!("{name}=1")).await, &what),
                    expected(&format!("/{name}"), "is not known")
                );
            }
        }
        walked += 1;
    }
    assert!(walked >= 21, "{walked}");
    assert_eq!(contents(&server.database).await, before, "a refused request changed something");
}

fn parameters(operation: &Value) -> impl Iterator<Item = &str> {
    let all = operation["parameters"].as_array().into_iter().flatten();
    all.filter(|parameter| parameter["in"] == "query").map(|parameter| parameter["name"].as_str().unwrap())
}

/// A body that the route would take.
fn example(path: &str, method: &Method, customer: &str, product: &str) -> Value {
    match (method.as_str(), path) {
        (_, "/v1/purchases") => purchase(customer, &[(product, 1)]),
        (_, "/v1/payments") => json!({"customer_id": customer, "amount": 1}),
        ("PATCH", _) => json!({"name": "changed"}),
        (_, "/v1/customers") => json!({"name": "A", "credit_limit": 1}),
        (_, "/v1/products") => json!({"sku": "A", "name": "A", "price": 1, "stock": 1}),
        (_, "/v1/businesses") => json!({"name": "A", "currency": "EUR"}),
        (_, path) if path.ends_with("/api-keys") => json!({"name": "A", "scopes": ["read"]}),
        _ => json!({"quantity": 1, "reason": "A"}),
    }
}

#[tokio::test]
async fn routes_outside_the_description_take_no_parameters_either() {
    let server = TestServer::start().await;
    for path in ["/openapi.json", "/docs/"] {
        if server.anonymous().get(path).await.status == 200 {
            let refused = server.anonymous().get(&format!("{path}?x=1")).await;
            assert_eq!(faults(&refused, path), expected("/x", "is not known"));
        }
    }
    server.anonymous().get("/nothing?x=1").await.expect_problem(404, "route_not_found");
    server.anonymous().get("/v1/purchases?x=1").await.expect_problem(405, "method_not_allowed");
}

#[tokio::test]
async fn an_empty_query_is_none_and_a_head_request_has_the_parameters_of_get() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let head = async |client: &Client, path: &str| send(client.request(Method::HEAD, path)).await.status;
    shop.client.get("/v1/customers?").await.expect(200);
    shop.client.get("/v1/customers?&").await.expect(200);
    assert_eq!(head(&shop.client, "/v1/customers?limit=1").await, 200);
    assert_eq!(head(&shop.client, "/v1/customers?offset=1").await, 422);
}
