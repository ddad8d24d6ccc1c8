//! The cache of API keys.

use std::{sync::Arc, time::Duration};

use chrono::Utc;
use futures_util::future::join_all;
use tallystick::{
    auth::{GeneratedKey, KeyCacheSettings},
    domain::{BusinessId, Scope},
};
use tokio::sync::Notify;

use super::server::{Setup, TestServer};

const BOTH: &[Scope] = &[Scope::Read, Scope::Write];

fn remembering_for(time_to_live: Duration) -> Setup {
    Setup { key_cache: KeyCacheSettings { time_to_live, ..KeyCacheSettings::default() }, ..Setup::default() }
}

async fn status(server: &TestServer, key: &str) -> u16 {
    server.get("/read").bearer_auth(key).send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_key_is_looked_up_once_and_then_remembered() {
    let server = TestServer::start(remembering_for(Duration::from_hours(1))).await;
    let (key, _) = server.keys.add(BusinessId::new(), BOTH, None);
    for _ in 0..5 {
        assert_eq!(status(&server, &key).await, 200);
    }
    assert_eq!(server.keys.look_ups(), 1);
    let metrics = server.metrics();
    assert!(metrics.contains(r#"tallystick_api_key_cache_total{result="hit"} 4"#), "{metrics}");
}

#[tokio::test]
async fn without_a_cache_a_key_is_looked_up_every_time() {
    let server = TestServer::start(remembering_for(Duration::ZERO)).await;
    let (key, _) = server.keys.add(BusinessId::new(), BOTH, None);
    for _ in 0..3 {
        assert_eq!(status(&server, &key).await, 200);
    }
    assert_eq!(server.keys.look_ups(), 3);
}

#[tokio::test]
async fn a_key_revoked_here_stops_at_once() {
    let server = TestServer::start(remembering_for(Duration::from_hours(1))).await;
    let business_id = BusinessId::new();
    let (revoked, id) = server.keys.add(business_id, BOTH, None);
    let (kept, _) = server.keys.add(business_id, BOTH, None);
    assert_eq!((status(&server, &revoked).await, status(&server, &kept).await), (200, 200));
    server.keys.remove(id);
    server.state.authenticator.key_was_revoked();
    assert_eq!((status(&server, &revoked).await, status(&server, &kept).await), (401, 200));
}

#[tokio::test]
async fn a_key_revoked_while_it_is_looked_up_is_not_remembered() {
    let server = TestServer::start(remembering_for(Duration::from_hours(1))).await;
    let (key, id) = server.keys.add(BusinessId::new(), BOTH, None);
    let gate = Arc::new(Notify::new());
    *server.keys.gate.lock().unwrap() = Some(Arc::clone(&gate));
    let revoke = async {
        while server.keys.look_ups() == 0 {
            tokio::task::yield_now().await;
        }
        server.keys.remove(id);
        server.state.authenticator.key_was_revoked();
        *server.keys.gate.lock().unwrap() = None;
        gate.notify_one();
    };
    // For the request that came before the revocation both answers are right. The request after it must be refused.
    let (first, ()) = tokio::join!(status(&server, &key), revoke);
    assert!([200, 401].contains(&first), "{first}");
    assert_eq!(status(&server, &key).await, 401);
}

#[tokio::test]
async fn a_key_revoked_elsewhere_stops_when_its_cache_entry_expires() {
    let server = TestServer::start(remembering_for(Duration::from_millis(1))).await;
    let (key, id) = server.keys.add(BusinessId::new(), BOTH, None);
    assert_eq!(status(&server, &key).await, 200);
    server.keys.remove(id);
    while status(&server, &key).await != 401 {}
}

#[tokio::test]
async fn a_remembered_key_stops_at_its_expiry() {
    let server = TestServer::start(remembering_for(Duration::from_hours(1))).await;
    let expires_at = Utc::now() + Duration::from_millis(500);
    let (key, _) = server.keys.add(BusinessId::new(), BOTH, Some(expires_at));
    assert_eq!(status(&server, &key).await, 200);
    while status(&server, &key).await != 401 {}
    assert!(Utc::now() >= expires_at);
    assert_eq!(server.keys.look_ups(), 1);
}

/// Keys that no store has.
fn made_up() -> String {
    GeneratedKey::generate(BusinessId::new()).unwrap().plain
}

#[tokio::test]
async fn a_made_up_key_and_a_wrong_secret_are_looked_up_once() {
    let server = TestServer::start(remembering_for(Duration::from_hours(1))).await;
    let (key, _) = server.keys.add(BusinessId::new(), BOTH, None);
    let wrong_secret = format!("{}{}", &key[..key.len() - 43], &made_up()[key.len() - 43..]);
    for (number, wrong) in [made_up(), wrong_secret].iter().enumerate() {
        for _ in 0..3 {
            assert_eq!(status(&server, wrong).await, 401);
        }
        assert_eq!(server.keys.look_ups(), number + 1, "{wrong}");
    }
    let metrics = server.metrics();
    assert!(metrics.contains(r#"tallystick_api_key_cache_total{result="refused"} 4"#), "{metrics}");
    assert_eq!(status(&server, &key).await, 200);
}

#[tokio::test]
async fn without_a_cache_a_made_up_key_is_looked_up_every_time() {
    let server = TestServer::start(remembering_for(Duration::ZERO)).await;
    let key = made_up();
    for _ in 0..3 {
        assert_eq!(status(&server, &key).await, 401);
    }
    assert_eq!(server.keys.look_ups(), 3);
}

#[tokio::test]
async fn made_up_keys_take_the_place_of_no_good_one() {
    let key_cache = KeyCacheSettings { time_to_live: Duration::from_hours(1), capacity: 1 };
    let server = TestServer::start(Setup { key_cache, ..Setup::default() }).await;
    let (key, _) = server.keys.add(BusinessId::new(), BOTH, None);
    assert_eq!(status(&server, &key).await, 200);
    for _ in 0..20 {
        assert_eq!(status(&server, &made_up()).await, 401);
    }
    let before = server.keys.look_ups();
    assert_eq!(status(&server, &key).await, 200);
    assert_eq!(server.keys.look_ups(), before);
}

#[tokio::test]
async fn a_key_that_was_refused_works_as_soon_as_it_is_created_here() {
    let server = TestServer::start(remembering_for(Duration::from_hours(1))).await;
    let business_id = BusinessId::new();
    let key = GeneratedKey::generate(business_id).unwrap();
    assert_eq!(status(&server, &key.plain).await, 401);
    server.keys.store(business_id, &key, BOTH, None);
    server.state.authenticator.key_was_created(key.hash).await;
    assert_eq!(status(&server, &key.plain).await, 200);
}

#[tokio::test]
async fn a_key_that_is_created_while_it_is_looked_up_works_afterwards() {
    let server = TestServer::start(remembering_for(Duration::from_hours(1))).await;
    let business_id = BusinessId::new();
    let key = GeneratedKey::generate(business_id).unwrap();
    let gate = Arc::new(Notify::new());
    *server.keys.gate.lock().unwrap() = Some(Arc::clone(&gate));
    let create = async {
        while server.keys.look_ups() == 0 {
            tokio::task::yield_now().await;
        }
        server.keys.store(business_id, &key, BOTH, None);
        server.state.authenticator.key_was_created(key.hash).await;
        *server.keys.gate.lock().unwrap() = None;
        gate.notify_one();
    };
    let (first, ()) = tokio::join!(status(&server, &key.plain), create);
    assert_eq!((first, status(&server, &key.plain).await), (401, 200));
}

#[tokio::test]
async fn a_key_that_was_refused_and_created_elsewhere_works_when_the_refusal_expires() {
    let server = TestServer::start(remembering_for(Duration::from_millis(1))).await;
    let business_id = BusinessId::new();
    let key = GeneratedKey::generate(business_id).unwrap();
    assert_eq!(status(&server, &key.plain).await, 401);
    server.keys.store(business_id, &key, BOTH, None);
    while status(&server, &key.plain).await != 200 {}
}

#[tokio::test]
async fn simultaneous_requests_share_one_look_up() {
    let server = TestServer::start(remembering_for(Duration::from_hours(1))).await;
    let (key, _) = server.keys.add(BusinessId::new(), BOTH, None);
    let gate = Arc::new(Notify::new());
    *server.keys.gate.lock().unwrap() = Some(Arc::clone(&gate));
    let callers = join_all((0..20).map(|_| status(&server, &key)));
    let open = async {
        // All twenty requests have arrived: one looks the key up, the others wait for it. Now the look-up goes on.
        while server.keys.look_ups() == 0 {
            tokio::task::yield_now().await;
        }
        gate.notify_one();
    };
    let (statuses, ()) = tokio::join!(callers, open);
    assert_eq!(statuses, [200; 20]);
    assert_eq!(server.keys.look_ups(), 1);
}
