//! Properties of credentials: only text of a key's form is read as a key, and a token opens only the business that it names.

use futures_util::FutureExt;
use jsonwebtoken::{EncodingKey, Header, encode};
use proptest::{collection::hash_map, prelude::*, sample::select};
use regex::Regex;
use serde_json::{Value, json};

use super::{
    api_key::KEY_CHARS,
    jwt::{JwtSettings, JwtSignature, JwtVerifier},
    *,
};

const SECRET: &str = "a shared secret of at least thirty-two bytes";

fn verifier() -> JwtVerifier {
    let signature = JwtSignature::Secret(SECRET.to_owned());
    let settings = JwtSettings { signature, issuer: "issuer".to_owned(), audience: "us".to_owned() };
    JwtVerifier::start(settings).now_or_never().unwrap().unwrap()
}

/// The caller of a token with these claims and a good signature.
fn opened(claims: &Value) -> Option<Caller> {
    let token = encode(&Header::default(), claims, &EncodingKey::from_secret(SECRET.as_bytes())).unwrap();
    verifier().authenticate(&token).now_or_never().unwrap().ok()
}

/// Any JSON, not too deep.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
        uuids().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            hash_map(names(), inner, 0..4).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn uuids() -> impl Strategy<Value = String> {
    any::<u128>().prop_map(|number| uuid::Uuid::from_u128(number).to_string())
}

fn names() -> impl Strategy<Value = String> {
    prop_oneof![select(vec!["business_id", "app_metadata", "scope", "sub"]).prop_map(str::to_owned), "[a-z_]{1,9}"]
}

/// The business that claims name, read independently of the code under test.
fn named(claims: &Value) -> Option<String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    match (text(&claims["business_id"]), text(&claims["app_metadata"]["business_id"])) {
        (Some(one), Some(other)) => (one == other).then_some(one),
        (one, other) => one.or(other),
    }
}

proptest! {
    #[test]
    fn a_key_that_was_made_is_read(business in any::<u128>()) {
        let business_id = BusinessId::from(uuid::Uuid::from_u128(business));
        let key = GeneratedKey::generate(business_id).unwrap();
        let parsed = ParsedKey::parse(&key.plain).unwrap();
        prop_assert_eq!((parsed.business_id, parsed.prefix, parsed.hash), (business_id, key.prefix.as_str(), key.hash));
    }

    #[test]
    fn a_key_is_read_in_its_one_form_only(at in 0..KEY_CHARS, with in any::<char>(), other in ".{0,120}") {
        let form = Regex::new("^tally_[0-9a-fA-F]{32}_[0-9A-Za-z]{12}_[0-9A-Za-z]{43}$").unwrap();
        let good = GeneratedKey::generate(BusinessId::new()).unwrap().plain;
        let changed = format!("{}{with}{}", &good[..at], &good[at + 1..]);
        for text in [changed, format!("{good}{with}"), good[at..].to_owned(), format!("tally_{other}"), other] {
            prop_assert_eq!(ParsedKey::parse(&text).is_some(), form.is_match(&text), "{}", text);
        }
    }

    /// Any claims are read without a panic.
    #[test]
    fn any_claims_open_the_business_that_they_name_or_nothing(
        business in any_json(), nested in any_json(), metadata in any_json(), scope in any_json(), same in any::<bool>()
    ) {
        let expires = chrono::Utc::now().timestamp() + 300;
        let mut claims = json!({"iss": "issuer", "aud": "us", "exp": expires});
        let business = if same { nested.clone() } else { business };
        for (name, value) in [("business_id", business), ("app_metadata", json!({"business_id": nested}))] {
            claims[name] = value;
        }
        if !metadata.is_object() {
            claims["app_metadata"] = metadata;
        }
        claims["scope"] = scope;
        if let Some(caller) = opened(&claims) {
            prop_assert_eq!(Some(caller.business_id.to_string()), named(&claims), "{}", claims);
        }
    }

    /// Issuer, audience and expiry are checked, not only parsed.
    #[test]
    fn standard_claims_of_any_other_value_open_nothing(name in select(vec!["iss", "aud", "exp"]), value in any_json()) {
        let now = chrono::Utc::now().timestamp();
        let mut claims = json!({"iss": "issuer", "aud": "us", "exp": now + 300, "business_id": BusinessId::new()});
        prop_assert!(opened(&claims).is_some());
        // A later expiry is valid, too.
        prop_assume!(!(name == "exp" && value.as_f64().is_some_and(|time| time > 0.0)));
        claims[name] = value;
        prop_assert!(opened(&claims).is_none(), "{}", claims);
    }

    #[test]
    fn what_is_no_token_is_refused(text in prop_oneof![".{0,200}", "[A-Za-z0-9_-]{0,80}(\\.[A-Za-z0-9_-]{0,80}){0,4}"]) {
        prop_assert!(verifier().authenticate(&text).now_or_never().unwrap().is_err());
    }

    #[test]
    fn only_the_admin_token_is_the_admin_token(token in ".{1,40}", other in ".{0,40}") {
        prop_assert!(AdminToken::new(&token).matches(&token));
        prop_assert_eq!(AdminToken::new(&token).matches(&other), token == other);
    }
}

/// Libraries disagree which of two values under one name counts, so such a token is refused.
#[test]
fn a_claim_that_is_given_twice_opens_nothing() {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let (ours, theirs) = (BusinessId::new(), BusinessId::new());
    let expires = chrono::Utc::now().timestamp() + 300;
    let standard = format!(r#""iss": "issuer", "aud": "us", "exp": {expires}"#);
    for (claims, opens) in [
        (format!(r#"{{{standard}, "business_id": "{ours}"}}"#), true),
        (format!(r#"{{{standard}, "business_id": "{ours}", "business_id": "{theirs}"}}"#), false),
        (format!(r#"{{{standard}, "app_metadata": {{"business_id": "{ours}", "business_id": "{theirs}"}}}}"#), false),
        (format!(r#"{{{standard}, "app_metadata": {{"business_id": "{ours}"}}, "app_metadata": {{}}}}"#), false),
        (format!(r#"{{{standard}, "business_id": "{ours}", "scope": "read", "scope": "write"}}"#), false),
    ] {
        let head = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256"}"#);
        let signed = format!("{head}.{}", URL_SAFE_NO_PAD.encode(&claims));
        let key = EncodingKey::from_secret(SECRET.as_bytes());
        let signature = jsonwebtoken::crypto::sign(signed.as_bytes(), &key, jsonwebtoken::Algorithm::HS256).unwrap();
        let taken = verifier().authenticate(&format!("{signed}.{signature}")).now_or_never().unwrap();
        assert_eq!(taken.is_ok(), opens, "{claims}");
    }
}
