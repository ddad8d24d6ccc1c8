//! `POST /v1/adjustments` and `POST /v1/refunds`: what changes an account and is neither a sale nor money received.

use chrono::{Duration, Utc};
use serde_json::{Value, json};

use crate::support::{
    actor::{Actor, quoted},
    client::Answer,
    contents::contents,
    server::TestServer,
    shop::{Shop, id},
};

const MAX: i64 = 9_007_199_254_740_991;

/// An adjustment with a key of its own.
pub async fn adjust(shop: &Shop, customer: &str, kind: &str, amount: i64, members: Value) -> Answer {
    let mut body = json!({"customer_id": customer, "type": kind, "amount": amount, "reason": "as agreed"});
    body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    shop.client.move_once("/v1/adjustments", &body).await
}

async fn refund(shop: &Shop, customer: &str, amount: i64) -> Answer {
    let body = json!({"customer_id": customer, "amount": amount, "reason": "paid twice"});
    shop.client.move_once("/v1/refunds", &body).await
}

async fn account(shop: &Shop, customer: &str) -> Value {
    shop.client.get(&format!("/v1/customers/{customer}")).await.expect(200)
}

/// The pointers of an answer that refuses a body.
fn pointers(answer: &Answer) -> Vec<String> {
    let problem = answer.expect_problem(422, "invalid_request");
    problem["errors"].as_array().unwrap().iter().map(|fault| fault["pointer"].as_str().unwrap().to_owned()).collect()
}

/// What was owed before is brought over with its own due date. (tigerbeetle#1968, erpnext#54918)
#[tokio::test]
async fn an_opening_keeps_its_due_date_in_the_past_and_is_overdue_from_the_start() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let customer = shop.customer(1_000).await;
    let today = Utc::now().date_naive();
    let due_date = today - Duration::days(40);

    let members = json!({"due_date": due_date, "reference": "Invoice 17"});
    let answer = adjust(&shop, &customer, "opening", 600, members).await;
    let entry = answer.expect(201);

    assert_eq!(
        entry,
        json!({
            "id": entry["id"], "customer_id": customer, "entry_no": 1, "kind": "opening", "amount": 600,
            "balance_before": 0, "balance_after": 600, "credit_limit": 1_000, "authorized_limit": null, "order_id": null,
            "reverses_entry_no": null, "due_at": format!("{}T00:00:00Z", due_date + Duration::days(1)), "due_date": due_date,
            "received_on": null, "reference": "Invoice 17", "reason": "as agreed", "created_at": entry["created_at"],
            "proof": {"entry_no": 1, "hash": entry["proof"]["hash"]}, "allocations": [],
        })
    );
    assert_eq!(account(&shop, &customer).await["overdue"], true);
    let overdue = shop.client.get("/v1/overdue-customers").await.expect(200);
    assert_eq!(
        (&overdue["data"][0]["customer_id"], &overdue["data"][0]["overdue_amount"]),
        (&json!(customer), &json!(600))
    );

    // The next one was due before it, and a payment settles the first one entered first.
    let earlier = json!({"due_at": "2020-02-29T12:00:00+01:00"});
    let second = adjust(&shop, &customer, "opening", 400, earlier).await.expect(201);
    assert_eq!((&second["due_at"], &second["due_date"]), (&json!("2020-02-29T11:00:00Z"), &Value::Null));
    shop.pay(&customer, 600).await.expect(201);
    let overdue = shop.client.get("/v1/overdue-customers").await.expect(200);
    assert_eq!(overdue["data"][0]["overdue_amount"], 400);
    server.audit().await;
}

#[tokio::test]
async fn a_charge_is_due_by_the_customers_terms_or_as_it_says_but_only_an_opening_in_the_past() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let terms = json!({"name": "A", "credit_limit": 1_000, "payment_terms": {"type": "age", "days": 3}});
    let customer = id(&shop.client.post("/v1/customers", &terms).await.expect(201));
    let time = |text: &Value| text.as_str().unwrap().parse::<chrono::DateTime<Utc>>().unwrap();
    for kind in ["opening", "fee", "debit"] {
        let usual = adjust(&shop, &customer, kind, 1, json!({})).await.expect(201);
        assert_eq!((&usual["kind"], &usual["amount"]), (&json!(kind), &json!(1)));
        assert_eq!(time(&usual["due_at"]), time(&usual["created_at"]) + Duration::days(3), "{kind}");

        let today = Utc::now().date_naive();
        let members = json!({"due_date": today + Duration::days(1)});
        let said = adjust(&shop, &customer, kind, 1, members.clone()).await.expect(201);
        assert_eq!(said["due_date"], members["due_date"]);

        for (member, over) in [
            ("due_date", json!(today - Duration::days(2))),
            ("due_at", json!((Utc::now() - Duration::seconds(1)).to_rfc3339())),
        ] {
            let mut members = json!({});
            members[member] = over;
            let answer = adjust(&shop, &customer, kind, 1, members).await;
            if kind == "opening" {
                answer.expect(201);
            } else {
                assert_eq!(pointers(&answer), [format!("/{member}")], "{kind}");
            }
        }
    }
    server.audit().await;
}

#[tokio::test]
async fn a_charge_keeps_the_credit_limit_unless_somebody_allows_more_and_that_is_kept_only_if_it_was_needed() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let customer = shop.customer(500).await;
    for kind in ["opening", "fee", "debit"] {
        let before = shop.balance(&customer).await;
        let room = 500 - before;
        let limit = |answer: &Answer| {
            let problem = answer.expect_problem(409, "credit_limit_exceeded");
            assert_eq!(problem["detail"], "the customer's credit limit would be exceeded");
            [&problem["credit_limit"], &problem["balance"], &problem["required"]].map(|figure| figure.as_i64().unwrap())
        };
        assert_eq!(limit(&adjust(&shop, &customer, kind, room + 1, json!({})).await), [500, before, room + 1]);
        let lower = json!({"authorized_limit": 399});
        assert_eq!(limit(&adjust(&shop, &customer, kind, room + 1, lower.clone()).await), [500, before, room + 1]);
        let higher = json!({"authorized_limit": 510});
        assert_eq!(limit(&adjust(&shop, &customer, kind, room + 11, higher.clone()).await), [510, before, room + 11]);

        let within = adjust(&shop, &customer, kind, room - 100, lower).await.expect(201);
        assert_eq!((&within["credit_limit"], &within["authorized_limit"]), (&json!(500), &Value::Null), "{kind}");
        let at = adjust(&shop, &customer, kind, 100, higher.clone()).await.expect(201);
        assert_eq!((&at["balance_after"], &at["authorized_limit"]), (&json!(500), &Value::Null), "{kind}");
        let beyond = adjust(&shop, &customer, kind, 10, higher).await.expect(201);
        assert_eq!(
            (&beyond["balance_after"], &beyond["credit_limit"], &beyond["authorized_limit"]),
            (&json!(510), &json!(500), &json!(510)),
            "{kind}"
        );
        shop.pay(&customer, 300).await.expect(201);
    }
    server.audit().await;
}

#[tokio::test]
async fn a_credit_settles_the_charges_that_it_names_and_else_the_oldest() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, other) = (shop.customer(1_000).await, shop.customer(1_000).await);
    let fee = async |customer: &str, amount| id(&adjust(&shop, customer, "fee", amount, json!({})).await.expect(201));
    let (first, second, foreign) = (fee(&customer, 100).await, fee(&customer, 200).await, fee(&other, 1).await);

    let named = json!({"allocations": [{"charge_id": second, "amount": 150}]});
    let credit = adjust(&shop, &customer, "credit", 160, named.clone()).await.expect(201);
    assert_eq!((&credit["kind"], &credit["amount"], &credit["due_at"]), (&json!("credit"), &json!(-160), &Value::Null));
    assert_eq!(credit["allocations"], named["allocations"]);
    assert_eq!(shop.balance(&customer).await, 140);

    let too_much = json!({"allocations": [{"charge_id": second, "amount": 51}]});
    let problem =
        adjust(&shop, &customer, "write_off", 60, too_much).await.expect_problem(409, "charge_open_amount_exceeded");
    assert_eq!(problem["charges"], json!([{"charge_id": second, "requested": 51, "available": 50}]));
    let unknown = json!({"allocations": [{"charge_id": first, "amount": 1}, {"charge_id": foreign, "amount": 1}]});
    let problem = adjust(&shop, &customer, "credit", 60, unknown).await.expect_problem(422, "charge_not_found");
    assert_eq!(problem["errors"][0]["pointer"], "/allocations/1/charge_id");
    let more = json!({"allocations": [{"charge_id": second, "amount": 50}]});
    let problem = adjust(&shop, &customer, "credit", 49, more).await.expect_problem(422, "allocations_exceed_amount");
    assert_eq!(problem["errors"][0]["pointer"], "/allocations");
    server.audit().await;
}

/// (invoiceninja#137, erpnext#33206)
#[tokio::test]
async fn a_write_off_gives_up_at_most_the_balance_and_is_no_money_received() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans) = (shop.customer(1_000).await, shop.product(100, 10).await);
    let order = id(&shop.buy(&customer, &[(&beans, 3)]).await.expect(201));

    let figures = |answer: &Answer| {
        let problem = answer.expect_problem(409, "balance_exceeded");
        [problem["requested"].as_i64().unwrap(), problem["available"].as_i64().unwrap()]
    };
    assert_eq!(figures(&adjust(&shop, &customer, "write_off", 301, json!({})).await), [301, 300]);
    let all = json!({"allocations": [{"charge_id": order, "amount": 300}]});
    let entry = adjust(&shop, &customer, "write_off", 300, all).await.expect(201);
    assert_eq!(
        (&entry["kind"], &entry["balance_after"], &entry["received_on"]),
        (&json!("write_off"), &json!(0), &Value::Null)
    );
    assert_eq!(figures(&adjust(&shop, &customer, "write_off", 1, json!({})).await), [1, 0]);
    // Nor is a credit balance written off.
    shop.pay(&customer, 50).await.expect(201);
    assert_eq!(figures(&adjust(&shop, &customer, "write_off", 1, json!({})).await), [1, 0]);
    server.audit().await;
}

#[tokio::test]
async fn a_refund_pays_out_at_most_the_credit_balance_and_leaves_no_debt() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let customer = shop.customer(0).await;
    let figures = |answer: &Answer| {
        let problem = answer.expect_problem(409, "credit_balance_exceeded");
        [problem["requested"].as_i64().unwrap(), problem["available"].as_i64().unwrap()]
    };
    assert_eq!(figures(&refund(&shop, &customer, 1).await), [1, 0]);
    shop.pay(&customer, 80).await.expect(201);
    assert_eq!(figures(&refund(&shop, &customer, 81).await), [81, 80]);

    let entry = refund(&shop, &customer, 30).await.expect(201);
    assert_eq!(
        entry,
        json!({
            "id": entry["id"], "customer_id": customer, "entry_no": 2, "kind": "refund", "amount": 30,
            "balance_before": -80, "balance_after": -50, "credit_limit": null, "authorized_limit": null, "order_id": null,
            "reverses_entry_no": null, "due_at": entry["created_at"], "due_date": null, "received_on": null,
            "reference": null, "reason": "paid twice", "created_at": entry["created_at"],
            "proof": {"entry_no": 2, "hash": entry["proof"]["hash"]}, "allocations": [],
        })
    );
    refund(&shop, &customer, 50).await.expect(201);
    let after = account(&shop, &customer).await;
    assert_eq!(
        (&after["balance"], &after["overdue"], &after["oldest_unpaid_at"]),
        (&json!(0), &json!(false), &Value::Null)
    );
    assert_eq!(figures(&refund(&shop, &customer, 1).await), [1, 0]);

    // A customer who owes has nothing to be paid out.
    adjust(&shop, &customer, "fee", 10, json!({"authorized_limit": 10})).await.expect(201);
    assert_eq!(figures(&refund(&shop, &customer, 1).await), [1, 0]);
    server.audit().await;
}

#[tokio::test]
async fn a_blocked_customer_is_adjusted_and_refunded_all_the_same() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let body = json!({"name": "A", "credit_limit": 100, "blocked": true});
    let customer = id(&shop.client.post("/v1/customers", &body).await.expect(201));
    adjust(&shop, &customer, "fee", 10, json!({})).await.expect(201);
    adjust(&shop, &customer, "credit", 30, json!({})).await.expect(201);
    refund(&shop, &customer, 20).await.expect(201);
    assert_eq!(shop.balance(&customer).await, 0);
    server.audit().await;
}

#[tokio::test]
async fn each_wrong_member_is_pointed_at_and_nothing_is_written() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, foreign) = (shop.customer(1_000).await, server.shop().await.customer(1_000).await);
    let before = contents(&server.database).await;
    let allocations = json!([{"charge_id": customer, "amount": 1}]);
    for (kind, members, wrong) in [
        ("payment", json!({}), &["/type"][..]),
        ("fee", json!({"type": {"fee": null}}), &["/type"]),
        ("fee", json!({"amount": 0}), &["/amount"]),
        ("fee", json!({"amount": MAX + 1}), &["/amount"]),
        ("fee", json!({"reason": ""}), &["/reason"]),
        ("fee", json!({"reason": null}), &["/reason"]),
        ("fee", json!({"reason": "r".repeat(501)}), &["/reason"]),
        ("fee", json!({"reference": "r".repeat(201)}), &["/reference"]),
        ("fee", json!({"note": 1}), &["/note"]),
        ("fee", json!({"authorized_limit": -1}), &["/authorized_limit"]),
        ("fee", json!({"due_date": "2026-02-30"}), &["/due_date"]),
        ("fee", json!({"due_at": "tomorrow"}), &["/due_at"]),
        ("fee", json!({"due_date": "2999-01-01", "due_at": "2999-01-01T00:00:00Z"}), &["/due_at"]),
        ("debit", json!({"allocations": allocations}), &["/allocations"]),
        ("credit", json!({"due_date": "2999-01-01"}), &["/due_date"]),
        ("write_off", json!({"due_at": "2999-01-01T00:00:00Z"}), &["/due_at"]),
        ("credit", json!({"authorized_limit": 1}), &["/authorized_limit"]),
        ("credit", json!({"allocations": []}), &["/allocations"]),
        (
            "credit",
            json!({"amount": 0, "reason": "", "allocations": [{"charge_id": "x", "amount": 1}]}),
            &["/amount", "/reason", "/allocations/0/charge_id"],
        ),
    ] {
        let mut found = pointers(&adjust(&shop, &customer, kind, 1, members.clone()).await);
        let mut expected: Vec<String> = wrong.iter().map(|pointer| (*pointer).to_owned()).collect();
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{kind} {members}");
    }
    for body in
        [json!({"customer_id": customer, "amount": 1}), json!({"customer_id": customer, "amount": 1, "reason": " "})]
    {
        assert_eq!(pointers(&shop.client.move_once("/v1/refunds", &body).await), ["/reason"]);
    }
    for nobody in [uuid::Uuid::now_v7().to_string(), foreign] {
        adjust(&shop, &nobody, "fee", 1, json!({})).await.expect_problem(404, "customer_not_found");
        refund(&shop, &nobody, 1).await.expect_problem(404, "customer_not_found");
    }
    assert_eq!(contents(&server.database).await, before);
    server.audit().await;
}

#[tokio::test]
async fn a_balance_reaches_the_largest_amounts_and_no_further() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let customer = shop.customer(MAX).await;
    adjust(&shop, &customer, "opening", MAX, json!({})).await.expect(201);
    let most = json!({"authorized_limit": MAX});
    adjust(&shop, &customer, "fee", 1, most).await.expect_problem(409, "credit_limit_exceeded");
    adjust(&shop, &customer, "write_off", MAX, json!({})).await.expect(201);
    adjust(&shop, &customer, "credit", MAX, json!({})).await.expect(201);
    assert_eq!(pointers(&adjust(&shop, &customer, "credit", 1, json!({})).await), ["/amount"]);
    refund(&shop, &customer, MAX).await.expect(201);
    assert_eq!(shop.balance(&customer).await, 0);
    server.audit().await;
}

#[tokio::test]
async fn whoever_corrects_needs_write_and_adjust() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let customer = shop.customer(1_000).await;
    for (scopes, lacks) in
        [(&["read", "write"][..], "adjust"), (&["read", "adjust"], "write"), (&["write", "price"], "adjust")]
    {
        let client = server.client_with_scopes(shop.business_id, scopes).await;
        let till = Shop { client, ..shop.clone() };
        for answer in [adjust(&till, &customer, "fee", 1, json!({})).await, refund(&till, &customer, 1).await] {
            let problem = answer.expect_problem(403, "forbidden");
            assert_eq!(problem["detail"], format!("these credentials lack the scope {lacks}"));
        }
    }
    let client = server.client_with_scopes(shop.business_id, &["write", "adjust"]).await;
    adjust(&Shop { client, ..shop.clone() }, &customer, "fee", 1, json!({})).await.expect(201);
    assert_eq!(shop.balance(&customer).await, 1);
    server.audit().await;
}

#[tokio::test]
async fn a_used_key_is_refused_for_any_other_correction() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, other) = (shop.customer(1_000).await, shop.customer(1_000).await);
    let charge = id(&adjust(&shop, &customer, "fee", 50, json!({})).await.expect(201));
    let credit = json!({
        "customer_id": customer, "type": "credit", "amount": 60, "reason": "r", "reference": "R",
        "allocations": [{"charge_id": charge, "amount": 10}],
    });
    let fee = json!({
        "customer_id": customer, "type": "fee", "amount": 60, "reason": "r", "due_date": "2999-01-01", "authorized_limit": 2_000,
    });
    let refund = json!({"customer_id": customer, "amount": 10, "reason": "r", "reference": "R"});
    let with = |body: &Value, member: &str, value: Value| {
        let mut body = body.clone();
        body[member] = value;
        body
    };
    for (path, body, others) in [
        (
            "/v1/adjustments",
            &credit,
            vec![
                with(&credit, "customer_id", json!(other)),
                with(&credit, "type", json!("write_off")),
                with(&credit, "amount", json!(61)),
                with(&credit, "reason", json!("s")),
                with(&credit, "reference", Value::Null),
                with(&credit, "allocations", Value::Null),
                with(&credit, "allocations", json!([{"charge_id": charge, "amount": 11}])),
            ],
        ),
        (
            "/v1/refunds",
            &refund,
            vec![
                with(&refund, "customer_id", json!(other)),
                with(&refund, "amount", json!(9)),
                with(&refund, "reason", json!("s")),
                with(&refund, "reference", json!("S")),
            ],
        ),
        (
            "/v1/adjustments",
            &fee,
            vec![
                with(&fee, "type", json!("debit")),
                with(&fee, "due_date", json!("2999-01-02")),
                with(&fee, "due_date", Value::Null),
                with(&fee, "authorized_limit", json!(2_001)),
                with(&fee, "authorized_limit", Value::Null),
            ],
        ),
    ] {
        let key = format!("{path}-{}", body["type"]).replace(['/', '"'], "-");
        let first = shop.client.move_with(&key, path, body).await;
        first.expect(201);
        for other in others {
            shop.client.move_with(&key, path, &other).await.expect_problem(422, "idempotency_key_reused");
        }
        // The keys of everything that the ledger records are one set.
        let payment = json!({"customer_id": customer, "amount": body["amount"]});
        shop.client.move_with(&key, "/v1/payments", &payment).await.expect_problem(422, "idempotency_key_reused");
        let again = shop.client.move_with(&key, path, body).await;
        assert_eq!((again.is_replay(), &again.body), (true, &first.body));
    }
    server.audit().await;
}

#[tokio::test]
async fn adjustments_and_refunds_are_listed_newest_first_and_read_one_by_one() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (one, two) = (shop.customer(1_000).await, shop.customer(1_000).await);
    let (mut adjustments, mut refunds) = (vec![], vec![]);
    for (kind, customer) in
        [("opening", &one), ("fee", &two), ("debit", &one), ("write_off", &one), ("credit", &two), ("credit", &one)]
    {
        let members = json!({"reference": format!("{kind} of {customer}")});
        adjustments.push(adjust(&shop, customer, kind, 10, members).await.expect(201));
    }
    shop.pay(&two, 50).await.expect(201);
    for amount in [20, 30] {
        refunds.push(refund(&shop, &two, amount).await.expect(201));
    }
    adjustments.reverse();
    refunds.reverse();
    for (path, recorded) in [("/v1/adjustments", &adjustments), ("/v1/refunds", &refunds)] {
        let listed = async |filter: &str| {
            let (mut found, mut cursor) = (vec![], String::new());
            loop {
                let page = shop.client.get(&format!("{path}?limit=2{filter}{cursor}")).await.expect(200);
                found.extend(page["data"].as_array().unwrap().clone());
                let Some(next) = page["next_cursor"].as_str() else { break found };
                cursor = format!("&cursor={next}");
            }
        };
        let shown = |entry: &Value| {
            let mut entry = entry.clone();
            entry["reversed_by"] = Value::Null;
            entry.as_object_mut().unwrap().remove("allocations");
            entry
        };
        assert_eq!(listed("").await, recorded.iter().map(shown).collect::<Vec<_>>(), "{path}");
        for customer in [&one, &two] {
            let theirs: Vec<_> =
                recorded.iter().filter(|entry| entry["customer_id"] == **customer).map(shown).collect();
            assert_eq!(listed(&format!("&customer_id={customer}")).await, theirs, "{path}");
        }
        for entry in recorded {
            let mut whole = entry.clone();
            whole["reversed_by"] = Value::Null;
            assert_eq!(shop.client.get(&format!("{path}/{}", id(entry))).await.expect(200), whole);
        }
    }
    let referred = shop.client.find("/v1/adjustments", "reference", &format!("credit of {one}")).await.expect(200);
    assert_eq!(referred["data"].as_array().unwrap().iter().map(id).collect::<Vec<_>>(), [id(&adjustments[0])]);
    // An adjustment is no refund, and a payment is neither.
    let paid = id(&shop.pay(&one, 1).await.expect(201));
    for (path, code, others) in [
        ("/v1/adjustments", "adjustment_not_found", [&id(&refunds[0]), &paid]),
        ("/v1/refunds", "refund_not_found", [&id(&adjustments[0]), &paid]),
    ] {
        for other in others {
            shop.client.get(&format!("{path}/{other}")).await.expect_problem(404, code);
        }
    }
    server.audit().await;
}

/// Signed-in users may not call these functions. Whoever is granted them still needs the scope.
#[tokio::test]
async fn corrections_need_the_scope_adjust_in_the_database() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (business, customer) = (shop.business_id, shop.customer(1_000).await);
    shop.pay(&customer, 10).await.expect(201);
    let role = Actor::server(&server.database, &business.to_string()).await;
    for call in [
        format!("adjustment_record('{business}', '{customer}', 'fee', 1, 'why', 'k')"),
        format!("refund_record('{business}', '{customer}', 1, 'why', 'k')"),
    ] {
        let call = format!("SELECT outcome FROM tallystick.{call}");
        let with = |scope: &str| {
            let claims = json!({"business_id": business, "scope": scope}).to_string();
            format!("SET LOCAL request.jwt.claims = {}; {call}", quoted(&claims))
        };
        let refusal = role.refusal(&with("read write price")).await;
        assert_eq!((refusal.code().code(), refusal.message()), ("42501", "the claims lack the scope adjust"));
        assert_eq!(role.value(&with("write adjust")).await, "created");
    }
}
