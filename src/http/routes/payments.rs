//! `POST /v1/payments`: a customer pays.

use axum::{extract::State, response::Response};
use serde::Deserialize;
use utoipa::ToSchema;

use super::movement_response;
use crate::{
    db::NewPayment,
    domain::{Amount, CustomerId, IdempotencyKey, LedgerEntry},
    error::Result,
    http::{
        extract::{Json, Writer},
        openapi::problems::{BODY, COMMON, Code, IDEMPOTENT, problems},
        state::AppState,
    },
};

/// Who pays how much.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"customer_id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c21", "amount": 5_000})))]
pub struct PaymentRequest {
    /// Who pays.
    customer_id: CustomerId,
    /// How much, in minor units. It settles the oldest charges first, and may exceed what is owed, down to a
    /// balance of -(2^53 - 1).
    amount: Amount,
}

problems!(PaymentProblems: COMMON, BODY, IDEMPOTENT, &[Code::CustomerNotFound]);

/// Record a payment
#[utoipa::path(
    post,
    path = "/v1/payments",
    operation_id = "recordPayment",
    tag = "purchases",
    security(("business" = [])),
    params(super::IdempotencyHeader),
    request_body = PaymentRequest,
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
    Json(request): Json<PaymentRequest>,
) -> Result<Response> {
    let payment = NewPayment { customer_id: request.customer_id, amount: request.amount, idempotency_key };
    Ok(movement_response(state.db.payment_record(caller.business_id, payment).await?))
}
