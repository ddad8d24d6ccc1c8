//! `/v1/products/{product_id}/stock-movements`: restocks and corrections, and the list of what changed the stock.

use axum::{extract::State, response::Response};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::movement_response;
use crate::{
    auth::Caller,
    domain::{
        Cursor, IdempotencyKey, NewStockMovement, Page, PageLimit, ProductId, StockHistoryEntry, StockMovement,
        StockPlace,
    },
    error::Result,
    http::{
        extract::{IdPath, Json, Query, Reader, Writer, parsed, parsed_option},
        openapi::problems::{BODY, COMMON, Code, IDEMPOTENT, QUERY, problems},
        state::AppState,
    },
};

/// Which changes of the stock.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StockHistoryQuery {
    /// `sales`: also the lines of orders that took from the stock, and those of returns that went back into it.
    #[param(value_type = Option<StockInclude>, nullable = false, inline)]
    #[serde(deserialize_with = "parsed_option")]
    include: Option<StockInclude>,
    #[param(ignore)]
    #[serde(deserialize_with = "parsed")]
    limit: PageLimit,
    #[param(ignore)]
    cursor: Option<Cursor<StockPlace>>,
}

/// What the list shows beside movements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum StockInclude {
    /// The lines of orders and returns.
    Sales,
}

impl std::str::FromStr for StockInclude {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "sales" { Ok(Self::Sales) } else { Err("must be sales") }
    }
}

type StockHistoryEntryPage = Page<StockHistoryEntry>;

problems!(ListProblems: COMMON, QUERY, &[Code::ProductNotFound]);
problems!(RecordProblems: COMMON, BODY, IDEMPOTENT, &[
    Code::ProductNotFound, Code::InsufficientStock, Code::StockNotTracked,
]);

/// Record a stock movement
///
/// Stock never goes below zero. What comes in serves what is backordered first. What goes out is taken from the stock alone.
#[utoipa::path(
    post,
    path = "/v1/products/{product_id}/stock-movements",
    operation_id = "recordStockMovement",
    tag = "products",
    security(("business" = [])),
    params(("product_id" = ProductId, Path, description = "The product"), super::IdempotencyHeader),
    request_body = NewStockMovement,
    responses(
        (status = 201, description = "Recorded; or recorded before with this key", body = StockMovement,
            headers(("Idempotent-Replayed" = bool, description = "`true` if this is the answer to an earlier request; else absent"))),
        RecordProblems,
    ),
)]
pub async fn record(
    State(state): State<AppState>,
    Writer(caller): Writer,
    IdPath(product_id): IdPath<ProductId>,
    idempotency_key: IdempotencyKey,
    Json(movement): Json<NewStockMovement>,
) -> Result<Response> {
    let Caller { business_id, actor, .. } = caller;
    let recording = state.db.stock_movement_record(business_id, product_id, idempotency_key, actor, movement);
    Ok(movement_response(recording.await?))
}

/// List what changed a product's stock
///
/// The stock movements, newest first; with `include=sales` also the lines of orders that took from the stock, with negative
/// quantities, and the lines of returns that went back into it. A backordered line counts when it was sold. The quantities of the
/// whole list with sales add up to `stock` less `backordered`.
///
/// Orders are not listed by product. So with `include=sales` a page ends when the server has looked at 20,000 lines of orders
/// or of returns of the business, or for 100 ms. It may be shorter than its limit, or empty, and still not be the last: only the last has no `next_cursor`.
#[utoipa::path(
    get,
    path = "/v1/products/{product_id}/stock-movements",
    operation_id = "listStockMovements",
    tag = "products",
    security(("business" = [])),
    params(("product_id" = ProductId, Path, description = "The product"), StockHistoryQuery, super::PagingParams),
    responses((status = 200, description = "What changed the stock, newest first", body = StockHistoryEntryPage), ListProblems),
)]
pub async fn list(
    State(state): State<AppState>,
    Reader(caller): Reader,
    IdPath(product_id): IdPath<ProductId>,
    Query(query): Query<StockHistoryQuery>,
) -> Result<Json<Page<StockHistoryEntry>>> {
    let StockHistoryQuery { include, limit, cursor } = query;
    let with_sales = include == Some(StockInclude::Sales);
    Ok(Json(state.db.stock_movement_list(caller.business_id, product_id, cursor, limit, with_sales).await?))
}
