//! `/v1/returns`: goods come back, and the customer is credited what they cost.

use axum::{extract::State, response::Response};
use serde::Deserialize;
use utoipa::IntoParams;

use super::movement_response;
use crate::{
    domain::{Cursor, CustomerId, IdempotencyKey, NewReturn, OrderId, Page, PageLimit, Return, ReturnId},
    error::Result,
    http::{
        extract::{IdPath, Json, Query, Reader, Writer, parsed, parsed_option},
        openapi::problems::{BODY, COMMON, Code, IDEMPOTENT, QUERY, problems},
        state::AppState,
    },
};

/// Which returns.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReturnQuery {
    /// Only this order's returns.
    #[param(value_type = Option<uuid::Uuid>)]
    #[serde(deserialize_with = "parsed_option")]
    order_id: Option<OrderId>,
    /// Only this customer's returns.
    #[param(value_type = Option<uuid::Uuid>)]
    #[serde(deserialize_with = "parsed_option")]
    customer_id: Option<CustomerId>,
    #[param(ignore)]
    #[serde(deserialize_with = "parsed")]
    limit: PageLimit,
    #[param(ignore)]
    cursor: Option<Cursor<ReturnId>>,
}

type ReturnPage = Page<Return>;

problems!(RecordProblems: COMMON, BODY, IDEMPOTENT, &[Code::OrderNotFound, Code::QuantityExceedsReturnable]);
problems!(ListProblems: COMMON, QUERY);
problems!(GetProblems: COMMON, &[Code::ReturnNotFound]);

/// Record a return
///
/// The order stays as it is. The customer is credited what the lines cost when they were bought, with their tax. The credit settles
/// the charge of the order, as far as no other credit does so by name, and what is left of it settles the oldest charges first. What
/// goes back into the stock serves first what is backordered. A restocking fee is an adjustment of its own.
#[utoipa::path(
    post,
    path = "/v1/returns",
    operation_id = "recordReturn",
    tag = "purchases",
    security(("business" = [])),
    params(super::IdempotencyHeader),
    request_body = NewReturn,
    responses(
        (status = 201, description = "Recorded; or recorded before with this key", body = Return,
            headers(("Idempotent-Replayed" = bool, description = "`true` if this is the answer to an earlier request; else absent"))),
        RecordProblems,
    ),
)]
pub async fn record(
    State(state): State<AppState>,
    Writer(caller): Writer,
    idempotency_key: IdempotencyKey,
    Json(new): Json<NewReturn>,
) -> Result<Response> {
    Ok(movement_response(state.db.return_record(caller.business_id, idempotency_key, caller.actor, new).await?))
}

/// List returns
///
/// In the order of the returns' ids, the newest first: see "What newest first means" in the API's conventions. A page ends at 2,000
/// lines, so it may be shorter than its limit and still not be the last: only the last has no `next_cursor`.
#[utoipa::path(
    get,
    path = "/v1/returns",
    operation_id = "listReturns",
    tag = "purchases",
    security(("business" = [])),
    params(ReturnQuery, super::PagingParams),
    responses((status = 200, description = "The returns, largest id first", body = ReturnPage), ListProblems),
)]
pub async fn list(
    State(state): State<AppState>,
    Reader(caller): Reader,
    Query(query): Query<ReturnQuery>,
) -> Result<Json<Page<Return>>> {
    let ReturnQuery { order_id, customer_id, limit, cursor } = query;
    Ok(Json(state.db.return_list(caller.business_id, order_id, customer_id, cursor, limit).await?))
}

/// Get a return
#[utoipa::path(
    get,
    path = "/v1/returns/{return_id}",
    operation_id = "getReturn",
    tag = "purchases",
    security(("business" = [])),
    params(("return_id" = ReturnId, Path, description = "The return")),
    responses((status = 200, description = "The return", body = Return), GetProblems),
)]
pub async fn get(
    State(state): State<AppState>,
    Reader(caller): Reader,
    IdPath(id): IdPath<ReturnId>,
) -> Result<Json<Return>> {
    Ok(Json(state.db.return_get(caller.business_id, id).await?))
}
