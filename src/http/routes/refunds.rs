//! `/v1/refunds`: money that is paid out to customers.

use axum::{extract::State, response::Response};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{movement_response, payments::entry_filter};
use crate::{
    domain::{
        Cursor, CustomerId, EntryDetails, EntryKind, IdempotencyKey, LedgerEntryId, ListedEntry, NewRefund, Page,
        PageLimit, RecordedEntry, Reference, RefundId,
    },
    error::{Entity, Result},
    http::{
        extract::{Adjuster, IdPath, Json, Query, Reader, parsed, parsed_option},
        openapi::problems::{BODY, COMMON, Code, IDEMPOTENT, QUERY, problems},
        state::AppState,
    },
};

/// The kinds of entries that are refunds.
const KINDS: &[EntryKind] = &[EntryKind::Refund];

/// Which refunds: all, or those of one customer or with one reference.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RefundQuery {
    /// Only this customer's refunds.
    #[param(value_type = Option<uuid::Uuid>)]
    #[serde(deserialize_with = "parsed_option")]
    customer_id: Option<CustomerId>,
    /// Only refunds with exactly this reference. Not together with `customer_id`.
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

problems!(RefundProblems: COMMON, BODY, IDEMPOTENT, &[Code::CustomerNotFound, Code::CreditBalanceExceeded]);
problems!(ListProblems: COMMON, QUERY);
problems!(GetProblems: COMMON, &[Code::RefundNotFound]);

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

/// List refunds
///
/// In the order of their ids, the newest first. An id is made when the server begins to work on the refund, so refunds that were
/// under way at the same time may stand in another order than that of `created_at`.
#[utoipa::path(
    get,
    path = "/v1/refunds",
    operation_id = "listRefunds",
    tag = "corrections",
    security(("business" = [])),
    params(RefundQuery, super::PagingParams),
    responses((status = 200, description = "The refunds, largest id first", body = ListedEntryPage), ListProblems),
)]
pub async fn list(
    State(state): State<AppState>,
    Reader(caller): Reader,
    Query(query): Query<RefundQuery>,
) -> Result<Json<Page<ListedEntry>>> {
    let RefundQuery { customer_id, reference, limit, cursor } = query;
    let filter = entry_filter(customer_id, reference)?;
    Ok(Json(state.db.entry_list(caller.business_id, KINDS, filter, cursor, limit).await?))
}

/// Get a refund
#[utoipa::path(
    get,
    path = "/v1/refunds/{refund_id}",
    operation_id = "getRefund",
    tag = "corrections",
    security(("business" = [])),
    params(("refund_id" = RefundId, Path, description = "The refund")),
    responses((status = 200, description = "The refund", body = EntryDetails), GetProblems),
)]
pub async fn get(
    State(state): State<AppState>,
    Reader(caller): Reader,
    IdPath(id): IdPath<RefundId>,
) -> Result<Json<EntryDetails>> {
    Ok(Json(state.db.entry_get(caller.business_id, KINDS, id.into(), Entity::Refund).await?))
}
