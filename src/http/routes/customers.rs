//! `/v1/customers`: who buys on credit.

use axum::{extract::State, http::StatusCode, response::Response};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{created_record, tagged};
use crate::{
    domain::{
        Cursor, Customer, CustomerBalance, CustomerChange, CustomerId, ExternalId, IdempotencyKey, NewCustomer, Page,
        PageLimit,
    },
    error::Result,
    http::{
        extract::{IdPath, IfMatch, IfMatchHeader, Json, Query, Reader, Writer, parsed, parsed_option},
        openapi::problems::{BODY, COMMON, CONDITIONAL, Code, ONCE, QUERY, problems},
        state::AppState,
    },
};

/// Which customers.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CustomerQuery {
    /// Only the customer with this reference.
    #[param(value_type = Option<ExternalId>, nullable = false)]
    #[serde(deserialize_with = "parsed_option")]
    external_id: Option<ExternalId>,
    #[param(ignore)]
    #[serde(deserialize_with = "parsed")]
    limit: PageLimit,
    #[param(ignore)]
    cursor: Option<Cursor<CustomerId>>,
}

type CustomerPage = Page<Customer>;

problems!(CreateProblems: COMMON, BODY, ONCE, &[Code::AlreadyExists]);
problems!(ListProblems: COMMON, QUERY);
problems!(GetProblems: COMMON, &[Code::CustomerNotFound]);
problems!(UpdateProblems: COMMON, BODY, CONDITIONAL, &[Code::CustomerNotFound, Code::AlreadyExists]);

/// Create a customer
#[utoipa::path(
    post,
    path = "/v1/customers",
    operation_id = "createCustomer",
    tag = "customers",
    security(("business" = [])),
    params(super::OptionalIdempotencyHeader),
    request_body = NewCustomer,
    responses(
        (status = 201, description = "Created; or created before with this key, as it was answered then", body = Customer,
            headers(
                ("Idempotent-Replayed" = bool, description = "`true` if this is the answer to an earlier request; else absent"),
                ("ETag" = String, description = "The version, for `If-Match`. It stands for name, reference, limit, block, terms and hold, not for what the ledger says"),
            )),
        CreateProblems,
    ),
)]
pub async fn create(
    State(state): State<AppState>,
    Writer(caller): Writer,
    idempotency_key: Option<IdempotencyKey>,
    Json(new): Json<NewCustomer>,
) -> Result<Response> {
    Ok(created_record(state.db.customer_create(caller.business_id, idempotency_key, new).await?))
}

/// List customers
///
/// In the order of the customers' ids, the newest first. An id is made when the server begins to work on a request, so customers
/// that were created at the same time may stand in another order than that of `created_at`.
#[utoipa::path(
    get,
    path = "/v1/customers",
    operation_id = "listCustomers",
    tag = "customers",
    security(("business" = [])),
    params(CustomerQuery, super::PagingParams),
    responses((status = 200, description = "The customers, largest id first", body = CustomerPage), ListProblems),
)]
pub async fn list(
    State(state): State<AppState>,
    Reader(caller): Reader,
    Query(query): Query<CustomerQuery>,
) -> Result<Json<Page<Customer>>> {
    let CustomerQuery { external_id, limit, cursor } = query;
    Ok(Json(state.db.customer_list(caller.business_id, external_id, cursor, limit).await?))
}

/// Get a customer
#[utoipa::path(
    get,
    path = "/v1/customers/{customer_id}",
    operation_id = "getCustomer",
    tag = "customers",
    security(("business" = [])),
    params(("customer_id" = CustomerId, Path, description = "The customer")),
    responses(
        (status = 200, description = "The customer", body = Customer, headers(("ETag" = String, description = "The version, for `If-Match`. It stands for name, reference, limit, block, terms and hold, not for what the ledger says"))),
        GetProblems,
    ),
)]
pub async fn get(
    State(state): State<AppState>,
    Reader(caller): Reader,
    IdPath(id): IdPath<CustomerId>,
) -> Result<Response> {
    Ok(tagged(StatusCode::OK, state.db.customer_get(caller.business_id, id).await?))
}

/// Change a customer
#[utoipa::path(
    patch,
    path = "/v1/customers/{customer_id}",
    operation_id = "updateCustomer",
    tag = "customers",
    security(("business" = [])),
    params(("customer_id" = CustomerId, Path, description = "The customer"), IfMatchHeader),
    request_body = CustomerChange,
    responses(
        (status = 200, description = "The customer as it is now", body = Customer, headers(("ETag" = String, description = "The version, for `If-Match`. It stands for name, reference, limit, block, terms and hold, not for what the ledger says"))),
        UpdateProblems,
    ),
)]
pub async fn update(
    State(state): State<AppState>,
    Writer(caller): Writer,
    IdPath(id): IdPath<CustomerId>,
    IfMatch(expected): IfMatch,
    Json(change): Json<CustomerChange>,
) -> Result<Response> {
    Ok(tagged(StatusCode::OK, state.db.customer_update(caller.business_id, id, expected, change).await?))
}

/// Get a customer's balance
#[utoipa::path(
    get,
    path = "/v1/customers/{customer_id}/balance",
    operation_id = "getCustomerBalance",
    tag = "customers",
    security(("business" = [])),
    params(("customer_id" = CustomerId, Path, description = "The customer")),
    responses((status = 200, description = "The balance now", body = CustomerBalance), GetProblems),
)]
pub async fn balance(
    State(state): State<AppState>,
    Reader(caller): Reader,
    IdPath(id): IdPath<CustomerId>,
) -> Result<Json<CustomerBalance>> {
    Ok(Json(state.db.customer_get(caller.business_id, id).await?.into()))
}
