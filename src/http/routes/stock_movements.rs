//! `POST /v1/products/{product_id}/stock-movements`: restocks and corrections.

use axum::{extract::State, response::Response};

use super::movement_response;
use crate::{
    auth::Caller,
    domain::{IdempotencyKey, NewStockMovement, ProductId, StockMovement},
    error::Result,
    http::{
        extract::{IdPath, Json, Writer},
        openapi::problems::{BODY, COMMON, Code, IDEMPOTENT, problems},
        state::AppState,
    },
};

problems!(RecordProblems: COMMON, BODY, IDEMPOTENT, &[
    Code::ProductNotFound, Code::InsufficientStock, Code::StockNotTracked,
]);

/// Record a stock movement
///
/// Stock never goes below zero. What comes in serves what is backordered first. What goes out is taken from the stock alone.
#[utoipa::path(
    post,
    path = "/v1/products/{product_id}/stock-movements",
    operation_id = "recordStockMovement",
    tag = "products",
    security(("business" = [])),
    params(("product_id" = ProductId, Path, description = "The product"), super::IdempotencyHeader),
    request_body = NewStockMovement,
    responses(
        (status = 201, description = "Recorded; or recorded before with this key", body = StockMovement,
            headers(("Idempotent-Replayed" = bool, description = "`true` if this is the answer to an earlier request; else absent"))),
        RecordProblems,
    ),
)]
pub async fn record(
    State(state): State<AppState>,
    Writer(caller): Writer,
    IdPath(product_id): IdPath<ProductId>,
    idempotency_key: IdempotencyKey,
    Json(movement): Json<NewStockMovement>,
) -> Result<Response> {
    let Caller { business_id, actor, .. } = caller;
    let recording = state.db.stock_movement_record(business_id, product_id, idempotency_key, actor, movement);
    Ok(movement_response(recording.await?))
}
