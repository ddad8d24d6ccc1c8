//! `HEAD` on every route that can be read.

use reqwest::{Method, header::HeaderMap};

use crate::support::{client::Client, contract, server::TestServer};

/// Headers of the answer, without the date, and the body.
async fn ask(client: &Client, method: Method, path: &str) -> (u16, HeaderMap, String) {
    let answer = client.request(method, path).header("x-request-id", "same").send().await.unwrap();
    let (status, mut headers) = (answer.status().as_u16(), answer.headers().clone());
    headers.remove("date");
    (status, headers, answer.text().await.unwrap())
}

#[tokio::test]
async fn head_answers_on_every_route_as_get_does_without_the_body() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, product) = (shop.customer(1_000).await, shop.product(100, 10).await);
    let order = shop.buy(&customer, &[(&product, 1)]).await.expect(201)["id"].as_str().unwrap().to_owned();

    let documented = contract::operations().filter(|(_, method, _)| *method == "get").map(|(path, ..)| path);
    let mut routes = 0;
    for path in documented.chain(["/openapi.json", "/docs/", "/docs/swagger-ui.css", "/v1/nothing"]) {
        let client = if path.starts_with("/v1/businesses") { server.admin() } else { shop.client.clone() };
        let path = path
            .replace("{business_id}", &shop.business_id.to_string())
            .replace("{customer_id}", &customer)
            .replace("{product_id}", &product)
            .replace("{order_id}", &order);
        // An order is none of these, and an answer that says so has a head, too.
        let path = ["payment", "adjustment", "refund", "return"]
            .iter()
            .fold(path, |path, thing| path.replace(&format!("{{{thing}_id}}"), &order));
        assert!(!path.contains('{'), "an id that this test does not know: {path}");
        let (status, headers, body) = ask(&client, Method::HEAD, &path).await;
        let mut expected = ask(&client, Method::GET, &path).await;
        // What is streamed has no length, and without a body there are no chunks.
        let is_streamed = expected.1.remove("transfer-encoding").is_some();
        assert_eq!((status, &headers, body.as_str()), (expected.0, &expected.1, ""), "{path}");
        let length = headers.get("content-length").map(|length| length.to_str().unwrap().to_owned());
        assert_eq!(length, (!is_streamed).then(|| expected.2.len().to_string()), "{path}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        let is_asset = path.starts_with("/docs/");
        assert_eq!(headers["cache-control"] == "no-store", !is_asset, "{path}: {headers:?}");
        routes += usize::from(status == 200);
    }
    assert!(routes > 12, "{routes}");
    server.audit().await;
}
