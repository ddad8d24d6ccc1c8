//! `/v1/payments`.

use serde_json::{Value, json};

use crate::{
    isolation::http::world::pages,
    support::{
        actor::Actor,
        client::Answer,
        contents::contents,
        server::TestServer,
        shop::{Shop, id},
    },
};

const MAX: i64 = 9_007_199_254_740_991;

#[tokio::test]
async fn a_payment_answers_with_its_ledger_entry() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans) = (shop.customer(1_000).await, shop.product(300, 10).await);
    shop.buy(&customer, &[(&beans, 2)]).await.expect(201);

    let paid = shop.pay(&customer, 250).await;
    let entry = paid.expect(201);

    assert!(!paid.is_replay());
    assert_eq!(
        entry,
        json!({
            "id": entry["id"],
            "customer_id": customer,
            "entry_no": 2,
            "kind": "payment",
            "amount": -250,
            "balance_before": 600,
            "balance_after": 350,
            "credit_limit": null,
            "authorized_limit": null,
            "order_id": null,
            "reverses_entry_no": null,
            "due_at": null,
            "due_date": null,
            "received_on": null,
            "reference": null,
            "reason": null,
            "created_at": entry["created_at"],
            "proof": {"entry_no": 2, "hash": entry["proof"]["hash"]},
            "allocations": [],
        })
    );
    let ledger = shop.client.get(&format!("/v1/customers/{customer}/ledger")).await.expect(200);
    assert_eq!(ledger["data"][0], without(entry, "allocations"));
    server.audit().await;
}

#[tokio::test]
async fn paying_more_than_is_owed_makes_the_balance_negative_and_adds_to_what_can_be_bought() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans) = (shop.customer(1_000).await, shop.product(1, 10_000).await);
    shop.buy(&customer, &[(&beans, 400)]).await.expect(201);

    assert_eq!(shop.pay(&customer, 900).await.expect(201)["balance_after"], -500);

    let account = shop.client.get(&format!("/v1/customers/{customer}")).await.expect(200);
    let figures = [&account["balance"], &account["available_credit"], &account["oldest_unpaid_at"]];
    assert_eq!(figures, [&json!(-500), &json!(1_500), &json!(null)]);
    shop.buy(&customer, &[(&beans, 1_501)]).await.expect_problem(409, "credit_limit_exceeded");
    shop.buy(&customer, &[(&beans, 1_500)]).await.expect(201);
    server.audit().await;
}

#[tokio::test]
async fn a_customer_who_never_bought_can_pay() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let customer = shop.customer(0).await;

    let entry = shop.pay(&customer, 1).await.expect(201);

    assert_eq!(
        (&entry["entry_no"], &entry["balance_before"], &entry["balance_after"]),
        (&json!(1), &json!(0), &json!(-1))
    );
    server.audit().await;
}

#[tokio::test]
async fn a_blocked_customer_can_pay() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans) = (shop.customer(1_000).await, shop.product(300, 10).await);
    shop.buy(&customer, &[(&beans, 1)]).await.expect(201);
    shop.client.patch(&format!("/v1/customers/{customer}"), &json!({"blocked": true})).await.expect(200);

    assert_eq!(shop.pay(&customer, 300).await.expect(201)["balance_after"], 0);
    server.audit().await;
}

#[tokio::test]
async fn a_payment_of_an_unknown_customer_is_refused_without_a_trace() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let foreign = server.shop().await.customer(1_000).await;
    let before = contents(&server.database).await;

    for customer in [uuid::Uuid::now_v7().to_string(), foreign] {
        shop.pay(&customer, 1).await.expect_problem(404, "customer_not_found");
    }

    assert_eq!(contents(&server.database).await, before);
    server.audit().await;
}

#[tokio::test]
async fn a_balance_can_reach_the_smallest_amount_and_no_further() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let customer = shop.customer(MAX).await;

    assert_eq!(shop.pay(&customer, MAX).await.expect(201)["balance_after"], -MAX);
    // The available credit would be larger than the largest number that every client can hold.
    let account = shop.client.get(&format!("/v1/customers/{customer}/balance")).await.expect(200);
    assert_eq!((&account["balance"], &account["available_credit"]), (&json!(-MAX), &json!(MAX)));
    let problem = shop.pay(&customer, 1).await.expect_problem(422, "invalid_request");
    let expected = "would take the balance beyond ±9007199254740991";
    assert_eq!(problem["errors"], json!([{"in": "body", "pointer": "/amount", "detail": expected}]));
    server.audit().await;
}

fn without(mut record: Value, member: &str) -> Value {
    record.as_object_mut().unwrap().remove(member).unwrap();
    record
}

/// A customer who owes 300, 200 and 100, for three orders.
async fn three_charges(shop: &Shop) -> (String, [String; 3]) {
    let (customer, beans) = (shop.customer(10_000).await, shop.product(100, 100).await);
    let mut orders = Vec::new();
    for quantity in [3, 2, 1] {
        orders.push(id(&shop.buy(&customer, &[(&beans, quantity)]).await.expect(201)));
    }
    (customer, orders.try_into().unwrap())
}

async fn pay_for(shop: &Shop, customer: &str, amount: i64, charges: &[(&str, i64)]) -> Answer {
    let allocations: Vec<_> = charges.iter().map(|(id, amount)| json!({"charge_id": id, "amount": amount})).collect();
    let body = json!({"customer_id": customer, "amount": amount, "allocations": allocations});
    shop.client.move_once("/v1/payments", &body).await
}

/// H9: say which order a payment is for. Who pays the newest order is still overdue with the oldest.
#[tokio::test]
async fn a_payment_settles_the_charges_that_it_names_and_the_rest_settles_the_oldest() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, [first, second, third]) = three_charges(&shop).await;

    let paid = pay_for(&shop, &customer, 350, &[(&third, 100), (&second, 150)]).await.expect(201);
    // In the order in which they were charged.
    assert_eq!(paid["allocations"], json!([{"charge_id": second, "amount": 150}, {"charge_id": third, "amount": 100}]));
    assert_eq!(paid["balance_after"], 250);
    // What named nothing settled 100 of the first. So 200 of it and 50 of the second are open, and nothing of the third.
    let open = Actor::superuser(&server.database).await;
    let open = open
        .rows(&format!(
            "SELECT id, open_amount FROM tallystick.open_charges('{}', '{customer}', NULL, NULL, 10)",
            shop.business_id
        ))
        .await;
    let expected = [(&first, "200"), (&second, "50")].map(|(id, open)| [Some(id.clone()), Some(open.to_owned())]);
    assert_eq!(open, expected);

    // What another credit settles by name is not settled again, whatever the balance is.
    for (charge, asked, available) in [(&second, 51, 50), (&third, 1, 0)] {
        let problem = pay_for(&shop, &customer, 500, &[(charge, asked), (&first, 300)])
            .await
            .expect_problem(409, "charge_open_amount_exceeded");
        assert_eq!(problem["charges"], json!([{"charge_id": charge, "requested": asked, "available": available}]));
    }
    // The 100 that named nothing only passed over the first charge: all of it can be settled by name, and they go on to the second.
    let paid = pay_for(&shop, &customer, 300, &[(&first, 300)]).await.expect(201);
    assert_eq!(paid["balance_after"], -50);
    pay_for(&shop, &customer, 50, &[(&second, 50)]).await.expect(201);
    server.audit().await;
}

#[tokio::test]
async fn a_payment_that_names_what_is_no_charge_of_the_customer_is_refused_without_a_trace() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, [first, ..]) = three_charges(&shop).await;
    let (_, [anothers, ..]) = three_charges(&shop).await;
    let (_, [foreign, ..]) = three_charges(&server.shop().await).await;
    let payment = id(&shop.pay(&customer, 1).await.expect(201));
    let before = contents(&server.database).await;

    for wrong in [&anothers, &foreign, &payment, &uuid::Uuid::now_v7().to_string()] {
        let answer = pay_for(&shop, &customer, 100, &[(&first, 10), (wrong, 10)]).await;
        let problem = answer.expect_problem(422, "charge_not_found");
        let fault =
            json!({"in": "body", "pointer": "/allocations/1/charge_id", "detail": "no such charge of this customer"});
        assert_eq!(problem["errors"], json!([fault]));
    }
    assert_eq!(contents(&server.database).await, before);
    server.audit().await;
}

#[tokio::test]
async fn a_payment_allocates_at_most_itself_to_1_to_500_charges_each_once() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, [first, second, _]) = three_charges(&shop).await;

    let answer = pay_for(&shop, &customer, 100, &[(&first, 60), (&second, 41)]).await;
    let problem = answer.expect_problem(422, "allocations_exceed_amount");
    assert_eq!(problem["errors"][0]["pointer"], "/allocations");
    for (wrong, pointer) in [
        (json!([]), "/allocations"),
        (json!([{"charge_id": first, "amount": 1}, {"charge_id": first, "amount": 1}]), "/allocations"),
        (json!([{"charge_id": first, "amount": 0}]), "/allocations/0/amount"),
        (json!([{"charge_id": first, "amount": -1}]), "/allocations/0/amount"),
        (json!([{"charge_id": first}]), "/allocations/0/amount"),
    ] {
        let body = json!({"customer_id": customer, "amount": 100, "allocations": wrong});
        let problem = shop.client.move_once("/v1/payments", &body).await.expect_problem(422, "invalid_request");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{wrong}");
    }
    pay_for(&shop, &customer, 100, &[(&first, 60), (&second, 40)]).await.expect(201);
    server.audit().await;
}

/// H5: a reference on payments and the day on which they came in; find by it.
#[tokio::test]
async fn payments_are_listed_newest_first_and_found_by_customer_and_by_reference() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, [first, ..]) = three_charges(&shop).await;
    let other = shop.customer(0).await;
    let pay = async |customer: &str, reference: &str| {
        let body = json!({"customer_id": customer, "amount": 5, "reference": reference, "received_on": "2026-02-28"});
        id(&shop.client.move_once("/v1/payments", &body).await.expect(201))
    };
    let payments = [
        pay(&customer, "Transfer 4711").await,
        pay(&other, "Transfer 4712").await,
        pay(&customer, "Transfer 4711").await,
    ];
    let named = id(&pay_for(&shop, &customer, 7, &[(&first, 6)]).await.expect(201));
    let listed = async |filter: &str| {
        let pages = pages(&shop.client, &format!("/v1/payments?limit=2{filter}")).await;
        pages.iter().flat_map(|page| page["data"].as_array().unwrap()).map(id).collect::<Vec<_>>()
    };

    let [one, two, three] = &payments;
    assert_eq!(listed("").await, [&named, three, two, one].map(Clone::clone));
    assert_eq!(listed(&format!("&customer_id={customer}")).await, [&named, three, one].map(Clone::clone));
    assert_eq!(listed("&reference=Transfer%204711").await, [three, one].map(Clone::clone));
    assert_eq!(listed("&reference=Transfer").await, [""; 0]);
    assert_eq!(listed(&format!("&customer_id={}", uuid::Uuid::now_v7())).await, [""; 0]);
    let both = format!("/v1/payments?customer_id={customer}&reference=Transfer%204711");
    let problem = shop.client.get(&both).await.expect_problem(422, "invalid_request");
    assert_eq!(problem["errors"][0]["pointer"], "/reference");

    // One by one, with the charges that it named. The list leaves them out.
    let payment = shop.client.get(&format!("/v1/payments/{named}")).await.expect(200);
    assert_eq!(payment["allocations"], json!([{"charge_id": first, "amount": 6}]));
    assert_eq!((&payment["reversed_by"], &payment["reference"]), (&json!(null), &json!(null)));
    let found = shop.client.get(&format!("/v1/payments/{one}")).await.expect(200);
    assert_eq!((&found["reference"], &found["received_on"]), (&json!("Transfer 4711"), &json!("2026-02-28")));
    let page = shop.client.get("/v1/payments?limit=1").await.expect(200);
    assert_eq!(page["data"][0], without(payment, "allocations"));

    // An order is no payment, nor is a payment of another business.
    let foreign = server.shop().await;
    for (client, id) in [(&shop.client, &first), (&foreign.client, one)] {
        client.get(&format!("/v1/payments/{id}")).await.expect_problem(404, "payment_not_found");
    }
    server.audit().await;
}

#[tokio::test]
async fn what_a_payment_names_is_a_part_of_what_its_key_stands_for() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, [first, second, _]) = three_charges(&shop).await;
    let body = json!({"customer_id": customer, "amount": 50, "reference": "r", "received_on": "2026-02-28",
        "allocations": [{"charge_id": first, "amount": 10}, {"charge_id": second, "amount": 20}]});
    let paid = shop.client.move_with("key", "/v1/payments", &body).await;
    paid.expect(201);

    let again = shop.client.move_with("key", "/v1/payments", &body).await;
    assert_eq!((again.is_replay(), &again.body), (true, &paid.body));
    for (member, other) in [
        ("reference", json!("s")),
        ("received_on", json!("2026-02-27")),
        ("allocations", json!(null)),
        ("allocations", json!([{"charge_id": first, "amount": 10}])),
        ("allocations", json!([{"charge_id": first, "amount": 10}, {"charge_id": second, "amount": 21}])),
    ] {
        let mut changed = body.clone();
        changed[member] = other;
        let answer = shop.client.move_with("key", "/v1/payments", &changed).await;
        answer.expect_problem(422, "idempotency_key_reused");
    }
    server.audit().await;
}
