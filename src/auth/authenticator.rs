//! Turns a bearer credential into a [`Caller`], or refuses it.

use std::{num::NonZeroU32, sync::Arc};

use moka::future::Cache;
use tokio::sync::Semaphore;

use super::{
    AdminToken, Caller, JwtVerifier, Origin, ParsedKey, UNAUTHENTICATED,
    api_key::{KeyHash, KeyStore},
    attempts::Attempts,
    jwt::TokenRefused,
    key_cache::{ACCEPTED_FOR, KeyCache, KeyCacheSettings},
};
use crate::{
    error::{Error, Result},
    metrics::{AuthFailure, Metrics},
};

/// How many keys that were never accepted here are looked up at once.
const MAX_STRANGERS_AT_ONCE: usize = 8;
/// The most origins of which the server remembers that the admin token came from there.
const MAX_ADMIN_ORIGINS: u64 = 1_000;

/// Checks every kind of credential that the server accepts.
///
/// An [`Origin`] that failed too often is refused with [`Error::TooManyAttempts`] until it may fail again. What is good stays
/// good meanwhile, so that nobody is locked out by a neighbour behind the same address:
///
/// - an API key that this server accepted or created within the last day is looked up as ever. Any other is not looked up;
/// - a token is verified as ever: that needs no database, and nobody guesses a signature;
/// - the admin token is compared if it came from there within the last day. Otherwise it is not even compared.
pub struct Authenticator {
    keys: KeyCache,
    jwt: Option<JwtVerifier>,
    admin_token: Option<AdminToken>,
    attempts: Attempts,
    strangers: Semaphore,
    admins: Cache<Origin, ()>,
    metrics: Arc<Metrics>,
}

impl Authenticator {
    /// Without a `jwt`, tokens are refused; without an `admin_token`, there are no platform routes.
    #[must_use]
    pub fn new(
        store: Arc<dyn KeyStore>,
        key_cache: KeyCacheSettings,
        jwt: Option<JwtVerifier>,
        admin_token: Option<AdminToken>,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self {
            keys: KeyCache::new(store, key_cache, Arc::clone(&metrics)),
            jwt,
            admin_token,
            attempts: Attempts::new(None),
            strangers: Semaphore::new(MAX_STRANGERS_AT_ONCE),
            admins: Cache::builder().max_capacity(MAX_ADMIN_ORIGINS).time_to_live(ACCEPTED_FOR).build(),
            metrics,
        }
    }

    /// Limits how often an origin may fail in a minute. `None` is no limit.
    #[must_use]
    pub fn with_failures_per_minute(self, allowance: Option<NonZeroU32>) -> Self {
        Self { attempts: Attempts::new(allowance), ..self }
    }

    /// The caller behind a credential of a business.
    pub async fn authenticate(&self, credential: &str, origin: Origin) -> Result<Caller> {
        if ParsedKey::is_meant(credential) {
            self.authenticate_key(credential, origin).await
        } else {
            self.authenticate_token(credential, origin).await
        }
    }

    async fn authenticate_key(&self, credential: &str, origin: Origin) -> Result<Caller> {
        let Some(key) = ParsedKey::parse(credential) else {
            tracing::debug!("API key refused: not of the form of a key");
            return Err(self.failed(AuthFailure::ApiKey, origin));
        };
        let result = match self.keys.remembered(&key).await {
            Some(result) => result,
            None if self.keys.was_accepted(&key).await => self.keys.ask(&key).await,
            None => return self.ask_for_stranger(&key, origin).await,
        };
        result.map_err(|error| self.counted(error, AuthFailure::ApiKey, origin))
    }

    /// Looks up a key that was never accepted here. A few at once: the others wait, and know then which of them failed.
    async fn ask_for_stranger(&self, key: &ParsedKey<'_>, origin: Origin) -> Result<Caller> {
        self.check(origin)?;
        let _turn = self.strangers.acquire().await.map_err(Error::internal)?;
        let result = if let Some(result) = self.keys.remembered(key).await {
            result
        } else {
            self.check(origin)?;
            // Counted before its outcome is known: the client may hang up, and the look-up runs on.
            self.attempts.count(origin);
            let result = self.keys.ask(key).await;
            self.attempts.take_back(origin);
            result
        };
        result.map_err(|error| self.counted(error, AuthFailure::ApiKey, origin))
    }

    async fn authenticate_token(&self, credential: &str, origin: Origin) -> Result<Caller> {
        let Some(jwt) = &self.jwt else {
            tracing::debug!("token refused: no JWT settings");
            return Err(self.failed(AuthFailure::Jwt, origin));
        };
        jwt.check(credential).await.map_err(|refused| match refused {
            // Whoever has it did not guess it.
            TokenRefused::Expired => {
                self.metrics.auth_failed(AuthFailure::Jwt);
                UNAUTHENTICATED
            }
            TokenRefused::Invalid => self.failed(AuthFailure::Jwt, origin),
        })
    }

    /// Whether platform routes exist at all.
    #[must_use]
    pub fn has_platform(&self) -> bool {
        self.admin_token.is_some()
    }

    /// Accepts the admin token only. Good credentials of a business are refused as `forbidden`, all others as
    /// `unauthenticated`.
    pub async fn authenticate_admin(&self, credential: &str, origin: Origin) -> Result<()> {
        if self.admins.get(&origin).await.is_none() {
            self.check(origin)?;
        }
        if self.admin_token.as_ref().is_some_and(|token| token.matches(credential)) {
            self.admins.insert(origin, ()).await;
            return Ok(());
        }
        match self.authenticate(credential, origin).await {
            Ok(_) => Err(Error::Forbidden("this route takes the admin token")),
            Err(error) => Err(error),
        }
    }

    /// Counts a request without a usable credential, and returns its refusal.
    #[must_use]
    pub fn missing(&self) -> Error {
        self.metrics.auth_failed(AuthFailure::Missing);
        UNAUTHENTICATED
    }

    /// Makes the key cache look up every key again, because one was revoked through this server.
    pub fn key_was_revoked(&self) {
        self.keys.key_was_revoked();
    }

    /// Makes the key cache look up every refused key again, because one was created through this server. That one counts as
    /// accepted.
    pub async fn key_was_created(&self, hash: KeyHash) {
        self.keys.key_was_created(hash).await;
    }

    /// Refuses an origin that has failed too often.
    fn check(&self, origin: Origin) -> Result<()> {
        self.attempts.check(origin).map_err(|retry_after| {
            self.metrics.auth_failed(AuthFailure::Limited);
            Error::TooManyAttempts { retry_after }
        })
    }

    /// Counts an attempt if its error is that it failed, and returns its refusal.
    fn counted(&self, error: Error, kind: AuthFailure, origin: Origin) -> Error {
        match error {
            Error::Unauthenticated(_) => self.failed(kind, origin),
            other => other,
        }
    }

    /// Counts an attempt that failed, and returns its refusal.
    fn failed(&self, kind: AuthFailure, origin: Origin) -> Error {
        if let Err(refusal) = self.check(origin) {
            return refusal;
        }
        self.attempts.count(origin);
        self.metrics.auth_failed(kind);
        UNAUTHENTICATED
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::{pending, poll_fn},
        net::{IpAddr, Ipv4Addr},
        num::NonZeroU32,
        pin::pin,
        sync::Arc,
        task::Poll,
    };

    use futures_util::future::BoxFuture;

    use super::{Authenticator, KeyCacheSettings, Origin};
    use crate::{
        auth::{KeyStore, StoredKey, api_key::GeneratedKey},
        domain::BusinessId,
        error::{Error, Result},
        metrics::Metrics,
    };

    /// A store that never answers.
    struct Silent;

    impl KeyStore for Silent {
        fn find<'a>(&'a self, _: BusinessId, _: &'a str) -> BoxFuture<'a, Result<Option<StoredKey>>> {
            Box::pin(pending())
        }
    }

    #[tokio::test]
    async fn a_client_that_hangs_up_before_its_key_is_looked_up_has_failed() {
        let keys = KeyCacheSettings::default();
        let authenticator = Authenticator::new(Arc::new(Silent), keys, None, None, Arc::new(Metrics::new()))
            .with_failures_per_minute(NonZeroU32::new(1));
        let origin = Origin::from(IpAddr::from(Ipv4Addr::LOCALHOST));
        let made_up = || GeneratedKey::generate(BusinessId::new()).unwrap().plain;
        {
            let key = made_up();
            let mut asking = pin!(authenticator.authenticate(&key, origin));
            let answered = poll_fn(|cx| Poll::Ready(asking.as_mut().poll(cx).is_ready())).await;
            assert!(!answered);
        }
        let refused = authenticator.authenticate(&made_up(), origin).await.unwrap_err();
        assert!(matches!(refused, Error::TooManyAttempts { .. }), "{refused}");
    }
}
