//! `/v1/adjustments`: what changes an account and is neither a sale nor money received.

use axum::{extract::State, response::Response};

use super::{movement_response, payments::allocates_at_most};
use crate::{
    domain::{IdempotencyKey, NewAdjustment, RecordedEntry},
    error::Result,
    http::{
        extract::{Adjuster, Json},
        openapi::problems::{BODY, COMMON, Code, IDEMPOTENT, problems},
        state::AppState,
    },
};

problems!(AdjustmentProblems: COMMON, BODY, IDEMPOTENT, &[
    Code::CustomerNotFound, Code::CreditLimitExceeded, Code::BalanceExceeded, Code::ChargeNotFound,
    Code::ChargeOpenAmountExceeded, Code::AllocationsExceedAmount,
]);

/// Adjust a customer's account
///
/// An `opening` is what the customer owed before, a `fee` and a `debit` are charges, a `credit` is given and a `write_off` is
/// given up. Needs the scope `adjust` beside `write`.
///
/// A charge keeps the customer's credit limit, or the `authorized_limit` if that is greater. The entry shows `authorized_limit`
/// only if it was needed; `GET /v1/limit-overrides` lists these entries.
#[utoipa::path(
    post,
    path = "/v1/adjustments",
    operation_id = "recordAdjustment",
    tag = "corrections",
    security(("business" = [])),
    params(super::IdempotencyHeader),
    request_body = NewAdjustment,
    responses(
        (status = 201, description = "Recorded; or recorded before with this key", body = RecordedEntry,
            headers(("Idempotent-Replayed" = bool, description = "`true` if this is the answer to an earlier request; else absent"))),
        AdjustmentProblems,
    ),
)]
pub async fn record(
    State(state): State<AppState>,
    Adjuster(caller): Adjuster,
    idempotency_key: IdempotencyKey,
    Json(adjustment): Json<NewAdjustment>,
) -> Result<Response> {
    allocates_at_most(adjustment.amount, adjustment.allocations.as_ref())?;
    Ok(movement_response(
        state.db.adjustment_record(caller.business_id, idempotency_key, caller.actor, adjustment).await?,
    ))
}
