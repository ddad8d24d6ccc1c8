//! Every field of every body at its limits, and just past them.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{client::Client, server::TestServer};

const MONEY: [&str; 2] = ["0", "9007199254740991"];
/// Values that are not a whole number from 0 to 2^53 - 1.
const NOT_MONEY: [&str; 11] = [
    "-1",
    "9007199254740992",
    "9223372036854775808",
    "-9223372036854775809",
    "1.5",
    "1.0",
    "1e2",
    "\"1\"",
    "null",
    "true",
    "[1]",
];

/// A body with one variable field, and the values that fit there.
struct Field {
    method: Method,
    path: String,
    body: String,
    pointer: &'static str,
    right: Vec<String>,
    wrong: Vec<String>,
}

/// Where the value goes into the body.
const HERE: &str = "\"@\"";

impl Field {
    fn new(method: Method, path: &str, body: &Value, pointer: &'static str, right: &[&str], wrong: &[&str]) -> Self {
        let body = body.to_string();
        assert_eq!(body.matches(HERE).count(), 1);
        let own = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
        Self { method, path: path.to_owned(), body, pointer, right: own(right), wrong: own(wrong) }
    }

    /// A text that shows something: a name, a reason.
    fn text(method: Method, path: &str, body: &Value, pointer: &'static str, max_chars: usize) -> Self {
        let emoji = "\"👩‍👩‍👧 مرحبا 日本\"";
        let mut field = Self::texts(method, path, body, pointer, max_chars);
        field.right.extend(["\" a \"", emoji, "\"a\\u200bb\"", "\"12\\u202f000\""].map(str::to_owned));
        field
    }

    /// A text that identifies: a sku, a reference, a key's name.
    fn identifier(method: Method, path: &str, body: &Value, pointer: &'static str, max_chars: usize) -> Self {
        let invisible = [
            "\" a\"",
            "\"a \"",
            "\"a\\u00a0b\"",
            "\"a\\u3000b\"",
            "\"a\\u200b\"",
            "\"\\ufeffa\"",
            "\"a\\u00adb\"",
            "\"👩‍👩‍👧\"",
            "\"a\\udb40\\udc41\"",
        ];
        let mut field = Self::texts(method, path, body, pointer, max_chars);
        field.right.extend(["\"a b\"", "\"👩 مرحبا 日本\""].map(str::to_owned));
        field.wrong.extend(invisible.map(str::to_owned));
        field
    }

    /// What holds for every text.
    fn texts(method: Method, path: &str, body: &Value, pointer: &'static str, max_chars: usize) -> Self {
        let (longest, too_long) = (quoted("é", max_chars), quoted("é", max_chars + 1));
        let right = ["\"x\"", &longest, "\"\\\"\\\\/\"", "\"%s $1 '; --\""];
        let wrong = [
            "\"\\u200b\"",
            "\"\\ufeff\"",
            "\"\\u2800 \"",
            "\"a\\u202eb\"",
            "\"a\\u2066b\"",
            "\"a\\u2028b\"",
            "\"a\\tb\"",
            "\"\"",
            "\" \"",
            "\"\\u3000\\u00a0\"",
            "\"a\\u0000b\"",
            "\"a\\nb\"",
            "\"a\\u007f\"",
            "\"\\ud800\"",
            &too_long,
            "1",
            "true",
            "{}",
            "[\"x\"]",
        ];
        Self::new(method, path, body, pointer, &right, &wrong)
    }

    async fn check(&self, client: &Client) {
        for value in &self.right {
            let answer = client.send_text(self.method.clone(), &self.path, &self.body.replace(HERE, value)).await;
            assert!((200..300).contains(&answer.status), "{} {value}: {}", self.pointer, answer.body);
        }
        for value in &self.wrong {
            let answer = client.send_text(self.method.clone(), &self.path, &self.body.replace(HERE, value)).await;
            assert_eq!(answer.status, 422, "{} {value}: {}", self.pointer, answer.body);
            let problem = answer.expect_problem(422, "invalid_request");
            let fault = &problem["errors"][0];
            assert_eq!((&fault["in"], &fault["pointer"]), (&json!("body"), &json!(self.pointer)), "{value}");
            let detail = fault["detail"].as_str().unwrap();
            assert!(detail.starts_with("must ") || detail.starts_with("is "), "{} {value}: {detail}", self.pointer);
        }
    }
}

fn quoted(character: &str, count: usize) -> String {
    format!("\"{}\"", character.repeat(count))
}

#[tokio::test]
async fn the_fields_of_a_customer_are_held_to_their_limits() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let one = format!("/v1/customers/{}", shop.customer(0).await);
    let (post, patch) = (|| Method::POST, || Method::PATCH);
    let named = json!({"name": "@", "credit_limit": 0});
    let limited = json!({"name": "A", "credit_limit": "@"});
    let referred = json!({"name": "A", "credit_limit": 0, "external_id": "@"});
    let blocked = json!({"name": "A", "credit_limit": 0, "blocked": "@"});
    for field in [
        Field::text(post(), "/v1/customers", &named, "/name", 200),
        Field::text(patch(), &one, &json!({"name": "@"}), "/name", 200),
        Field::identifier(post(), "/v1/customers", &referred, "/external_id", 200),
        Field::new(post(), "/v1/customers", &limited, "/credit_limit", &MONEY, &NOT_MONEY),
        Field::new(patch(), &one, &json!({"credit_limit": "@"}), "/credit_limit", &MONEY, &NOT_MONEY),
        Field::new(post(), "/v1/customers", &blocked, "/blocked", &["true", "false"], &["1", "\"true\"", "null"]),
        Field::new(patch(), &one, &json!({"blocked": "@"}), "/blocked", &["true", "false"], &["0", "\"\"", "null"]),
    ] {
        field.check(&shop.client).await;
    }
    // The reference belongs to another customer already, so others are used.
    let change = json!({"external_id": "@"});
    let longest = quoted("ü", 200);
    let wrong = ["\"\"", "1", "\"a\\u200b\"", "\"a \"", &quoted("ü", 201)];
    Field::new(patch(), &one, &change, "/external_id", &["null", &longest], &wrong).check(&shop.client).await;
}

#[tokio::test]
async fn the_fields_of_a_product_are_held_to_their_limits() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let one = format!("/v1/products/{}", shop.product(0, 0).await);
    let (post, patch) = (|| Method::POST, || Method::PATCH);
    let with = |member: &str, sku: &str| {
        let mut body = json!({"sku": sku, "name": "A", "price": 1, "stock": 1});
        body[member] = json!("@");
        body
    };
    Field::identifier(post(), "/v1/products", &with("sku", ""), "/sku", 100).check(&shop.client).await;
    let longest = quoted("ü", 100);
    let change = json!({"sku": "@"});
    let wrong = ["\"\"", "null", "1", "\"a\\u200b\"", "\"a \"", &quoted("ü", 101)];
    Field::new(patch(), &one, &change, "/sku", &["\"other\"", &longest], &wrong).check(&shop.client).await;
    Field::text(patch(), &one, &json!({"name": "@"}), "/name", 200).check(&shop.client).await;
    Field::new(patch(), &one, &json!({"price": "@"}), "/price", &MONEY, &NOT_MONEY).check(&shop.client).await;
    // Every product needs its own sku, so each valid value is sent in a separate field.
    for (number, value) in MONEY.iter().enumerate() {
        for member in ["price", "stock"] {
            let body = with(member, &format!("{member}-{number}"));
            let pointer = if member == "price" { "/price" } else { "/stock" };
            Field::new(post(), "/v1/products", &body, pointer, &[value], &NOT_MONEY).check(&shop.client).await;
        }
        let body = with("backorder_limit", &format!("backorder_limit-{number}"));
        Field::new(post(), "/v1/products", &body, "/backorder_limit", &[value], &NOT_MONEY).check(&shop.client).await;
    }
    Field::new(patch(), &one, &json!({"backorder_limit": "@"}), "/backorder_limit", &MONEY, &NOT_MONEY)
        .check(&shop.client)
        .await;
    let longest = quoted("ü", 20);
    let not_units = ["\"\"", "1", "\"a\\u200b\"", "\"a \"", &quoted("ü", 21)];
    for (number, unit) in ["null", "\"m²\"", &longest].iter().enumerate() {
        let body = with("unit", &format!("unit-{number}"));
        Field::new(post(), "/v1/products", &body, "/unit", &[unit], &not_units).check(&shop.client).await;
        Field::new(patch(), &one, &json!({"unit": "@"}), "/unit", &[unit], &not_units).check(&shop.client).await;
    }
    for decimals in ["0", "3"] {
        let body = with("quantity_decimals", &format!("decimals-{decimals}"));
        let wrong = ["-1", "4", "1.0", "\"1\"", "null", "true"];
        Field::new(post(), "/v1/products", &body, "/quantity_decimals", &[decimals], &wrong).check(&shop.client).await;
    }
    let not_booleans = ["null", "0", "\"true\"", "[]"];
    Field::new(post(), "/v1/products", &with("track_stock", "track"), "/track_stock", &["true"], &not_booleans)
        .check(&shop.client)
        .await;
    Field::new(patch(), &one, &json!({"track_stock": "@"}), "/track_stock", &["true"], &not_booleans)
        .check(&shop.client)
        .await;
    server.audit().await;
}

#[tokio::test]
async fn the_fields_of_a_movement_are_held_to_their_limits() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans) = (shop.customer(9_007_199_254_740_991).await, shop.product(0, 2_147_483_648).await);
    let stock = format!("/v1/products/{beans}/stock-movements");
    let line = json!({"customer_id": customer, "items": [{"product_id": beans, "quantity": "@"}]});
    let paid = json!({"customer_id": customer, "amount": "@"});
    let moved = json!({"quantity": "@", "reason": "count"});
    let too_many = ["0", "-1", "2147483648", "9007199254740992", "9223372036854775808", "1.5", "1e2", "\"1\"", "null"];
    let not_amounts = [&NOT_MONEY[..], &["0"]].concat();
    let not_changes =
        ["0", "-0", "9007199254740992", "-9007199254740992", "9223372036854775808", "1.5", "\"1\"", "null"];
    let post = || Method::POST;
    let pricer = server.client_with_scopes(shop.business_id, &["write", "price"]).await;
    let filters = shop.product(0, 100).await;
    let line_with = |member: &str| {
        let mut line = json!({"product_id": filters, "quantity": 1});
        line[member] = json!("@");
        json!({"customer_id": customer, "items": [line]})
    };
    let not_prices: Vec<_> = NOT_MONEY.into_iter().filter(|value| *value != "null").collect();
    for (member, pointer, right) in [
        ("unit_price", "/items/0/unit_price", &["null", "0", "9007199254740991"][..]),
        ("discount", "/items/0/discount", &["null", "0"]),
        ("tax", "/items/0/tax", &["null", "0"]),
    ] {
        Field::new(post(), "/v1/purchases", &line_with(member), pointer, right, &not_prices).check(&pricer).await;
    }
    // The largest price.
    shop.pay(&customer, 9_007_199_254_740_991).await.expect(201);
    for field in [
        Field::new(post(), "/v1/purchases", &line, "/items/0/quantity", &["1", "2147483647"], &too_many),
        Field::new(post(), "/v1/payments", &paid, "/amount", &["1", "9007199254740990"], &not_amounts),
        Field::new(
            post(),
            &stock,
            &moved,
            "/quantity",
            &["1", "-1", "9007199254740991", "-9007199254740991"],
            &not_changes,
        ),
        Field::text(post(), &stock, &json!({"quantity": 1, "reason": "@"}), "/reason", 500),
    ] {
        field.check(&shop.client).await;
    }
    server.audit().await;
}

#[tokio::test]
async fn an_id_in_a_body_is_a_uuid() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans) = (shop.customer(0).await, shop.product(0, 10).await);
    let wrong = ["\"\"", "\"1\"", "1", "null", "\"0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c1\"", "\"a\\u0000b\"", "{}"];
    let buyer = json!({"customer_id": "@", "items": [{"product_id": beans, "quantity": 1}]});
    let second = json!({"customer_id": customer, "items": [{"product_id": beans, "quantity": 1}, {"product_id": "@", "quantity": 1}]});
    let (customer, beans) = (format!("\"{customer}\""), format!("\"{beans}\""));
    for field in [
        Field::new(Method::POST, "/v1/purchases", &buyer, "/customer_id", &[&customer], &wrong),
        Field::new(Method::POST, "/v1/purchases", &second, "/items/1/product_id", &[&beans], &wrong),
        Field::new(
            Method::POST,
            "/v1/payments",
            &json!({"customer_id": "@", "amount": 1}),
            "/customer_id",
            &[&customer],
            &wrong,
        ),
    ] {
        field.check(&shop.client).await;
    }
    server.audit().await;
}

#[tokio::test]
async fn the_fields_of_a_business_and_its_keys_are_held_to_their_limits() {
    let server = TestServer::start().await;
    let keys = format!("/v1/businesses/{}/api-keys", server.shop().await.business_id);
    let post = || Method::POST;
    let terms = json!({"name": "A", "currency": "EUR", "payment_terms": "@"});
    let days = json!({"name": "A", "currency": "EUR", "payment_terms": {"type": "age", "days": "@"}});
    let no_days = ["-1", "3651", "1.5", "\"30\"", "null", "2147483648", "9223372036854775808"];
    let zone = json!({"name": "A", "currency": "EUR", "time_zone": "@"});
    let no_zones = [
        "\"utc\"",
        "\"UTC+3\"",
        "\"Foo4\"",
        "\"EST5EDT\"",
        "\"Etc/GMT+3\"",
        "\"posix/Europe/Berlin\"",
        "\"europe/berlin\"",
        "\"Europe/Atlantis\"",
        "\"Europe/Foo4\"",
        "\"\"",
        "1",
        "null",
    ];
    let no_currency = [
        "\"XYZ\"",
        "\"ZZZ\"",
        "\"XXX\"",
        "\"XAU\"",
        "\"eur\"",
        "\"EURO\"",
        "\"EU\"",
        "\"\"",
        "\"ÄÖÜ\"",
        "\"EU\\u0000\"",
        "1",
        "null",
    ];
    let no_scopes = [
        "[]",
        "[\"admin\"]",
        "[\"READ\"]",
        "[\"read\", \"write\", \"price\", \"adjust\", \"read\"]",
        "[{\"read\": null}]",
        "\"read\"",
        "null",
        "[null]",
        "[1]",
    ];
    let no_times = [
        "\"2020-01-01T00:00:00Z\"",
        "\"2099-01-01\"",
        "\"2099-01-01T00:00:00\"",
        "\"2099-02-30T00:00:00Z\"",
        "\"2099-01-01 00:00:00Z\"",
        "\"2099-01-01T00:00:00 UTC\"",
        "\"+12099-01-01T00:00:00Z\"",
        "\"9999-12-31T23:59:59-00:01\"",
        "\"\"",
        "1",
    ];
    let scoped = json!({"name": "A", "scopes": "@"});
    let timed = json!({"name": "A", "scopes": ["read"], "expires_at": "@"});
    for field in [
        Field::text(post(), "/v1/businesses", &json!({"name": "@", "currency": "EUR"}), "/name", 200),
        Field::new(post(), "/v1/businesses", &days, "/payment_terms/days", &["0", "3650"], &no_days),
        Field::new(
            post(),
            "/v1/businesses",
            &terms,
            "/payment_terms",
            &["{\"type\": \"calendar\"}"],
            &["null", "30", "\"30\""],
        ),
        Field::new(post(), "/v1/businesses", &zone, "/time_zone", &["\"UTC\"", "\"America/New_York\""], &no_zones),
        Field::new(
            post(),
            "/v1/businesses",
            &json!({"name": "A", "currency": "@"}),
            "/currency",
            &["\"JPY\"", "\"BHD\"", "\"CLF\""],
            &no_currency,
        ),
        Field::identifier(post(), &keys, &json!({"name": "@", "scopes": ["read"]}), "/name", 200),
        Field::new(post(), &keys, &timed, "/expires_at", &["null", "\"2099-01-01T00:00:00+05:30\""], &no_times),
    ] {
        field.check(&server.admin()).await;
    }
    let right = ["[\"read\"]", "[\"write\", \"read\"]", "[\"read\", \"read\"]", "[\"price\", \"write\", \"read\"]"];
    for (value, wrong) in right.iter().flat_map(|value| no_scopes.iter().map(move |wrong| (value, wrong))) {
        let client = server.admin();
        client.send_text(post(), &keys, &scoped.to_string().replace(HERE, value)).await.expect(201);
        let refused = client.send_text(post(), &keys, &scoped.to_string().replace(HERE, wrong)).await;
        let problem = refused.expect_problem(422, "invalid_request");
        let fault = &problem["errors"][0];
        assert!(fault["pointer"].as_str().unwrap().starts_with("/scopes"), "{wrong}");
        assert!(fault["detail"].as_str().unwrap().starts_with("must "), "{wrong}: {fault}");
    }
}

/// A good body for every route that takes one.
async fn good_bodies(server: &TestServer) -> Vec<(Client, Method, String, Value)> {
    let shop = server.shop().await;
    let (customer, beans) = (shop.customer(1_000).await, shop.product(1, 100).await);
    let (admin, client) = (server.admin(), shop.client.clone());
    let keys = format!("/v1/businesses/{}/api-keys", shop.business_id);
    let line = json!({"product_id": beans, "quantity": 1});
    let of = |client: &Client, method: Method, path: &str, body: Value| (client.clone(), method, path.to_owned(), body);
    vec![
        of(&admin, Method::POST, "/v1/businesses", json!({"name": "A", "currency": "EUR"})),
        of(&admin, Method::POST, &keys, json!({"name": "A", "scopes": ["read"]})),
        of(&client, Method::POST, "/v1/customers", json!({"name": "A", "credit_limit": 1})),
        of(&client, Method::PATCH, &format!("/v1/customers/{customer}"), json!({"name": "A"})),
        of(&client, Method::POST, "/v1/products", json!({"sku": "A", "name": "A", "price": 1, "stock": 1})),
        of(&client, Method::PATCH, &format!("/v1/products/{beans}"), json!({"name": "A"})),
        of(
            &client,
            Method::POST,
            &format!("/v1/products/{beans}/stock-movements"),
            json!({"quantity": 1, "reason": "A"}),
        ),
        of(&client, Method::POST, "/v1/payments", json!({"customer_id": customer, "amount": 1})),
        of(&client, Method::POST, "/v1/purchases", json!({"customer_id": customer, "items": [line]})),
    ]
}

#[tokio::test]
async fn an_unknown_a_missing_and_a_repeated_member_are_pointed_at() {
    let server = TestServer::start().await;
    for (client, method, path, body) in good_bodies(&server).await {
        let send = async |text: &str| client.send_text(method.clone(), &path, text).await;
        let fault = async |text: &str| send(text).await.expect_problem(422, "invalid_request")["errors"].clone();
        let expected = |pointer: &str, detail: &str| json!([{"in": "body", "pointer": pointer, "detail": detail}]);

        let mut unknown = body.clone();
        unknown["a/b~c"] = json!(1);
        assert_eq!(fault(&unknown.to_string()).await, expected("/a~1b~0c", "is not known"), "{path}");
        for (member, value) in body.as_object().unwrap() {
            let pointer = format!("/{member}");
            let twice = format!("{{\"{member}\":{value},{}", &body.to_string()[1..]);
            assert_eq!(fault(&twice).await, expected(&pointer, "must be given once"), "{path}");
            if method == Method::POST {
                let mut without = body.clone();
                without.as_object_mut().unwrap().remove(member);
                assert_eq!(fault(&without.to_string()).await, expected(&pointer, "is required"), "{path}");
            }
        }
        for not_an_object in ["[]", "null", "\"\"", "1", "[[]]"] {
            assert_eq!(fault(not_an_object).await[0]["pointer"], "", "{path} {not_an_object}");
        }
        for not_json in ["", "{", "{]", "{\"name\":}", "\u{feff}{}"] {
            send(not_json).await.expect_problem(400, "invalid_json");
        }
        assert!(send(&body.to_string()).await.status < 300, "{path}");
    }
    server.audit().await;
}

#[tokio::test]
async fn every_fault_of_a_body_is_named_at_once() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans) = (shop.customer(1_000).await, shop.product(1, 100).await);
    let pointers = async |path: &str, body: &Value| {
        let problem = shop.client.move_once(path, body).await.expect_problem(422, "invalid_request");
        let faults = problem["errors"].as_array().unwrap();
        faults.iter().map(|fault| fault["pointer"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(pointers("/v1/customers", &json!({})).await, ["/name", "/credit_limit"]);
    let wrong = json!({"name": "", "credit_limit": -1, "blocked": "no", "balance": 5});
    assert_eq!(pointers("/v1/customers", &wrong).await, ["/balance", "/blocked", "/credit_limit", "/name"]);
    let lines = json!([
        {"product_id": beans, "quantity": 1},
        {"product_id": "x", "quantity": 0},
        {"product_id": beans},
        {"product_id": beans, "quantity": 1, "price": 5, "tax": -1},
        7,
    ]);
    assert_eq!(
        pointers("/v1/purchases", &json!({"customer_id": customer, "items": lines})).await,
        ["/items/1/product_id", "/items/1/quantity", "/items/2/quantity", "/items/3/price", "/items/3/tax", "/items/4"]
    );
    let many = json!({"customer_id": customer, "items": vec![json!({}); 500]});
    assert_eq!(pointers("/v1/purchases", &many).await.len(), 100);
    server.audit().await;
}

/// What was answered is what is kept, to the microsecond.
#[tokio::test]
async fn a_time_is_answered_as_it_is_kept() {
    let server = TestServer::start().await;
    let keys = format!("/v1/businesses/{}/api-keys", server.shop().await.business_id);
    for (sent, kept) in [
        ("2099-01-01T00:00:00.1234567Z", "2099-01-01T00:00:00.123456Z"),
        ("2099-01-01T05:30:00+05:30", "2099-01-01T00:00:00Z"),
        ("2098-12-31T23:59:60Z", "2099-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
    ] {
        let created = server.admin().post(&keys, &json!({"name": "A", "scopes": ["read"], "expires_at": sent})).await;
        assert_eq!(created.expect(201)["expires_at"], kept, "{sent}");
        let listed = server.admin().get(&format!("{keys}?limit=1")).await.expect(200);
        assert_eq!(listed["data"][0]["expires_at"], kept, "{sent}");
    }
}

#[tokio::test]
async fn a_line_of_a_purchase_has_a_product_and_a_quantity_and_no_unknown_member() {
    let server = TestServer::start().await;
    let shop = server.shop().await;
    let (customer, beans) = (shop.customer(1_000).await, shop.product(1, 100).await);
    for (line, pointer) in [
        (json!({"product_id": beans}), "/items/1/quantity"),
        (json!({"quantity": 1}), "/items/1/product_id"),
        (json!({"product_id": beans, "quantity": 1, "price": 0}), "/items/1/price"),
        (json!(null), "/items/1"),
        (json!([beans, 1]), "/items/1"),
    ] {
        let body = json!({"customer_id": customer, "items": [{"product_id": beans, "quantity": 1}, line]});
        let problem = shop.client.move_once("/v1/purchases", &body).await.expect_problem(422, "invalid_request");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{line}");
    }
    server.audit().await;
}
