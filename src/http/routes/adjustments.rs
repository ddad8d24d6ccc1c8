//! `/v1/adjustments`: what changes an account and is neither a sale nor money received.

use axum::{extract::State, response::Response};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    movement_response,
    payments::{allocates_at_most, entry_filter},
};
use crate::{
    domain::{
        AdjustmentId, Cursor, CustomerId, EntryDetails, EntryKind, IdempotencyKey, LedgerEntryId, ListedEntry,
        NewAdjustment, Page, PageLimit, RecordedEntry, Reference,
    },
    error::{Entity, Result},
    http::{
        extract::{Adjuster, IdPath, Json, Query, Reader, parsed, parsed_option},
        openapi::problems::{BODY, COMMON, Code, IDEMPOTENT, QUERY, problems},
        state::AppState,
    },
};

/// The kinds of entries that are adjustments.
const KINDS: &[EntryKind] =
    &[EntryKind::Opening, EntryKind::Fee, EntryKind::Debit, EntryKind::Credit, EntryKind::WriteOff];

/// Which adjustments: all, or those of one customer or with one reference.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AdjustmentQuery {
    /// Only this customer's adjustments.
    #[param(value_type = Option<uuid::Uuid>)]
    #[serde(deserialize_with = "parsed_option")]
    customer_id: Option<CustomerId>,
    /// Only adjustments with exactly this reference. Not together with `customer_id`.
    #[param(value_type = Option<Reference>, nullable = false)]
    #[serde(deserialize_with = "parsed_option")]
    reference: Option<Reference>,
    #[param(ignore)]
    #[serde(deserialize_with = "parsed")]
    limit: PageLimit,
    #[param(ignore)]
    cursor: Option<Cursor<LedgerEntryId>>,
}

type ListedEntryPage = Page<ListedEntry>;

problems!(AdjustmentProblems: COMMON, BODY, IDEMPOTENT, &[
    Code::CustomerNotFound, Code::CreditLimitExceeded, Code::BalanceExceeded, Code::ChargeNotFound,
    Code::ChargeOpenAmountExceeded, Code::AllocationsExceedAmount,
]);
problems!(ListProblems: COMMON, QUERY);
problems!(GetProblems: COMMON, &[Code::AdjustmentNotFound]);

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

/// List adjustments
///
/// In the order of their ids, the newest first. An id is made when the server begins to work on the adjustment, so adjustments that were
/// under way at the same time may stand in another order than that of `created_at`.
#[utoipa::path(
    get,
    path = "/v1/adjustments",
    operation_id = "listAdjustments",
    tag = "corrections",
    security(("business" = [])),
    params(AdjustmentQuery, super::PagingParams),
    responses((status = 200, description = "The adjustments, largest id first", body = ListedEntryPage), ListProblems),
)]
pub async fn list(
    State(state): State<AppState>,
    Reader(caller): Reader,
    Query(query): Query<AdjustmentQuery>,
) -> Result<Json<Page<ListedEntry>>> {
    let AdjustmentQuery { customer_id, reference, limit, cursor } = query;
    let filter = entry_filter(customer_id, reference)?;
    Ok(Json(state.db.entry_list(caller.business_id, KINDS, filter, cursor, limit).await?))
}

/// Get an adjustment
#[utoipa::path(
    get,
    path = "/v1/adjustments/{adjustment_id}",
    operation_id = "getAdjustment",
    tag = "corrections",
    security(("business" = [])),
    params(("adjustment_id" = AdjustmentId, Path, description = "The adjustment")),
    responses((status = 200, description = "The adjustment", body = EntryDetails), GetProblems),
)]
pub async fn get(
    State(state): State<AppState>,
    Reader(caller): Reader,
    IdPath(id): IdPath<AdjustmentId>,
) -> Result<Json<EntryDetails>> {
    Ok(Json(state.db.entry_get(caller.business_id, KINDS, id.into(), Entity::Adjustment).await?))
}
