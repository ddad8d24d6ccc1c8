//! API keys, the admin token, idempotency keys and rates, over HTTP.

use tallystick::domain::{BusinessId, Scope};

use super::server::{ADMIN_TOKEN, Setup, TestServer, burst, problem};

const BOTH: &[Scope] = &[Scope::Read, Scope::Write];

#[tokio::test]
async fn an_api_key_acts_for_its_own_business() {
    let server = TestServer::plain().await;
    let business_id = BusinessId::new();
    let (key, _) = server.keys.add(business_id, BOTH, None);
    let response = server.get("/read").bearer_auth(key).send().await.unwrap();
    assert_eq!(response.json::<BusinessId>().await.unwrap(), business_id);
}

#[tokio::test]
async fn every_bad_credential_gets_the_same_answer() {
    let server = TestServer::plain().await;
    let business_id = BusinessId::new();
    let (key, _) = server.keys.add(business_id, BOTH, None);
    let (revoked, id) = server.keys.add(business_id, BOTH, None);
    server.keys.remove(id);
    let (expired, _) = server.keys.add(business_id, BOTH, Some(chrono::Utc::now()));
    let (of_another, _) = server.keys.add(BusinessId::new(), BOTH, None);
    let other_secret = format!("{}{}", &key[..key.len() - 43], &of_another[of_another.len() - 43..]);
    let other_business = format!("{}{}", &of_another[..38], &key[38..]);
    let mut answers = Vec::new();
    for credential in ["", "x", "tally_x", ADMIN_TOKEN, &revoked, &expired, &other_secret, &other_business, "a.b.c"] {
        let request = server.get("/read").header("x-request-id", "same").bearer_auth(credential);
        let response = request.send().await.unwrap();
        assert_eq!(response.headers()["www-authenticate"], "Bearer");
        answers.push(problem(response).await);
    }
    let request = server.get("/read").header("x-request-id", "same");
    answers.push(problem(request.send().await.unwrap()).await);
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
    assert_eq!((answers[0].0, answers[0].1.as_str()), (401, "unauthenticated"));
}

#[tokio::test]
async fn two_authorization_headers_are_no_credential() {
    let server = TestServer::plain().await;
    let (key, _) = server.keys.add(BusinessId::new(), BOTH, None);
    let header = format!("Bearer {key}");
    let request = server.get("/read").header("authorization", &header).header("authorization", &header);
    assert_eq!(problem(request.send().await.unwrap()).await.0, 401);
}

#[tokio::test]
async fn a_key_without_the_scope_is_forbidden() {
    let server = TestServer::plain().await;
    let business_id = BusinessId::new();
    let (reader, _) = server.keys.add(business_id, &[Scope::Read], None);
    let (writer, _) = server.keys.add(business_id, &[Scope::Write], None);
    let (status, code, _) = problem(server.post("/write").bearer_auth(&reader).send().await.unwrap()).await;
    assert_eq!((status, code.as_str()), (403, "forbidden"));
    let (status, code, _) = problem(server.get("/read").bearer_auth(&writer).send().await.unwrap()).await;
    assert_eq!((status, code.as_str()), (403, "forbidden"));
}

#[tokio::test]
async fn platform_routes_take_the_admin_token_only() {
    let server = TestServer::plain().await;
    let (key, _) = server.keys.add(BusinessId::new(), BOTH, None);
    let platform = |credential: &str| server.get("/platform").bearer_auth(credential).send();
    assert_eq!(platform(ADMIN_TOKEN).await.unwrap().status(), 200);
    assert_eq!(problem(platform(&key).await.unwrap()).await.0, 403);
    for wrong in ["wrong", "", &ADMIN_TOKEN[1..], &format!("{ADMIN_TOKEN}x")] {
        assert_eq!(problem(platform(wrong).await.unwrap()).await.0, 401, "{wrong}");
    }
    assert_eq!(problem(server.get("/platform").send().await.unwrap()).await.0, 401);
}

#[tokio::test]
async fn without_an_admin_token_there_are_no_platform_routes() {
    let server = TestServer::start(Setup { admin_token: None, ..Setup::default() }).await;
    for credential in [ADMIN_TOKEN, ""] {
        let (status, code, _) = problem(server.get("/platform").bearer_auth(credential).send().await.unwrap()).await;
        assert_eq!((status, code.as_str()), (404, "route_not_found"));
    }
}

#[tokio::test]
async fn an_idempotency_key_is_required_once_and_well_formed() {
    let server = TestServer::plain().await;
    let (key, _) = server.keys.add(BusinessId::new(), BOTH, None);
    let write = || server.post("/write").bearer_auth(&key).json(&serde_json::json!({"name": "n"}));
    let (status, code, _) = problem(write().send().await.unwrap()).await;
    assert_eq!((status, code.as_str()), (400, "idempotency_key_missing"));
    let long = "k".repeat(256);
    for wrong in ["", "a b", &long, "é"] {
        let (status, code, body) = problem(write().header("idempotency-key", wrong).send().await.unwrap()).await;
        assert_eq!((status, code.as_str()), (422, "invalid_request"), "{wrong:?}");
        assert_eq!(
            (&body["errors"][0]["in"], &body["errors"][0]["pointer"]),
            (&"header".into(), &"/idempotency-key".into())
        );
    }
    let twice = write().header("idempotency-key", "k").header("idempotency-key", "k");
    assert_eq!(problem(twice.send().await.unwrap()).await.0, 422);
    for right in ["k", &long[..255], "!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~"] {
        let response = write().header("idempotency-key", right).send().await.unwrap();
        assert_eq!(response.json::<serde_json::Value>().await.unwrap()["key"], right);
    }
}

#[tokio::test]
async fn a_business_beyond_its_rate_is_refused_and_others_are_not() {
    let server = TestServer::start(Setup { rate: Some(burst(2)), ..Setup::default() }).await;
    let (busy, _) = server.keys.add(BusinessId::new(), BOTH, None);
    let (quiet, _) = server.keys.add(BusinessId::new(), BOTH, None);
    for _ in 0..2 {
        assert_eq!(server.get("/read").bearer_auth(&busy).send().await.unwrap().status(), 200);
    }
    let response = server.get("/read").bearer_auth(&busy).send().await.unwrap();
    assert_eq!(response.headers()["retry-after"], "1");
    let (status, code, _) = problem(response).await;
    assert_eq!((status, code.as_str()), (429, "rate_limited"));
    assert_eq!(server.get("/read").bearer_auth(&quiet).send().await.unwrap().status(), 200);
    assert!(server.metrics().contains("tallystick_rate_limited_total 1\n"));
}
