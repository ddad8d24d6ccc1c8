//! API keys that were found good a moment ago, so that not every request asks the database.
//!
//! A revocation made through this server is seen at once, because it makes everything stale that was looked up before;
//! one made elsewhere is seen after at most the time to live. A key that was not found is not remembered, so a new key works at once. An expiry is checked at every use, not only at look-up.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, Utc};
use moka::future::Cache;
use subtle::ConstantTimeEq;

use super::{
    Caller, Credential, Scopes, UNAUTHENTICATED,
    api_key::{KeyHash, KeyStore, ParsedKey},
};
use crate::{
    domain::{ApiKeyId, BusinessId},
    error::{Error, Result},
    metrics::Metrics,
};

/// How long and how many keys are remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyCacheSettings {
    /// How long a key stays good without asking again. Zero asks every time.
    pub time_to_live: Duration,
    /// The most keys remembered at once.
    pub capacity: u64,
}

impl Default for KeyCacheSettings {
    fn default() -> Self {
        Self { time_to_live: Duration::from_secs(5), capacity: 10_000 }
    }
}

#[derive(Debug, Clone, Copy)]
struct Verified {
    id: ApiKeyId,
    business_id: BusinessId,
    scopes: Scopes,
    expires_at: Option<DateTime<Utc>>,
    /// How many revocations the look-up has surely seen.
    revocations: u64,
}

pub(super) struct KeyCache {
    store: Arc<dyn KeyStore>,
    cache: Option<Cache<KeyHash, Verified>>,
    /// How many keys were revoked here.
    revocations: AtomicU64,
    metrics: Arc<Metrics>,
}

impl KeyCache {
    pub(super) fn new(store: Arc<dyn KeyStore>, settings: KeyCacheSettings, metrics: Arc<Metrics>) -> Self {
        let cache = (!settings.time_to_live.is_zero())
            .then(|| Cache::builder().max_capacity(settings.capacity).time_to_live(settings.time_to_live).build());
        Self { store, cache, revocations: AtomicU64::new(0), metrics }
    }

    /// The caller behind a key. Keys come here in the right form only.
    pub(super) async fn authenticate(&self, key: &ParsedKey<'_>) -> Result<Caller> {
        let verified = match &self.cache {
            None => self.look_up(key).await?,
            Some(cache) => self.remembered(cache, key).await?,
        };
        if verified.expires_at.is_some_and(|expires_at| expires_at <= Utc::now()) {
            tracing::debug!(key_id = %verified.id, "API key refused: expired");
            return Err(UNAUTHENTICATED);
        }
        Ok(Caller {
            business_id: verified.business_id,
            scopes: verified.scopes,
            credential: Credential::ApiKey(verified.id),
        })
    }

    /// A key was revoked here, so what was looked up before, or is being looked up now, no longer counts.
    pub(super) fn key_was_revoked(&self) {
        self.revocations.fetch_add(1, Ordering::SeqCst);
    }

    async fn remembered(&self, cache: &Cache<KeyHash, Verified>, key: &ParsedKey<'_>) -> Result<Verified> {
        let revocations = self.revocations.load(Ordering::SeqCst);
        let is_current = |verified: &Verified| verified.revocations >= revocations;
        if let Some(verified) = cache.get(&key.hash).await.filter(is_current) {
            self.metrics.api_key_cache_hit();
            return Ok(verified);
        }
        loop {
            // Whoever else comes with the same key meanwhile waits for this one look-up.
            let verified = cache.try_get_with(key.hash, self.look_up(key)).await.map_err(|error| share(&error))?;
            if is_current(&verified) {
                return Ok(verified);
            }
            cache.invalidate(&key.hash).await;
        }
    }

    async fn look_up(&self, key: &ParsedKey<'_>) -> Result<Verified> {
        self.metrics.api_key_cache_miss();
        let revocations = self.revocations.load(Ordering::SeqCst);
        let Some(stored) = self.store.find(key.business_id, key.prefix).await? else {
            tracing::debug!(prefix = key.prefix, "API key refused: not found, revoked or expired");
            return Err(UNAUTHENTICATED);
        };
        if !bool::from(stored.hash.ct_eq(&key.hash)) {
            tracing::debug!(prefix = key.prefix, "API key refused: wrong secret");
            return Err(UNAUTHENTICATED);
        }
        Ok(Verified {
            id: stored.id,
            business_id: key.business_id,
            scopes: stored.scopes.into_iter().collect(),
            expires_at: stored.expires_at,
            revocations,
        })
    }
}

/// One failed look-up answers all who waited for it, so its error is told to each.
fn share(error: &Error) -> Error {
    match error {
        Error::Unauthenticated(detail) => Error::Unauthenticated(detail),
        Error::Overloaded => Error::Overloaded,
        Error::DatabaseUnavailable(source) => Error::DatabaseUnavailable(anyhow::anyhow!("{source:#}")),
        Error::Internal(source) => Error::Internal(anyhow::anyhow!("{source:#}")),
        other => Error::Internal(anyhow::anyhow!("an API key look-up failed: {other}")),
    }
}
