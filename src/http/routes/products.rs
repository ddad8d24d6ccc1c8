//! `/v1/products`: what is sold.

use axum::{extract::State, http::StatusCode, response::Response};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{created_record, tagged};
use crate::{
    auth::Caller,
    domain::{Cursor, IdempotencyKey, NewProduct, Page, PageLimit, Product, ProductChange, ProductId, Sku},
    error::Result,
    http::{
        extract::{IdPath, IfMatch, IfMatchHeader, Json, Query, Reader, Writer, parsed, parsed_option},
        openapi::problems::{BODY, COMMON, CONDITIONAL, Code, ONCE, QUERY, problems},
        state::AppState,
    },
};

/// Which products.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ProductQuery {
    /// Only the product with this stock keeping unit.
    #[param(value_type = Option<Sku>, nullable = false)]
    #[serde(deserialize_with = "parsed_option")]
    sku: Option<Sku>,
    #[param(ignore)]
    #[serde(deserialize_with = "parsed")]
    limit: PageLimit,
    #[param(ignore)]
    cursor: Option<Cursor<ProductId>>,
}

type ProductPage = Page<Product>;

problems!(CreateProblems: COMMON, BODY, ONCE, &[Code::AlreadyExists]);
problems!(ListProblems: COMMON, QUERY);
problems!(GetProblems: COMMON, &[Code::ProductNotFound]);
problems!(UpdateProblems: COMMON, BODY, CONDITIONAL, &[
    Code::ProductNotFound, Code::AlreadyExists, Code::StockNotTracked, Code::StockNotZero, Code::BackorderLimitTooLow,
]);

/// Create a product
#[utoipa::path(
    post,
    path = "/v1/products",
    operation_id = "createProduct",
    tag = "products",
    security(("business" = [])),
    params(super::OptionalIdempotencyHeader),
    request_body = NewProduct,
    responses(
        (status = 201, description = "Created; or created before with this key, as it was answered then", body = Product,
            headers(
                ("Idempotent-Replayed" = bool, description = "`true` if this is the answer to an earlier request; else absent"),
                ("ETag" = String, description = "The version, for `If-Match`. It stands for what `PATCH` can change, not for the stock"),
            )),
        CreateProblems,
    ),
)]
pub async fn create(
    State(state): State<AppState>,
    Writer(caller): Writer,
    idempotency_key: Option<IdempotencyKey>,
    Json(new): Json<NewProduct>,
) -> Result<Response> {
    let Caller { business_id, actor, .. } = caller;
    Ok(created_record(state.db.product_create(business_id, idempotency_key, Some(actor), new).await?))
}

/// List products
///
/// In the order of the products' ids, the newest first. An id is made when the server begins to work on a request, so products
/// that were created at the same time may stand in another order than that of `created_at`.
#[utoipa::path(
    get,
    path = "/v1/products",
    operation_id = "listProducts",
    tag = "products",
    security(("business" = [])),
    params(ProductQuery, super::PagingParams),
    responses((status = 200, description = "The products, largest id first", body = ProductPage), ListProblems),
)]
pub async fn list(
    State(state): State<AppState>,
    Reader(caller): Reader,
    Query(query): Query<ProductQuery>,
) -> Result<Json<Page<Product>>> {
    let ProductQuery { sku, limit, cursor } = query;
    Ok(Json(state.db.product_list(caller.business_id, sku, cursor, limit).await?))
}

/// Get a product
#[utoipa::path(
    get,
    path = "/v1/products/{product_id}",
    operation_id = "getProduct",
    tag = "products",
    security(("business" = [])),
    params(("product_id" = ProductId, Path, description = "The product")),
    responses(
        (status = 200, description = "The product", body = Product, headers(("ETag" = String, description = "The version, for `If-Match`. It stands for what `PATCH` can change, not for the stock"))),
        GetProblems,
    ),
)]
pub async fn get(
    State(state): State<AppState>,
    Reader(caller): Reader,
    IdPath(id): IdPath<ProductId>,
) -> Result<Response> {
    Ok(tagged(StatusCode::OK, state.db.product_get(caller.business_id, id).await?))
}

/// Change a product
#[utoipa::path(
    patch,
    path = "/v1/products/{product_id}",
    operation_id = "updateProduct",
    tag = "products",
    security(("business" = [])),
    params(("product_id" = ProductId, Path, description = "The product"), IfMatchHeader),
    request_body = ProductChange,
    responses(
        (status = 200, description = "The product as it is now", body = Product, headers(("ETag" = String, description = "The version, for `If-Match`. It stands for what `PATCH` can change, not for the stock"))),
        UpdateProblems,
    ),
)]
pub async fn update(
    State(state): State<AppState>,
    Writer(caller): Writer,
    IdPath(id): IdPath<ProductId>,
    IfMatch(expected): IfMatch,
    Json(change): Json<ProductChange>,
) -> Result<Response> {
    Ok(tagged(StatusCode::OK, state.db.product_update(caller.business_id, id, expected, change).await?))
}
