//! `/v1/orders`: the records that purchases leave.

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    domain::{Cursor, CustomerId, Order, OrderId, Page, PageLimit},
    error::Result,
    http::{
        extract::{IdPath, Json, Query, Reader, parsed, parsed_option},
        openapi::problems::{COMMON, Code, QUERY, problems},
        state::AppState,
    },
};

/// Which orders.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OrderQuery {
    /// Only this customer's orders.
    #[param(value_type = Option<uuid::Uuid>)]
    #[serde(deserialize_with = "parsed_option")]
    customer_id: Option<CustomerId>,
    #[param(ignore)]
    #[serde(deserialize_with = "parsed")]
    limit: PageLimit,
    #[param(ignore)]
    cursor: Option<Cursor<OrderId>>,
}

type OrderPage = Page<Order>;

problems!(ListProblems: COMMON, QUERY);
problems!(GetProblems: COMMON, &[Code::OrderNotFound]);

/// List orders
///
/// In the order of the orders' ids, the newest first. An id is made when the server begins to work on the purchase, and the order
/// is written after the purchase has waited for its turn. So orders that were under way at the same time may stand in another
/// order than that of `created_at`, and an order may appear behind the place up to which the list was read. Do not use the list
/// to find out what is new: see "What newest first means" in the API's conventions. A page ends at 2,000 order lines, so it may be
/// shorter than its limit and still not be the last: only the last has no `next_cursor`.
#[utoipa::path(
    get,
    path = "/v1/orders",
    operation_id = "listOrders",
    tag = "orders",
    security(("business" = [])),
    params(OrderQuery, super::PagingParams),
    responses((status = 200, description = "The orders, largest id first", body = OrderPage), ListProblems),
)]
pub async fn list(
    State(state): State<AppState>,
    Reader(caller): Reader,
    Query(query): Query<OrderQuery>,
) -> Result<Json<Page<Order>>> {
    let OrderQuery { customer_id, limit, cursor } = query;
    Ok(Json(state.db.order_list(caller.business_id, customer_id, cursor, limit).await?))
}

/// Get an order
#[utoipa::path(
    get,
    path = "/v1/orders/{order_id}",
    operation_id = "getOrder",
    tag = "orders",
    security(("business" = [])),
    params(("order_id" = OrderId, Path, description = "The order")),
    responses((status = 200, description = "The order", body = Order), GetProblems),
)]
pub async fn get(
    State(state): State<AppState>,
    Reader(caller): Reader,
    IdPath(id): IdPath<OrderId>,
) -> Result<Json<Order>> {
    Ok(Json(state.db.order_get(caller.business_id, id).await?))
}
