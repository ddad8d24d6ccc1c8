//! JSON Web Tokens. A token is accepted if the configured issuer signed it for this server, it is valid now, and it names
//! a business.
//!
//! The algorithm, the issuer and the audience come from the configuration, never from the token. So a token cannot choose
//! `none`, and cannot have a public key used as a shared secret.

use std::sync::Arc;

use anyhow::{anyhow, bail, ensure};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation, decode, decode_header, errors::ErrorKind};
use serde::Deserialize;

use super::{
    Caller, Scopes, UNAUTHENTICATED,
    jwks::{Jwks, JwksSettings},
    scope_claims::{self, ScopeClaim},
};
use crate::{
    domain::{Actor, BusinessId},
    error::Result,
};

/// How far two clocks may be apart, in seconds.
const LEEWAY_SECONDS: u64 = 30;
/// The shortest shared secret: as long as the hash's output (RFC 7518, section 3.2).
const MIN_SECRET_BYTES: usize = 32;

/// Which tokens to accept.
pub struct JwtSettings {
    /// How they are signed.
    pub signature: JwtSignature,
    /// The `iss` that they must have.
    pub issuer: String,
    /// The `aud` that they must have, or have among others.
    pub audience: String,
}

/// How tokens are signed.
pub enum JwtSignature {
    /// With a secret that both sides know, by HS256.
    Secret(String),
    /// With a private key that only the issuer knows. Its public key is in a key set.
    Jwks {
        /// Where the key set is.
        settings: JwksSettings,
        /// The one algorithm that is accepted.
        algorithm: JwksAlgorithm,
    },
}

/// A signature algorithm with a public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum JwksAlgorithm {
    /// RSA, at least 2048 bits, with SHA-256.
    #[value(name = "RS256")]
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    #[value(name = "ES256")]
    Es256,
    /// Ed25519.
    #[value(name = "EdDSA")]
    EdDsa,
}

impl JwksAlgorithm {
    const fn pinned(self) -> Algorithm {
        match self {
            Self::Rs256 => Algorithm::RS256,
            Self::Es256 => Algorithm::ES256,
            Self::EdDsa => Algorithm::EdDSA,
        }
    }
}

enum Keys {
    Secret(Arc<DecodingKey>),
    Public(Jwks),
}

/// In which way a token is bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenRefused {
    /// It was good until it expired.
    Expired,
    /// It was never good.
    Invalid,
}

/// Verifies tokens.
pub struct JwtVerifier {
    keys: Keys,
    validation: Validation,
}

/// The claims that say who calls. [`Validation`] checks the others.
#[derive(Deserialize)]
struct Claims {
    /// One text (RFC 7519). [`Validation`] compares it, and would also take a list that has the issuer in it.
    #[serde(rename = "iss")]
    _issuer: String,
    /// Who has the token; a text, too (RFC 7519). Not every issuer says it.
    sub: Option<String>,
    business_id: Option<BusinessId>,
    app_metadata: Option<AppMetadata>,
    scope: Option<ScopeClaim>,
    scopes: Option<ScopeClaim>,
    scp: Option<ScopeClaim>,
}

#[derive(Deserialize)]
struct AppMetadata {
    business_id: Option<BusinessId>,
    scope: Option<ScopeClaim>,
    scopes: Option<ScopeClaim>,
    scp: Option<ScopeClaim>,
}

impl JwtVerifier {
    /// Checks the settings and loads the keys. Fails on settings that would be unsafe.
    pub async fn start(settings: JwtSettings) -> anyhow::Result<Self> {
        ensure!(!settings.issuer.is_empty() && !settings.audience.is_empty(), "JWT needs an issuer and an audience");
        let (keys, algorithm) = match settings.signature {
            JwtSignature::Secret(secret) => (Keys::Secret(Arc::new(shared_key(&secret)?)), Algorithm::HS256),
            JwtSignature::Jwks { settings, algorithm } => {
                (Keys::Public(Jwks::start(settings, algorithm.pinned()).await?), algorithm.pinned())
            }
        };
        let mut validation = Validation::new(algorithm);
        validation.leeway = LEEWAY_SECONDS;
        validation.validate_nbf = true;
        validation.set_issuer(&[settings.issuer]);
        validation.set_audience(&[settings.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        Ok(Self { keys, validation })
    }

    /// The caller that a token speaks for.
    pub async fn authenticate(&self, token: &str) -> Result<Caller> {
        self.check(token).await.map_err(|_| UNAUTHENTICATED)
    }

    /// The same, and in which way a refused token is bad.
    pub(super) async fn check(&self, token: &str) -> Result<Caller, TokenRefused> {
        self.verify(token).await.map_err(|reason| {
            tracing::debug!(reason = format!("{reason:#}"), "token refused");
            // The signature is verified first.
            match reason.downcast_ref::<jsonwebtoken::errors::Error>().map(jsonwebtoken::errors::Error::kind) {
                Some(ErrorKind::ExpiredSignature) => TokenRefused::Expired,
                _ => TokenRefused::Invalid,
            }
        })
    }

    async fn verify(&self, token: &str) -> anyhow::Result<Caller> {
        let header = decode_header(token).map_err(without_values)?;
        self.check_header(&header)?;
        let key = match &self.keys {
            Keys::Secret(key) => Arc::clone(key),
            Keys::Public(jwks) => match jwks.key(header.kid.as_deref()).await {
                Some(key) => key,
                None => bail!("no such key in the key set"),
            },
        };
        let claims = decode::<Claims>(token, &key, &self.validation).map_err(without_values)?.claims;
        let subject = claims.sub.as_deref().unwrap_or_default();
        let actor = Actor::of_subject(subject).map_err(|hint| anyhow!("its subject {hint}"))?;
        Ok(Caller { business_id: business(&claims)?, scopes: scopes(&claims), actor })
    }

    /// Runs before a key is looked for, so that a token with another algorithm causes no fetch.
    fn check_header(&self, header: &Header) -> anyhow::Result<()> {
        ensure!(self.validation.algorithms.contains(&header.alg), "the algorithm is not the configured one");
        ensure!(header.crit.is_none(), "it has critical header parameters, and we understand none");
        Ok(())
    }
}

/// Why a token cannot be read, for the log. The JSON parser's own message would quote the token.
fn without_values(error: jsonwebtoken::errors::Error) -> anyhow::Error {
    match error.kind() {
        ErrorKind::Json(json) => {
            anyhow!("its JSON is not as expected, at line {} column {}", json.line(), json.column())
        }
        _ => error.into(),
    }
}

fn shared_key(secret: &str) -> anyhow::Result<DecodingKey> {
    ensure!(
        secret.len() >= MIN_SECRET_BYTES,
        "the JWT secret has {} bytes; it needs at least {MIN_SECRET_BYTES}, such as from `openssl rand -hex 32`",
        secret.len()
    );
    ensure!(
        !secret.contains("-----BEGIN"),
        "the JWT secret is a PEM key, and a public one is no secret; put it into a JWKS instead"
    );
    Ok(DecodingKey::from_secret(secret.as_bytes()))
}

fn business(claims: &Claims) -> anyhow::Result<BusinessId> {
    let nested = claims.app_metadata.as_ref().and_then(|metadata| metadata.business_id);
    match (claims.business_id, nested) {
        (Some(top), Some(nested)) if top != nested => bail!("it names two different businesses"),
        (Some(business_id), _) | (None, Some(business_id)) => Ok(business_id),
        (None, None) => bail!("it names no business"),
    }
}

fn scopes(claims: &Claims) -> Scopes {
    let Claims { scope, scopes, scp, .. } = claims;
    let nested = claims.app_metadata.iter().flat_map(|AppMetadata { scope, scopes, scp, .. }| [scope, scopes, scp]);
    scope_claims::allowed([scope, scopes, scp].into_iter().chain(nested))
}
