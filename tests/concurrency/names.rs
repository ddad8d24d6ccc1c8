//! Crowds at what is unique within a business.

use serde_json::{Value, json};

use super::crowd::{Crowd, Request, outcomes, tally};
use crate::support::client::Answer;

/// Everyone who creates something refers to the business, and waits while it is held.
fn business_row(crowd: &Crowd) -> String {
    format!("businesses WHERE business_id = '{}'", crowd.shop().business_id)
}

/// Whoever came too late is told who has the name.
fn the_others_name(existing: &Value, answers: &[Answer]) {
    for answer in answers.iter().filter(|answer| answer.status == 409) {
        assert_eq!(&answer.expect_problem(409, "already_exists")["existing_id"], existing);
    }
}

#[tokio::test]
async fn of_32_customers_created_with_one_external_id_at_once_one_exists() {
    let crowd = Crowd::gather().await;
    let body = json!({"name": "Café Central", "credit_limit": 5, "external_id": "C-1"});

    let creations = (0..32).map(|_| Request::post("/v1/customers", body.clone())).collect();
    let answers = crowd.rush(&business_row(&crowd), creations).await;

    assert_eq!(tally(&answers), outcomes([("created", 1), ("already_exists", 31)]));
    let customers = crowd.shop().client.get("/v1/customers").await.expect(200);
    assert_eq!(customers["data"].as_array().unwrap().len(), 1);
    the_others_name(&customers["data"][0]["id"], &answers);
    crowd.disperse().await;
}

#[tokio::test]
async fn of_32_products_created_with_one_sku_at_once_one_exists_with_its_stock() {
    let crowd = Crowd::gather().await;
    let body = |stock| json!({"sku": "beans-1kg", "name": "Espresso beans", "price": 5, "stock": stock});

    let creations = (1..=32).map(|stock| Request::post("/v1/products", body(stock))).collect();
    let answers = crowd.rush(&business_row(&crowd), creations).await;

    assert_eq!(tally(&answers), outcomes([("created", 1), ("already_exists", 31)]));
    let created = answers.iter().find(|answer| answer.status == 201).unwrap().expect(201);
    let products = crowd.shop().client.get("/v1/products").await.expect(200);
    assert_eq!(products["data"], json!([created]));
    the_others_name(&created["id"], &answers);
    crowd.disperse().await;
}

#[tokio::test]
async fn of_32_customers_who_take_one_external_id_at_once_one_has_it() {
    let crowd = Crowd::gather().await;
    let mut changes = Vec::new();
    for _ in 0..32 {
        let customer = crowd.shop().customer(5).await;
        changes.push(Request::patch(&format!("/v1/customers/{customer}"), json!({"external_id": "C-1"})));
    }

    // There is no row that all of them wait for; the barrier is that all requests are sent before any answer is read.
    let answers = crowd.send_together(changes).await;

    assert_eq!(tally(&answers), outcomes([("changed", 1), ("already_exists", 31)]));
    let holders = crowd.shop().client.get("/v1/customers?external_id=C-1").await.expect(200);
    assert_eq!(holders["data"].as_array().unwrap().len(), 1);
    the_others_name(&holders["data"][0]["id"], &answers);
    crowd.disperse().await;
}
