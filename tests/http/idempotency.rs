//! The `Idempotency-Key`: a request that is sent again happens once.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    client::{Answer, send},
    server::TestServer,
    shop::{Shop, id, purchase},
};

/// A shop with one request of each kind that moves money or stock.
struct Movements {
    shop: Shop,
    customer: String,
    beans: String,
    /// An order of another customer and another product.
    sale: String,
    /// A charge of 40 and a payment of 60. What the movements do to them adds up to 0, but for the 20.
    order: String,
    payment: String,
}

impl Movements {
    async fn new(server: &TestServer) -> Self {
        let shop = server.shop().await;
        let (customer, beans) = (shop.customer(1_000).await, shop.product(100, 10).await);
        let (other, filters) = (shop.customer(1_000).await, shop.product(10, 10).await);
        let sale = id(&shop.buy(&other, &[(&filters, 3)]).await.expect(201));
        let order = id(&shop.buy(&customer, &[(&shop.product(40, 1).await, 1)]).await.expect(201));
        let payment = id(&shop.pay(&customer, 60).await.expect(201));
        Self { shop, customer, beans, sale, order, payment }
    }

    /// A credit leaves something for the refund.
    fn requests(&self) -> [(String, Value); 8] {
        [
            ("/v1/purchases".to_owned(), purchase(&self.customer, &[(&self.beans, 2)])),
            ("/v1/payments".to_owned(), json!({"customer_id": self.customer, "amount": 50})),
            (self.stock_path(), json!({"quantity": 5, "reason": "delivery"})),
            (
                "/v1/adjustments".to_owned(),
                json!({"customer_id": self.customer, "type": "credit", "amount": 300, "reason": "as agreed"}),
            ),
            ("/v1/refunds".to_owned(), json!({"customer_id": self.customer, "amount": 7, "reason": "paid twice"})),
            (
                "/v1/returns".to_owned(),
                json!({"order_id": self.sale, "items": [{"line_no": 1, "quantity": 2}], "reason": "test"}),
            ),
            (format!("/v1/payments/{}/reversal", self.payment), json!({"reason": "it bounced"})),
            (
                "/v1/allocations".to_owned(),
                json!({"customer_id": self.customer, "allocations": [{"charge_id": self.order, "amount": 40}]}),
            ),
        ]
    }

    fn stock_path(&self) -> String {
        format!("/v1/products/{}/stock-movements", self.beans)
    }
}

#[track_caller]
fn assert_replays(again: &Answer, first: &Answer) {
    first.expect(201);
    again.expect(201);
    assert_eq!((first.is_replay(), again.is_replay()), (false, true));
    assert_eq!(again.body, first.body);
    assert_eq!(again.header("content-type"), first.header("content-type"));
}

#[tokio::test]
async fn the_same_key_and_request_is_answered_the_same_and_done_once() {
    let server = TestServer::start().await;
    let movements = Movements::new(&server).await;
    for (number, (path, body)) in movements.requests().iter().enumerate() {
        let key = format!("key-{number}");
        let first = movements.shop.client.move_with(&key, path, body).await;
        for _ in 0..3 {
            assert_replays(&movements.shop.client.move_with(&key, path, body).await, &first);
        }
    }
    assert_eq!(movements.shop.stock(&movements.beans).await, 10 - 2 + 5);
    assert_eq!(movements.shop.balance(&movements.customer).await, 40 + 200 - 50 - 300 + 7);
    server.audit().await;
}

#[tokio::test]
async fn a_replay_is_the_first_answer_whatever_has_changed_since() {
    let server = TestServer::start().await;
    let movements = Movements::new(&server).await;
    let Movements { shop, customer, beans, .. } = &movements;
    let mut first = Vec::new();
    for (number, (path, body)) in movements.requests().iter().enumerate() {
        first.push(shop.client.move_with(&number.to_string(), path, body).await);
    }

    let all = i64::from(8 + 5);
    shop.client.move_once(&movements.stock_path(), &json!({"quantity": -all, "reason": "fire"})).await.expect(201);
    shop.client.patch(&format!("/v1/products/{beans}"), &json!({"price": 999, "sku": "other"})).await.expect(200);
    shop.pay(customer, 777).await.expect(201);
    shop.client
        .patch(&format!("/v1/customers/{customer}"), &json!({"blocked": true, "credit_limit": 0, "name": "Other"}))
        .await
        .expect(200);

    for (number, ((path, body), first)) in movements.requests().iter().zip(&first).enumerate() {
        assert_replays(&shop.client.move_with(&number.to_string(), path, body).await, first);
    }
    assert_eq!(shop.stock(beans).await, 0);
    server.audit().await;
}

#[tokio::test]
async fn a_used_key_is_refused_for_any_other_purchase() {
    let server = TestServer::start().await;
    let movements = Movements::new(&server).await;
    let Movements { shop, customer, beans, .. } = &movements;
    let (filters, other) = (shop.product(1, 100).await, shop.customer(1_000).await);
    let lines = [(beans.as_str(), 1), (&filters, 2)];
    let first = shop.buy_with("key", customer, &lines).await;

    let others: [(&str, &[(&str, i64)]); 7] = [
        (&other, &lines),
        (&uuid::Uuid::now_v7().to_string(), &lines),
        (customer, &lines[..1]),
        (customer, &[lines[1], lines[0]]),
        (customer, &[(beans, 2), (&filters, 2)]),
        (customer, &[(beans, 1), (&filters, 1), (&filters, 1)]),
        (customer, &[(beans, 2), (&filters, 1)]),
    ];
    for (customer, lines) in others {
        shop.buy_with("key", customer, lines).await.expect_problem(422, "idempotency_key_reused");
    }

    assert_replays(&shop.buy_with("key", customer, &lines).await, &first);
    server.audit().await;
}

#[tokio::test]
async fn a_used_key_is_refused_for_any_other_payment() {
    let server = TestServer::start().await;
    let movements = Movements::new(&server).await;
    let Movements { shop, customer, .. } = &movements;
    let other = shop.customer(1_000).await;
    let pay = async |customer: &str, amount: i64| {
        shop.client.move_with("key", "/v1/payments", &json!({"customer_id": customer, "amount": amount})).await
    };
    let first = pay(customer, 50).await;

    for (customer, amount) in [(customer, 51), (&other, 50), (&uuid::Uuid::now_v7().to_string(), 50)] {
        pay(customer, amount).await.expect_problem(422, "idempotency_key_reused");
    }

    assert_replays(&pay(customer, 50).await, &first);
    server.audit().await;
}

#[tokio::test]
async fn a_used_key_is_refused_for_any_other_stock_movement() {
    let server = TestServer::start().await;
    let movements = Movements::new(&server).await;
    let Movements { shop, beans, .. } = &movements;
    let other = shop.product(1, 10).await;
    let movement = async |product: &str, quantity: i64, reason: &str| {
        let path = format!("/v1/products/{product}/stock-movements");
        shop.client.move_with("key", &path, &json!({"quantity": quantity, "reason": reason})).await
    };
    let first = movement(beans, 5, "delivery").await;

    let nobody = uuid::Uuid::now_v7().to_string();
    let others = [
        (beans.as_str(), 6, "delivery"),
        (beans, -5, "delivery"),
        (beans, 5, "Delivery"),
        (&other, 5, "delivery"),
        (&nobody, 5, "delivery"),
    ];
    for (product, quantity, reason) in others {
        movement(product, quantity, reason).await.expect_problem(422, "idempotency_key_reused");
    }

    assert_replays(&movement(beans, 5, "delivery").await, &first);
    server.audit().await;
}

#[tokio::test]
async fn purchases_and_payments_share_their_keys() {
    let server = TestServer::start().await;
    let movements = Movements::new(&server).await;
    let client = &movements.shop.client;
    let [(purchases, bought), (payments, paid), ..] = movements.requests();

    client.move_with("a-purchase", &purchases, &bought).await.expect(201);
    client.move_with("a-purchase", &payments, &paid).await.expect_problem(422, "idempotency_key_reused");
    client.move_with("a-payment", &payments, &paid).await.expect(201);
    client.move_with("a-payment", &purchases, &bought).await.expect_problem(422, "idempotency_key_reused");
    server.audit().await;
}

/// Money and stock have separate sets of keys, as the API's description says.
#[tokio::test]
async fn stock_movements_have_keys_of_their_own() {
    let server = TestServer::start().await;
    let movements = Movements::new(&server).await;
    let [(purchases, bought), _, (stock, moved), ..] = movements.requests();

    movements.shop.client.move_with("key", &purchases, &bought).await.expect(201);
    let moved = movements.shop.client.move_with("key", &stock, &moved).await;

    moved.expect(201);
    assert!(!moved.is_replay());
    server.audit().await;
}

#[tokio::test]
async fn another_businesss_key_is_another_key() {
    let server = TestServer::start().await;
    let (one, two) = (Movements::new(&server).await, Movements::new(&server).await);
    for movements in [&one, &two] {
        for (number, (path, body)) in movements.requests().iter().enumerate() {
            let answer = movements.shop.client.move_with(&number.to_string(), path, body).await;
            answer.expect(201);
            assert!(!answer.is_replay());
        }
    }
    server.audit().await;
}

#[tokio::test]
async fn a_movement_without_a_key_is_refused_before_its_body_is_read() {
    let server = TestServer::start().await;
    let movements = Movements::new(&server).await;
    for (path, body) in movements.requests() {
        movements.shop.client.post(&path, &body).await.expect_problem(400, "idempotency_key_missing");
        let broken = movements.shop.client.request(Method::POST, &path).header("Content-Type", "application/json");
        send(broken.body("{")).await.expect_problem(400, "idempotency_key_missing");
    }
    server.audit().await;
}

#[tokio::test]
async fn a_key_is_one_to_255_visible_ascii_characters_sent_once() {
    let server = TestServer::start().await;
    let movements = Movements::new(&server).await;
    let [_, (path, body), ..] = movements.requests();
    let with = async |keys: &[&[u8]]| {
        let request = movements.shop.client.request(Method::POST, &path).json(&body);
        send(keys.iter().fold(request, |request, key| request.header("Idempotency-Key", *key))).await
    };

    let long = "k".repeat(256);
    for key in ["", " ", "two words", "tab\there", "ключ", &long] {
        let problem = with(&[key.as_bytes()]).await.expect_problem(422, "invalid_request");
        assert_eq!(
            problem["errors"],
            json!([{"in": "header", "pointer": "/idempotency-key", "detail": "must be 1 to 255 visible ASCII characters"}]),
        );
    }
    let twice = with(&[b"one", b"one"]).await.expect_problem(422, "invalid_request");
    assert_eq!(twice["errors"][0]["detail"], "must be sent once");

    let visible: String = ('!'..='~').collect();
    for key in [&long[1..], &visible, "k", "K", "');DROP--", "%s{}$1\\"] {
        let answer = with(&[key.as_bytes()]).await;
        answer.expect(201);
        assert!(!answer.is_replay(), "{key} was taken for another key");
        assert!(with(&[key.as_bytes()]).await.is_replay());
    }
    server.audit().await;
}

#[tokio::test]
async fn the_same_request_written_differently_is_the_same_request() {
    let server = TestServer::start().await;
    let movements = Movements::new(&server).await;
    let Movements { shop, customer, beans, .. } = &movements;
    let first = shop.buy_with("key", customer, &[(beans, 2)]).await;
    let (upper, bare) = (customer.to_uppercase(), beans.replace('-', ""));
    let escaped = beans.replace('-', "\\u002d");

    for body in [
        format!(r#"{{"items":[{{"quantity":2,"product_id":"{beans}"}}],"customer_id":"{customer}"}}"#),
        format!(
            "\n{{ \"customer_id\" : \"{upper}\",\t\"items\":\r\n[ {{\"product_id\":\"{bare}\",\"quantity\" :2}} ] }} "
        ),
        format!(r#"{{"customer_id":"{customer}","items":[{{"product_id":"{escaped}","quantity":2}}]}}"#),
    ] {
        let request = shop.client.request(Method::POST, "/v1/purchases").header("Idempotency-Key", "key");
        let request = request.header("Content-Type", "application/json; charset=UTF-8").body(body);
        assert_replays(&send(request).await, &first);
    }
    server.audit().await;
}

#[tokio::test]
async fn the_key_of_a_refused_payment_or_stock_movement_is_free() {
    let server = TestServer::start().await;
    let movements = Movements::new(&server).await;
    let client = &movements.shop.client;
    let [_, (payments, paid), (stock, moved), ..] = movements.requests();

    let unknown = json!({"customer_id": uuid::Uuid::now_v7(), "amount": 50});
    client.move_with("key", &payments, &unknown).await.expect_problem(404, "customer_not_found");
    let short = json!({"quantity": -11, "reason": "count"});
    client.move_with("key", &stock, &short).await.expect_problem(409, "insufficient_stock");

    for (path, body) in [(payments, paid), (stock, moved)] {
        let answer = client.move_with("key", &path, &body).await;
        answer.expect(201);
        assert!(!answer.is_replay());
    }
    server.audit().await;
}
