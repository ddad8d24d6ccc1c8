//! `POST /v1/allocations`: unapplied credit is set against charges, and taken back.

use serde_json::{Value, json};

use crate::support::{
    actor::Actor,
    by_hand,
    client::Answer,
    contents::contents,
    server::TestServer,
    shop::{Shop, id},
};

/// A customer who owes 300 and 200 for two orders, and has paid 250 without a name.
async fn who_has_paid_250(shop: &Shop) -> (String, String, String) {
    let (customer, beans) = (shop.customer(10_000).await, shop.product(100, 100).await);
    let first = id(&shop.buy(&customer, &[(&beans, 3)]).await.expect(201));
    let second = id(&shop.buy(&customer, &[(&beans, 2)]).await.expect(201));
    shop.pay(&customer, 250).await.expect(201);
    (customer, first, second)
}

fn note(customer: &str, charges: &[(&str, i64)]) -> Value {
    let allocations: Vec<_> = charges.iter().map(|(id, amount)| json!({"charge_id": id, "amount": amount})).collect();
    json!({"customer_id": customer, "allocations": allocations})
}

async fn allocate(shop: &Shop, customer: &str, charges: &[(&str, i64)]) -> Answer {
    shop.client.move_once("/v1/allocations", &note(customer, charges)).await
}

/// When the oldest charge that is not settled was made.
async fn oldest_unpaid_at(shop: &Shop, customer: &str) -> Value {
    shop.client.get(&format!("/v1/customers/{customer}")).await.expect(200)["oldest_unpaid_at"].clone()
}

#[tokio::test]
async fn credit_is_set_against_a_charge_taken_back_and_moved_to_another() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, first, second) = who_has_paid_250(&shop).await;
    let made_at =
        async |order: &str| shop.client.get(&format!("/v1/orders/{order}")).await.expect(200)["created_at"].clone();

    let mut body = note(&customer, &[(&second, 200)]);
    body["reason"] = json!("asked for by phone");
    let noted = shop.client.move_once("/v1/allocations", &body).await.expect(201);
    assert_eq!(
        (&noted["kind"], &noted["amount"], &noted["balance_after"]),
        (&json!("allocation"), &json!(0), &json!(250))
    );
    assert_eq!((&noted["reason"], &noted["entry_no"]), (&json!("asked for by phone"), &json!(4)));
    assert_eq!(noted["allocations"], json!([{"charge_id": second, "amount": 200}]));
    assert_eq!(oldest_unpaid_at(&shop, &customer).await, made_at(&first).await);

    // Moved to the first charge, which is settled then, and the second is not.
    let moved = allocate(&shop, &customer, &[(&second, -200), (&first, 250)]).await.expect(201);
    assert_eq!(
        moved["allocations"],
        json!([{"charge_id": first, "amount": 250}, {"charge_id": second, "amount": -200}])
    );
    assert_eq!(oldest_unpaid_at(&shop, &customer).await, made_at(&first).await);
    shop.pay(&customer, 50).await.expect(201);
    assert_eq!(oldest_unpaid_at(&shop, &customer).await, made_at(&second).await);

    // Taken back, it settles the oldest again.
    allocate(&shop, &customer, &[(&first, -250)]).await.expect(201);
    assert_eq!(oldest_unpaid_at(&shop, &customer).await, made_at(&second).await);
    assert_eq!(shop.balance(&customer).await, 200);
    server.audit().await;
}

#[tokio::test]
async fn a_repeated_note_is_recorded_once() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, first, second) = who_has_paid_250(&shop).await;
    let send = async |charges: &[(&str, i64)], reason: Value| {
        let mut body = note(&customer, charges);
        body["reason"] = reason;
        shop.client.move_with("key", "/v1/allocations", &body).await
    };
    let charges = [(&*first, 10), (&*second, 20)];
    let noted = send(&charges, json!("r")).await;
    noted.expect(201);

    let again = send(&charges, json!("r")).await;
    assert_eq!((again.is_replay(), &again.body), (true, &noted.body));
    for (charges, reason) in [
        (&[(&*first, 10), (&*second, 21)][..], json!("r")),
        (&[(&*first, 10)], json!("r")),
        (&charges, json!("s")),
        (&charges, json!(null)),
    ] {
        send(charges, reason).await.expect_problem(422, "idempotency_key_reused");
    }
    server.audit().await;
}

#[tokio::test]
async fn a_note_is_refused_with_figures_and_without_a_trace() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, first, second) = who_has_paid_250(&shop).await;
    allocate(&shop, &customer, &[(&second, 150)]).await.expect(201);
    let before = contents(&server.database).await;

    let problem = allocate(&shop, &customer, &[(&first, 101)]).await.expect_problem(409, "unapplied_credit_exceeded");
    assert_eq!((&problem["requested"], &problem["available"]), (&json!(101), &json!(100)));
    // What is taken back in the same note counts.
    let problem = allocate(&shop, &customer, &[(&first, 300), (&second, -150)])
        .await
        .expect_problem(409, "unapplied_credit_exceeded");
    assert_eq!((&problem["requested"], &problem["available"]), (&json!(150), &json!(100)));
    let problem = allocate(&shop, &customer, &[(&second, 51)]).await.expect_problem(409, "charge_open_amount_exceeded");
    assert_eq!(problem["charges"], json!([{"charge_id": second, "requested": 51, "available": 50}]));
    let problem = allocate(&shop, &customer, &[(&first, -1), (&second, -151)])
        .await
        .expect_problem(409, "allocated_amount_exceeded");
    let charges = [(&first, 1, 0), (&second, 151, 150)];
    let charges = charges.map(|(id, asked, there)| json!({"charge_id": id, "requested": asked, "available": there}));
    assert_eq!(problem["charges"], json!(charges));

    let (another, anothers, _) = who_has_paid_250(&shop).await;
    let after_another = contents(&server.database).await;
    let problem =
        allocate(&shop, &customer, &[(&first, 1), (&anothers, 1)]).await.expect_problem(422, "charge_not_found");
    assert_eq!(problem["errors"][0]["pointer"], "/allocations/1/charge_id");
    let nobody = uuid::Uuid::now_v7().to_string();
    allocate(&shop, &nobody, &[(&first, 1)]).await.expect_problem(404, "customer_not_found");
    assert_ne!(before, after_another);
    assert_eq!(contents(&server.database).await, after_another);
    allocate(&shop, &another, &[(&anothers, 250)]).await.expect(201);
    allocate(&shop, &customer, &[(&first, 250), (&second, -150)]).await.expect(201);
    server.audit().await;
}

#[tokio::test]
async fn a_note_names_1_to_500_charges_each_once_and_each_with_an_amount() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, first, second) = who_has_paid_250(&shop).await;
    let most = 9_007_199_254_740_991_i64;
    for (charges, pointer) in [
        (vec![], "/allocations"),
        (vec![(&*first, 1), (&first, 1)], "/allocations"),
        (vec![(&*first, most), (&second, 1)], "/allocations"),
        (vec![(&*first, 1), (&second, 0)], "/allocations/1/amount"),
    ] {
        let problem = allocate(&shop, &customer, &charges).await.expect_problem(422, "invalid_request");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{charges:?}");
    }
    let problem =
        allocate(&shop, &customer, &[(&first, most)]).await.expect_problem(409, "charge_open_amount_exceeded");
    assert_eq!(problem["charges"][0]["requested"], most);
    server.audit().await;
}

/// As many charges as one request may name. What each entry costs grows with their number, and not with its square: see
/// `tests/sql/allocations.rs`.
#[tokio::test]
async fn one_payment_settles_500_charges_and_one_note_takes_all_of_it_back() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let customer = shop.customer(100_000).await;
    by_hand::install(&server.database).await;
    let superuser = Actor::superuser(&server.database).await;
    let debits = format!(
        "SELECT set_config('app.business_id', '{0}', false);
         SELECT by_hand.entries('{0}', '{customer}', array_fill(jsonb '{{\"kind\": \"debit\", \"amount\": 10}}', ARRAY[500]))",
        shop.business_id
    );
    superuser.session.client().batch_execute(&debits).await.unwrap();
    let ids = format!("SELECT id FROM tallystick.credit_ledger WHERE customer_id = '{customer}' ORDER BY entry_no");
    let orders: Vec<_> = superuser.rows(&ids).await.into_iter().map(|row| row[0].clone().unwrap()).collect();
    let all = |amount: i64| orders.iter().map(|order| (order.as_str(), amount)).collect::<Vec<_>>();
    let mut body = note(&customer, &all(9));
    body["amount"] = json!(4_500);
    let paid = shop.client.move_once("/v1/payments", &body).await.expect(201);
    assert_eq!(paid["allocations"].as_array().unwrap().len(), 500);
    let noted = allocate(&shop, &customer, &all(-9)).await.expect(201);
    assert_eq!(noted["allocations"].as_array().unwrap().len(), 500);
    assert_eq!(noted["balance_after"], 500);
    server.audit().await;
}
