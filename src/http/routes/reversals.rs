//! `POST /v1/payments/{payment_id}/reversal`, and the same of adjustments: take back what should not have been recorded.

use axum::{extract::State, response::Response};

use super::movement_response;
use crate::{
    db::Reversed,
    domain::{AdjustmentId, EntryKind, IdempotencyKey, NewReversal, PaymentId, RecordedEntry},
    error::{Entity, Result},
    http::{
        extract::{Adjuster, IdPath, Json},
        openapi::problems::{BODY, COMMON, Code, IDEMPOTENT, problems},
        state::AppState,
    },
};

/// What an adjustment is. Of these, only credits and write-offs are taken back.
const ADJUSTMENTS: &[EntryKind] =
    &[EntryKind::Opening, EntryKind::Fee, EntryKind::Debit, EntryKind::Credit, EntryKind::WriteOff];

problems!(PaymentProblems: COMMON, BODY, IDEMPOTENT, &[
    Code::PaymentNotFound, Code::AlreadyReversed, Code::UnappliedCreditExceeded,
]);
problems!(AdjustmentProblems: COMMON, BODY, IDEMPOTENT, &[
    Code::AdjustmentNotFound, Code::NotReversible, Code::AlreadyReversed, Code::UnappliedCreditExceeded,
]);

/// Take back a payment
///
/// For a cheque that bounced, or a payment that was typed wrong. What the customer owed is owed again, and the credit limit does not
/// stand in the way. Of each charge that the payment named, the reversal takes back what the payment settled, or what is settled by name
/// now if that is less. The rest comes out of the unapplied credit. If there is less, take allocations back first. A payment is
/// reversed once and as a whole. Needs the scopes `write` and `adjust`.
#[utoipa::path(
    post,
    path = "/v1/payments/{payment_id}/reversal",
    operation_id = "reversePayment",
    tag = "purchases",
    security(("business" = [])),
    params(("payment_id" = PaymentId, Path, description = "The payment"), super::IdempotencyHeader),
    request_body = NewReversal,
    responses(
        (status = 201, description = "The reversal: recorded; or recorded before with this key", body = RecordedEntry,
            headers(("Idempotent-Replayed" = bool, description = "`true` if this is the answer to an earlier request; else absent"))),
        PaymentProblems,
    ),
)]
pub async fn payment(
    State(state): State<AppState>,
    Adjuster(caller): Adjuster,
    IdPath(id): IdPath<PaymentId>,
    idempotency_key: IdempotencyKey,
    Json(reversal): Json<NewReversal>,
) -> Result<Response> {
    let reversed = Reversed { id: id.into(), kinds: &[EntryKind::Payment], entity: Entity::Payment };
    let movement =
        state.db.reversal_record(caller.business_id, idempotency_key, caller.actor, reversed, reversal).await?;
    Ok(movement_response(movement))
}

/// Take back a credit or a write-off
///
/// As of a payment. A charge is not taken back: record a credit that settles it. Needs the scopes `write` and `adjust`.
#[utoipa::path(
    post,
    path = "/v1/adjustments/{adjustment_id}/reversal",
    operation_id = "reverseAdjustment",
    tag = "purchases",
    security(("business" = [])),
    params(("adjustment_id" = AdjustmentId, Path, description = "The adjustment"), super::IdempotencyHeader),
    request_body = NewReversal,
    responses(
        (status = 201, description = "The reversal: recorded; or recorded before with this key", body = RecordedEntry,
            headers(("Idempotent-Replayed" = bool, description = "`true` if this is the answer to an earlier request; else absent"))),
        AdjustmentProblems,
    ),
)]
pub async fn adjustment(
    State(state): State<AppState>,
    Adjuster(caller): Adjuster,
    IdPath(id): IdPath<AdjustmentId>,
    idempotency_key: IdempotencyKey,
    Json(reversal): Json<NewReversal>,
) -> Result<Response> {
    let reversed = Reversed { id: id.into(), kinds: ADJUSTMENTS, entity: Entity::Adjustment };
    let movement =
        state.db.reversal_record(caller.business_id, idempotency_key, caller.actor, reversed, reversal).await?;
    Ok(movement_response(movement))
}
