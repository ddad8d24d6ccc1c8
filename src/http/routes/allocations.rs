//! `POST /v1/allocations`: which charges unapplied credit settles by name.

use axum::{extract::State, response::Response};

use super::movement_response;
use crate::{
    domain::{IdempotencyKey, NewAllocationNote, RecordedEntry},
    error::Result,
    http::{
        extract::{Json, Writer},
        openapi::problems::{BODY, COMMON, Code, IDEMPOTENT, problems},
        state::AppState,
    },
};

problems!(AllocationProblems: COMMON, BODY, IDEMPOTENT, &[
    Code::CustomerNotFound, Code::ChargeNotFound, Code::ChargeOpenAmountExceeded, Code::AllocatedAmountExceeded,
    Code::UnappliedCreditExceeded,
]);

/// Allocate credit to charges
///
/// Unapplied credit is what no payment, return or credit named a charge for. It settles the oldest charges first. A positive amount
/// lets it settle so much of the charge that it names instead. A negative amount takes so much back from a charge: it is unapplied credit
/// then. The balance stays as it is. Everything is recorded, or nothing.
#[utoipa::path(
    post,
    path = "/v1/allocations",
    operation_id = "recordAllocation",
    tag = "purchases",
    security(("business" = [])),
    params(super::IdempotencyHeader),
    request_body = NewAllocationNote,
    responses(
        (status = 201, description = "Recorded; or recorded before with this key", body = RecordedEntry,
            headers(("Idempotent-Replayed" = bool, description = "`true` if this is the answer to an earlier request; else absent"))),
        AllocationProblems,
    ),
)]
pub async fn record(
    State(state): State<AppState>,
    Writer(caller): Writer,
    idempotency_key: IdempotencyKey,
    Json(note): Json<NewAllocationNote>,
) -> Result<Response> {
    Ok(movement_response(state.db.allocation_record(caller.business_id, idempotency_key, caller.actor, note).await?))
}
