//! `overdue_hold_after_days`: a customer who has been overdue for longer buys nothing more. (erpnext#52960)

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use super::adjustments::adjust;
use crate::support::{
    server::TestServer,
    shop::{Shop, id, purchase},
};

async fn customer(shop: &Shop, hold: Value) -> String {
    let body = json!({"name": "A", "credit_limit": 1_000_000, "overdue_hold_after_days": hold});
    id(&shop.client.post("/v1/customers", &body).await.expect(201))
}

/// What a customer owes from before, due so long ago; and when that was.
async fn opening(shop: &Shop, customer: &str, amount: i64, ago: Duration) -> (String, DateTime<Utc>) {
    let due_at = Utc::now() - ago;
    let entry = adjust(shop, customer, "opening", amount, json!({"due_at": due_at.to_rfc3339()})).await.expect(201);
    (id(&entry), entry["due_at"].as_str().unwrap().parse().unwrap())
}

/// When the charge fell due for which a purchase is refused.
async fn refused_for(shop: &Shop, customer: &str, product: &str) -> DateTime<Utc> {
    let problem = shop.buy(customer, &[(product, 1)]).await.expect_problem(409, "customer_overdue");
    problem["due_at"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_hold_is_kept_changed_and_taken_away_with_the_customer() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let plain = shop.client.post("/v1/customers", &json!({"name": "A", "credit_limit": 1})).await.expect(201);
    assert_eq!(plain["overdue_hold_after_days"], Value::Null);
    let body = json!({"name": "A", "credit_limit": 1, "overdue_hold_after_days": 3_650});
    let create = async || shop.client.move_with("k", "/v1/customers", &body).await;
    let (created, again) = (create().await, create().await);
    assert_eq!((created.expect(201)["overdue_hold_after_days"].as_i64(), &again.body), (Some(3_650), &created.body));
    let mut other = body.clone();
    other["overdue_hold_after_days"] = json!(3_649);
    shop.client.move_with("k", "/v1/customers", &other).await.expect_problem(422, "idempotency_key_reused");

    let path = format!("/v1/customers/{}", id(&created.expect(201)));
    let hold = async |change: Value| {
        let changed = shop.client.patch(&path, &change).await.expect(200)["overdue_hold_after_days"].clone();
        assert_eq!(shop.client.get(&path).await.expect(200)["overdue_hold_after_days"], changed);
        assert_eq!(shop.client.get("/v1/customers").await.expect(200)["data"][0]["overdue_hold_after_days"], changed);
        changed
    };
    assert_eq!(hold(json!({"name": "B"})).await, 3_650);
    assert_eq!(hold(json!({"overdue_hold_after_days": 0})).await, 0);
    assert_eq!(hold(json!({"overdue_hold_after_days": null})).await, Value::Null);
    for wrong in [json!(-1), json!(3_651), json!(0.5), json!("7")] {
        let change = json!({"overdue_hold_after_days": wrong});
        let mut body = json!({"name": "A", "credit_limit": 1});
        body["overdue_hold_after_days"] = wrong;
        for answer in [shop.client.patch(&path, &change).await, shop.client.post("/v1/customers", &body).await] {
            let problem = answer.expect_problem(422, "invalid_request");
            assert_eq!(problem["errors"][0]["pointer"], "/overdue_hold_after_days");
        }
    }
    server.audit().await;
}

#[tokio::test]
async fn a_customer_buys_until_it_has_been_overdue_for_longer_than_its_hold_and_again_once_that_is_paid() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let beans = shop.product(1, 1_000).await;
    let minute = Duration::minutes(1);
    for days in [0, 7] {
        let customer = customer(&shop, json!(days)).await;
        // It owes nothing.
        shop.buy(&customer, &[(&beans, 1)]).await.expect(201);
        opening(&shop, &customer, 10, Duration::days(days) - minute).await;
        shop.buy(&customer, &[(&beans, 1)]).await.expect(201);
        let (charge, due_at) = opening(&shop, &customer, 10, Duration::days(days) + minute).await;
        assert_eq!(refused_for(&shop, &customer, &beans).await, due_at);

        // One day more changes it, and so does no hold at all.
        let path = format!("/v1/customers/{customer}");
        shop.client.patch(&path, &json!({"overdue_hold_after_days": days + 1})).await.expect(200);
        shop.buy(&customer, &[(&beans, 1)]).await.expect(201);
        shop.client.patch(&path, &json!({"overdue_hold_after_days": null})).await.expect(200);
        shop.buy(&customer, &[(&beans, 1)]).await.expect(201);
        shop.client.patch(&path, &json!({"overdue_hold_after_days": days})).await.expect(200);
        assert_eq!(refused_for(&shop, &customer, &beans).await, due_at);

        // What settles that charge by name ends it.
        let named = json!({"allocations": [{"charge_id": charge, "amount": 9}]});
        adjust(&shop, &customer, "credit", 9, named).await.expect(201);
        assert_eq!(refused_for(&shop, &customer, &beans).await, due_at);
        let named = json!({"allocations": [{"charge_id": charge, "amount": 1}]});
        adjust(&shop, &customer, "write_off", 1, named).await.expect(201);
        shop.buy(&customer, &[(&beans, 1)]).await.expect(201);
    }
    server.audit().await;
}

/// The one that fell due first need not be the oldest, nor the newest.
#[tokio::test]
async fn the_charge_that_fell_due_first_decides_whichever_was_made_first() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let beans = shop.product(1, 1_000).await;
    let customer = customer(&shop, json!(10)).await;
    let mut charges = vec![];
    for days in [5, 30, 3, 20, 40, 2] {
        charges.push(opening(&shop, &customer, 10, Duration::days(days)).await);
    }
    for settled in [4, 1, 3] {
        assert_eq!(refused_for(&shop, &customer, &beans).await, charges[settled].1);
        let named = json!({"allocations": [{"charge_id": charges[settled].0, "amount": 10}]});
        adjust(&shop, &customer, "credit", 10, named).await.expect(201);
    }
    shop.buy(&customer, &[(&beans, 1)]).await.expect(201);
    server.audit().await;
}

#[tokio::test]
async fn a_hold_comes_after_a_block_and_before_what_is_wrong_with_the_purchase_and_stops_only_purchases() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (beans, gift) = (shop.product(1, 10).await, shop.product(0, 10).await);
    let customer = customer(&shop, json!(0)).await;
    let bought = purchase(&customer, &[(&beans, 1)]);
    let before = shop.client.move_with("before", "/v1/purchases", &bought).await;
    before.expect(201);
    let (_, due_at) = opening(&shop, &customer, 10, Duration::days(1)).await;
    let nobody = uuid::Uuid::now_v7().to_string();
    for product in [&nobody, &gift] {
        assert_eq!(refused_for(&shop, &customer, product).await, due_at);
    }
    let mut over = purchase(&customer, &[(&beans, 11)]);
    over["due_date"] = json!("2020-01-01");
    shop.client.move_once("/v1/purchases", &over).await.expect_problem(409, "customer_overdue");
    // The answer to an earlier purchase stays.
    let again = shop.client.move_with("before", "/v1/purchases", &bought).await;
    assert_eq!((again.is_replay(), &again.body), (true, &before.body));
    adjust(&shop, &customer, "fee", 1, json!({})).await.expect(201);
    let path = format!("/v1/customers/{customer}");
    shop.client.patch(&path, &json!({"blocked": true})).await.expect(200);
    shop.buy(&customer, &[(&beans, 1)]).await.expect_problem(409, "customer_blocked");
    shop.client.patch(&path, &json!({"blocked": false})).await.expect(200);
    shop.pay(&customer, 11).await.expect(201);
    shop.buy(&customer, &[(&beans, 1)]).await.expect(201);
    server.audit().await;
}
