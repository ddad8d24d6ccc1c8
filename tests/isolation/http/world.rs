//! Two businesses behind one server, and the ids of each.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::support::{
    client::{Answer, Client, send},
    server::TestServer,
    shop::{Shop, id, purchase},
};

/// The request id of every request whose answer is compared.
const REQUEST_ID: &str = "isolation-test";

/// Who sends a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sender {
    /// A program of our business, which may read, write and adjust.
    Us,
    /// The operator.
    Admin,
}

/// The ids that a request is made with.
#[derive(Clone, Debug)]
pub struct Ids {
    pub business: String,
    pub customer: String,
    pub product: String,
    pub order: String,
    pub adjustment: String,
    pub refund: String,
    /// An order of 50 pieces, of which one was returned.
    pub sale: String,
    pub returned: String,
    pub payment: String,
    pub credit: String,
    pub ledger_entry_no: i64,
    pub api_key: String,
    pub external_id: String,
    pub sku: String,
    /// The idempotency key to send.
    pub key: String,
}

/// The server with both.
pub struct IsolationWorld {
    pub server: TestServer,
    pub our_shop: Shop,
    pub their_shop: Shop,
    pub ours: Ids,
    pub theirs: Ids,
    pub missing: Ids,
}

impl IsolationWorld {
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    pub async fn start_with(flags: &[&str]) -> Self {
        let server = TestServer::start_with(flags).await;
        let (our_shop, their_shop) = (open_shop(&server).await, open_shop(&server).await);
        let ours = plant(&server, &our_shop, "ours").await;
        let theirs = plant(&server, &their_shop, "theirs").await;
        let missing = theirs.neighbours();
        Self { server, our_shop, their_shop, ours, theirs, missing }
    }

    /// A request whose answer can be compared with another's.
    pub fn request(&self, sender: Sender, method: Method, path: &str) -> RequestBuilder {
        let client = match sender {
            Sender::Us => self.our_shop.client.clone(),
            Sender::Admin => self.server.admin(),
        };
        client.request(method, path).header("x-request-id", REQUEST_ID)
    }
}

impl Ids {
    /// Ids that do not exist, each next to one that does, so that both have the same position in every list.
    pub fn neighbours(&self) -> Self {
        Self {
            business: neighbour(&self.business),
            customer: neighbour(&self.customer),
            product: neighbour(&self.product),
            order: neighbour(&self.order),
            adjustment: neighbour(&self.adjustment),
            refund: neighbour(&self.refund),
            sale: neighbour(&self.sale),
            returned: neighbour(&self.returned),
            payment: neighbour(&self.payment),
            credit: neighbour(&self.credit),
            ledger_entry_no: self.ledger_entry_no,
            api_key: neighbour(&self.api_key),
            external_id: format!("{}?", self.external_id),
            sku: format!("{}?", self.sku),
            key: self.key.clone(),
        }
    }

    /// Malformed ids. They get the same answer as well-formed ids that do not exist.
    pub fn malformed(&self) -> Self {
        let none = || "not-an-id".to_owned();
        Self {
            business: none(),
            customer: none(),
            product: none(),
            order: none(),
            adjustment: none(),
            refund: none(),
            sale: none(),
            returned: none(),
            payment: none(),
            credit: none(),
            api_key: none(),
            ..self.clone()
        }
    }

    /// Every id and text that would identify a business.
    pub fn traces(&self) -> [&str; 13] {
        [
            &self.business,
            &self.customer,
            &self.product,
            &self.order,
            &self.adjustment,
            &self.refund,
            &self.sale,
            &self.returned,
            &self.payment,
            &self.credit,
            &self.api_key,
            &self.external_id,
            &self.sku,
        ]
    }
}

/// The same id with its last digit changed.
fn neighbour(id: &str) -> String {
    let (rest, last) = id.split_at(id.len() - 1);
    format!("{rest}{}", if last == "0" { '1' } else { '0' })
}

/// Some records of every kind, with the same names in both businesses.
pub async fn plant(server: &TestServer, shop: &Shop, name: &str) -> Ids {
    let (external_id, sku) = (format!("{name}-reference"), format!("{name}-sku"));
    let customer = json!({"name": name, "credit_limit": 100_000, "external_id": external_id});
    let customer = id(&shop.client.post("/v1/customers", &customer).await.expect(201));
    let product = json!({"name": name, "sku": sku, "price": 100, "stock": 1_000});
    let product = id(&shop.client.post("/v1/products", &product).await.expect(201));
    // They leave nothing owed: a fee beyond the credit limit and its credit, and a refund of what was paid.
    let adjust = async |kind: &str, limit: Option<i64>| {
        let body = json!({"customer_id": customer, "type": kind, "amount": 100_001, "reason": name, "authorized_limit": limit});
        id(&shop.client.move_once("/v1/adjustments", &body).await.expect(201))
    };
    let adjustment = adjust("fee", Some(200_000)).await;
    adjust("credit", None).await;
    shop.pay(&customer, 1).await.expect(201);
    let refund = json!({"customer_id": customer, "amount": 1, "reason": name});
    let refund = id(&shop.client.move_once("/v1/refunds", &refund).await.expect(201));
    let order = id(&shop.buy(&customer, &[(&product, 1)]).await.expect(201));
    let payment = shop.pay(&customer, 30).await.expect(201);
    let sale = id(&shop.buy(&customer, &[(&product, 50)]).await.expect(201));
    let returned = id(&shop.client.move_once("/v1/returns", &one_piece(&sale)).await.expect(201));
    let credit = plant_credit(server, shop, &customer).await;
    let keys = format!("/v1/businesses/{}/api-keys", shop.business_id);
    let key = json!({"name": name, "scopes": ["read"]});
    let api_key = id(&server.admin().post(&keys, &key).await.expect(201));
    Ids {
        business: shop.business_id.to_string(),
        customer,
        product,
        order,
        adjustment,
        refund,
        sale,
        returned,
        payment: id(&payment),
        credit,
        ledger_entry_no: payment["entry_no"].as_i64().unwrap(),
        api_key,
        external_id,
        sku,
        // A refusal stores nothing, so the two compared requests can send the same key.
        key: "compared".to_owned(),
    }
}

/// The id of a new credit of 1, by the owner's functions.
async fn plant_credit(server: &TestServer, shop: &Shop, customer: &str) -> String {
    let (business, id) = (shop.business_id, uuid::Uuid::now_v7());
    let sql = format!(
        "BEGIN; SELECT set_config('app.business_id', '{business}', true);
         SELECT tallystick.ledger_record(
             tallystick.ledger_account_of('{business}', '{customer}'),
             jsonb_populate_record(NULL::tallystick.credit_ledger, jsonb_build_object(
                 'business_id', '{business}', 'id', '{id}', 'created_at', clock_timestamp(), 'kind', 'credit', 'amount', -1,
                 'idempotency_key', 'credit-{id}', 'request_fingerprint', sha256(''), 'actor', 'key:planted', 'reason', 'test')));
         COMMIT"
    );
    server.database.session().await.client().batch_execute(&sql).await.unwrap();
    id.to_string()
}

/// A business whose customers are overdue as soon as they owe something.
async fn open_shop(server: &TestServer) -> Shop {
    let body = json!({"name": "shop", "currency": "EUR", "payment_terms": {"type": "age", "days": 0}});
    let business = server.admin().post("/v1/businesses", &body).await.expect(201);
    let business_id = id(&business).parse().unwrap();
    Shop { business_id, client: server.client_with_scopes(business_id, &["read", "write", "adjust"]).await }
}

/// The body of a purchase of one line.
pub fn one_line(customer: &str, product: &str) -> Value {
    purchase(customer, &[(product, 1)])
}

/// The body of a return of one piece.
pub fn one_piece(order: &str) -> Value {
    json!({"order_id": order, "items": [{"line_no": 1, "quantity": 1}], "reason": "test"})
}

/// Everything in which two answers can differ, except the Date header.
pub fn visible(answer: &Answer) -> (u16, Vec<(String, String)>, String) {
    let headers = answer.headers.iter().filter(|(name, _)| *name != "date");
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    (answer.status, headers, answer.body.clone())
}

/// The pages of a list, one after the other.
pub async fn pages(client: &Client, path: &str) -> Vec<Value> {
    let mut pages = Vec::new();
    let mut next = Some(path.to_owned());
    while let Some(address) = next {
        let page = send(client.request(Method::GET, &address)).await.expect(200);
        let separator = if path.contains('?') { '&' } else { '?' };
        next = page["next_cursor"].as_str().map(|cursor| format!("{path}{separator}cursor={cursor}"));
        assert_ne!(next, Some(address), "the list does not go on");
        pages.push(page);
    }
    pages
}
