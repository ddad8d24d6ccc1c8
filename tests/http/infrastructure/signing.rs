//! Tokens, the keys that sign them, and what verifies them.

use std::{io::Write, time::Duration};

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rand::SystemRandom,
    rsa::{KeyPair as RsaKeyPair, KeySize},
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::Utc;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, jwk::Jwk};
use serde_json::{Value, json};
use tallystick::{
    auth::{
        Caller, JwtSettings, JwtVerifier,
        jwks::{JwksSettings, JwksSource},
        jwt::{JwksAlgorithm, JwtSignature},
    },
    domain::BusinessId,
};

pub const SECRET: &str = "a shared secret of at least thirty-two bytes";
pub const ISSUER: &str = "https://issuer.example";
pub const AUDIENCE: &str = "tallystick";

pub fn settings(signature: JwtSignature) -> JwtSettings {
    JwtSettings { signature, issuer: ISSUER.to_owned(), audience: AUDIENCE.to_owned() }
}

pub async fn with_secret() -> JwtVerifier {
    JwtVerifier::start(settings(JwtSignature::Secret(SECRET.to_owned()))).await.unwrap()
}

/// Valid claims, with some replaced; `null` removes one.
pub fn claims(changes: &Value) -> Value {
    let now = Utc::now().timestamp();
    let mut claims = json!({"iss": ISSUER, "aud": AUDIENCE, "exp": now + 300, "iat": now, "sub": "somebody"});
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    claims
}

pub fn sign(algorithm: Algorithm, key: &EncodingKey, key_id: Option<&str>, changes: &Value) -> String {
    let header = Header { kid: key_id.map(str::to_owned), ..Header::new(algorithm) };
    encode(&header, &claims(changes), key).unwrap()
}

pub fn shared(changes: &Value) -> String {
    sign(Algorithm::HS256, &EncodingKey::from_secret(SECRET.as_bytes()), None, changes)
}

/// A private key, and its public half in the form of a key set.
pub struct Signer {
    pub algorithm: Algorithm,
    pub key: EncodingKey,
    pub id: &'static str,
}

impl Signer {
    pub fn ed25519(id: &'static str) -> Self {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8v1(&SystemRandom::new()).unwrap();
        Self { algorithm: Algorithm::EdDSA, key: EncodingKey::from_ed_der(pkcs8.as_ref()), id }
    }

    pub fn p256(id: &'static str) -> Self {
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
        Self { algorithm: Algorithm::ES256, key: EncodingKey::from_ec_der(pkcs8.as_ref()), id }
    }

    pub fn rsa(id: &'static str) -> Self {
        let pkcs8 = AsDer::<Pkcs8V1Der>::as_der(&RsaKeyPair::generate(KeySize::Rsa2048).unwrap()).unwrap();
        let pem =
            format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(pkcs8.as_ref()));
        Self { algorithm: Algorithm::RS256, key: EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap(), id }
    }

    pub fn public(&self) -> Value {
        let mut jwk = Jwk::from_encoding_key(&self.key, self.algorithm).unwrap();
        jwk.common.key_id = Some(self.id.to_owned());
        serde_json::to_value(jwk).unwrap()
    }

    pub fn sign(&self, changes: &Value) -> String {
        sign(self.algorithm, &self.key, Some(self.id), changes)
    }
}

pub fn set(signers: &[&Signer]) -> String {
    json!({"keys": signers.iter().map(|signer| signer.public()).collect::<Vec<_>>()}).to_string()
}

pub async fn with_file(jwks: &str, algorithm: JwksAlgorithm) -> JwtVerifier {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(jwks.as_bytes()).unwrap();
    let source = JwksSource::File(file.path().to_owned());
    let settings = settings(JwtSignature::Jwks {
        settings: JwksSettings {
            source,
            min_refresh_interval: Duration::from_hours(1),
            max_age: JwksSettings::MAX_AGE,
        },
        algorithm,
    });
    JwtVerifier::start(settings).await.unwrap()
}

pub fn business(business_id: BusinessId) -> Value {
    json!({"business_id": business_id})
}

#[track_caller]
pub fn refused(result: tallystick::error::Result<Caller>, what: &str) {
    match result {
        Err(tallystick::error::Error::Unauthenticated(_)) => {}
        other => panic!("{what} gave {other:?}"),
    }
}
