//! `POST /v1/payments`: a customer pays.

use axum::{extract::State, response::Response};

use super::movement_response;
use crate::{
    domain::{Amount, IdempotencyKey, NewAllocations, NewPayment, RecordedEntry},
    error::{Error, Fault, Result},
    http::{
        extract::{Json, Writer},
        openapi::problems::{BODY, COMMON, Code, IDEMPOTENT, problems},
        state::AppState,
    },
};

problems!(PaymentProblems: COMMON, BODY, IDEMPOTENT, &[
    Code::CustomerNotFound, Code::ChargeNotFound, Code::ChargeOpenAmountExceeded, Code::AllocationsExceedAmount,
]);

/// Record a payment
///
/// What names no charge settles the oldest charges first.
#[utoipa::path(
    post,
    path = "/v1/payments",
    operation_id = "recordPayment",
    tag = "purchases",
    security(("business" = [])),
    params(super::IdempotencyHeader),
    request_body = NewPayment,
    responses(
        (status = 201, description = "Recorded; or recorded before with this key", body = RecordedEntry,
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
    allocates_at_most(payment.amount, payment.allocations.as_ref())?;
    Ok(movement_response(state.db.payment_record(caller.business_id, idempotency_key, caller.actor, payment).await?))
}

/// A credit settles at most itself by name.
pub(super) fn allocates_at_most(amount: Amount, allocations: Option<&NewAllocations>) -> Result<()> {
    let sum = allocations.map_or(0, NewAllocations::sum);
    if sum <= amount.get() {
        return Ok(());
    }
    Err(Error::AllocationsExceedAmount(Fault::body("/allocations", format!("add up to {sum}, more than the amount"))))
}
