//! When purchases are due: the terms of businesses and customers, and what a purchase itself says.

use serde_json::{Value, json};

use crate::support::{
    client::Answer,
    server::TestServer,
    shop::{Shop, id, purchase},
};

fn with(mut body: Value, members: &Value) -> Value {
    body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    body
}

/// The pointers of an answer that refuses a body.
fn pointers(answer: &Answer) -> Vec<String> {
    let problem = answer.expect_problem(422, "invalid_request");
    problem["errors"].as_array().unwrap().iter().map(|fault| fault["pointer"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_customer_has_terms_of_its_own_until_they_are_taken_away() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let body = json!({"name": "A", "credit_limit": 1});
    let plain = shop.client.post("/v1/customers", &body).await.expect(201);
    assert_eq!(plain["payment_terms"], Value::Null);

    let own = with(body, &json!({"payment_terms": {"type": "calendar", "end_of_month": true}}));
    let created = shop.client.post("/v1/customers", &own).await.expect(201);
    let written_out = json!({"type": "calendar", "months": 0, "days": 0, "end_of_month": true, "then_days": 0});
    assert_eq!(created["payment_terms"], written_out);
    let path = format!("/v1/customers/{}", id(&created));
    assert_eq!(shop.client.get(&path).await.expect(200)["payment_terms"], written_out);
    assert_eq!(shop.client.get("/v1/customers").await.expect(200)["data"][0]["payment_terms"], written_out);

    let terms = async |change: Value| {
        let changed = shop.client.patch(&path, &change).await.expect(200)["payment_terms"].clone();
        assert_eq!(shop.client.get(&path).await.expect(200)["payment_terms"], changed);
        changed
    };
    assert_eq!(terms(json!({"name": "B"})).await, written_out);
    assert_eq!(terms(json!({"payment_terms": {"type": "age", "days": 7}})).await, json!({"type": "age", "days": 7}));
    assert_eq!(terms(json!({"payment_terms": null})).await, Value::Null);
    server.audit().await;
}

#[tokio::test]
async fn each_wrong_member_of_terms_is_pointed_at() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let customer = shop.customer(1_000).await;
    let product = shop.product(1, 10).await;
    let named = json!({"name": "A", "credit_limit": 1});
    let business = json!({"name": "A", "currency": "EUR"});
    for (terms, wrong) in [
        (json!("age"), ""),
        (json!({"days": 1}), "/type"),
        (json!({"type": "net", "days": 1}), "/type"),
        (json!({"type": null, "days": 1}), "/type"),
        (json!({"type": "age"}), "/days"),
        (json!({"type": "age", "days": -1}), "/days"),
        (json!({"type": "age", "days": 3651}), "/days"),
        (json!({"type": "age", "days": 1.5}), "/days"),
        (json!({"type": "age", "days": 1, "months": 1}), "/months"),
        (json!({"type": "age", "days": 1, "note": 1}), "/note"),
        (json!({"type": "calendar", "months": 121}), "/months"),
        (json!({"type": "calendar", "months": null}), "/months"),
        (json!({"type": "calendar", "end_of_month": "yes"}), "/end_of_month"),
        (json!({"type": "calendar", "end_of_month": true, "then_days": "10"}), "/then_days"),
        (json!({"type": "calendar", "end_of_month": false, "then_days": 10}), "/then_days"),
    ] {
        let pointer = format!("/payment_terms{wrong}");
        let terms = json!({"payment_terms": terms});
        let buy = with(purchase(&customer, &[(&product, 1)]), &terms);
        for answer in [
            server.admin().post("/v1/businesses", &with(business.clone(), &terms)).await,
            shop.client.post("/v1/customers", &with(named.clone(), &terms)).await,
            shop.client.patch(&format!("/v1/customers/{customer}"), &terms).await,
            shop.client.move_once("/v1/purchases", &buy).await,
        ] {
            assert_eq!(pointers(&answer)[0], pointer, "{terms}: {}", answer.body);
        }
    }
    assert_eq!(shop.balance(&customer).await, 0);
}

/// What order, list and ledger say of when an order is due.
async fn due(shop: &Shop, order: &Value) -> Value {
    let said = json!({"due_at": order["due_at"], "due_date": order["due_date"]});
    let customer = order["customer_id"].as_str().unwrap();
    let path = format!("/v1/orders/{}", id(order));
    let ledger = shop.client.get(&format!("/v1/customers/{customer}/ledger?include=hashed")).await.expect(200);
    let listed = shop.client.get("/v1/orders").await.expect(200);
    for shown in [&shop.client.get(&path).await.expect(200), &listed["data"][0], &ledger["data"][0]] {
        assert_eq!(json!({"due_at": shown["due_at"], "due_date": shown["due_date"]}), said, "{shown}");
    }
    said
}

#[tokio::test]
async fn a_purchase_may_say_when_it_is_due() {
    let server = TestServer::start().await;
    let body = json!({
        "name": "Shop", "currency": "EUR", "time_zone": "America/New_York",
        "payment_terms": {"type": "calendar", "end_of_month": true, "then_days": 10},
    });
    let shop = Shop::open_as(&server, &body).await;
    // It is an agreement of the sale, so whoever may sell may make it.
    let till = server.client_with_scopes(shop.business_id, &["write"]).await;
    let customer = shop.customer(1_000).await;
    let product = shop.product(1, 100).await;
    let buy = |members: &Value| with(purchase(&customer, &[(&product, 1)]), members);

    let usual = till.move_with("usual", "/v1/purchases", &buy(&json!({}))).await.expect(201);
    let said = due(&shop, &usual).await;
    assert!(said["due_date"].as_str().unwrap().ends_with("-10"), "{said}");
    assert!(said["due_at"].as_str().unwrap().contains("-11T0"), "the next day begins at 04:00 or 05:00 UTC: {said}");

    for (key, members, expected) in [
        (
            "date",
            json!({"due_date": "2999-07-04"}),
            json!({"due_date": "2999-07-04", "due_at": "2999-07-05T04:00:00Z"}),
        ),
        (
            "time",
            json!({"due_at": "2999-07-04T12:00:00.5+02:00"}),
            json!({"due_date": null, "due_at": "2999-07-04T10:00:00.500Z"}),
        ),
        ("terms", json!({"payment_terms": {"type": "age", "days": 1}, "due_at": null}), json!(null)),
    ] {
        let bought = till.move_with(key, "/v1/purchases", &buy(&members)).await;
        let order = bought.expect(201);
        let said = due(&shop, &order).await;
        if expected.is_null() {
            let time = |member: &str| order[member].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
            assert_eq!(time("due_at") - time("created_at"), chrono::TimeDelta::hours(24));
            assert_eq!(said["due_date"], Value::Null);
        } else {
            assert_eq!(said, expected);
        }
        // The same request is answered with the same order; another due time is another request.
        let again = till.move_with(key, "/v1/purchases", &buy(&members)).await;
        assert!(again.is_replay() && again.expect(201) == order, "{}", again.body);
        for other in [json!({}), json!({"due_date": "2999-07-05"})] {
            till.move_with(key, "/v1/purchases", &buy(&other)).await.expect_problem(422, "idempotency_key_reused");
        }
    }
    // The same moment in another zone is the same request.
    let moment = buy(&json!({"due_at": "2999-07-04T10:00:00.500Z"}));
    assert!(till.move_with("time", "/v1/purchases", &moment).await.is_replay());
    server.audit().await;
}

#[tokio::test]
async fn a_purchase_is_due_on_its_day_at_the_earliest_and_by_one_rule() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, product) = (shop.customer(1_000).await, shop.product(1, 100).await);
    let age = json!({"type": "age", "days": 1});
    for (members, wrong) in [
        (json!({"due_at": "2020-01-01T00:00:00Z"}), vec!["/due_at"]),
        (json!({"due_date": "2020-01-01"}), vec!["/due_date"]),
        (json!({"due_at": "2999-01-01"}), vec!["/due_at"]),
        (json!({"due_at": "9999-01-01T00:00:00Z"}), vec!["/due_at"]),
        (json!({"due_date": "2999-02-29"}), vec!["/due_date"]),
        (json!({"due_date": "9999-01-01"}), vec!["/due_date"]),
        (json!({"due_date": 20_990_101}), vec!["/due_date"]),
        (json!({"due_date": "2999-01-01", "due_at": "2999-01-01T00:00:00Z"}), vec!["/due_at"]),
        (json!({"due_date": "2999-01-01", "payment_terms": age}), vec!["/due_date"]),
        (json!({"payment_terms": age, "due_at": "2999-01-01T00:00:00Z"}), vec!["/due_at"]),
    ] {
        let body = with(purchase(&customer, &[(&product, 1)]), &members);
        let answer = shop.client.move_once("/v1/purchases", &body).await;
        assert_eq!(pointers(&answer), wrong, "{members}: {}", answer.body);
    }
    assert_eq!((shop.balance(&customer).await, shop.stock(&product).await), (0, 100));
}
