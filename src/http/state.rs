//! What every handler shares: one value, cloned by reference count.

use std::{ops::Deref, sync::Arc, time::Duration};

use super::rate_limit::RateLimiter;
use crate::{auth::Authenticator, db::Database, metrics::Metrics};

/// The server's state. Cloning it clones a pointer.
#[derive(Clone)]
pub struct AppState(Arc<Shared>);

/// What [`AppState`] points to. Build it whole, then turn it `into()` an [`AppState`].
pub struct Shared {
    /// What decides.
    pub db: Database,
    /// The server's one metrics registry.
    pub metrics: Arc<Metrics>,
    /// Who may do what.
    pub authenticator: Authenticator,
    /// How much a business may ask per second.
    pub rate_limiter: RateLimiter,
    /// Bounds on one request.
    pub limits: RequestLimits,
}

impl From<Shared> for AppState {
    fn from(shared: Shared) -> Self {
        Self(Arc::new(shared))
    }
}

impl Deref for AppState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

/// Bounds on one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestLimits {
    /// How long a request may take in all, reading its body included. Later it is answered with `overloaded`.
    pub request_timeout: Duration,
    /// How long the body may take to arrive. Later it is answered with `request_timeout`.
    pub body_read_timeout: Duration,
    /// The largest body that is read, in bytes.
    pub body_limit_bytes: usize,
}

impl Default for RequestLimits {
    fn default() -> Self {
        Self {
            request_timeout: Duration::from_secs(10),
            body_read_timeout: Duration::from_secs(5),
            body_limit_bytes: 256 * 1024,
        }
    }
}
