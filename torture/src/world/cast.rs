//! The businesses of a chapter, made over HTTP as a platform would. They have few customers and products, so that requests
//! often need the same rows.

use std::net::SocketAddr;

use anyhow::{Context, ensure};
use hyper::Method;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use uuid::Uuid;

use super::server::ADMIN_TOKEN;
use crate::{
    clients::connection::{Call, Connection},
    history::{Business, Customer, Product},
};

/// How many of each. With fewer, more requests need the same row.
const BUSINESSES: usize = 3;
const CUSTOMERS: usize = 8;
const PRODUCTS: usize = 6;

/// The businesses, and an API key of each.
pub struct Cast {
    /// As they are before the first request.
    pub businesses: Vec<Business>,
    /// By business.
    pub tokens: Vec<String>,
}

impl Cast {
    /// Makes the businesses.
    pub async fn make(server: SocketAddr, rng: &mut ChaCha8Rng) -> anyhow::Result<Self> {
        let mut connection = Connection::open(server).await?;
        let (mut businesses, mut tokens) = (Vec::new(), Vec::new());
        for number in 0..BUSINESSES {
            let body = json!({"name": format!("Business {number}"), "currency": "EUR"});
            let business = id(&post(&mut connection, "/v1/businesses", ADMIN_TOKEN, body).await?)?;
            let body = json!({"name": "torture", "scopes": ["read", "write", "adjust"]});
            let key = post(&mut connection, &format!("/v1/businesses/{business}/api-keys"), ADMIN_TOKEN, body).await?;
            let token = key["key"].as_str().context("an API key has no text")?.to_owned();
            let (mut customers, mut products) = (Vec::new(), Vec::new());
            for number in 0..CUSTOMERS {
                let credit_limit = rng.random_range(5..50) * 1_000;
                let body = json!({"name": format!("Customer {number}"), "credit_limit": credit_limit});
                let id = id(&post(&mut connection, "/v1/customers", &token, body).await?)?;
                customers.push(Customer { id, credit_limit });
            }
            for number in 0..PRODUCTS {
                let (price, stock) = (rng.random_range(50..1_500), rng.random_range(20..200));
                let name = format!("Product {number}");
                let body = json!({"sku": format!("sku-{number}"), "name": name, "price": price, "stock": stock});
                let id = id(&post(&mut connection, "/v1/products", &token, body).await?)?;
                products.push(Product { id, price, stock });
            }
            businesses.push(Business { id: business, customers, products });
            tokens.push(token);
        }
        Ok(Self { businesses, tokens })
    }
}

async fn post(connection: &mut Connection, path: &str, token: &str, body: Value) -> anyhow::Result<Value> {
    let call = Call {
        method: Method::POST,
        path: path.to_owned(),
        token: token.to_owned(),
        key: None,
        body: Some(body.to_string()),
    };
    let reply = connection.send(&call).await?;
    let said = String::from_utf8_lossy(&reply.body);
    ensure!(reply.status.as_u16() == 201, "{path}: {} {said}", reply.status);
    Ok(serde_json::from_str(&said)?)
}

fn id(answer: &Value) -> anyhow::Result<Uuid> {
    Ok(answer["id"].as_str().context("an answer has no id")?.parse()?)
}
