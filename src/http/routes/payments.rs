//! `POST /v1/payments`: a customer pays.

use axum::{extract::State, response::Response};

use super::movement_response;
use crate::{
    domain::{IdempotencyKey, LedgerEntry, NewPayment},
    error::Result,
    http::{
        extract::{Json, Writer},
        openapi::problems::{BODY, COMMON, Code, IDEMPOTENT, problems},
        state::AppState,
    },
};

problems!(PaymentProblems: COMMON, BODY, IDEMPOTENT, &[Code::CustomerNotFound]);

/// Record a payment
#[utoipa::path(
    post,
    path = "/v1/payments",
    operation_id = "recordPayment",
    tag = "purchases",
    security(("business" = [])),
    params(super::IdempotencyHeader),
    request_body = NewPayment,
    responses(
        (status = 201, description = "Recorded; or recorded before with this key", body = LedgerEntry,
            headers(("Idempotent-Replayed" = bool, description = "`true` if this is the answer to an earlier request; else absent"))),
        PaymentProblems,
    ),
)]
pub async fn record(
    State(state): State<AppState>,
    Writer(caller): Writer,
    idempotency_key: IdempotencyKey,
    Json(payment): Json<NewPayment>,
) -> Result<Response> {
    Ok(movement_response(state.db.payment_record(caller.business_id, idempotency_key, caller.actor, payment).await?))
}
