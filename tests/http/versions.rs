//! `ETag` and `If-Match` on customers and products: of two changes at once, the second does not overwrite the first unseen.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    client::{Answer, Client, send},
    contents::contents,
    server::TestServer,
    shop::{Shop, id},
};

/// A customer and a product, each with a change and a second one.
async fn records(shop: &Shop) -> [(String, Value, Value); 2] {
    let (customer, product) = (shop.customer(1_000).await, shop.product(100, 10).await);
    [
        (format!("/v1/customers/{customer}"), json!({"credit_limit": 2_000}), json!({"credit_limit": 3_000})),
        (format!("/v1/products/{product}"), json!({"price": 200}), json!({"price": 300})),
    ]
}

async fn change(client: &Client, path: &str, if_match: &[&str], body: &Value) -> Answer {
    let request = client.request(Method::PATCH, path).json(body);
    send(if_match.iter().fold(request, |request, tags| request.header("If-Match", *tags))).await
}

fn tag(answer: &Answer) -> String {
    let tag = answer.header("etag").unwrap_or_else(|| panic!("no ETag: {}", answer.body));
    assert!(tag.len() == 38 && tag.starts_with('"') && tag.ends_with('"'), "{tag} is no strong tag");
    tag.to_owned()
}

#[tokio::test]
async fn a_change_meant_for_an_older_version_is_refused_and_changes_nothing() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    for (path, first, second) in records(&shop).await {
        let seen = tag(&shop.client.get(&path).await);
        let changed = change(&shop.client, &path, &[&seen], &first).await;
        changed.expect(200);
        let before = contents(&server.database).await;

        change(&shop.client, &path, &[&seen], &second).await.expect_problem(412, "precondition_failed");

        assert_eq!(contents(&server.database).await, before, "{path}");
        let now = shop.client.get(&path).await;
        assert_eq!((tag(&now), now.expect(200)), (tag(&changed), changed.expect(200)), "{path}");
        assert_ne!(tag(&now), seen, "{path}");
        change(&shop.client, &path, &[&tag(&now)], &second).await.expect(200);
    }
}

#[tokio::test]
async fn of_many_changes_of_one_version_at_once_one_happens() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    for (path, first, _) in records(&shop).await {
        let seen = tag(&shop.client.get(&path).await);
        let tags = [seen.as_str()];
        let changes = (0..8).map(|_| change(&shop.client, &path, &tags, &first));
        let answers = join_all(changes).await;
        let happened = answers.iter().filter(|answer| answer.status == 200).count();
        assert_eq!(happened, 1, "{path}: {answers:?}");
        assert!(answers.iter().all(|answer| [200, 412].contains(&answer.status)), "{path}: {answers:?}");
    }
}

#[tokio::test]
async fn the_version_stands_for_what_a_change_can_change_and_not_for_balance_or_stock() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans) = (shop.customer(1_000).await, shop.product(100, 10).await);
    let paths = [format!("/v1/customers/{customer}"), format!("/v1/products/{beans}")];
    let tags = async || [tag(&shop.client.get(&paths[0]).await), tag(&shop.client.get(&paths[1]).await)];
    let seen = tags().await;

    shop.buy(&customer, &[(&beans, 2)]).await.expect(201);
    shop.pay(&customer, 50).await.expect(201);
    shop.restock(&beans, 5).await.expect(201);

    assert_eq!(tags().await, seen);
    change(&shop.client, &paths[0], &[&seen[0]], &json!({"blocked": true})).await.expect(200);
    change(&shop.client, &paths[1], &[&seen[1]], &json!({"name": "Beans"})).await.expect(200);
    let changed = tags().await;
    assert!(changed[0] != seen[0] && changed[1] != seen[1]);
    server.audit().await;
}

#[tokio::test]
async fn a_creation_answers_with_the_version_that_a_get_shows() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    for (path, body) in [
        ("/v1/customers", json!({"name": "A", "credit_limit": 1})),
        ("/v1/products", json!({"sku": "A", "name": "A", "price": 1, "stock": 1})),
    ] {
        let created = shop.client.post(path, &body).await;
        let read = shop.client.get(&format!("{path}/{}", id(&created.expect(201)))).await;
        assert_eq!(tag(&created), tag(&read), "{path}");
        assert!(!created.body.contains("version"), "{}", created.body);
    }
}

#[tokio::test]
async fn a_star_a_list_and_no_header_accept_and_other_tags_refuse() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let strange = format!("\"{}\"", uuid::Uuid::now_v7());
    for (path, first, _) in records(&shop).await {
        let seen = async || tag(&shop.client.get(&path).await);
        change(&shop.client, &path, &[], &first).await.expect(200);
        change(&shop.client, &path, &["*"], &first).await.expect(200);
        // Every change makes a version, so the tag is asked for anew.
        change(&shop.client, &path, &[&seen().await], &first).await.expect(200);
        change(&shop.client, &path, &[&strange, &seen().await], &first).await.expect(200);
        change(&shop.client, &path, &[&format!("{strange}, {}", seen().await)], &first).await.expect(200);
        let now = seen().await;
        for refused in [strange.clone(), "\"\"".to_owned(), format!("W/{now}"), now.to_uppercase()] {
            let answer = change(&shop.client, &path, &[&refused], &first).await;
            answer.expect_problem(412, "precondition_failed");
        }
        for malformed in ["", "1", now.trim_matches('"'), "\"", "*, *"] {
            let problem =
                change(&shop.client, &path, &[malformed], &first).await.expect_problem(422, "invalid_request");
            assert_eq!(
                (&problem["errors"][0]["in"], &problem["errors"][0]["pointer"]),
                (&json!("header"), &json!("/if-match"))
            );
        }
        assert_eq!(seen().await, now, "{path}");
    }
}

#[tokio::test]
async fn a_record_that_does_not_exist_is_not_found_whatever_version_is_expected() {
    let server = TestServer::start().await;
    let (shop, other) = (server.shop().await, server.shop().await);
    for (path, change_of_it, _) in records(&other).await {
        let theirs = tag(&other.client.get(&path).await);
        for tags in [theirs.as_str(), "*", "\"x\""] {
            assert_eq!(change(&shop.client, &path, &[tags], &change_of_it).await.status, 404, "{path} {tags}");
        }
    }
}

/// The version comes before what the change asks for: a taken name is no news to a client that has not seen the record.
#[tokio::test]
async fn an_older_version_is_refused_before_a_taken_name() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let taken = json!({"name": "A", "credit_limit": 0, "external_id": "taken"});
    shop.client.post("/v1/customers", &taken).await.expect(201);
    let path = format!("/v1/customers/{}", shop.customer(1).await);
    let seen = tag(&shop.client.get(&path).await);
    let rename = json!({"external_id": "taken"});
    change(&shop.client, &path, &[&seen], &rename).await.expect_problem(409, "already_exists");
    change(&shop.client, &path, &["\"x\""], &rename).await.expect_problem(412, "precondition_failed");
}
