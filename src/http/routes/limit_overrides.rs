//! `GET /v1/limit-overrides`: who was allowed to owe more than the credit limit.

use axum::extract::State;

use super::Paging;
use crate::{
    domain::{LedgerEntry, LedgerEntryId, Page},
    error::Result,
    http::{
        extract::{Json, Query, Reader},
        openapi::problems::{COMMON, QUERY, problems},
        state::AppState,
    },
};

type LimitOverridePage = Page<LedgerEntry>;

problems!(ListProblems: COMMON, QUERY);

/// List what went beyond a credit limit
///
/// The entries that somebody allowed by an `authorized_limit`, of all customers: purchases and charges that the credit limit of the
/// moment would have refused. In the order of the entries' ids, the newest first. An id is made when the server begins to work on a
/// request, so entries that were made at the same time may stand in another order than that of `created_at`.
#[utoipa::path(
    get,
    path = "/v1/limit-overrides",
    operation_id = "listLimitOverrides",
    tag = "corrections",
    security(("business" = [])),
    params(super::PagingParams),
    responses((status = 200, description = "The entries, largest id first", body = LimitOverridePage), ListProblems),
)]
pub async fn list(
    State(state): State<AppState>,
    Reader(caller): Reader,
    Query(paging): Query<Paging<LedgerEntryId>>,
) -> Result<Json<Page<LedgerEntry>>> {
    Ok(Json(state.db.limit_override_list(caller.business_id, paging.cursor, paging.limit).await?))
}
