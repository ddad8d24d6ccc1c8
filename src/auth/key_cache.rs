//! A cache of what the store said of API keys, so that not every request asks the database.
//!
//! - A revocation through this server works at once: every earlier entry of the cache no longer counts.
//! - A revocation elsewhere works after at most the time to live.
//! - A key that the store does not know is refused again without asking, for 5 seconds at most. Refused keys are remembered
//!   apart, so that made-up keys take the place of no valid one.
//! - A key that is created through this server works at once: every earlier refusal no longer counts.
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
    Caller, Scopes, UNAUTHENTICATED,
    api_key::{KeyHash, KeyStore, ParsedKey},
};
use crate::{
    domain::{Actor, BusinessId},
    error::{Error, Result},
    metrics::Metrics,
};

/// The longest that a refusal counts without another look-up.
const MAX_REFUSED_FOR: Duration = Duration::from_secs(5);
/// How long a key that was accepted may be looked up again whatever the limit on failed attempts says.
pub(super) const ACCEPTED_FOR: Duration = Duration::from_hours(24);
/// The most keys of which that is remembered.
const MAX_ACCEPTED: u64 = 100_000;

/// How long keys are cached, and how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyCacheSettings {
    /// How long a key counts as valid without another look-up. Zero looks up every time.
    pub time_to_live: Duration,
    /// The most valid keys cached at once, and the most refused ones.
    pub capacity: u64,
}

impl Default for KeyCacheSettings {
    fn default() -> Self {
        Self { time_to_live: Duration::from_secs(5), capacity: 10_000 }
    }
}

#[derive(Debug, Clone)]
struct Verified {
    actor: Actor,
    business_id: BusinessId,
    scopes: Scopes,
    expires_at: Option<DateTime<Utc>>,
    /// How many revocations had happened before the look-up, so that it has seen them.
    revocations: u64,
}

struct Caches {
    verified: Cache<KeyHash, Verified>,
    /// The value is how many keys had been created before the look-up, so that it has seen them.
    refused: Cache<KeyHash, u64>,
}

pub(super) struct KeyCache {
    store: Arc<dyn KeyStore>,
    caches: Option<Caches>,
    accepted: Cache<KeyHash, ()>,
    /// How many keys were revoked here.
    revocations: AtomicU64,
    /// How many keys were created here.
    creations: AtomicU64,
    metrics: Arc<Metrics>,
}

impl KeyCache {
    pub(super) fn new(store: Arc<dyn KeyStore>, settings: KeyCacheSettings, metrics: Arc<Metrics>) -> Self {
        let KeyCacheSettings { time_to_live, capacity } = settings;
        let caches = (!time_to_live.is_zero()).then(|| Caches {
            verified: Cache::builder().max_capacity(capacity).time_to_live(time_to_live).build(),
            refused: Cache::builder().max_capacity(capacity).time_to_live(time_to_live.min(MAX_REFUSED_FOR)).build(),
        });
        let accepted = Cache::builder().max_capacity(MAX_ACCEPTED).time_to_live(ACCEPTED_FOR).build();
        Self { store, caches, accepted, revocations: AtomicU64::new(0), creations: AtomicU64::new(0), metrics }
    }

    /// The caller behind a key, or its refusal, as far as that is remembered. `None` if the store must be asked.
    pub(super) async fn remembered(&self, key: &ParsedKey<'_>) -> Option<Result<Caller>> {
        let Caches { verified, refused } = self.caches.as_ref()?;
        let revocations = self.revocations.load(Ordering::SeqCst);
        if let Some(verified) = verified.get(&key.hash).await.filter(|found| found.revocations >= revocations) {
            self.metrics.api_key_cache_hit();
            return Some(caller(verified));
        }
        let creations = self.creations.load(Ordering::SeqCst);
        refused.get(&key.hash).await.filter(|seen| *seen >= creations)?;
        self.metrics.api_key_cache_refused();
        tracing::debug!(prefix = key.prefix, "API key refused: it was refused a moment ago");
        Some(Err(UNAUTHENTICATED))
    }

    /// Whether the key was created here, or the store vouched for it, within the last day, and has not refused it since.
    pub(super) async fn was_accepted(&self, key: &ParsedKey<'_>) -> bool {
        self.accepted.get(&key.hash).await.is_some()
    }

    /// Asks the store for the caller behind a key, and remembers the answer. Requests with the same key share one look-up.
    pub(super) async fn ask(&self, key: &ParsedKey<'_>) -> Result<Caller> {
        let Some(Caches { verified, .. }) = &self.caches else {
            return caller(self.look_up(key).await?);
        };
        let revocations = self.revocations.load(Ordering::SeqCst);
        loop {
            let found = verified.try_get_with(key.hash, self.look_up(key)).await.map_err(|error| share(&error))?;
            if found.revocations >= revocations {
                return caller(found);
            }
            verified.invalidate(&key.hash).await;
        }
    }

    /// A key was revoked through this server. No look-up that began before counts any longer.
    pub(super) fn key_was_revoked(&self) {
        self.revocations.fetch_add(1, Ordering::SeqCst);
    }

    /// A key was created through this server. No refusal by a look-up that began before counts any longer.
    pub(super) async fn key_was_created(&self, hash: KeyHash) {
        self.creations.fetch_add(1, Ordering::SeqCst);
        self.accepted.insert(hash, ()).await;
    }

    async fn look_up(&self, key: &ParsedKey<'_>) -> Result<Verified> {
        self.metrics.api_key_cache_miss();
        let revocations = self.revocations.load(Ordering::SeqCst);
        let creations = self.creations.load(Ordering::SeqCst);
        let Some(stored) = self.store.find(key.business_id, key.prefix).await? else {
            tracing::debug!(prefix = key.prefix, "API key refused: not found, revoked or expired");
            return Err(self.refuse(key, creations).await);
        };
        if !bool::from(stored.hash.ct_eq(&key.hash)) {
            tracing::debug!(prefix = key.prefix, "API key refused: wrong secret");
            return Err(self.refuse(key, creations).await);
        }
        self.accepted.insert(key.hash, ()).await;
        Ok(Verified {
            actor: Actor::of_api_key(stored.id),
            business_id: key.business_id,
            scopes: stored.scopes.into_iter().collect(),
            expires_at: stored.expires_at,
            revocations,
        })
    }

    /// Remembers that the store refused a key.
    async fn refuse(&self, key: &ParsedKey<'_>, creations: u64) -> Error {
        self.accepted.invalidate(&key.hash).await;
        if let Some(Caches { refused, .. }) = &self.caches {
            refused.insert(key.hash, creations).await;
        }
        UNAUTHENTICATED
    }
}

/// The caller, unless the key has expired.
fn caller(verified: Verified) -> Result<Caller> {
    if verified.expires_at.is_some_and(|expires_at| expires_at <= Utc::now()) {
        tracing::debug!(key = verified.actor.as_str(), "API key refused: expired");
        return Err(UNAUTHENTICATED);
    }
    Ok(Caller { business_id: verified.business_id, scopes: verified.scopes, actor: verified.actor })
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
