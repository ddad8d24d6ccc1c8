//! Key sets that are fetched: when, how often, and which answers are accepted.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{Router, routing::get};
use tallystick::{
    auth::{
        JwtVerifier,
        jwks::JwksSettings,
        jwt::{JwksAlgorithm, JwtSignature},
    },
    domain::BusinessId,
};

use super::signing::{Signer, business, refused, set, settings};

/// An issuer's address, with what it answers and how often it was asked.
#[derive(Clone, Default)]
struct Issuer {
    answer: Arc<Mutex<(u16, String)>>,
    /// The answer at the target of a redirection.
    elsewhere: Arc<Mutex<String>>,
    asked: Arc<AtomicUsize>,
}

impl Issuer {
    async fn verifier(&self, min_refresh_interval: Duration) -> JwtVerifier {
        self.verifier_with(min_refresh_interval, JwksSettings::MAX_AGE).await
    }

    async fn verifier_with(&self, min_refresh_interval: Duration, max_age: Duration) -> JwtVerifier {
        let issuer = self.clone();
        let answer = move || {
            issuer.asked.fetch_add(1, Ordering::SeqCst);
            let (status, body) = issuer.answer.lock().unwrap().clone();
            async move { (axum::http::StatusCode::from_u16(status).unwrap(), [("location", "/elsewhere")], body) }
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/jwks.json", listener.local_addr().unwrap());
        let elsewhere = self.elsewhere.clone();
        let elsewhere = move || async move { elsewhere.lock().unwrap().clone() };
        let router = Router::new().route("/jwks.json", get(answer)).route("/elsewhere", get(elsewhere));
        let metrics = Arc::new(tallystick::metrics::Metrics::new());
        let limits = tallystick::http::server::ServerLimits::default();
        tokio::spawn(tallystick::http::server::serve(listener, router, limits, metrics, std::future::pending()));
        let settings = settings(JwtSignature::Jwks {
            settings: JwksSettings { source: url.parse().unwrap(), min_refresh_interval, max_age },
            algorithm: JwksAlgorithm::EdDsa,
        });
        JwtVerifier::start(settings).await.unwrap()
    }

    fn answers(&self, status: u16, body: impl Into<String>) {
        *self.answer.lock().unwrap() = (status, body.into());
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

/// A key set with this many additional bytes.
fn padded(set: &str, bytes: usize) -> String {
    set.replacen('{', &format!(r#"{{"padding": "{}", "#, "x".repeat(bytes)), 1)
}

#[tokio::test]
async fn a_new_key_of_the_issuer_is_fetched_when_a_token_names_it() {
    let (old, new) = (Signer::ed25519("old"), Signer::ed25519("new"));
    let issuer = Issuer::default();
    issuer.answers(200, set(&[&old]));
    let verifier = issuer.verifier(Duration::ZERO).await;
    assert!(verifier.authenticate(&old.sign(&business(BusinessId::new()))).await.is_ok());
    assert_eq!(issuer.asked(), 1);
    issuer.answers(200, set(&[&new]));
    assert!(verifier.authenticate(&new.sign(&business(BusinessId::new()))).await.is_ok());
    refused(verifier.authenticate(&old.sign(&business(BusinessId::new()))).await, "a withdrawn key");
}

#[tokio::test]
async fn unknown_key_ids_do_not_cause_one_fetch_each() {
    let (known, unknown) = (Signer::ed25519("known"), Signer::ed25519("unknown"));
    let issuer = Issuer::default();
    issuer.answers(200, set(&[&known]));
    let verifier = issuer.verifier(Duration::from_hours(1)).await;
    for _ in 0..20 {
        refused(verifier.authenticate(&unknown.sign(&business(BusinessId::new()))).await, "an unknown key");
    }
    assert_eq!(issuer.asked(), 1);
}

#[tokio::test]
async fn an_issuer_that_fails_leaves_the_old_keys_in_use() {
    let (known, unknown) = (Signer::ed25519("known"), Signer::ed25519("unknown"));
    let issuer = Issuer::default();
    issuer.answers(200, set(&[&known]));
    let verifier = issuer.verifier(Duration::ZERO).await;
    let huge = padded(&set(&[&unknown]), 300_000);
    *issuer.elsewhere.lock().unwrap() = set(&[&unknown]);
    for (status, body) in
        [(500, set(&[&unknown])), (302, set(&[&unknown])), (200, "<html>".to_owned()), (200, set(&[])), (200, huge)]
    {
        issuer.answers(status, body);
        refused(verifier.authenticate(&unknown.sign(&business(BusinessId::new()))).await, "a key that was not fetched");
        assert!(verifier.authenticate(&known.sign(&business(BusinessId::new()))).await.is_ok());
    }
}

#[tokio::test]
async fn a_large_set_is_taken() {
    let signer = Signer::ed25519("key");
    let issuer = Issuer::default();
    issuer.answers(200, padded(&set(&[&signer]), 250_000));
    let verifier = issuer.verifier(Duration::from_hours(1)).await;
    assert!(verifier.authenticate(&signer.sign(&business(BusinessId::new()))).await.is_ok());
}

#[tokio::test]
async fn an_issuer_that_does_not_answer_at_the_start_is_asked_again() {
    let signer = Signer::ed25519("key");
    let issuer = Issuer::default();
    issuer.answers(503, "");
    let verifier = issuer.verifier(Duration::ZERO).await;
    refused(verifier.authenticate(&signer.sign(&business(BusinessId::new()))).await, "no keys yet");
    issuer.answers(200, set(&[&signer]));
    assert!(verifier.authenticate(&signer.sign(&business(BusinessId::new()))).await.is_ok());
}

#[tokio::test]
async fn a_withdrawn_key_stops_working_once_the_key_set_is_too_old() {
    let (withdrawn, kept) = (Signer::ed25519("withdrawn"), Signer::ed25519("kept"));
    let issuer = Issuer::default();
    issuer.answers(200, set(&[&withdrawn, &kept]));
    let verifier = issuer.verifier_with(Duration::ZERO, Duration::ZERO).await;
    issuer.answers(200, set(&[&kept]));
    let token = withdrawn.sign(&business(BusinessId::new()));
    // The fetch runs in the background.
    let stops = async {
        while verifier.authenticate(&token).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), stops).await.expect("a withdrawn key works for ever");
    assert!(verifier.authenticate(&kept.sign(&business(BusinessId::new()))).await.is_ok());
}

#[tokio::test]
async fn a_set_is_fetched_again_only_when_it_is_old_and_not_more_often_than_allowed() {
    let (known, unknown) = (Signer::ed25519("known"), Signer::ed25519("unknown"));
    for (min_refresh_interval, max_age, fetches) in
        [(Duration::ZERO, Duration::from_hours(1), 2), (Duration::from_hours(1), Duration::ZERO, 1)]
    {
        let issuer = Issuer::default();
        issuer.answers(200, set(&[&known]));
        let verifier = issuer.verifier_with(min_refresh_interval, max_age).await;
        for _ in 0..5 {
            assert!(verifier.authenticate(&known.sign(&business(BusinessId::new()))).await.is_ok());
        }
        // A request that needs a missing key waits for a running fetch.
        refused(verifier.authenticate(&unknown.sign(&business(BusinessId::new()))).await, "an unknown key");
        assert_eq!(issuer.asked(), fetches, "{min_refresh_interval:?} {max_age:?}");
    }
}
