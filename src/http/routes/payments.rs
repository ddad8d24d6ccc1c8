//! `/v1/payments`: a customer pays.

use axum::{extract::State, response::Response};
use serde::Deserialize;
use utoipa::IntoParams;

use super::movement_response;
use crate::{
    db::EntryFilter,
    domain::{
        Amount, Cursor, CustomerId, EntryDetails, EntryKind, IdempotencyKey, LedgerEntryId, ListedEntry,
        NewAllocations, NewPayment, Page, PageLimit, PaymentId, RecordedEntry, Reference,
    },
    error::{Entity, Error, Fault, Result},
    http::{
        extract::{IdPath, Json, Query, Reader, Writer, parsed, parsed_option},
        openapi::problems::{BODY, COMMON, Code, IDEMPOTENT, QUERY, problems},
        state::AppState,
    },
};

/// Which payments: all, or those of one customer or with one reference.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PaymentQuery {
    /// Only this customer's payments.
    #[param(value_type = Option<uuid::Uuid>)]
    #[serde(deserialize_with = "parsed_option")]
    customer_id: Option<CustomerId>,
    /// Only payments with exactly this reference. Not together with `customer_id`.
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

problems!(PaymentProblems: COMMON, BODY, IDEMPOTENT, &[
    Code::CustomerNotFound, Code::ChargeNotFound, Code::ChargeOpenAmountExceeded, Code::AllocationsExceedAmount,
]);
problems!(ListProblems: COMMON, QUERY);
problems!(GetProblems: COMMON, &[Code::PaymentNotFound]);

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

/// List payments
///
/// In the order of their ids, the newest first. An id is made when the server begins to work on the payment, so payments that were
/// under way at the same time may stand in another order than that of `created_at`. `GET /v1/payments/{payment_id}` also tells which
/// charges a payment named.
#[utoipa::path(
    get,
    path = "/v1/payments",
    operation_id = "listPayments",
    tag = "purchases",
    security(("business" = [])),
    params(PaymentQuery, super::PagingParams),
    responses((status = 200, description = "The payments, largest id first", body = ListedEntryPage), ListProblems),
)]
pub async fn list(
    State(state): State<AppState>,
    Reader(caller): Reader,
    Query(query): Query<PaymentQuery>,
) -> Result<Json<Page<ListedEntry>>> {
    let PaymentQuery { customer_id, reference, limit, cursor } = query;
    let filter = entry_filter(customer_id, reference)?;
    Ok(Json(state.db.entry_list(caller.business_id, &[EntryKind::Payment], filter, cursor, limit).await?))
}

/// Get a payment
#[utoipa::path(
    get,
    path = "/v1/payments/{payment_id}",
    operation_id = "getPayment",
    tag = "purchases",
    security(("business" = [])),
    params(("payment_id" = PaymentId, Path, description = "The payment")),
    responses((status = 200, description = "The payment", body = EntryDetails), GetProblems),
)]
pub async fn get(
    State(state): State<AppState>,
    Reader(caller): Reader,
    IdPath(id): IdPath<PaymentId>,
) -> Result<Json<EntryDetails>> {
    Ok(Json(state.db.entry_get(caller.business_id, &[EntryKind::Payment], id.into(), Entity::Payment).await?))
}

/// No index has both, and a reference finds few.
pub(super) fn entry_filter(customer_id: Option<CustomerId>, reference: Option<Reference>) -> Result<EntryFilter> {
    match (customer_id, reference) {
        (Some(_), Some(_)) => {
            let fault = Fault::query("/reference", "cannot be combined with customer_id");
            Err(Error::InvalidRequest(vec![fault]))
        }
        (Some(id), None) => Ok(EntryFilter::Customer(id)),
        (None, Some(reference)) => Ok(EntryFilter::Reference(reference)),
        (None, None) => Ok(EntryFilter::All),
    }
}

/// A credit settles at most itself by name.
pub(super) fn allocates_at_most(amount: Amount, allocations: Option<&NewAllocations>) -> Result<()> {
    let sum = allocations.map_or(0, NewAllocations::sum);
    if sum <= amount.get() {
        return Ok(());
    }
    Err(Error::AllocationsExceedAmount(Fault::body("/allocations", format!("add up to {sum}, more than the amount"))))
}
