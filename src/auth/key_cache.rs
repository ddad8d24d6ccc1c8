//! A cache of valid API keys, so that not every request asks the database.
//!
//! - A revocation through this server works at once: every earlier entry of the cache no longer counts.
//! - A revocation elsewhere works after at most the time to live.
//! - A key that was not found is not cached, so a new key works at once.
//! - An expiry is checked at every use, not only at the look-up.

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

/// How long keys are cached, and how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyCacheSettings {
    /// How long a key counts as valid without another look-up. Zero looks up every time.
    pub time_to_live: Duration,
    /// The most keys cached at once.
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
    /// How many revocations had happened before the look-up, so that it has seen them.
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

    /// The caller behind a key.
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

    /// A key was revoked through this server. No look-up that began before counts any longer.
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
            // Other requests with the same key wait for this one look-up.
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

/// A copy of the error of one look-up, for each request that waited for it.
fn share(error: &Error) -> Error {
    match error {
        Error::Unauthenticated(detail) => Error::Unauthenticated(detail),
        Error::Overloaded => Error::Overloaded,
        Error::DatabaseUnavailable(source) => Error::DatabaseUnavailable(anyhow::anyhow!("{source:#}")),
        Error::Internal(source) => Error::Internal(anyhow::anyhow!("{source:#}")),
        other => Error::Internal(anyhow::anyhow!("an API key look-up failed: {other}")),
    }
}
