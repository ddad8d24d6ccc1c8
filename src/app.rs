//! Puts the server together: settings in, a router out. `http::server` listens, and `commands::serve` ends it.

use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use postgres_url::ConnectionUrl;

use crate::{
    auth::{Authenticator, JwtVerifier},
    config::ServeArgs,
    db::{
        Database, HOT_STATEMENTS,
        connection::{PoolSettings, SessionSettings},
    },
    http::{
        cors,
        rate_limit::RateLimiter,
        router,
        state::{AppState, Shared, Stopping},
    },
    metrics::Metrics,
};

/// Everything that serving needs.
pub struct App {
    /// All public routes, with their middleware.
    pub router: Router,
    /// The operator's routes, with the same middleware.
    pub operator_router: Router,
    /// The state that the routes share.
    pub state: AppState,
}

impl App {
    /// Puts the server together for the database at `url`. Opens no connection yet, but fetches a remote key set.
    pub async fn build(args: &ServeArgs, url: &ConnectionUrl) -> anyhow::Result<Self> {
        let metrics = Arc::new(Metrics::new());
        let pool = pool_settings(args);
        let gate = args.gate.limits(args.database.pool_size, args.purchase_queue.connections(args.database.pool_size));
        let mut db = Database::open(url, &pool, Arc::clone(&metrics))?.with_gate(gate, &pool);
        if let Some(settings) = args.purchase_queue.settings(args.database.pool_size, args.database.pool_wait_timeout) {
            db = db.with_purchase_queues(settings);
        }
        metrics.watch_pool(db.pool_probe());
        let jwt = match args.auth.jwt()? {
            Some(settings) => Some(JwtVerifier::start(settings).await.context("cannot set up JSON Web Tokens")?),
            None => None,
        };
        let authenticator = Authenticator::new(
            Arc::new(db.clone()),
            args.auth.key_cache(),
            jwt,
            args.auth.admin_token(),
            Arc::clone(&metrics),
        )
        .with_failures_per_minute(args.auth.failures_per_minute());
        let state = AppState::from(Shared {
            db,
            metrics,
            authenticator,
            trusted_proxies: args.http.trusted_proxies.clone(),
            rate_limiter: RateLimiter::new(args.http.rate()),
            limits: args.http.request_limits(),
            memory: Arc::default(),
            stopping: Stopping::default(),
        });
        let public = cors::allow(router::router(state.clone())?, &args.http.cors_origins, state.clone());
        Ok(Self { router: public, operator_router: router::operator_router(state.clone()), state })
    }
}

fn pool_settings(args: &ServeArgs) -> PoolSettings {
    let database = &args.database;
    PoolSettings {
        size: database.pool_size as usize,
        wait_timeout: database.pool_wait_timeout,
        session: SessionSettings {
            statement_timeout: database.statement_timeout,
            lock_timeout: database.lock_timeout,
            hot_statements: HOT_STATEMENTS,
            ..SessionSettings::default()
        },
        ..PoolSettings::default()
    }
}
