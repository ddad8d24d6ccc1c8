//! What all handlers share: one value behind a reference count.

use std::{
    ops::Deref,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use super::{client_address::TrustedProxies, memory::ClientMemory, rate_limit::RateLimiter};
use crate::{auth::Authenticator, db::Database, metrics::Metrics};

/// The server's state. Cloning it clones a pointer.
#[derive(Clone)]
pub struct AppState(Arc<Shared>);

/// What [`AppState`] points to. `into()` makes an [`AppState`] of it.
pub struct Shared {
    /// The database, which decides.
    pub db: Database,
    /// The server's one metrics registry.
    pub metrics: Arc<Metrics>,
    /// Knows who calls and what the caller may do.
    pub authenticator: Authenticator,
    /// Whose word is taken for the address of a request's client.
    pub trusted_proxies: TrustedProxies,
    /// How many requests per second a business may send.
    pub rate_limiter: RateLimiter,
    /// Bounds on one request.
    pub limits: RequestLimits,
    /// What the server holds for clients that send or read slowly.
    pub memory: Arc<ClientMemory>,
    /// Whether the server was told to stop.
    pub stopping: Stopping,
}

/// Whether the server was told to stop. It may go on to take requests for a while, but it is not ready for more.
#[derive(Debug, Default)]
pub struct Stopping(AtomicBool);

impl Stopping {
    /// From now on the server is not ready.
    pub fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it has begun.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
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
    /// How long a request may take in all, with reading its body. After that it is answered with `overloaded`.
    pub request_timeout: Duration,
    /// How long the body may take to arrive. After that the request is answered with `request_timeout`.
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
