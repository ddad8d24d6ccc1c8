//! One file per resource. A handler gets checked values from the extractors, makes one database call, and answers. (Listing
//! and revoking API keys make two: the first tells whether the business exists.)
//!
//! Handlers contain no SQL and no business rules. The list of routes is in [`super::router`].

pub mod adjustments;
pub mod aging;
pub mod allocations;
pub mod api_keys;
pub mod businesses;
pub mod customers;
#[cfg(feature = "docs-page")]
pub mod docs_page;
pub mod ledger;
pub mod limit_overrides;
pub mod operations;
pub mod orders;
pub mod overdue_customers;
pub mod payments;
pub mod products;
pub mod proofs;
pub mod purchases;
pub mod refunds;
pub mod returns;
pub mod reversals;
pub mod statements;
pub mod stock_movements;

use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::extract::{Json, parsed};
use crate::{
    db::Movement,
    domain::{Cursor, Customer, PageLimit, Product, Version},
    error::Error,
};

/// The header that marks an answer as the repeated answer to an earlier request with the same idempotency key.
pub(super) const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// The answer to a purchase, a payment or a stock movement.
fn movement_response<T: Serialize>(movement: Movement<T>) -> Response {
    created((StatusCode::CREATED, Json(movement.record)).into_response(), movement.replayed)
}

/// The answer to a request that creates something, marked if it repeats an earlier answer.
fn created(mut response: Response, replayed: bool) -> Response {
    if replayed {
        response.headers_mut().insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
    }
    response
}

/// A record that has versions.
trait Versioned: Serialize {
    /// The version that it is at.
    fn version(&self) -> Version;
}

impl Versioned for Customer {
    fn version(&self) -> Version {
        self.version
    }
}

impl Versioned for Product {
    fn version(&self) -> Version {
        self.version
    }
}

/// A record with its version in the header `ETag`, for `If-Match` of a later change.
///
/// The tag stands for what a change can change. What purchases change, a balance or a stock, has no part in it. So it says
/// nothing about the rest of the body, and `If-None-Match` is not looked at.
fn tagged<T: Versioned>(status: StatusCode, record: T) -> Response {
    let tag = HeaderValue::from_str(&format!("\"{}\"", record.version()));
    let mut response = (status, Json(record)).into_response();
    match tag {
        Ok(tag) => _ = response.headers_mut().insert(header::ETAG, tag),
        Err(error) => return Error::internal(error).into_response(),
    }
    response
}

/// The answer to the creation of a record that has versions.
fn created_record<T: Versioned>(movement: Movement<T>) -> Response {
    created(tagged(StatusCode::CREATED, movement.record), movement.replayed)
}

/// Describes the header that a creation may carry, for the OpenAPI document.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it describes what the optional IdempotencyKey extractor reads")]
struct OptionalIdempotencyHeader {
    /// The client's name for this request: 1 to 255 visible ASCII characters, in quotes or not, unique among the requests to
    /// this route (of the business, if it is the business's). The same key with the same request creates nothing again; with
    /// another request it is refused. The key of a refused request is free again. Without a key, every request creates.
    #[param(
        rename = "Idempotency-Key",
        required = false,
        nullable = false,
        min_length = 1,
        max_length = 255,
        pattern = "^[!-~]+$",
        example = "customer-2026-0001"
    )]
    idempotency_key: Option<String>,
}

/// Describes the header that every movement of money or stock needs, for the OpenAPI document.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it describes what the IdempotencyKey extractor reads")]
struct IdempotencyHeader {
    /// The client's name for this request: 1 to 255 visible ASCII characters, in quotes or not, unique among all that the business
    /// writes to its customers' ledgers, or among its stock movements. The same key with the same request gives the first answer again; with
    /// another request it is refused. The key of a refused request is free again.
    #[param(
        rename = "Idempotency-Key",
        min_length = 1,
        max_length = 255,
        pattern = "^[!-~]+$",
        example = "order-2026-0001"
    )]
    idempotency_key: String,
}

/// Which page of a list.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields, bound(deserialize = "T: std::str::FromStr"))]
pub struct Paging<T> {
    #[serde(deserialize_with = "parsed")]
    limit: PageLimit,
    cursor: Option<Cursor<T>>,
}

impl<T> Default for Paging<T> {
    fn default() -> Self {
        Self { limit: PageLimit::default(), cursor: None }
    }
}

/// Describes the page parameters of every list for the OpenAPI document, where every cursor is text.
///
/// A list with filters has a query struct of its own. That ignores `limit` and `cursor` in its own description.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes what Paging and the query structs read")]
struct PagingParams {
    /// The most rows to return.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u16>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}
