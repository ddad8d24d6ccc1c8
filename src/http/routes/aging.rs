//! How old debt is: a customer's open charges, and debt by age of a customer and of all customers, now or as of any moment.

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    domain::{AgedCustomer, AgingTotals, Cursor, CustomerAging, CustomerId, Moment, OpenCharge, Page, PageLimit},
    error::Result,
    http::{
        extract::{IdPath, Json, Query, Reader, parsed, parsed_option},
        openapi::problems::{COMMON, Code, QUERY, problems},
        state::AppState,
    },
};

/// The moment asked about.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AsOfQuery {
    /// As of this moment, by default now. What was written at it counts. A moment to come shows how old the debt of now will be then.
    #[param(value_type = Option<String>, nullable = false, format = DateTime)]
    #[serde(deserialize_with = "parsed_option")]
    as_of: Option<Moment>,
}

/// The moment asked about, and which page.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields, bound(deserialize = "T: std::str::FromStr"))]
pub struct PagedAsOfQuery<T> {
    #[serde(deserialize_with = "parsed_option")]
    as_of: Option<Moment>,
    #[serde(deserialize_with = "parsed")]
    limit: PageLimit,
    cursor: Option<Cursor<T>>,
}

/// Describes the moment of a list for the OpenAPI document, as `PagingParams` describes the page.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes what PagedAsOfQuery reads")]
struct PagedAsOfParams {
    /// As of this moment, by default now. What was written at it counts. A moment to come shows how old the debt of now will be
    /// then. Send the same moment with each page: without it, each page is as of the moment at which it is read.
    #[param(value_type = Option<String>, nullable = false, format = DateTime)]
    as_of: Option<Moment>,
}

impl<T> Default for PagedAsOfQuery<T> {
    fn default() -> Self {
        Self { as_of: None, limit: PageLimit::default(), cursor: None }
    }
}

type OpenChargePage = Page<OpenCharge>;
type AgedCustomerPage = Page<AgedCustomer>;

problems!(CustomerPageProblems: COMMON, QUERY, &[Code::CustomerNotFound]);
problems!(ListProblems: COMMON, QUERY);
problems!(TotalsProblems: COMMON, QUERY, &[Code::BusinessNotFound]);

/// List a customer's open charges
///
/// The charges that are not settled in full, the oldest first, each with what is open of it. The open amounts add up to the
/// balance; a customer in credit has no open charges. Credit that names no charge settles the oldest charges first.
///
/// A page ends when the server has looked at 5,000 ledger entries. So it may be shorter than its limit, or empty, and still not be
/// the last: only the last has no `next_cursor`.
#[utoipa::path(
    get,
    path = "/v1/customers/{customer_id}/open-charges",
    operation_id = "listOpenCharges",
    tag = "customers",
    security(("business" = [])),
    params(("customer_id" = CustomerId, Path, description = "The customer"), PagedAsOfParams, super::PagingParams),
    responses((status = 200, description = "The open charges, oldest first", body = OpenChargePage), CustomerPageProblems),
)]
pub async fn open_charges(
    State(state): State<AppState>,
    Reader(caller): Reader,
    IdPath(id): IdPath<CustomerId>,
    Query(query): Query<PagedAsOfQuery<i64>>,
) -> Result<Json<Page<OpenCharge>>> {
    let PagedAsOfQuery { as_of, limit, cursor } = query;
    Ok(Json(state.db.open_charges(caller.business_id, id, as_of, cursor, limit).await?))
}

/// Get a customer's debt by age
///
/// What is open of the charges that are not due, and of those that have been due for 1 to 30, 31 to 60, 61 to 90 and more than 90
/// days. The buckets add up to the balance. A charge that falls due exactly at the moment is not due yet.
#[utoipa::path(
    get,
    path = "/v1/customers/{customer_id}/aging",
    operation_id = "getCustomerAging",
    tag = "customers",
    security(("business" = [])),
    params(("customer_id" = CustomerId, Path, description = "The customer"), AsOfQuery),
    responses((status = 200, description = "The balance by age", body = CustomerAging), CustomerPageProblems),
)]
pub async fn of_customer(
    State(state): State<AppState>,
    Reader(caller): Reader,
    IdPath(id): IdPath<CustomerId>,
    Query(query): Query<AsOfQuery>,
) -> Result<Json<CustomerAging>> {
    Ok(Json(state.db.customer_aging(caller.business_id, id, query.as_of).await?))
}

/// List customers' debt by age
///
/// Each customer who owes something. The list is in the order of the customers' ids, newest customer first, so that nobody moves
/// between pages while payments come in. A page ends when the server has looked at 5,000 customers, or for 100 ms. So it may be
/// shorter than its limit, or empty, and still not be the last: only the last has no `next_cursor`.
#[utoipa::path(
    get,
    path = "/v1/aging",
    operation_id = "listAging",
    tag = "customers",
    security(("business" = [])),
    params(PagedAsOfParams, super::PagingParams),
    responses((status = 200, description = "Who owed how much for how long", body = AgedCustomerPage), ListProblems),
)]
pub async fn list(
    State(state): State<AppState>,
    Reader(caller): Reader,
    Query(query): Query<PagedAsOfQuery<CustomerId>>,
) -> Result<Json<Page<AgedCustomer>>> {
    let PagedAsOfQuery { as_of, limit, cursor } = query;
    Ok(Json(state.db.business_aging(caller.business_id, as_of, cursor, limit).await?))
}

/// Get the debt of all customers by age
///
/// The sum of the balances of all customers who owe something, by age. The buckets add up to the sum. The ledger is read in one pass, in
/// parts of 20,000 entries: purchases go on meanwhile. What is written after `as_of` does not count.
#[utoipa::path(
    get,
    path = "/v1/aging/totals",
    operation_id = "getAgingTotals",
    tag = "customers",
    security(("business" = [])),
    params(AsOfQuery),
    responses((status = 200, description = "All debt by age", body = AgingTotals), TotalsProblems),
)]
pub async fn totals(
    State(state): State<AppState>,
    Reader(caller): Reader,
    Query(query): Query<AsOfQuery>,
) -> Result<Json<AgingTotals>> {
    Ok(Json(state.db.aging_totals(caller.business_id, query.as_of).await?))
}
