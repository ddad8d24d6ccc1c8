//! A business with the records that a test needs.

use serde_json::{Value, json};
use tallystick::domain::BusinessId;

use super::{
    client::{Answer, Client},
    server::TestServer,
};

/// A business and a client that may do everything in it.
#[derive(Clone)]
pub struct Shop {
    pub business_id: BusinessId,
    pub client: Client,
}

impl Shop {
    pub async fn open(server: &TestServer) -> Self {
        Self::open_as(server, &json!({"name": "Corner Wholesale", "currency": "EUR"})).await
    }

    /// A business with its own properties.
    pub async fn open_as(server: &TestServer, business: &Value) -> Self {
        let business = server.admin().post("/v1/businesses", business).await.expect(201);
        let business_id = business["id"].as_str().unwrap().parse().unwrap();
        let client = server.client_with_scopes(business_id, &["read", "write", "adjust"]).await;
        Self { business_id, client }
    }

    /// The same business through another server.
    pub fn at(&self, server: &TestServer) -> Self {
        Self { business_id: self.business_id, client: self.client.at(server.address) }
    }

    /// A new customer's id.
    pub async fn customer(&self, credit_limit: i64) -> String {
        let body = json!({"name": "Café Central", "credit_limit": credit_limit});
        id(&self.client.post("/v1/customers", &body).await.expect(201))
    }

    /// A new product's id.
    pub async fn product(&self, price: i64, stock: i64) -> String {
        let sku = uuid::Uuid::now_v7().to_string();
        let body = json!({"sku": sku, "name": "Espresso beans", "price": price, "stock": stock});
        id(&self.client.post("/v1/products", &body).await.expect(201))
    }

    /// A purchase under a key of its own.
    pub async fn buy(&self, customer_id: &str, items: &[(&str, i64)]) -> Answer {
        self.client.move_once("/v1/purchases", &purchase(customer_id, items)).await
    }

    /// A purchase under a key.
    pub async fn buy_with(&self, key: &str, customer_id: &str, items: &[(&str, i64)]) -> Answer {
        self.client.move_with(key, "/v1/purchases", &purchase(customer_id, items)).await
    }

    /// A payment under a key of its own.
    pub async fn pay(&self, customer_id: &str, amount: i64) -> Answer {
        self.client.move_once("/v1/payments", &json!({"customer_id": customer_id, "amount": amount})).await
    }

    /// A stock movement under a key of its own.
    pub async fn restock(&self, product_id: &str, quantity: i64) -> Answer {
        let path = format!("/v1/products/{product_id}/stock-movements");
        self.client.move_once(&path, &json!({"quantity": quantity, "reason": "test"})).await
    }

    pub async fn balance(&self, customer_id: &str) -> i64 {
        let answer = self.client.get(&format!("/v1/customers/{customer_id}/balance")).await;
        answer.expect(200)["balance"].as_i64().unwrap()
    }

    pub async fn stock(&self, product_id: &str) -> i64 {
        self.client.get(&format!("/v1/products/{product_id}")).await.expect(200)["stock"].as_i64().unwrap()
    }
}

/// The body of a purchase.
pub fn purchase(customer_id: &str, items: &[(&str, i64)]) -> Value {
    let items: Vec<_> =
        items.iter().map(|(product_id, quantity)| json!({"product_id": product_id, "quantity": quantity})).collect();
    json!({"customer_id": customer_id, "items": items})
}

/// The id of a record.
pub fn id(record: &Value) -> String {
    record["id"].as_str().unwrap().to_owned()
}

/// An order without what its products were called, which only `GET /v1/orders/{order_id}` tells.
pub fn unnamed(mut order: Value) -> Value {
    for item in order["items"].as_array_mut().unwrap() {
        item.as_object_mut().unwrap().remove("product").expect("the product of a line");
    }
    order
}
