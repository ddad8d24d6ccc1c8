//! Secrets and personal data are planted in every place, in good and bad requests, with the most detailed log. Then
//! everything that the program wrote is searched for them.

use nix::sys::signal::Signal;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::program::{Running, address, program, run};
use crate::support::{
    client::{Answer, Client, send},
    cluster::cluster,
    fresh_database::{FreshDatabase, SERVER_ROLE},
    proxy::Proxy,
    temp_folder::TempFolder,
};

/// A text that is part of every planted value, and of nothing else.
const PLANTED: &str = "PLANTED";
const ADMIN_TOKEN: &str = "PLANTED-admin-token-of-at-least-32-characters";
const JWT_SECRET: &str = "PLANTED-jwt-secret-of-at-least-thirty-two-bytes";
const PASSWORD: &str = "PLANTED-password";
const PERSON: &str = "PLANTED-person";

/// The program under test, and everything it has written so far.
struct Suspect {
    client: Client,
    admin: Client,
    /// The secret halves of API keys, which only their owners may see.
    keys: Vec<String>,
    answers: Vec<Answer>,
}

impl Suspect {
    /// Sends a request and keeps the answer. An accepted request may be answered with its values; a refusal repeats none.
    async fn ask(&mut self, request: RequestBuilder) -> Answer {
        let answer = send(request).await;
        self.answers.push(answer.clone());
        answer
    }

    async fn move_with(&mut self, key: &str, path: &str, body: &Value) -> Answer {
        self.ask(self.client.request(Method::POST, path).header("Idempotency-Key", key).json(body)).await
    }

    async fn post(&mut self, path: &str, body: &Value) -> Answer {
        self.ask(self.client.request(Method::POST, path).json(body)).await
    }

    /// A new API key of a business, as shown once to its owner.
    async fn open(&mut self) {
        let business = json!({"name": "PLANTED-business", "currency": "EUR"});
        let business = self.ask(self.admin.request(Method::POST, "/v1/businesses").json(&business)).await.expect(201);
        let keys = format!("/v1/businesses/{}/api-keys", business["id"].as_str().unwrap());
        let key = json!({"name": "PLANTED-key-name", "scopes": ["read", "write"]});
        // This answer is not kept: it is the one that shows the key.
        let key = send(self.admin.request(Method::POST, &keys).json(&key)).await.expect(201);
        let key = key["key"].as_str().unwrap();
        self.keys.push(key[key.len() - 43..].to_owned());
        self.client = self.client.with(key);
    }

    /// All requests that a business can make.
    async fn good_requests(&mut self) -> (String, String) {
        let customer = json!({"name": PERSON, "credit_limit": 100, "external_id": "PLANTED-reference'; --"});
        let customer = self.post("/v1/customers", &customer).await.expect(201)["id"].as_str().unwrap().to_owned();
        let product = json!({"sku": "PLANTED-sku", "name": "PLANTED-product", "price": 1, "stock": 10});
        let product = self.post("/v1/products", &product).await.expect(201)["id"].as_str().unwrap().to_owned();
        let purchase = json!({"customer_id": customer, "items": [{"product_id": product, "quantity": 1}]});
        for _ in 0..2 {
            self.move_with("PLANTED-idempotency-key", "/v1/purchases", &purchase).await.expect(201);
        }
        let movement = json!({"quantity": 1, "reason": "PLANTED-reason"});
        let stock = format!("/v1/products/{product}/stock-movements");
        self.move_with("PLANTED-movement", &stock, &movement).await.expect(201);
        let one = format!("/v1/customers/{customer}");
        self.ask(self.client.request(Method::PATCH, &one).json(&json!({"name": "PLANTED-other"}))).await.expect(200);
        self.ask(self.client.request(Method::GET, "/v1/customers?external_id=PLANTED-reference")).await.expect(200);
        (customer, product)
    }

    /// Requests that are refused, with secrets in wrong places.
    async fn bad_requests(&mut self, customer: &str) {
        let get = |path: &str| self.client.request(Method::GET, path);
        let anonymous = |path: &str| self.client.anonymous().request(Method::GET, path);
        let token = wrong_token();
        let key = format!("tally_{}_{}_{}", "0".repeat(32), "publicprefix", "PLANTED".repeat(7).split_at(43).0);
        let mut requests = vec![
            get("/v1/orders?access_token=PLANTED"),
            get("/v1/PLANTED"),
            get("/v1/customers/PLANTED"),
            get("/v1/orders?cursor=PLANTED"),
            get("/v1/orders?customer_id=PLANTED"),
            get("/v1/products?limit=PLANTED"),
            anonymous("/v1/orders").header("cookie", "session=PLANTED").header("x-api-key", ADMIN_TOKEN),
            anonymous("/v1/orders").header("x-request-id", "PLANTED not usable").header("traceparent", "PLANTED"),
            anonymous("/v1/orders").basic_auth("PLANTED", Some(PASSWORD)),
            anonymous("/v1/orders?api_key=PLANTED").header("authorization", ADMIN_TOKEN),
            self.client.request(Method::from_bytes(b"PLANTED").unwrap(), "/v1/orders"),
            self.client.request(Method::POST, "/v1/customers").body(PERSON),
        ];
        for credential in [ADMIN_TOKEN, JWT_SECRET, "PLANTED", "PLANTED.PLANTED.PLANTED", "tally_PLANTED", &key, &token]
        {
            requests.push(anonymous("/v1/orders").bearer_auth(credential));
            requests.push(anonymous("/v1/businesses/PLANTED/api-keys").bearer_auth(credential));
        }
        for claims in [
            json!({"business_id": "PLANTED"}),
            json!({"app_metadata": "PLANTED"}),
            json!({"scope": {"PLANTED": 1}, "business_id": uuid::Uuid::now_v7()}),
            json!({"scope": ["PLANTED"]}),
            json!({"exp": "PLANTED"}),
            json!({"aud": "PLANTED"}),
            json!({"iss": "PLANTED"}),
        ] {
            requests.push(anonymous("/v1/orders").bearer_auth(signed(&claims)));
        }
        for request in requests {
            let answer = self.ask(request).await;
            assert!(answer.status >= 400, "{answer:?}");
        }
        for body in [
            json!({"name": PERSON, "credit_limit": "PLANTED"}),
            json!({"name": [PERSON], "credit_limit": 1}),
            json!({"name": format!("{PERSON}\0"), "credit_limit": 1}),
            json!({"name": PERSON, "credit_limit": 1, "external_id": "PLANTED".repeat(100)}),
            json!({"name": PERSON, "credit_limit": 1, "external_id": "PLANTED-reference'; --"}),
            json!(PERSON),
            json!([PERSON]),
        ] {
            assert!(self.post("/v1/customers", &body).await.status >= 400);
        }
        for text in ["{\"name\": \"PLANTED", "PLANTED", "{\"name\": PLANTED}"] {
            let request = self.client.request(Method::POST, "/v1/customers").header("content-type", "application/json");
            self.ask(request.body(text)).await.expect_problem(400, "invalid_json");
        }
        for (key, body) in [
            ("PLANTED-idempotency-key", json!({"customer_id": customer, "amount": 1})),
            ("PLANTED not a key", json!({"customer_id": customer, "amount": 1})),
            ("PLANTED", json!({"customer_id": "PLANTED", "amount": "PLANTED"})),
        ] {
            self.move_with(key, "/v1/payments", &body).await.expect(422);
        }
    }

    /// Requests that cause PostgreSQL errors whose texts quote rows and values.
    async fn failing_statements(&mut self, database: &FreshDatabase, customer: &str) {
        let break_it = "
            ALTER TABLE tallystick.customers ADD CONSTRAINT broken CHECK (name <> 'PLANTED-person again');
            CREATE FUNCTION public.broken() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN PERFORM NEW.name::integer; RETURN NEW; END $$;
            CREATE TRIGGER broken BEFORE INSERT ON tallystick.products FOR EACH ROW EXECUTE FUNCTION public.broken();";
        database.session().await.client().batch_execute(break_it).await.unwrap();
        let person = json!({"name": "PLANTED-person again", "credit_limit": 1});
        self.post("/v1/customers", &person).await.expect_problem(500, "internal_error");
        let one = format!("/v1/customers/{customer}");
        self.ask(self.client.request(Method::PATCH, &one).json(&json!({"name": "PLANTED-person again"})))
            .await
            .expect(500);
        let product = json!({"sku": "PLANTED-2", "name": "PLANTED", "price": 1, "stock": 1});
        self.post("/v1/products", &product).await.expect_problem(500, "internal_error");
    }

    /// No refusal repeats a value, and no answer at all a secret.
    fn has_kept_quiet(&self) {
        assert!(self.answers.len() > 50);
        for answer in &self.answers {
            let said = format!("{:?} {}", answer.headers, answer.body);
            if answer.status >= 400 {
                assert!(!said.contains(PLANTED), "{said}");
            }
            for secret in self.keys.iter().map(String::as_str).chain([ADMIN_TOKEN, JWT_SECRET, PASSWORD]) {
                assert!(!said.contains(secret), "{said}");
            }
        }
    }
}

/// A correctly signed token with some wrong claims.
fn signed(changes: &Value) -> String {
    let expires = chrono::Utc::now().timestamp() + 600;
    let mut claims = json!({"iss": "issuer", "aud": "us", "exp": expires, "email": "PLANTED@example.com"});
    claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    let key = jsonwebtoken::EncodingKey::from_secret(JWT_SECRET.as_bytes());
    jsonwebtoken::encode(&jsonwebtoken::Header::default(), &claims, &key).unwrap()
}

/// A token with planted text in its header, wrong in a way that an error message could quote.
fn wrong_token() -> String {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.PLANTED", part(json!({"alg": "PLANTED", "kid": "PLANTED"})), part(json!({"sub": "PLANTED"})))
}

/// Fails with every line of a log that shows something.
fn shows_nothing(log: &str, secrets: &[String]) {
    let shown = |line: &&str| line.contains(PLANTED) || secrets.iter().any(|secret| line.contains(secret.as_str()));
    let lines: Vec<_> = log.lines().filter(shown).collect();
    assert!(lines.is_empty(), "{} lines show something, such as: {:#?}", lines.len(), &lines[..lines.len().min(20)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn planted_secrets_appear_in_no_log_line_and_no_refusal() {
    let (database, mut proxy, folder) = (FreshDatabase::installed().await, Proxy::start(), TempFolder::created());
    let log = folder.path().join("log");
    let mut serve = program(&["serve", "--listen", "127.0.0.1:0", "--log-format", "json", "--api-key-cache-ttl", "0"]);
    serve
        .env("TALLYSTICK_LOG", "trace")
        .env("RUST_LOG", "trace")
        .env("DATABASE_URL", format!("{}&password={PASSWORD}", proxy.url_text(&database)))
        .env("TALLYSTICK_ADMIN_TOKEN", ADMIN_TOKEN)
        .envs([
            ("TALLYSTICK_JWT_SECRET", JWT_SECRET),
            ("TALLYSTICK_JWT_ISSUER", "issuer"),
            ("TALLYSTICK_JWT_AUDIENCE", "us"),
        ])
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
        .env("OTEL_EXPORTER_OTLP_HEADERS", "authorization=PLANTED-collector-token");
    let mut running = Running::start(&mut serve, &log);
    let client = Client::new(address(&log, &mut running).await, Some(ADMIN_TOKEN));
    let mut suspect = Suspect { admin: client.clone(), client, keys: Vec::new(), answers: Vec::new() };

    suspect.open().await;
    let (customer, _) = suspect.good_requests().await;
    suspect.bad_requests(&customer).await;
    suspect.failing_statements(&database, &customer).await;
    proxy.down().await;
    let payment = json!({"customer_id": customer, "amount": 1});
    suspect.move_with("PLANTED-while-down", "/v1/payments", &payment).await.expect_problem(503, "database_unavailable");
    suspect.ask(suspect.admin.request(Method::GET, "/readyz")).await.expect(503);
    running.signal(Signal::SIGTERM);
    assert!(running.wait().is_some());

    suspect.has_kept_quiet();
    let log = std::fs::read_to_string(&log).unwrap();
    assert!(log.contains("\"level\":\"DEBUG\"") && log.lines().count() > 50, "the log is not a talkative one: {log}");
    shows_nothing(&log, &suspect.keys);
}

/// An error about a setting does not show its value.
#[tokio::test]
async fn no_error_about_settings_shows_a_secret() {
    let database = FreshDatabase::installed().await;
    let url = cluster().url(SERVER_ROLE, &database.name);
    let nowhere = "postgresql://user:PLANTED@127.0.0.1:1/nothing";
    for (name, value) in [
        ("DATABASE_URL", nowhere),
        ("DATABASE_URL", "postgresql://user:PLANTED@127.0.0.1:1/nothing?sslmode=nonsense"),
        ("DATABASE_URL", "host=127.0.0.1 password=PLANTED nonsense"),
        ("TALLYSTICK_JWT_SECRET", "PLANTED"),
        ("TALLYSTICK_ADMIN_TOKEN", "PLANTED token"),
        ("TALLYSTICK_JWT_JWKS", "https://user:PLANTED@issuer.invalid/jwks.json"),
        ("TALLYSTICK_JWT_JWKS", "http://user:PLANTED@issuer.invalid/jwks.json"),
        ("TALLYSTICK_LISTEN", "127.0.0.1"),
    ] {
        let mut serve = program(&["serve", "--log", "trace"]);
        serve.env("DATABASE_URL", &url).env(name, value);
        let ended = run(&mut serve);
        assert_eq!(ended.code, Some(2), "{name}={value}: {}", ended.err);
        assert!(!format!("{}{}", ended.out, ended.err).contains(PLANTED), "{name}={value}: {}{}", ended.out, ended.err);
    }
    for command in [&["migrate"][..], &["verify"], &["business", "list"], &["serve", "--help"]] {
        let mut command = program(command);
        command
            .env("DATABASE_URL", nowhere)
            .env("TALLYSTICK_ADMIN_TOKEN", "PLANTED")
            .env("TALLYSTICK_JWT_SECRET", "PLANTED");
        command.env("TALLYSTICK_JWT_JWKS", "https://user:PLANTED@issuer.invalid/jwks.json");
        let ended = run(&mut command);
        assert!(!format!("{}{}", ended.out, ended.err).contains(PLANTED), "{}{}", ended.out, ended.err);
    }
}

/// An issuer's address may contain a password. Errors about it do not show the password.
#[tokio::test(flavor = "multi_thread")]
async fn the_address_of_a_key_set_is_shown_without_its_password() {
    let (database, folder) = (FreshDatabase::installed().await, TempFolder::created());
    let log = folder.path().join("log");
    let mut serve = program(&["serve", "--listen", "127.0.0.1:0", "--log", "trace", "--log-format", "json"]);
    serve
        .env("DATABASE_URL", cluster().url(SERVER_ROLE, &database.name))
        .env("TALLYSTICK_JWT_JWKS", "http://PLANTED:PLANTED@127.0.0.1:1/jwks.json?key=PLANTED")
        .envs([
            ("TALLYSTICK_JWT_ALGORITHM", "EdDSA"),
            ("TALLYSTICK_JWT_ISSUER", "issuer"),
            ("TALLYSTICK_JWT_AUDIENCE", "us"),
        ])
        .env("TALLYSTICK_JWT_JWKS_REFRESH", "1ms");
    let mut running = Running::start(&mut serve, &log);
    let client = Client::new(address(&log, &mut running).await, Some("eyJhbGciOiJFZERTQSJ9.e30.AAAA"));
    client.get("/v1/orders").await.expect_problem(401, "unauthenticated");
    running.signal(Signal::SIGTERM);
    running.wait();
    let log = std::fs::read_to_string(&log).unwrap();
    assert!(log.contains("127.0.0.1:1/jwks.json") && log.contains("cannot be refreshed"), "{log}");
    shows_nothing(&log, &[]);
}
