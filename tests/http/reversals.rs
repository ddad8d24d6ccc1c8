//! `POST /v1/payments/{payment_id}/reversal` and `POST /v1/adjustments/{adjustment_id}/reversal`. H2: a cheque bounced.

use serde_json::{Value, json};

use crate::support::{
    actor::Actor,
    by_hand,
    client::{Answer, Client},
    contents::contents,
    server::TestServer,
    shop::{Shop, id},
};

/// A shop, a client of it that may adjust, and a customer who owes 300 and 200 for two orders.
struct World {
    server: TestServer,
    shop: Shop,
    adjuster: Client,
    customer: String,
    orders: [String; 2],
}

impl World {
    async fn start() -> Self {
        let server = TestServer::start().await;
        let shop = server.shop().await;
        let adjuster = server.client_with_scopes(shop.business_id, &["read", "write", "adjust"]).await;
        let (customer, beans) = (shop.customer(500).await, shop.product(100, 100).await);
        let mut orders = Vec::new();
        for quantity in [3, 2] {
            orders.push(id(&shop.buy(&customer, &[(&beans, quantity)]).await.expect(201)));
        }
        Self { server, shop, adjuster, customer, orders: orders.try_into().unwrap() }
    }

    /// A payment of `amount`, of which so much is for the two orders.
    async fn pay(&self, amount: i64, charges: [i64; 2]) -> String {
        let named = self.orders.iter().zip(charges).filter(|(_, amount)| *amount > 0);
        let allocations: Vec<_> = named.map(|(id, amount)| json!({"charge_id": id, "amount": amount})).collect();
        let mut body = json!({"customer_id": self.customer, "amount": amount});
        if !allocations.is_empty() {
            body["allocations"] = json!(allocations);
        }
        id(&self.shop.client.move_once("/v1/payments", &body).await.expect(201))
    }

    async fn allocate(&self, charge: usize, amount: i64) {
        let allocation = json!({"charge_id": self.orders[charge], "amount": amount});
        let body = json!({"customer_id": self.customer, "allocations": [allocation]});
        self.shop.client.move_once("/v1/allocations", &body).await.expect(201);
    }

    async fn reverse(&self, payment: &str) -> Answer {
        self.adjuster.move_once(&format!("/v1/payments/{payment}/reversal"), &bounced()).await
    }

    /// What is open of each charge that is not settled.
    async fn open(&self) -> Vec<i64> {
        let sql = format!(
            "SELECT coalesce(array_agg(open_amount ORDER BY entry_no), '{{}}')
             FROM tallystick.open_charges('{}', '{}', NULL, NULL, 10)",
            self.shop.business_id, self.customer
        );
        let superuser = Actor::superuser(&self.server.database).await;
        let row = superuser.session.client().query_one(&sql, &[]).await.unwrap();
        row.get::<_, Vec<Option<i64>>>(0).into_iter().flatten().collect()
    }
}

fn bounced() -> Value {
    json!({"reason": "cheque 4711 bounced"})
}

#[tokio::test]
async fn a_reversal_brings_the_debt_back_with_its_age_and_is_told_with_the_payment() {
    let world = World::start().await;
    let payment = world.pay(450, [0, 200]).await;
    assert_eq!(world.open().await, [50]);
    // The credit that the payment gave is used up again: the reversal goes beyond the limit.
    let beans = world.shop.product(150, 3).await;
    world.shop.buy(&world.customer, &[(&beans, 3)]).await.expect(201);

    let reversal = world.reverse(&payment).await.expect(201);
    assert_eq!(
        reversal,
        json!({
            "id": reversal["id"],
            "customer_id": world.customer,
            "entry_no": 5,
            "kind": "reversal",
            "amount": 450,
            "balance_before": 500,
            "balance_after": 950,
            "credit_limit": null,
            "authorized_limit": null,
            "order_id": null,
            "reverses_entry_no": 3,
            "due_at": null,
            "due_date": null,
            "received_on": null,
            "reference": null,
            "reason": "cheque 4711 bounced",
            "created_at": reversal["created_at"],
            "proof": {"entry_no": 5, "hash": reversal["proof"]["hash"]},
            "allocations": [{"charge_id": world.orders[1], "amount": -200}],
        })
    );
    assert_eq!(world.open().await, [300, 200, 450]);
    let told = world.shop.client.get(&format!("/v1/payments/{payment}")).await.expect(200);
    assert_eq!((&told["reversed_by"], &told["allocations"][0]["amount"]), (&reversal["id"], &json!(200)));
    for filter in ["", "&reference=none", &format!("&customer_id={}", world.customer)] {
        let listed = world.shop.client.get(&format!("/v1/payments?limit=5{filter}")).await.expect(200);
        let expected = if filter.contains("reference") { json!(null) } else { reversal["id"].clone() };
        assert_eq!(listed["data"][0]["reversed_by"], expected, "{filter}");
    }
    world.server.audit().await;
}

#[tokio::test]
async fn an_entry_is_reversed_once_and_a_repeated_request_gets_the_first_answer() {
    let world = World::start().await;
    let (payment, other) = (world.pay(50, [0, 0]).await, world.pay(50, [0, 0]).await);
    let path = format!("/v1/payments/{payment}/reversal");
    let reversal = world.adjuster.move_with("key", &path, &bounced()).await;
    reversal.expect(201);

    let again = world.adjuster.move_with("key", &path, &bounced()).await;
    assert_eq!((again.is_replay(), &again.body), (true, &reversal.body));
    let problem = world.reverse(&payment).await.expect_problem(409, "already_reversed");
    assert_eq!(problem["existing_id"], reversal.expect(201)["id"]);
    // The key stands for the payment and the reason; and a reversal is no payment.
    let elsewhere = format!("/v1/payments/{other}/reversal");
    let unknown = format!("/v1/payments/{}/reversal", uuid::Uuid::now_v7());
    for (path, body) in [(&path, json!({"reason": "typed wrong"})), (&elsewhere, bounced()), (&unknown, bounced())] {
        world.adjuster.move_with("key", path, &body).await.expect_problem(422, "idempotency_key_reused");
    }
    let reversal = id(&reversal.expect(201));
    world.reverse(&reversal).await.expect_problem(404, "payment_not_found");
    world.reverse(&other).await.expect(201);
    world.server.audit().await;
}

#[tokio::test]
async fn of_its_charges_a_reversal_takes_back_what_still_stands_and_the_rest_from_unapplied_credit() {
    let world = World::start().await;
    let payment = world.pay(250, [60, 150]).await;
    // 40 of the payment named nothing. 100 of the second charge are taken back, and are unapplied, too.
    world.allocate(1, -100).await;

    let reversal = world.reverse(&payment).await.expect(201);
    let [first, second] = &world.orders;
    assert_eq!(
        reversal["allocations"],
        json!([{"charge_id": first, "amount": -60}, {"charge_id": second, "amount": -50}])
    );
    assert_eq!(world.open().await, [300, 200]);
    world.server.audit().await;
}

#[tokio::test]
async fn a_reversal_takes_nothing_from_a_charge_that_its_payment_did_not_name() {
    let world = World::start().await;
    let payment = world.pay(250, [0, 0]).await;
    world.allocate(1, 200).await;
    let before = contents(&world.server.database).await;

    let problem = world.reverse(&payment).await.expect_problem(409, "unapplied_credit_exceeded");
    assert_eq!((&problem["requested"], &problem["available"]), (&json!(250), &json!(50)));
    assert_eq!(contents(&world.server.database).await, before);
    // Take the allocations back first. The other payment keeps what it named.
    world.allocate(1, -200).await;
    world.pay(100, [100, 0]).await;
    assert_eq!(world.reverse(&payment).await.expect(201)["allocations"], json!([]));
    assert_eq!(world.open().await, [200, 200]);
    world.server.audit().await;
}

#[tokio::test]
async fn a_reversal_leaves_what_another_payment_settled() {
    let world = World::start().await;
    let payment = world.pay(50, [0, 50]).await;
    world.pay(120, [0, 120]).await;

    let reversal = world.reverse(&payment).await.expect(201);
    assert_eq!(reversal["allocations"], json!([{"charge_id": world.orders[1], "amount": -50}]));
    assert_eq!(world.open().await, [300, 80]);
    world.server.audit().await;
}

/// A balance that no client could hold.
#[tokio::test]
async fn a_reversal_beyond_what_a_balance_can_be_is_refused() {
    let most = 9_007_199_254_740_991_i64;
    let world = World::start().await;
    let (customer, gold) = (world.shop.customer(most).await, world.shop.product(most, 2).await);
    world.shop.buy(&customer, &[(&gold, 1)]).await.expect(201);
    let payment = id(&world.shop.pay(&customer, most).await.expect(201));
    world.shop.buy(&customer, &[(&gold, 1)]).await.expect(201);

    let problem = world.reverse(&payment).await.expect_problem(422, "invalid_request");
    let expected = "would take the balance beyond ±9007199254740991";
    assert_eq!(problem["errors"], json!([{"in": "body", "pointer": "", "detail": expected}]));
    world.server.audit().await;
}

#[tokio::test]
async fn who_reverses_has_the_scope_adjust_and_says_why() {
    let world = World::start().await;
    let payment = world.pay(50, [0, 0]).await;
    let path = format!("/v1/payments/{payment}/reversal");
    let without_write = world.server.client_with_scopes(world.shop.business_id, &["read", "adjust"]).await;
    let till = world.server.client_with_scopes(world.shop.business_id, &["read", "write"]).await;
    for client in [&till, &without_write] {
        client.move_once(&path, &bounced()).await.expect_problem(403, "forbidden");
        let adjustment = format!("/v1/adjustments/{payment}/reversal");
        client.move_once(&adjustment, &bounced()).await.expect_problem(403, "forbidden");
    }
    for wrong in [json!({}), json!({"reason": null}), json!({"reason": ""}), json!({"reason": "x", "amount": 5})] {
        world.adjuster.move_once(&path, &wrong).await.expect_problem(422, "invalid_request");
    }
    world.reverse(&uuid::Uuid::now_v7().to_string()).await.expect_problem(404, "payment_not_found");
    world.reverse(&world.orders[0]).await.expect_problem(404, "payment_not_found");
    world.reverse(&payment).await.expect(201);
    world.server.audit().await;
}

/// Credits and write-offs are taken back. A fee is a charge, and a payment is no adjustment.
#[tokio::test]
async fn of_adjustments_credits_and_write_offs_are_taken_back() {
    let world = World::start().await;
    by_hand::install(&world.server.database).await;
    let superuser = Actor::superuser(&world.server.database).await;
    let ids = [uuid::Uuid::now_v7(), uuid::Uuid::now_v7(), uuid::Uuid::now_v7()];
    let [credit, write_off, fee] = ids;
    let (business, customer) = (world.shop.business_id, &world.customer);
    superuser.session.client().batch_execute(&format!(
        "SELECT set_config('app.business_id', '{business}', false);
         SELECT by_hand.allocating('{business}', '{customer}', '{{\"kind\": \"credit\", \"id\": \"{credit}\", \"amount\": -90}}', '{{2}}', '{{80}}');
         SELECT by_hand.allocating('{business}', '{customer}', '{{\"kind\": \"write_off\", \"id\": \"{write_off}\", \"amount\": -70}}', NULL, NULL);
         SELECT by_hand.allocating('{business}', '{customer}', '{{\"kind\": \"fee\", \"id\": \"{fee}\", \"amount\": 5}}', NULL, NULL)"
    )).await.unwrap();
    let reverse =
        async |id: &str| world.adjuster.move_once(&format!("/v1/adjustments/{id}/reversal"), &bounced()).await;

    let reversal = reverse(&credit.to_string()).await.expect(201);
    assert_eq!(reversal["allocations"], json!([{"charge_id": world.orders[1], "amount": -80}]));
    assert_eq!((&reversal["amount"], &reversal["reverses_entry_no"]), (&json!(90), &json!(3)));
    let problem = reverse(&credit.to_string()).await.expect_problem(409, "already_reversed");
    assert_eq!(problem["existing_id"], reversal["id"]);
    assert_eq!(reverse(&write_off.to_string()).await.expect(201)["amount"], 70);
    reverse(&fee.to_string()).await.expect_problem(409, "not_reversible");
    let payment = world.pay(5, [0, 0]).await;
    for none in [&payment, &world.orders[0], &uuid::Uuid::now_v7().to_string()] {
        reverse(none).await.expect_problem(404, "adjustment_not_found");
    }
    world.reverse(&credit.to_string()).await.expect_problem(404, "payment_not_found");
    assert_eq!(world.shop.balance(customer).await, 500);
    world.server.audit().await;
}
