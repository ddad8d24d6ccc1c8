//! `GET /v1/overdue-customers`: who is late.

use axum::extract::State;

use super::Paging;
use crate::{
    domain::{CustomerId, OverdueCustomer, Page},
    error::Result,
    http::{
        extract::{Json, Query, Reader},
        openapi::problems::{COMMON, QUERY, problems},
        state::AppState,
    },
};

type OverdueCustomerPage = Page<OverdueCustomer>;

problems!(ListProblems: COMMON, QUERY);

/// List overdue customers
///
/// A customer is overdue when a charge that is not fully paid was due before now: its `due_at` has passed. `overdue_amount` is what
/// is open of all such charges. The list is in the order of the customers' ids, newest customer first, so
/// that nobody moves between pages while payments come in. A page ends when the server has looked at 5,000 customers, or for
/// 100 ms. So where few are overdue it may be shorter than its limit, or empty, and still not be the last: only the last
/// has no `next_cursor`.
#[utoipa::path(
    get,
    path = "/v1/overdue-customers",
    operation_id = "listOverdueCustomers",
    tag = "customers",
    security(("business" = [])),
    params(super::PagingParams),
    responses((status = 200, description = "Who is overdue now", body = OverdueCustomerPage), ListProblems),
)]
pub async fn list(
    State(state): State<AppState>,
    Reader(caller): Reader,
    Query(paging): Query<Paging<CustomerId>>,
) -> Result<Json<Page<OverdueCustomer>>> {
    Ok(Json(state.db.overdue_list(caller.business_id, paging.cursor, paging.limit).await?))
}
