//! `tallystick business` and `tallystick api-key`.

use serde_json::Value;

use super::program::{Ended, program, run};
use crate::support::{cluster::cluster, fresh_database::SERVER_ROLE, server::TestServer};

fn tallystick(server: &TestServer, arguments: &[&str]) -> Ended {
    run(program(arguments).env("DATABASE_URL", cluster().url(SERVER_ROLE, &server.database.name)))
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_business_and_its_keys_are_made_listed_and_ended_on_the_command_line() {
    let server = TestServer::start().await;
    let terms = r#"{"type": "age", "days": 14}"#;
    let create = [
        "business",
        "create",
        "--name",
        "Nord & Süd",
        "--currency",
        "CHF",
        "--payment-terms",
        terms,
        "--time-zone",
        "Europe/Zurich",
        "--json",
    ];
    let business = json(&tallystick(&server, &create).expect(0));
    assert_eq!((&business["currency"], &business["payment_terms"]), (&"CHF".into(), &json(terms)));
    assert_eq!(business["time_zone"], "Europe/Zurich");
    let id = business["id"].as_str().unwrap();

    let listed = tallystick(&server, &["business", "list"]).expect(0);
    assert!(listed.contains(id) && listed.contains("Nord & Süd") && listed.starts_with("ID "), "{listed}");
    assert_eq!(
        json(&tallystick(&server, &["business", "list", "--json"]).expect(0)),
        Value::Array(vec![business.clone()])
    );

    let create = ["api-key", "create", "--business", id, "--name", "till", "--scope", "read", "--scope", "write"];
    let key = tallystick(&server, &create).expect(0);
    let client = server.client(key.trim());
    client.get("/v1/customers").await.expect(200);

    let keys = json(&tallystick(&server, &["api-key", "list", "--business", id, "--json"]).expect(0));
    assert_eq!(keys[0]["name"], "till");
    assert_eq!(keys[0]["scopes"], serde_json::json!(["read", "write"]));
    let secret = key.trim().rsplit('_').next().unwrap();
    assert!(!keys.to_string().contains(secret), "a list shows a secret");
    let table = tallystick(&server, &["api-key", "list", "--business", id]).expect(0);
    assert!(table.contains("till") && !table.contains(secret), "{table}");

    let revoke = ["api-key", "revoke", "--business", id, "--key", keys[0]["id"].as_str().unwrap()];
    tallystick(&server, &revoke).expect(0);
    tallystick(&server, &revoke).expect(0);
    let keys = json(&tallystick(&server, &["api-key", "list", "--business", id, "--json"]).expect(0));
    assert!(keys[0]["revoked_at"].is_string(), "{keys}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_the_command_line_may_adjust_accounts() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let customer = shop.customer(100).await;
    let business = shop.business_id.to_string();
    let create = [
        "api-key",
        "create",
        "--business",
        &business,
        "--name",
        "back office",
        "--scope",
        "write",
        "--scope",
        "adjust",
    ];
    let key = tallystick(&server, &create).expect(0);
    let fee = serde_json::json!({"customer_id": customer, "type": "fee", "amount": 1, "reason": "reminder"});
    server.client(key.trim()).move_once("/v1/adjustments", &fee).await.expect(201);
    let keys = json(&tallystick(&server, &["api-key", "list", "--business", &business, "--json"]).expect(0));
    assert_eq!(keys[0]["scopes"], serde_json::json!(["write", "adjust"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_id_exits_with_1_and_an_invalid_argument_with_2() {
    let server = TestServer::start().await;
    let nobody = "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c11";
    for arguments in [
        &["api-key", "create", "--business", nobody, "--name", "x", "--scope", "read"][..],
        &["api-key", "list", "--business", nobody],
        &["api-key", "revoke", "--business", nobody, "--key", nobody],
    ] {
        let complaint = tallystick(&server, arguments).expect_complaint(1);
        assert!(complaint.contains("not found"), "{complaint}");
    }
    for arguments in [
        &["business", "create", "--name", "", "--currency", "EUR"][..],
        &["business", "create", "--name", "x", "--currency", "euro"],
        &["business", "create", "--name", "x", "--currency", "EUR", "--overdue-after-days", "3651"],
        &["api-key", "create", "--business", nobody, "--name", "x"],
        &["api-key", "create", "--business", nobody, "--name", "x", "--scope", "admin"],
        &["api-key", "list", "--business", "1"],
        &["nonsense"],
    ] {
        tallystick(&server, arguments).expect_complaint(2);
    }
}

/// The same rules as for `POST /v1/businesses/{business_id}/api-keys`, in the same words.
#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_refuses_what_the_api_refuses() {
    let server = TestServer::start().await;
    let body = serde_json::json!({"name": "shop", "currency": "EUR"});
    let business = server.admin().post("/v1/businesses", &body).await.expect(201);
    let id = business["id"].as_str().unwrap();
    let key = ["api-key", "create", "--business", id, "--name", "till", "--scope", "read"];
    for (arguments, complaint) in [
        (&["--expires-at", "2020-01-31T00:00:00Z"][..], "must be in the future"),
        (&["--scope", "read", "--scope", "write", "--scope", "price", "--scope", "adjust"], "must have 1 to 4 scopes"),
    ] {
        let refused = tallystick(&server, &[&key, arguments].concat()).expect_complaint(2);
        assert!(refused.contains(complaint), "{refused}");
    }
    for (flag, value, complaint) in [
        ("--payment-terms", r#"{"type": "age", "days": 3651}"#, "must be a whole number from 0 to 3650"),
        ("--payment-terms", "30", "must be payment terms in JSON"),
        ("--time-zone", "UTC+3", "must be UTC or a place of the tz database"),
        // The database says so.
        ("--time-zone", "Europe/Atlantis", "must be UTC or a place of the tz database"),
    ] {
        let create = ["business", "create", "--name", "x", "--currency", "EUR", flag, value];
        let refused = tallystick(&server, &create).expect_complaint(2);
        assert!(refused.contains(complaint), "{refused}");
    }
    let keys = json(&tallystick(&server, &["api-key", "list", "--business", id, "--json"]).expect(0));
    assert_eq!(keys, serde_json::json!([]));

    let later = [&key[..], &["--expires-at", "2099-01-31T00:00:00Z", "--json"]].concat();
    let created = json(&tallystick(&server, &later).expect(0));
    assert_eq!(created["expires_at"], "2099-01-31T00:00:00Z");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_many_businesses_is_complete() {
    let server = TestServer::start().await;
    let mut ids = Vec::new();
    for number in 0..103 {
        let body = serde_json::json!({"name": format!("Shop {number}"), "currency": "EUR"});
        ids.push(server.admin().post("/v1/businesses", &body).await.expect(201)["id"].clone());
    }
    ids.reverse();
    let listed = json(&tallystick(&server, &["business", "list", "--json"]).expect(0));
    let listed: Vec<_> = listed.as_array().unwrap().iter().map(|business| business["id"].clone()).collect();
    assert_eq!(listed, ids);
}
