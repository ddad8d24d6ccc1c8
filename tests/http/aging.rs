//! A customer's open charges, and debt by age, of one customer and of all: now, and as of any moment.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::support::{actor::Actor, by_hand, server::TestServer, shop::Shop};

/// A business where every charge is due at once, unless it says otherwise.
async fn impatient_shop(server: &TestServer) -> Shop {
    Shop::open_as(server, &json!({"name": "Impatient", "currency": "EUR", "payment_terms": {"type": "age", "days": 0}}))
        .await
}

fn made(record: &Value) -> DateTime<Utc> {
    record["created_at"].as_str().unwrap().parse().unwrap()
}

/// A moment as a query has it.
fn query(moment: DateTime<Utc>) -> String {
    format!("as_of={}", moment.format("%Y-%m-%dT%H:%M:%S%.6fZ"))
}

fn buckets(figures: [i64; 5]) -> Value {
    let [not_due, days_1_to_30, days_31_to_60, days_61_to_90, over_90_days] = figures;
    json!({"not_due": not_due, "days_1_to_30": days_1_to_30, "days_31_to_60": days_31_to_60, "days_61_to_90": days_61_to_90,
           "over_90_days": over_90_days})
}

/// 300, of which 100 are paid, and 200 that are due in 40 days.
struct Debt {
    customer: String,
    first: Value,
    second: Value,
}

impl Debt {
    async fn make(shop: &Shop) -> Self {
        let (customer, beans) = (shop.customer(1_000).await, shop.product(100, 10).await);
        let first = shop.buy(&customer, &[(&beans, 3)]).await.expect(201);
        shop.pay(&customer, 100).await.expect(201);
        let due_at = (made(&first) + TimeDelta::days(40)).to_rfc3339();
        let later = json!({"customer_id": customer, "items": [{"product_id": beans, "quantity": 2}], "due_at": due_at});
        let second = shop.client.move_once("/v1/purchases", &later).await.expect(201);
        Self { customer, first, second }
    }
}

#[tokio::test]
async fn open_charges_say_what_is_open_of_each_and_add_up_to_the_balance() {
    let server = TestServer::start().await;
    let shop = impatient_shop(&server).await;
    let Debt { customer, first, second } = Debt::make(&shop).await;
    let path = format!("/v1/customers/{customer}/open-charges");
    let charge = |order: &Value, entry_no: i64, open: i64| {
        json!({"charge_id": order["id"], "entry_no": entry_no, "kind": "purchase", "amount": order["total"], "open_amount": open,
               "created_at": order["created_at"], "due_at": order["due_at"], "due_date": null})
    };
    let both = [charge(&first, 1, 200), charge(&second, 3, 200)];
    assert_eq!(shop.client.get(&path).await.expect(200), json!({"data": both, "next_cursor": null}));
    assert_eq!(shop.balance(&customer).await, 400);

    // A page for each.
    let page = shop.client.get(&format!("{path}?limit=1")).await.expect(200);
    assert_eq!(page["data"], json!([both[0]]));
    let next = page["next_cursor"].as_str().unwrap();
    let page = shop.client.get(&format!("{path}?limit=1&cursor={next}")).await.expect(200);
    assert_eq!(page, json!({"data": [both[1]], "next_cursor": null}));

    // Before the payment, and before anything.
    for (moment, charges) in
        [(made(&first), json!([charge(&first, 1, 300)])), (made(&first) - TimeDelta::microseconds(1), json!([]))]
    {
        let then = shop.client.get(&format!("{path}?{}", query(moment))).await.expect(200);
        assert_eq!(then, json!({"data": charges, "next_cursor": null}));
    }

    shop.pay(&customer, 500).await.expect(201);
    assert_eq!(shop.client.get(&path).await.expect(200), json!({"data": [], "next_cursor": null}));
    server.audit().await;
}

#[tokio::test]
async fn debt_has_the_age_of_its_charges_and_adds_up_to_the_balance() {
    let server = TestServer::start().await;
    let shop = impatient_shop(&server).await;
    let Debt { customer, first, .. } = Debt::make(&shop).await;
    let path = format!("/v1/customers/{customer}/aging");
    let days = |days: i64| made(&first) + TimeDelta::days(days);
    for (as_of, balance, expected) in [
        (days(0) - TimeDelta::microseconds(1), 0, [0, 0, 0, 0, 0]),
        // What falls due at the moment is not due yet.
        (days(0), 300, [300, 0, 0, 0, 0]),
        (days(30), 400, [200, 200, 0, 0, 0]),
        (days(30) + TimeDelta::microseconds(1), 400, [200, 0, 200, 0, 0]),
        (days(61), 400, [0, 200, 0, 200, 0]),
        (days(200), 400, [0, 0, 0, 0, 400]),
    ] {
        let aging = shop.client.get(&format!("{path}?{}", query(as_of))).await.expect(200);
        let overdue: i64 = expected[1..].iter().sum();
        assert_eq!(aging["as_of"].as_str().unwrap().parse::<DateTime<Utc>>().unwrap(), as_of);
        let figures = json!({"customer_id": customer, "as_of": aging["as_of"], "balance": balance, "overdue_amount": overdue,
                             "buckets": buckets(expected)});
        assert_eq!(aging, figures, "{as_of}");
    }
    let now = shop.client.get(&path).await.expect(200);
    assert_eq!((&now["balance"], &now["overdue_amount"]), (&json!(400), &json!(200)));

    shop.pay(&customer, 500).await.expect(201);
    let now = shop.client.get(&path).await.expect(200);
    assert_eq!((&now["balance"], &now["buckets"]), (&json!(-100), &buckets([0; 5])));
    server.audit().await;
}

#[tokio::test]
async fn the_aging_of_a_business_names_who_owes_something_and_its_totals_are_their_sums() {
    let server = TestServer::start().await;
    let shop = impatient_shop(&server).await;
    let totals = async |query: &str| shop.client.get(&format!("/v1/aging/totals?{query}")).await.expect(200);
    let nothing = totals("").await;
    assert_eq!(
        nothing,
        json!({"as_of": nothing["as_of"], "customers": 0, "balance": 0, "overdue_amount": 0, "buckets": buckets([0; 5]),
               "credit_balance": 0})
    );

    let (one, two) = (Debt::make(&shop).await, Debt::make(&shop).await);
    let in_credit = shop.customer(0).await;
    shop.pay(&in_credit, 70).await.expect(201);
    shop.customer(0).await;

    // 61 days after both began.
    let then = query(made(&two.first) + TimeDelta::days(61));
    let list = shop.client.get(&format!("/v1/aging?{then}")).await.expect(200);
    let row = |debt: &Debt| {
        json!({"customer_id": debt.customer, "name": "Café Central", "external_id": null, "balance": 400, "overdue_amount": 400,
               "buckets": buckets([0, 200, 0, 200, 0])})
    };
    assert_eq!(list, json!({"data": [row(&two), row(&one)], "next_cursor": null}));
    let sums = totals(&then).await;
    assert_eq!(
        sums,
        json!({"as_of": sums["as_of"], "customers": 2, "balance": 800, "overdue_amount": 800,
               "buckets": buckets([0, 400, 0, 400, 0]), "credit_balance": 70})
    );
    // A microsecond after a bound of the first customer's first charge, which is milliseconds older than the second customer's.
    for (days, expected) in [(30, [400, 200, 200, 0, 0]), (60, [0, 400, 200, 200, 0]), (90, [0, 0, 400, 200, 200])] {
        let moment = made(&one.first) + TimeDelta::days(days) + TimeDelta::microseconds(1);
        assert_eq!(totals(&query(moment)).await["buckets"], buckets(expected), "{days}");
    }
    // Only the first customer's first charge was there.
    let sums = totals(&query(made(&one.first))).await;
    assert_eq!((&sums["customers"], &sums["balance"], &sums["credit_balance"]), (&json!(1), &json!(300), &json!(0)));
    assert_eq!(sums["buckets"], buckets([300, 0, 0, 0, 0]), "what falls due at the moment is not due yet");
    // Another business has its own.
    let other = server.shop().await;
    assert_eq!(other.client.get("/v1/aging/totals").await.expect(200)["customers"], 0);
    server.audit().await;
}

/// More entries than one part of the pass has, of which the first customer has most.
#[tokio::test]
async fn totals_are_added_up_over_the_parts_of_the_pass() {
    let server = TestServer::start().await;
    let shop = impatient_shop(&server).await;
    let (one, two) = (shop.customer(1_000_000).await, shop.customer(1_000_000).await);
    let superuser = Actor::superuser(&server.database).await;
    by_hand::install(&server.database).await;
    for (customer, charges) in [(&one, 150), (&two, 20_100)] {
        let sql = format!(
            "SELECT by_hand.entries('{}', '{customer}', array_fill(jsonb '{{\"kind\": \"debit\", \"amount\": 2}}', ARRAY[{charges}]))",
            shop.business_id
        );
        superuser.session.client().batch_execute(&sql).await.unwrap();
    }
    let sums = shop.client.get("/v1/aging/totals").await.expect(200);
    assert_eq!((&sums["customers"], &sums["balance"]), (&json!(2), &json!(40_500)));
    let first = format!(
        "SELECT balance, next_entry_no, next_last_no FROM tallystick.aging_totals('{}', NULL)",
        shop.business_id
    );
    let server = Actor::server(&server.database, &shop.business_id.to_string()).await;
    assert_eq!(server.rows(&first).await, [["40200", "101", "20100"].map(|figure| Some(figure.to_owned()))]);
}

#[tokio::test]
async fn a_moment_or_a_customer_that_is_none_is_refused() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, stranger) = (shop.customer(0).await, server.shop().await.customer(0).await);
    for (path, wrong) in [("open-charges", "0"), ("aging", "x")] {
        for nobody in [&stranger, wrong] {
            let refused = shop.client.get(&format!("/v1/customers/{nobody}/{path}")).await;
            refused.expect_problem(404, "customer_not_found");
        }
    }
    let customers = format!("/v1/customers/{customer}");
    for path in [&format!("{customers}/open-charges"), &format!("{customers}/aging"), "/v1/aging", "/v1/aging/totals"] {
        for (moment, detail) in [
            ("2026-01-31", "must be an RFC 3339 date and time, such as 2026-01-31T12:00:00Z"),
            ("", "must be an RFC 3339 date and time, such as 2026-01-31T12:00:00Z"),
            ("9999-01-01T00:00:00Z", "must be in the years 0001 to 9998"),
        ] {
            let refused = shop.client.get(&format!("{path}?as_of={moment}")).await;
            let problem = refused.expect_problem(422, "invalid_request");
            assert_eq!(problem["errors"], json!([{"in": "query", "pointer": "/as_of", "detail": detail}]), "{path}");
        }
        for moment in ["0001-01-01T00:00:00Z", "9998-12-31T23:59:59.999999Z", "2026-01-31T12:00:00%2B05:30"] {
            shop.client.get(&format!("{path}?as_of={moment}")).await.expect(200);
        }
    }
}
