//! `GET /v1/customers/{customer_id}/ledger`: every change of a customer's account.

use axum::extract::State;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::{
    domain::{Cursor, CustomerId, LedgerEntry, Page, PageLimit},
    error::Result,
    http::{
        extract::{IdPath, Json, Query, Reader, parsed, parsed_option},
        openapi::problems::{COMMON, Code, QUERY, problems},
        state::AppState,
    },
};

/// Which entries, and how much of each.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LedgerQuery {
    /// `hashed`: each entry also has all that its hash covers, so that the hash can be computed anew.
    #[param(value_type = Option<Include>, nullable = false, inline)]
    #[serde(deserialize_with = "parsed_option")]
    include: Option<Include>,
    #[param(ignore)]
    #[serde(deserialize_with = "parsed")]
    limit: PageLimit,
    #[param(ignore)]
    cursor: Option<Cursor<i64>>,
}

/// What an entry shows beside the usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Include {
    /// All that the entry's hash covers.
    Hashed,
}

impl std::str::FromStr for Include {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "hashed" { Ok(Self::Hashed) } else { Err("must be hashed") }
    }
}

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
    params(("customer_id" = CustomerId, Path, description = "The customer"), LedgerQuery, super::PagingParams),
    responses((status = 200, description = "The entries, newest first", body = LedgerEntryPage), ListProblems),
)]
pub async fn list(
    State(state): State<AppState>,
    Reader(caller): Reader,
    IdPath(id): IdPath<CustomerId>,
    Query(query): Query<LedgerQuery>,
) -> Result<Json<Page<LedgerEntry>>> {
    let LedgerQuery { include, limit, cursor } = query;
    let with_hashed = include == Some(Include::Hashed);
    Ok(Json(state.db.ledger_list(caller.business_id, id, cursor, limit, with_hashed).await?))
}
