//! Every route, and nothing else.

use std::sync::Arc;

use axum::{Router, middleware::from_fn_with_state, routing::get};
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    layers::{self, Around, DeclaredQueries},
    openapi::Document,
    routes::{
        adjustments, aging, allocations, api_keys, businesses, customers, ledger, limit_overrides, operations, orders,
        overdue_customers, payments, products, proofs, purchases, refunds, returns, reversals, statements,
        stock_movements,
    },
    state::AppState,
};

/// All routes with their descriptions. Routers are merged, never nested on one prefix: that loses operations.
fn described() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(purchases::purchase))
        .routes(routes!(payments::record, payments::list))
        .routes(routes!(payments::get))
        .routes(routes!(adjustments::record, adjustments::list))
        .routes(routes!(adjustments::get))
        .routes(routes!(refunds::record, refunds::list))
        .routes(routes!(refunds::get))
        .routes(routes!(limit_overrides::list))
        .routes(routes!(returns::record, returns::list))
        .routes(routes!(returns::get))
        .routes(routes!(allocations::record))
        .routes(routes!(reversals::payment))
        .routes(routes!(reversals::adjustment))
        .routes(routes!(orders::list))
        .routes(routes!(orders::get))
        .routes(routes!(customers::create, customers::list))
        .routes(routes!(customers::get, customers::update))
        .routes(routes!(customers::balance))
        .routes(routes!(ledger::list))
        .routes(routes!(aging::open_charges))
        .routes(routes!(aging::of_customer))
        .routes(routes!(aging::list))
        .routes(routes!(aging::totals))
        .routes(routes!(statements::get))
        .routes(routes!(overdue_customers::list))
        .routes(routes!(proofs::list))
        .routes(routes!(products::create, products::list))
        .routes(routes!(products::get, products::update))
        .routes(routes!(stock_movements::record, stock_movements::list))
        .routes(routes!(businesses::get))
        .routes(routes!(businesses::create))
        .routes(routes!(api_keys::create, api_keys::list))
        .routes(routes!(api_keys::revoke))
        .routes(routes!(operations::healthz))
        .routes(routes!(operations::readyz))
}

/// The server's routes with all layers around them. Fails only if the description cannot be written as JSON.
pub fn router(state: AppState) -> serde_json::Result<Router> {
    let (routes, document) = described().split_for_parts();
    let queries = DeclaredQueries::of(&document);
    Ok(with_layers(routes.merge(operations::description(&document)?), queries, state))
}

/// The routes of the operator's own listener, with all layers around them.
pub fn operator_router(state: AppState) -> Router {
    let routes = Router::new()
        .route("/healthz", get(operations::healthz))
        .route("/readyz", get(operations::readyz))
        .route("/metrics", get(operations::metrics));
    // None of these routes takes a query parameter.
    with_layers(routes, DeclaredQueries::default(), state)
}

/// Puts the [`layers`] around the routes and the fallback.
pub fn with_layers(routes: Router<AppState>, queries: DeclaredQueries, state: AppState) -> Router {
    let around = Around { state: state.clone(), queries: Arc::new(queries) };
    routes.layer(from_fn_with_state(around, layers::around_request)).with_state(state)
}

/// The description of the API, as `/openapi.json` serves it.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    described().into_openapi()
}
