//! `/v1/refunds`: money that is paid out to customers.

use axum::{extract::State, response::Response};

use super::movement_response;
use crate::{
    domain::{IdempotencyKey, NewRefund, RecordedEntry},
    error::Result,
    http::{
        extract::{Adjuster, Json},
        openapi::problems::{BODY, COMMON, Code, IDEMPOTENT, problems},
        state::AppState,
    },
};

problems!(RefundProblems: COMMON, BODY, IDEMPOTENT, &[Code::CustomerNotFound, Code::CreditBalanceExceeded]);

/// Record a refund
///
/// It pays out at most what the customer has in advance, and is settled by that at once. Needs the scope `adjust` beside `write`.
#[utoipa::path(
    post,
    path = "/v1/refunds",
    operation_id = "recordRefund",
    tag = "corrections",
    security(("business" = [])),
    params(super::IdempotencyHeader),
    request_body = NewRefund,
    responses(
        (status = 201, description = "Recorded; or recorded before with this key", body = RecordedEntry,
            headers(("Idempotent-Replayed" = bool, description = "`true` if this is the answer to an earlier request; else absent"))),
        RefundProblems,
    ),
)]
pub async fn record(
    State(state): State<AppState>,
    Adjuster(caller): Adjuster,
    idempotency_key: IdempotencyKey,
    Json(refund): Json<NewRefund>,
) -> Result<Response> {
    Ok(movement_response(state.db.refund_record(caller.business_id, idempotency_key, caller.actor, refund).await?))
}
