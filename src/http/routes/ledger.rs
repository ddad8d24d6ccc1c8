//! `GET /v1/customers/{customer_id}/ledger`: every change of a customer's debt.

use axum::extract::State;

use super::Paging;
use crate::{
    domain::{CustomerId, LedgerEntry, Page},
    error::Result,
    http::{
        extract::{IdPath, Json, Query, Reader},
        openapi::problems::{COMMON, Code, QUERY, problems},
        state::AppState,
    },
};

type LedgerEntryPage = Page<LedgerEntry>;

problems!(ListProblems: COMMON, QUERY, &[Code::CustomerNotFound]);

/// List a customer's ledger entries
///
/// In the order of `entry_no`, the newest first. That is the order in which the entries took effect, and none ever appears behind
/// another one that was there before.
#[utoipa::path(
    get,
    path = "/v1/customers/{customer_id}/ledger",
    operation_id = "listLedgerEntries",
    tag = "customers",
    security(("business" = [])),
    params(("customer_id" = CustomerId, Path, description = "The customer"), super::PagingParams),
    responses((status = 200, description = "The entries, newest first", body = LedgerEntryPage), ListProblems),
)]
pub async fn list(
    State(state): State<AppState>,
    Reader(caller): Reader,
    IdPath(id): IdPath<CustomerId>,
    Query(paging): Query<Paging<i64>>,
) -> Result<Json<Page<LedgerEntry>>> {
    Ok(Json(state.db.ledger_list(caller.business_id, id, paging.cursor, paging.limit).await?))
}
