//! Turns a bearer credential into a [`Caller`], or refuses it.

use std::sync::Arc;

use super::{
    AdminToken, Caller, JwtVerifier, ParsedKey, UNAUTHENTICATED,
    api_key::KeyStore,
    key_cache::{KeyCache, KeyCacheSettings},
};
use crate::{
    error::{Error, Result},
    metrics::{AuthFailure, Metrics},
};

/// Checks every kind of credential that the server accepts.
pub struct Authenticator {
    keys: KeyCache,
    jwt: Option<JwtVerifier>,
    admin_token: Option<AdminToken>,
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
        let keys = KeyCache::new(store, key_cache, Arc::clone(&metrics));
        Self { keys, jwt, admin_token, metrics }
    }

    /// The caller behind a credential of a business.
    pub async fn authenticate(&self, credential: &str) -> Result<Caller> {
        let (result, kind) = if ParsedKey::is_meant(credential) {
            (self.authenticate_key(credential).await, AuthFailure::ApiKey)
        } else {
            (self.authenticate_token(credential).await, AuthFailure::Jwt)
        };
        if let Err(Error::Unauthenticated(_)) = result {
            self.metrics.auth_failed(kind);
        }
        result
    }

    async fn authenticate_key(&self, credential: &str) -> Result<Caller> {
        let Some(key) = ParsedKey::parse(credential) else {
            tracing::debug!("API key refused: not of the form of a key");
            return Err(UNAUTHENTICATED);
        };
        self.keys.authenticate(&key).await
    }

    async fn authenticate_token(&self, credential: &str) -> Result<Caller> {
        let Some(jwt) = &self.jwt else {
            tracing::debug!("token refused: no JWT settings");
            return Err(UNAUTHENTICATED);
        };
        jwt.authenticate(credential).await
    }

    /// Whether platform routes exist at all.
    #[must_use]
    pub fn has_platform(&self) -> bool {
        self.admin_token.is_some()
    }

    /// Accepts the admin token only. Good credentials of a business are refused as `forbidden`, all others as
    /// `unauthenticated`.
    pub async fn authenticate_admin(&self, credential: &str) -> Result<()> {
        if self.admin_token.as_ref().is_some_and(|token| token.matches(credential)) {
            return Ok(());
        }
        match self.authenticate(credential).await {
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
}
