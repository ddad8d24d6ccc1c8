//! JSON Web Tokens: which are accepted, and every kind that is refused.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::Utc;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use tallystick::{
    auth::{
        Caller, JwtSettings, JwtVerifier, Scopes,
        jwks::{JwksSettings, JwksSource},
        jwt::{JwksAlgorithm, JwtSignature},
    },
    domain::{Actor, BusinessId, Scope},
};

use super::{
    server::{Setup, TestServer, problem},
    signing::{
        AUDIENCE, ISSUER, SECRET, Signer, business, claims, refused, set, settings, shared, sign, with_file,
        with_secret,
    },
};

#[tokio::test]
async fn a_good_token_acts_for_the_business_it_names() {
    let verifier = with_secret().await;
    let business_id = BusinessId::new();
    let expected = Caller { business_id, scopes: Scopes::USUAL, actor: Actor::of_subject("somebody").unwrap() };
    for changes in [
        business(business_id),
        json!({"app_metadata": {"business_id": business_id, "provider": "email"}}),
        json!({"business_id": business_id, "app_metadata": {"business_id": business_id}}),
        json!({"business_id": business_id, "aud": ["others", AUDIENCE]}),
        json!({"business_id": business_id, "exp": Utc::now().timestamp() - 5}),
        json!({"business_id": business_id, "nbf": Utc::now().timestamp() + 5}),
    ] {
        assert_eq!(verifier.authenticate(&shared(&changes)).await.unwrap(), expected, "{changes}");
    }
}

#[tokio::test]
async fn a_token_acts_for_its_subject_or_for_nobody_in_particular() {
    let verifier = with_secret().await;
    for (subject, expected) in [
        (json!("ada@example.org"), "sub:ada@example.org"),
        (json!("a".repeat(296)), &*format!("sub:{}", "a".repeat(296))),
        (json!(""), "sub:"),
        (Value::Null, "sub:"),
    ] {
        let changes = json!({"business_id": BusinessId::new(), "sub": subject});
        assert_eq!(verifier.authenticate(&shared(&changes)).await.unwrap().actor.as_str(), expected);
    }
}

#[tokio::test]
async fn a_scope_claim_narrows_what_a_token_may_do() {
    let verifier = with_secret().await;
    for (scopes, expected) in [
        (json!({"scope": "openid read"}), vec![Scope::Read]),
        (json!({"scopes": ["write"]}), vec![Scope::Write]),
        (json!({"scope": "read write"}), vec![Scope::Read, Scope::Write]),
        // Foreign scopes narrow nothing. All cases: tests/http/scopes.rs.
        (json!({"scope": "openid profile email"}), vec![Scope::Read, Scope::Write]),
        (json!({"scope": ["openid", "read"]}), vec![Scope::Read]),
        (json!({"scp": ["write"]}), vec![Scope::Write]),
        (json!({"scope": "read write", "app_metadata": {"scopes": "read"}}), vec![Scope::Read]),
        (json!({"scope": "openid READ"}), vec![]),
        (json!({"scope": "read write", "scopes": ["read"]}), vec![Scope::Read]),
    ] {
        let mut changes = scopes.clone();
        changes["business_id"] = json!(BusinessId::new());
        let caller = verifier.authenticate(&shared(&changes)).await.unwrap();
        assert_eq!(caller.scopes, expected.into_iter().collect(), "{scopes}");
    }
}

#[tokio::test]
async fn every_other_token_is_refused() {
    let verifier = with_secret().await;
    let business_id = BusinessId::new();
    let now = Utc::now().timestamp();
    for (what, changes) in [
        ("no business", json!({})),
        ("a business that is no id", json!({"business_id": "1"})),
        ("a business under the user's own metadata", json!({"user_metadata": {"business_id": business_id}})),
        ("two businesses", json!({"business_id": business_id, "app_metadata": {"business_id": BusinessId::new()}})),
        ("expired", json!({"business_id": business_id, "exp": now - 60})),
        ("without expiry", json!({"business_id": business_id, "exp": null})),
        ("an expiry that is no number", json!({"business_id": business_id, "exp": "never"})),
        ("not yet valid", json!({"business_id": business_id, "nbf": now + 60})),
        ("another audience", json!({"business_id": business_id, "aud": "others"})),
        ("no audience", json!({"business_id": business_id, "aud": null})),
        ("an empty audience", json!({"business_id": business_id, "aud": []})),
        ("another issuer", json!({"business_id": business_id, "iss": "https://evil.example"})),
        ("a list of issuers", json!({"business_id": business_id, "iss": [ISSUER]})),
        ("issuers of which one is right", json!({"business_id": business_id, "iss": [ISSUER, "https://evil.example"]})),
        ("no issuer", json!({"business_id": business_id, "iss": null})),
        ("a scope that is neither text nor list", json!({"business_id": business_id, "scope": 7})),
        ("a subject that is no text", json!({"business_id": business_id, "sub": 7})),
        ("a subject that no record can hold", json!({"business_id": business_id, "sub": "a\0b"})),
        ("a subject of more than 296 characters", json!({"business_id": business_id, "sub": "a".repeat(297)})),
    ] {
        refused(verifier.authenticate(&shared(&changes)).await, what);
    }
    let good = shared(&business(business_id));
    let (head, signature) = good.rsplit_once('.').unwrap();
    let wrong_secret =
        sign(Algorithm::HS256, &EncodingKey::from_secret(b"another secret"), None, &business(business_id));
    let other_hash = sign(Algorithm::HS512, &EncodingKey::from_secret(SECRET.as_bytes()), None, &business(business_id));
    for (what, token) in [
        ("another secret", wrong_secret),
        ("another algorithm of the same family", other_hash),
        ("no signature", format!("{head}.")),
        ("half a signature", format!("{head}.{}", &signature[..signature.len() / 2])),
        ("no dots", good.replace('.', "")),
        ("a part too many", format!("{good}.x")),
        ("nothing", String::new()),
        ("dots", "..".to_owned()),
    ] {
        refused(verifier.authenticate(&token).await, what);
    }
}

#[tokio::test]
async fn a_token_cannot_choose_to_be_unsigned() {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let payload = part(&claims(&business(BusinessId::new())));
    for verifier in [with_secret().await, with_file(&set(&[&Signer::ed25519("k")]), JwksAlgorithm::EdDsa).await] {
        for algorithm in ["none", "None", "NONE", ""] {
            let head = part(&json!({"alg": algorithm, "typ": "JWT"}));
            refused(verifier.authenticate(&format!("{head}.{payload}.")).await, algorithm);
        }
    }
}

#[tokio::test]
async fn a_token_with_an_unknown_critical_header_is_refused() {
    let verifier = with_secret().await;
    let header = Header { crit: Some(vec!["b64".to_owned()]), ..Header::new(Algorithm::HS256) };
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    let token = encode(&header, &claims(&business(BusinessId::new())), &key).unwrap();
    refused(verifier.authenticate(&token).await, "crit");
}

#[tokio::test]
async fn each_algorithm_with_a_public_key_works_and_only_the_pinned_one() {
    let signers = [
        (Signer::rsa("key"), JwksAlgorithm::Rs256),
        (Signer::p256("key"), JwksAlgorithm::Es256),
        (Signer::ed25519("key"), JwksAlgorithm::EdDsa),
    ];
    let business_id = BusinessId::new();
    for (pinned, algorithm) in &signers {
        let verifier = with_file(&set(&[pinned]), *algorithm).await;
        for (signer, _) in &signers {
            let result = verifier.authenticate(&signer.sign(&business(business_id))).await;
            if signer.algorithm == pinned.algorithm {
                assert_eq!(result.unwrap().business_id, business_id);
            } else {
                refused(result, "another algorithm");
            }
        }
        let unnamed = sign(pinned.algorithm, &pinned.key, None, &business(business_id));
        assert_eq!(verifier.authenticate(&unnamed).await.unwrap().business_id, business_id);
    }
}

#[tokio::test]
async fn a_public_key_is_never_used_as_a_shared_secret() {
    let signer = Signer::rsa("key");
    let verifier = with_file(&set(&[&signer]), JwksAlgorithm::Rs256).await;
    let public = signer.public();
    let modulus = public["n"].as_str().unwrap();
    let guesses = [
        modulus.as_bytes().to_vec(),
        URL_SAFE_NO_PAD.decode(modulus).unwrap(),
        public.to_string().into_bytes(),
        set(&[&signer]).into_bytes(),
        Vec::new(),
    ];
    for guess in guesses {
        let key = EncodingKey::from_secret(&guess);
        let token = sign(Algorithm::HS256, &key, Some("key"), &business(BusinessId::new()));
        refused(verifier.authenticate(&token).await, "a public key as a secret");
    }
}

#[tokio::test]
async fn only_the_key_that_a_token_names_is_tried() {
    let (first, second) = (Signer::ed25519("first"), Signer::ed25519("second"));
    let verifier = with_file(&set(&[&first, &second]), JwksAlgorithm::EdDsa).await;
    let misnamed = sign(Algorithm::EdDSA, &first.key, Some("second"), &business(BusinessId::new()));
    refused(verifier.authenticate(&misnamed).await, "the wrong key's name");
    let unnamed = sign(Algorithm::EdDSA, &first.key, None, &business(BusinessId::new()));
    refused(verifier.authenticate(&unnamed).await, "no name with several keys");
    let unknown = sign(Algorithm::EdDSA, &first.key, Some("third"), &business(BusinessId::new()));
    refused(verifier.authenticate(&unknown).await, "an unknown name");
}

#[tokio::test]
async fn unsafe_settings_are_refused_at_the_start() {
    let pem = "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\n-----END PUBLIC KEY-----";
    for secret in ["", "too short", "31 bytes are one byte too few..", pem] {
        assert!(JwtVerifier::start(settings(JwtSignature::Secret(secret.to_owned()))).await.is_err(), "{secret}");
    }
    for (issuer, audience) in [("", AUDIENCE), (ISSUER, "")] {
        let signature = JwtSignature::Secret(SECRET.to_owned());
        let settings = JwtSettings { signature, issuer: issuer.to_owned(), audience: audience.to_owned() };
        assert!(JwtVerifier::start(settings).await.is_err());
    }
    let source = JwksSource::File("/nonexistent/jwks.json".into());
    let settings = settings(JwtSignature::Jwks {
        settings: JwksSettings { source, min_refresh_interval: Duration::from_secs(1), max_age: JwksSettings::MAX_AGE },
        algorithm: JwksAlgorithm::EdDsa,
    });
    assert!(JwtVerifier::start(settings).await.is_err());
}

#[tokio::test]
async fn a_token_works_over_http_and_the_refusal_of_a_bad_one_gives_no_reason() {
    let server = TestServer::start(Setup { jwt: Some(with_secret().await), ..Setup::default() }).await;
    let business_id = BusinessId::new();
    let response = server.get("/read").bearer_auth(shared(&business(business_id))).send().await.unwrap();
    assert_eq!(response.json::<BusinessId>().await.unwrap(), business_id);
    let expired = shared(&json!({"business_id": business_id, "exp": 1}));
    let (status, code, body) = problem(server.get("/read").bearer_auth(expired).send().await.unwrap()).await;
    assert_eq!((status, code.as_str()), (401, "unauthenticated"));
    assert!(!body.to_string().to_lowercase().contains("expire"), "{body}");
    let narrowed = shared(&json!({"business_id": business_id, "scope": "read"}));
    assert_eq!(problem(server.post("/write").bearer_auth(narrowed).send().await.unwrap()).await.0, 403);
    assert!(server.metrics().contains(r#"tallystick_auth_failures_total{kind="jwt"} 1"#));
}
