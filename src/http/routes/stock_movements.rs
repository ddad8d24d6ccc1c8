//! `POST /v1/products/{product_id}/stock-movements`: restocks and corrections.

use axum::{extract::State, response::Response};
use serde::Deserialize;
use utoipa::ToSchema;

use super::movement_response;
use crate::{
    db::NewStockMovement,
    domain::{IdempotencyKey, ProductId, Reason, StockChange, StockMovement},
    error::Result,
    http::{
        extract::{IdPath, Json, Writer},
        openapi::problems::{BODY, COMMON, Code, IDEMPOTENT, problems},
        state::AppState,
    },
};

/// What comes in or goes out, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"quantity": 24, "reason": "delivery 4711"})))]
pub struct StockMovementRequest {
    /// What comes in (positive) or goes out (negative); not 0.
    quantity: StockChange,
    /// Why.
    reason: Reason,
}

problems!(RecordProblems: COMMON, BODY, IDEMPOTENT, &[Code::ProductNotFound, Code::InsufficientStock]);

/// Record a stock movement
///
/// Stock never goes below zero.
#[utoipa::path(
    post,
    path = "/v1/products/{product_id}/stock-movements",
    operation_id = "recordStockMovement",
    tag = "products",
    security(("business" = [])),
    params(("product_id" = ProductId, Path, description = "The product"), super::IdempotencyHeader),
    request_body = StockMovementRequest,
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
    Json(request): Json<StockMovementRequest>,
) -> Result<Response> {
    let movement = NewStockMovement { product_id, quantity: request.quantity, reason: request.reason, idempotency_key };
    Ok(movement_response(state.db.stock_movement_record(caller.business_id, movement).await?))
}
