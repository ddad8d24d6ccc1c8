//! The limit on failed attempts to authenticate.

use std::sync::Arc;

use futures_util::future::join_all;
use reqwest::RequestBuilder;
use tallystick::{
    auth::{GeneratedKey, KeyCacheSettings},
    domain::{BusinessId, Scope},
};
use tokio::sync::Notify;

use super::{
    server::{ADMIN_TOKEN, Setup, TestServer, problem},
    signing::{business, shared, with_secret},
};

const BOTH: &[Scope] = &[Scope::Read, Scope::Write];

/// A server where an address may fail this often in a minute.
fn patient(failures: u32) -> Setup {
    Setup { failures: Some(failures), ..Setup::default() }
}

fn made_up() -> String {
    GeneratedKey::generate(BusinessId::new()).unwrap().plain
}

async fn status(request: RequestBuilder) -> u16 {
    request.send().await.unwrap().status().as_u16()
}

async fn read(server: &TestServer, credential: &str) -> u16 {
    status(server.get("/read").bearer_auth(credential)).await
}

async fn platform(server: &TestServer, credential: &str) -> u16 {
    status(server.get("/platform").bearer_auth(credential)).await
}

#[tokio::test]
async fn an_address_that_fails_too_often_is_told_when_to_come_back_and_its_keys_are_not_looked_up() {
    let server = TestServer::start(patient(3)).await;
    for _ in 0..3 {
        assert_eq!(read(&server, &made_up()).await, 401);
    }
    assert_eq!(server.keys.look_ups(), 3);
    let refused = server.get("/read").bearer_auth(made_up()).send().await.unwrap();
    // One of three in a minute comes back after a third of it.
    let retry_after: u64 = refused.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=20).contains(&retry_after), "{retry_after}");
    let (status, code, _) = problem(refused).await;
    assert_eq!((status, code.as_str()), (429, "too_many_attempts"));
    assert_eq!(server.keys.look_ups(), 3);
    let metrics = server.metrics();
    assert!(metrics.contains(r#"tallystick_auth_failures_total{kind="limited"} 1"#), "{metrics}");
    assert!(metrics.contains(r#"tallystick_auth_failures_total{kind="api_key"} 3"#), "{metrics}");
}

#[tokio::test]
async fn every_kind_of_wrong_credential_counts() {
    let (key, token) = (made_up(), shared(&business(BusinessId::new())));
    let forged = format!("{}x", &token[..token.len() - 1]);
    for wrong in ["tally_x", &key, "a.b.c", &forged, "wrong"] {
        for path in ["/read", "/platform"] {
            let server = TestServer::start(Setup { jwt: Some(with_secret().await), ..patient(2) }).await;
            let mut answers = Vec::new();
            for _ in 0..3 {
                answers.push(status(server.get(path).bearer_auth(wrong)).await);
            }
            assert_eq!(answers, [401, 401, 429], "{wrong} at {path}");
        }
    }
}

#[tokio::test]
async fn no_credential_at_all_is_no_attempt() {
    let server = TestServer::start(patient(1)).await;
    for _ in 0..3 {
        assert_eq!(status(server.get("/read")).await, 401);
    }
    assert_eq!(read(&server, &made_up()).await, 401);
}

/// An office has one address. Nobody in it locks the others out.
#[tokio::test]
async fn what_worked_before_works_beyond_the_limit_and_a_token_always() {
    let no_cache = KeyCacheSettings { time_to_live: std::time::Duration::ZERO, ..KeyCacheSettings::default() };
    for key_cache in [KeyCacheSettings::default(), no_cache] {
        let jwt = Some(with_secret().await);
        let server = TestServer::start(Setup { key_cache, jwt, ..patient(2) }).await;
        let (old, _) = server.keys.add(BusinessId::new(), BOTH, None);
        let (new, _) = server.keys.add(BusinessId::new(), BOTH, None);
        assert_eq!((read(&server, &old).await, platform(&server, ADMIN_TOKEN).await), (200, 200));
        for answer in [401, 401, 429, 429] {
            assert_eq!(read(&server, &made_up()).await, answer);
        }
        for _ in 0..3 {
            assert_eq!((read(&server, &old).await, platform(&server, ADMIN_TOKEN).await), (200, 200));
            let token = shared(&business(BusinessId::new()));
            assert_eq!(read(&server, &token).await, 200);
        }
        let before = server.keys.look_ups();
        assert_eq!(read(&server, &new).await, 429, "a key that this server never saw waits");
        assert_eq!(server.keys.look_ups(), before);
    }
}

#[tokio::test]
async fn a_key_that_worked_and_was_revoked_is_a_strangers_again() {
    let key_cache = KeyCacheSettings { time_to_live: std::time::Duration::ZERO, ..KeyCacheSettings::default() };
    let server = TestServer::start(Setup { key_cache, ..patient(1) }).await;
    let (key, id) = server.keys.add(BusinessId::new(), BOTH, None);
    assert_eq!(read(&server, &key).await, 200);
    server.keys.remove(id);
    assert_eq!((read(&server, &key).await, server.keys.look_ups()), (401, 2));
    assert_eq!((read(&server, &key).await, server.keys.look_ups()), (429, 2));
}

/// Otherwise the limit would slow no guess down.
#[tokio::test]
async fn beyond_the_limit_the_admin_token_is_not_compared_where_it_never_came_from() {
    let server = TestServer::start(patient(1)).await;
    assert_eq!(platform(&server, "wrong").await, 401);
    assert_eq!(platform(&server, ADMIN_TOKEN).await, 429);
}

#[tokio::test]
async fn good_keys_do_not_count_however_many_come_at_once() {
    let server = TestServer::start(patient(1)).await;
    let keys: Vec<_> = (0..40).map(|_| server.keys.add(BusinessId::new(), BOTH, None).0).collect();
    let statuses = join_all(keys.iter().chain(&keys).map(|key| read(&server, key))).await;
    assert_eq!(statuses, [200; 80]);
}

#[tokio::test]
async fn many_guesses_at_once_are_looked_up_no_more_often_than_the_limit_allows() {
    let server = TestServer::start(patient(2)).await;
    let gate = Arc::new(Notify::new());
    *server.keys.gate.lock().unwrap() = Some(Arc::clone(&gate));
    let guesses: Vec<_> = (0..40).map(|_| made_up()).collect();
    let sent = join_all(guesses.iter().map(|guess| read(&server, guess)));
    let open = async {
        // As many as may fail are looked up now.
        while server.keys.look_ups() < 2 {
            tokio::task::yield_now().await;
        }
        *server.keys.gate.lock().unwrap() = None;
        gate.notify_waiters();
    };
    let (statuses, ()) = tokio::join!(sent, open);
    assert!(statuses.iter().all(|status| [401, 429].contains(status)), "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 2, "{statuses:?}");
    assert_eq!(server.keys.look_ups(), 2);
}

#[tokio::test]
async fn an_expired_token_is_no_guess() {
    let server = TestServer::start(Setup { jwt: Some(with_secret().await), ..patient(1) }).await;
    let mut expired = business(BusinessId::new());
    expired["exp"] = (chrono::Utc::now().timestamp() - 3_600).into();
    for _ in 0..3 {
        assert_eq!(read(&server, &shared(&expired)).await, 401);
    }
    assert_eq!(read(&server, "a.b.c").await, 401);
    assert_eq!(read(&server, "a.b.c").await, 429);
    assert_eq!(read(&server, &shared(&expired)).await, 401);
}

#[tokio::test]
async fn behind_a_trusted_proxy_each_client_has_its_own_limit() {
    let guess = |server: &TestServer, client: &'static str| {
        status(server.get("/read").bearer_auth(made_up()).header("x-forwarded-for", client))
    };
    let server = TestServer::start(Setup { trusted_proxies: "127.0.0.0/8", ..patient(1) }).await;
    assert_eq!(guess(&server, "203.0.113.1").await, 401);
    assert_eq!(guess(&server, "203.0.113.1").await, 429);
    assert_eq!(guess(&server, "203.0.113.9, 203.0.113.1").await, 429, "a client may write anything before its address");
    assert_eq!(guess(&server, "203.0.113.2").await, 401);
    assert_eq!(guess(&server, "2001:db8::1").await, 401);
    assert_eq!(guess(&server, "2001:db8::2").await, 429, "one network");

    let server = TestServer::start(patient(1)).await;
    assert_eq!(guess(&server, "203.0.113.1").await, 401);
    assert_eq!(guess(&server, "203.0.113.2").await, 429, "nobody is trusted unless the settings say so");
}
