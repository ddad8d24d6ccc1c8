//! A JSON Web Key Set: the public keys of the tokens' issuer, from a file or over HTTPS.
//!
//! - A token that names an unknown key causes a fetch, at most one in [`JwksSettings::min_refresh_interval`]. So a flood of
//!   made-up key ids does not become a flood of fetches.
//! - A set older than [`JwksSettings::max_age`] is fetched again in the background. So a key that the issuer withdraws stops
//!   working here.
//! - If a fetch fails, the old set stays in use. A fetch follows no redirect, and its size and time are bounded.

use std::{
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

use anyhow::{Context, bail, ensure};
use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, EllipticCurveKeyParameters, Jwk, KeyAlgorithm, PublicKeyUse},
};
use serde::Deserialize;
use tokio::sync::{Mutex, OwnedMutexGuard};
use url::Url;

/// The largest key set that is read.
const MAX_SET_BYTES: usize = 256 * 1024;
/// The most keys taken from a set.
const MAX_KEYS: usize = 100;
const FETCH_TIMEOUT: Duration = Duration::from_secs(5);

/// Where the key set is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JwksSource {
    /// At an `https` address, or at an `http` one on this machine.
    Url(Url),
    /// In a file.
    File(PathBuf),
}

impl std::str::FromStr for JwksSource {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if !text.contains("://") {
            return Ok(Self::File(text.into()));
        }
        let url = Url::parse(text).map_err(|_| "must be an https address or a path to a file")?;
        match url.scheme() {
            "https" => Ok(Self::Url(url)),
            "http" if is_loopback(&url) => Ok(Self::Url(url)),
            "http" => Err("must be https: whoever can change the keys on their way can sign any token"),
            _ => Err("must be an https address or a path to a file"),
        }
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// An address for the log: only scheme, host, port and path, because the rest may be secret.
fn shown(url: &Url) -> String {
    let mut shown = url.clone();
    // This fails only for an address without a host, and that has no password either.
    let _ = (shown.set_username(""), shown.set_password(None));
    shown.set_query(None);
    shown.set_fragment(None);
    shown.into()
}

/// Where to get keys, and how often at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JwksSettings {
    /// Where the set is.
    pub source: JwksSource,
    /// The least time between two fetches.
    pub min_refresh_interval: Duration,
    /// The age at which a set is fetched again even if no key was missing.
    pub max_age: Duration,
}

impl JwksSettings {
    /// The default: a withdrawn key works for ten minutes at most, and the issuer is asked rarely.
    pub const MAX_AGE: Duration = Duration::from_mins(10);
}

struct KeySet {
    keys: Vec<(Option<String>, Arc<DecodingKey>)>,
    loaded_at: Instant,
}

impl KeySet {
    /// The key with that id. A token without a key id gets the only key of the set, if there is just one.
    fn find(&self, key_id: Option<&str>) -> Option<Arc<DecodingKey>> {
        match (key_id, &self.keys[..]) {
            (Some(_), keys) => keys.iter().find(|(id, _)| id.as_deref() == key_id).map(|(_, key)| Arc::clone(key)),
            (None, [(_, key)]) => Some(Arc::clone(key)),
            (None, _) => None,
        }
    }
}

/// When the set was last fetched, successfully or not.
type LastAttempt = Option<Instant>;

/// The key set, kept fresh.
#[derive(Clone)]
pub(super) struct Jwks(Arc<Inner>);

struct Inner {
    settings: JwksSettings,
    algorithm: Algorithm,
    client: reqwest::Client,
    set: RwLock<Arc<KeySet>>,
    /// Locked during a fetch, so that the set is fetched once and not by each request that misses a key.
    last_attempt: Arc<Mutex<LastAttempt>>,
}

impl Jwks {
    /// Loads the set. A file must exist. An address that does not answer yet is asked again when a token comes.
    pub(super) async fn start(settings: JwksSettings, algorithm: Algorithm) -> anyhow::Result<Self> {
        let mut client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(FETCH_TIMEOUT)
            .user_agent(concat!("tallystick/", env!("CARGO_PKG_VERSION")));
        if matches!(&settings.source, JwksSource::Url(url) if is_loopback(url)) {
            client = client.no_proxy();
        }
        let empty = KeySet { keys: Vec::new(), loaded_at: Instant::now() };
        let jwks = Self(Arc::new(Inner {
            settings,
            algorithm,
            client: client.build().context("cannot prepare to fetch the JWKS")?,
            set: RwLock::new(Arc::new(empty)),
            last_attempt: Arc::default(),
        }));
        let mut last_attempt = Arc::clone(&jwks.0.last_attempt).lock_owned().await;
        match (jwks.0.refresh(&mut last_attempt).await, &jwks.0.settings.source) {
            (Err(error), JwksSource::File(path)) => {
                Err(error.context(format!("cannot use the JWKS in {}", path.display())))
            }
            (Err(error), JwksSource::Url(url)) => {
                tracing::warn!(
                    url = shown(url),
                    error = format!("{error:#}"),
                    "the JWKS is not available yet; tokens are refused until it is"
                );
                Ok(jwks)
            }
            (Ok(()), _) => Ok(jwks),
        }
    }

    /// The key that a token names. If the set does not have it, the set is fetched again.
    pub(super) async fn key(&self, key_id: Option<&str>) -> Option<Arc<DecodingKey>> {
        let set = self.0.current();
        if let Some(key) = set.find(key_id) {
            self.refresh_if_old(&set);
            return Some(key);
        }
        let mut last_attempt = Arc::clone(&self.0.last_attempt).lock_owned().await;
        // Another request may have fetched it while this one waited for the lock.
        if let Some(key) = self.0.current().find(key_id) {
            return Some(key);
        }
        if self.0.may_fetch(&last_attempt) {
            self.0.refresh_or_warn(&mut last_attempt).await;
        }
        self.0.current().find(key_id)
    }

    fn refresh_if_old(&self, set: &KeySet) {
        if set.loaded_at.elapsed() < self.0.settings.max_age {
            return;
        }
        // If the lock is taken, another request is fetching already.
        if let Ok(last_attempt) = Arc::clone(&self.0.last_attempt).try_lock_owned()
            && self.0.may_fetch(&last_attempt)
        {
            let inner = Arc::clone(&self.0);
            tokio::spawn(async move { inner.refresh_or_warn(&mut { last_attempt }).await });
        }
    }
}

impl Inner {
    fn current(&self) -> Arc<KeySet> {
        Arc::clone(&self.set.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn may_fetch(&self, last_attempt: &LastAttempt) -> bool {
        last_attempt.is_none_or(|at| at.elapsed() >= self.settings.min_refresh_interval)
    }

    async fn refresh_or_warn(&self, last_attempt: &mut OwnedMutexGuard<LastAttempt>) {
        if let Err(error) = self.refresh(last_attempt).await {
            tracing::warn!(error = format!("{error:#}"), "the JWKS cannot be refreshed; the old one stays in use");
        }
    }

    async fn refresh(&self, last_attempt: &mut OwnedMutexGuard<LastAttempt>) -> anyhow::Result<()> {
        **last_attempt = Some(Instant::now());
        let text = match &self.settings.source {
            JwksSource::Url(url) => self.fetch(url.clone()).await?,
            JwksSource::File(path) => read_file(path).await?,
        };
        let set = KeySet { keys: parse(&text, self.algorithm)?, loaded_at: Instant::now() };
        *self.set.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(set);
        Ok(())
    }

    async fn fetch(&self, url: Url) -> anyhow::Result<Vec<u8>> {
        let mut response = self.client.get(url).send().await.map_err(reqwest::Error::without_url)?;
        ensure!(response.status() == reqwest::StatusCode::OK, "the address answered {}", response.status());
        let mut text = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(reqwest::Error::without_url)? {
            ensure!(text.len() + chunk.len() <= MAX_SET_BYTES, "it is larger than {MAX_SET_BYTES} bytes");
            text.extend_from_slice(&chunk);
        }
        Ok(text)
    }
}

async fn read_file(path: &std::path::Path) -> anyhow::Result<Vec<u8>> {
    let bytes = tokio::fs::metadata(path).await?.len();
    ensure!(bytes <= MAX_SET_BYTES as u64, "it is larger than {MAX_SET_BYTES} bytes");
    Ok(tokio::fs::read(path).await?)
}

/// The set's keys that can verify the pinned algorithm. All other keys are skipped, even malformed ones.
fn parse(text: &[u8], algorithm: Algorithm) -> anyhow::Result<Vec<(Option<String>, Arc<DecodingKey>)>> {
    #[derive(Deserialize)]
    struct Set {
        keys: Vec<serde_json::Value>,
    }
    let set: Set = serde_json::from_slice(text).context("it is not a JSON Web Key Set")?;
    let mut keys = Vec::new();
    for value in set.keys.into_iter().take(MAX_KEYS) {
        let Ok(jwk) = serde_json::from_value::<Jwk>(value) else { continue };
        if let Some(key) = usable(&jwk, algorithm) {
            keys.push((jwk.common.key_id, Arc::new(key)));
        }
    }
    if keys.is_empty() {
        bail!("it holds no key for {algorithm:?}");
    }
    Ok(keys)
}

fn usable(jwk: &Jwk, algorithm: Algorithm) -> Option<DecodingKey> {
    let for_signatures = matches!(jwk.common.public_key_use, None | Some(PublicKeyUse::Signature));
    let for_algorithm = match (jwk.common.key_algorithm, algorithm) {
        (None, _) => true,
        (Some(declared), Algorithm::RS256) => declared == KeyAlgorithm::RS256,
        (Some(declared), Algorithm::ES256) => declared == KeyAlgorithm::ES256,
        (Some(declared), Algorithm::EdDSA) => declared == KeyAlgorithm::EdDSA,
        _ => false,
    };
    let of_kind = match (&jwk.algorithm, algorithm) {
        (AlgorithmParameters::RSA(_), Algorithm::RS256) => true,
        (AlgorithmParameters::EllipticCurve(EllipticCurveKeyParameters { curve, .. }), Algorithm::ES256) => {
            *curve == EllipticCurve::P256
        }
        (AlgorithmParameters::OctetKeyPair(pair), Algorithm::EdDSA) => pair.curve == EllipticCurve::Ed25519,
        _ => false,
    };
    if for_signatures && for_algorithm && of_kind { DecodingKey::from_jwk(jwk).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::Algorithm;

    use super::{JwksSource, parse, shown};

    #[test]
    fn keys_come_over_https_or_from_this_machine() {
        for right in
            ["https://issuer.example/jwks.json", "http://127.0.0.1:9999/jwks", "http://localhost/jwks", "keys.json"]
        {
            assert!(right.parse::<JwksSource>().is_ok(), "{right} was refused");
        }
        for (wrong, reason) in [
            ("http://issuer.example/jwks.json", "must be https: whoever can change"),
            ("ftp://issuer.example/", "must be an https address or a path"),
            ("https://", "must be an https address or a path"),
        ] {
            let refused = wrong.parse::<JwksSource>().unwrap_err();
            assert!(refused.starts_with(reason), "{wrong}: {refused}");
        }
    }

    #[test]
    fn an_address_is_shown_without_what_may_be_secret() {
        let url = "https://user:hunter2@issuer.example:8443/keys/jwks.json?token=hunter2#hunter2".parse().unwrap();
        assert_eq!(shown(&url), "https://issuer.example:8443/keys/jwks.json");
    }

    #[test]
    fn only_keys_for_the_pinned_algorithm_are_taken() {
        let set = br#"{"keys": [
            {"kty": "oct", "kid": "secret", "k": "AAAA"},
            {"kty": "OKP", "kid": "ed", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
            {"kty": "OKP", "kid": "for-encryption", "use": "enc", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
            {"kty": "from the future"}
        ]}"#;
        let keys = parse(set, Algorithm::EdDSA).unwrap();
        assert_eq!(keys.iter().map(|(id, _)| id.as_deref()).collect::<Vec<_>>(), [Some("ed")]);
        assert!(parse(set, Algorithm::RS256).is_err());
        assert!(parse(b"<html>", Algorithm::EdDSA).is_err());
    }
}
