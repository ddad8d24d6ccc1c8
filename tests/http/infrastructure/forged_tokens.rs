//! Tokens forged by somebody who knows the standards: their headers say where to find the key and what to skip.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::{Value, json};
use tallystick::{
    auth::{JwtVerifier, jwt::JwksAlgorithm},
    domain::BusinessId,
};

use super::{
    server::{Setup, TestServer, problem},
    signing::{SECRET, Signer, business, claims, refused, set, shared, with_file, with_secret},
};

fn part(text: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

/// A correctly signed token with any header and payload.
fn forged(head: &Value, payload: &str, algorithm: Algorithm, key: &EncodingKey) -> String {
    let signed = format!("{}.{}", part(head.to_string()), part(payload));
    let signature = crypto::sign(signed.as_bytes(), key, algorithm).unwrap();
    format!("{signed}.{signature}")
}

fn good_claims() -> String {
    claims(&business(BusinessId::new())).to_string()
}

fn secret() -> EncodingKey {
    EncodingKey::from_secret(SECRET.as_bytes())
}

async fn takes(verifier: &JwtVerifier, token: &str) -> bool {
    verifier.authenticate(token).await.is_ok()
}

/// The attacker chooses where the header says that the key is. The server must not ask there or use that key.
#[tokio::test]
async fn a_key_inside_a_token_is_not_used() {
    let (known, mallorys) = (Signer::ed25519("known"), Signer::ed25519("known"));
    let verifier = with_file(&set(&[&known]), JwksAlgorithm::EdDsa).await;
    let asked = Arc::new(AtomicUsize::new(0));
    let (count, keys) = (Arc::clone(&asked), set(&[&mallorys]));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/jwks.json", listener.local_addr().unwrap());
    let answer = move || {
        count.fetch_add(1, Ordering::SeqCst);
        async move { keys }
    };
    let router = axum::Router::new().route("/jwks.json", axum::routing::get(answer));
    let metrics = Arc::new(tallystick::metrics::Metrics::new());
    let limits = tallystick::http::server::ServerLimits::default();
    tokio::spawn(tallystick::http::server::serve(listener, router, limits, metrics, std::future::pending()));
    for extra in [
        json!({"jwk": mallorys.public()}),
        json!({"jku": url}),
        json!({"x5u": url}),
        json!({"x5c": ["MIIB"]}),
        json!({"jku": url, "jwk": mallorys.public(), "kid": url}),
    ] {
        let mut head = json!({"alg": "EdDSA", "kid": "known"});
        head.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        let token = forged(&head, &good_claims(), Algorithm::EdDSA, &mallorys.key);
        refused(verifier.authenticate(&token).await, &head.to_string());
        // Signed with the known key, the rest of the header does no harm.
        if head["kid"] == "known" && extra.get("x5c").is_none() {
            assert!(takes(&verifier, &forged(&head, &good_claims(), Algorithm::EdDSA, &known.key)).await, "{head}");
        }
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0, "nobody was asked");
}

#[tokio::test]
async fn a_key_id_is_never_used_as_a_path_a_query_or_a_pattern() {
    let (known, other) = (Signer::ed25519("known"), Signer::ed25519("other"));
    let verifier = with_file(&set(&[&known, &other]), JwksAlgorithm::EdDsa).await;
    for kid in [
        json!(""),
        json!("../../../../dev/null"),
        json!("/dev/null"),
        json!("known' OR '1'='1"),
        json!("known\0"),
        json!("KNOWN"),
        json!("*"),
        json!("k".repeat(100_000)),
        json!(["known"]),
        json!({"known": 1}),
        json!(0),
    ] {
        let token = forged(&json!({"alg": "EdDSA", "kid": kid}), &good_claims(), Algorithm::EdDSA, &known.key);
        refused(verifier.authenticate(&token).await, &kid.to_string()[..kid.to_string().len().min(60)]);
    }
}

/// The payload without base64: a reader that accepts it reads other bytes than were signed.
#[tokio::test]
async fn a_forged_token_with_any_critical_header_is_refused() {
    let verifier = with_secret().await;
    for head in [
        json!({"alg": "HS256", "b64": false, "crit": ["b64"]}),
        json!({"alg": "HS256", "crit": ["exp"]}),
        json!({"alg": "HS256", "crit": []}),
        json!({"alg": "HS256", "crit": "b64"}),
    ] {
        refused(
            verifier.authenticate(&forged(&head, &good_claims(), Algorithm::HS256, &secret())).await,
            &head.to_string(),
        );
    }
    let unencoded = format!("{}.{}", part(json!({"alg": "HS256", "b64": false}).to_string()), good_claims());
    let signature = crypto::sign(unencoded.as_bytes(), &secret(), Algorithm::HS256).unwrap();
    refused(verifier.authenticate(&format!("{unencoded}.{signature}")).await, "an unencoded payload");
}

#[tokio::test]
async fn a_token_inside_a_token_is_not_read() {
    let verifier = with_secret().await;
    let inner = shared(&business(BusinessId::new()));
    for (head, payload) in [
        (json!({"alg": "HS256", "cty": "JWT"}), inner.clone()),
        (json!({"alg": "HS256", "typ": "JWT", "cty": "JWT"}), json!(inner).to_string()),
        (json!({"alg": "HS256"}), json!({"jwt": inner}).to_string()),
        (json!({"alg": "dir", "enc": "A256GCM"}), good_claims()),
    ] {
        refused(verifier.authenticate(&forged(&head, &payload, Algorithm::HS256, &secret())).await, &head.to_string());
    }
    // Encrypted ones have five parts.
    refused(verifier.authenticate(&format!("{inner}.AAAA.AAAA")).await, "five parts");
    refused(verifier.authenticate(&format!("{inner}~{inner}")).await, "a disclosure");
    refused(
        verifier.authenticate(&json!({"payload": inner, "signatures": []}).to_string()).await,
        "JSON serialization",
    );
}

#[tokio::test]
async fn a_token_has_only_one_valid_text() {
    let verifier = with_secret().await;
    let good = shared(&business(BusinessId::new()));
    assert!(takes(&verifier, &good).await);
    let parts: Vec<&str> = good.split('.').collect();
    let last = parts[2].as_bytes();
    // The last base64 character of 32 bytes has two unused bits. This is another character that differs in those bits only.
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let at = alphabet.iter().position(|one| *one == last[last.len() - 1]).unwrap();
    let spare = format!("{}.{}.{}{}", parts[0], parts[1], &parts[2][..last.len() - 1], char::from(alphabet[at ^ 1]));
    for (what, token) in [
        ("spare bits", spare),
        ("padding", format!("{good}=")),
        ("white space", format!("{good} ")),
        ("a line break", format!("{}.\n{}.{}", parts[0], parts[1], parts[2])),
        ("the other alphabet", format!("{}.{}+/.{}", parts[0], parts[1], parts[2])),
        ("an empty payload", format!("{}..{}", parts[0], parts[2])),
        ("an empty head", format!(".{}.{}", parts[1], parts[2])),
        (
            "a head of another token",
            format!("{}.{}.{}", part(json!({"alg": "HS256", "x": 1}).to_string()), parts[1], parts[2]),
        ),
    ] {
        refused(verifier.authenticate(&token).await, what);
    }
}

#[tokio::test]
async fn a_token_whose_times_are_not_sensible_numbers_is_refused() {
    let verifier = with_secret().await;
    let now = chrono::Utc::now().timestamp();
    for times in [
        json!({"exp": now - 31}),
        json!({"exp": 0}),
        json!({"exp": -1}),
        json!({"exp": (now + 300).to_string()}),
        json!({"exp": [now + 300]}),
        json!({"exp": true}),
        json!({"nbf": now + 60}),
        json!({"nbf": "tomorrow"}),
        json!({"nbf": 1e300}),
    ] {
        let mut changes = business(BusinessId::new());
        changes.as_object_mut().unwrap().extend(times.as_object().unwrap().clone());
        refused(verifier.authenticate(&shared(&changes)).await, &times.to_string());
    }
}

/// As large as a request head may be, and larger: refused quickly.
#[tokio::test]
async fn a_huge_token_is_refused_like_any_other() {
    let server = TestServer::start(Setup { jwt: Some(with_secret().await), ..Setup::default() }).await;
    let filled = |size: usize| {
        let mut claims = business(BusinessId::new());
        claims["padding"] = json!("x".repeat(size));
        claims
    };
    let response = server.get("/read").bearer_auth(shared(&filled(9_000))).send().await.unwrap();
    assert_eq!(response.status(), 200, "a large one is a good one");
    let wrong = format!("{}x", shared(&filled(9_000)));
    assert_eq!(problem(server.get("/read").bearer_auth(wrong).send().await.unwrap()).await.0, 401);
    let (status, code, _) =
        problem(server.get("/read").bearer_auth(shared(&filled(20_000))).send().await.unwrap()).await;
    assert_eq!((status, code.as_str()), (431, "headers_too_large"));
    let nested = part(format!("{{\"alg\":{}1{}}}", "[".repeat(5_000), "]".repeat(5_000)));
    assert_eq!(
        problem(server.get("/read").bearer_auth(format!("{nested}.e30.AAAA")).send().await.unwrap()).await.0,
        401
    );
}
