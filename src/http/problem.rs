//! [`HttpError`] to RFC 9457 `application/problem+json`: the last step of every error answer.
//!
//! - A handler returns [`Error`], an extractor [`HttpError`]. [`IntoResponse`] only attaches it to the response as a [`Refusal`].
//! - The outer layer ([`super::layers`]) knows the request id. There [`render`] writes the body, once.
//!
//! [`HttpError::cause`] is never read here: it goes to the log.

use std::sync::Arc;

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::error::HttpError;
use crate::{
    domain::{Amount, Balance, LedgerEntryId, Money, ProductId, Stock, timestamp},
    error::{ChargeExcess, Error, Fault, LineExcess, Location, Shortage},
};

/// The media type of every error answer.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// Why a response is an error. The outer layer renders and logs it.
#[derive(Debug, Clone)]
pub struct Refusal(pub Arc<HttpError>);

impl IntoResponse for HttpError {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(Refusal(Arc::new(self)));
        response
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        HttpError::from(self).into_response()
    }
}

/// An error answer (RFC 9457). `code` is stable and meant for programs; `title` and `detail` are for people and may change.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "type": "urn:tallystick:problem:invalid_request",
    "title": "The request is not acceptable",
    "status": 422,
    "detail": "1 part of the request is not acceptable",
    "code": "invalid_request",
    "request_id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c11",
    "errors": [{"in": "body", "pointer": "/items/0/quantity", "detail": "must be a whole number from 1 to 2147483647"}]
}))]
pub struct Problem {
    /// A name for the kind of problem; not an address to fetch.
    #[serde(rename = "type")]
    #[schema(examples("urn:tallystick:problem:customer_not_found"))]
    pub kind: String,
    /// The kind of problem in a few words.
    pub title: &'static str,
    /// The HTTP status of this answer.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// What went wrong this time.
    pub detail: String,
    /// The stable name to match on.
    #[schema(examples("customer_not_found"))]
    pub code: &'static str,
    /// The id of the request, as in the `X-Request-Id` header and in the server's log.
    pub request_id: String,
    /// Each unacceptable part of the request, where there are any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<ProblemFault>,
    /// `already_exists`: the id of the customer, product or API key that has it already. `already_reversed`: the reversal's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub existing_id: Option<Uuid>,
    /// `insufficient_stock`: every product that the request takes too many of, all its lines together.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub shortages: Vec<ProblemShortage>,
    /// `stock_not_zero`: how many there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub stock: Option<Stock>,
    /// `stock_not_zero`, `backorder_limit_too_low`: how many are owed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub backordered: Option<Stock>,
    /// `credit_limit_exceeded`: the customer's credit limit, in minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub credit_limit: Option<Money>,
    /// `credit_limit_exceeded`: the customer's balance, in minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub balance: Option<Balance>,
    /// `credit_limit_exceeded`: what the purchase would have cost, or another charge, in minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub required: Option<Money>,
    /// `customer_overdue`: when the charge fell due that has been overdue for longest.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "timestamp::serialize_option")]
    #[schema(required = false, nullable = false)]
    pub due_at: Option<DateTime<Utc>>,
    /// `unapplied_credit_exceeded`, `credit_balance_exceeded`, `balance_exceeded`: what the request needs, in minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub requested: Option<Amount>,
    /// `unapplied_credit_exceeded`, `credit_balance_exceeded`, `balance_exceeded`: what there is, in minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub available: Option<Money>,
    /// `charge_open_amount_exceeded`, `allocated_amount_exceeded`: every charge of which the request asks for too much.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub charges: Vec<ProblemCharge>,
    /// `quantity_exceeds_returnable`: every line of which the request returns too many.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub lines: Vec<ProblemLine>,
}

/// One unacceptable part of a request.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemFault {
    /// The part of the request that `pointer` points into.
    #[serde(rename = "in")]
    pub location: ProblemLocation,
    /// A JSON Pointer (RFC 6901) to the fault; the empty pointer is the whole part.
    #[schema(examples("/items/0/quantity"))]
    pub pointer: String,
    /// What is wrong with it.
    #[schema(examples("must be a whole number from 1 to 2147483647"))]
    pub detail: String,
}

/// A part of a request.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it all")]
pub enum ProblemLocation {
    Body,
    Query,
    Header,
}

/// A product of which there is less stock than requested.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemShortage {
    /// The product.
    pub product_id: ProductId,
    /// How many the request takes in all.
    pub requested: i64,
    /// How many can be sold: what there is, and what may still be backordered. A stock movement can take what there is.
    pub available: i64,
}

/// A charge of which there is less than requested.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemCharge {
    /// The charge.
    pub charge_id: LedgerEntryId,
    /// What the request settles or takes back, in minor units.
    pub requested: Amount,
    /// `charge_open_amount_exceeded`: what no credit settles by name. `allocated_amount_exceeded`: what credit settles by name.
    pub available: Money,
}

/// A line of an order of which there is less to return than requested.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemLine {
    /// The number of the line.
    #[schema(minimum = 1)]
    pub line_no: i32,
    /// How many the request returns.
    pub requested: i64,
    /// How many were bought and not returned yet.
    pub available: i64,
}

impl From<&Fault> for ProblemFault {
    fn from(fault: &Fault) -> Self {
        let location = match fault.location {
            Location::Body => ProblemLocation::Body,
            Location::Query => ProblemLocation::Query,
            Location::Header => ProblemLocation::Header,
        };
        Self { location, pointer: fault.pointer.clone(), detail: fault.detail.clone() }
    }
}

impl From<&Shortage> for ProblemShortage {
    fn from(shortage: &Shortage) -> Self {
        Self { product_id: shortage.product_id, requested: shortage.requested, available: shortage.available }
    }
}

impl From<&ChargeExcess> for ProblemCharge {
    fn from(charge: &ChargeExcess) -> Self {
        Self { charge_id: charge.charge_id, requested: charge.excess.requested, available: charge.excess.available }
    }
}

impl From<&LineExcess> for ProblemLine {
    fn from(line: &LineExcess) -> Self {
        Self { line_no: line.line_no, requested: line.requested, available: line.available }
    }
}

impl Problem {
    /// What a client may know about an error.
    #[must_use]
    pub fn new(error: &HttpError, request_id: &str) -> Self {
        let code = error.code();
        let mut problem = Self {
            kind: format!("urn:tallystick:problem:{}", code.name()),
            title: code.title(),
            status: code.status(),
            detail: error.to_string(),
            code: code.name(),
            request_id: request_id.to_owned(),
            errors: Vec::new(),
            existing_id: None,
            shortages: Vec::new(),
            stock: None,
            backordered: None,
            credit_limit: None,
            balance: None,
            required: None,
            due_at: None,
            requested: None,
            available: None,
            charges: Vec::new(),
            lines: Vec::new(),
        };
        if let HttpError::Operation(error) = error {
            problem.add_figures(error);
        }
        problem
    }

    /// Adds the members that only some codes have.
    fn add_figures(&mut self, error: &Error) {
        match error {
            Error::InvalidRequest(faults)
            | Error::ProductsNotFound(faults)
            | Error::PartsForbidden(_, faults)
            | Error::ChargesNotFound(faults) => {
                self.errors = faults.iter().map(ProblemFault::from).collect();
            }
            Error::AllocationsExceedAmount(fault) => self.errors = vec![fault.into()],
            Error::AlreadyExists { faults, existing_id } => {
                self.errors = faults.iter().map(ProblemFault::from).collect();
                self.existing_id = *existing_id;
            }
            Error::InsufficientStock(shortages) => {
                self.shortages = shortages.iter().map(ProblemShortage::from).collect();
            }
            Error::StockNotZero { stock, backordered } => {
                self.stock = Some(*stock);
                self.backordered = Some(*backordered);
            }
            Error::BackorderLimitTooLow { backordered } => self.backordered = Some(*backordered),
            Error::CreditLimitExceeded { credit_limit, balance, required } => {
                self.credit_limit = Some(*credit_limit);
                self.balance = Some(*balance);
                self.required = Some(*required);
            }
            Error::CustomerOverdue { due_at } => self.due_at = Some(*due_at),
            Error::ChargeOpenAmountExceeded(charges) | Error::AllocatedAmountExceeded(charges) => {
                self.charges = charges.iter().map(ProblemCharge::from).collect();
            }
            Error::UnappliedCreditExceeded(excess)
            | Error::CreditBalanceExceeded(excess)
            | Error::BalanceExceeded(excess) => {
                self.requested = Some(excess.requested);
                self.available = Some(excess.available);
            }
            Error::AlreadyReversed { reversal_id } => self.existing_id = Some(reversal_id.uuid()),
            Error::QuantityExceedsReturnable(lines) => self.lines = lines.iter().map(ProblemLine::from).collect(),
            _ => {}
        }
    }

    /// The problem as JSON.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        // A problem is plain strings and numbers, so writing it cannot fail; an empty body would still carry the status.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// The whole answer to a refused request: status, headers and body.
#[must_use]
pub fn render(error: &HttpError, request_id: &str) -> Response {
    let mut response = Response::new(Body::from(Problem::new(error, request_id).to_json()));
    *response.status_mut() = error.status();
    set_headers(error, response.headers_mut());
    response
}

fn set_headers(error: &HttpError, headers: &mut HeaderMap) {
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(seconds) = retry_after_seconds(error) {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if matches!(error, HttpError::Operation(Error::Unauthenticated(_))) {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if matches!(error, HttpError::ContentEncoded) {
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    }
}

/// The value of `Retry-After`: whole seconds, rounded up, so that a client that waits exactly that long is not too early.
#[must_use]
pub fn retry_after_seconds(error: &HttpError) -> Option<u64> {
    let wait = error.retry_after()?;
    Some((wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1))
}

#[cfg(test)]
mod tests {
    use super::{Problem, render};
    use crate::{
        domain::{Balance, Money},
        error::{Entity, Error, Fault},
        http::error::HttpError,
    };

    fn body(error: Error) -> serde_json::Value {
        serde_json::to_value(Problem::new(&error.into(), "req-1")).unwrap()
    }

    #[test]
    fn a_problem_names_its_type_code_status_and_request() {
        let problem = body(Error::NotFound(Entity::Customer));
        assert_eq!(
            problem,
            serde_json::json!({
                "type": "urn:tallystick:problem:customer_not_found", "title": "Not found", "status": 404,
                "detail": "customer not found", "code": "customer_not_found", "request_id": "req-1",
            })
        );
    }

    #[test]
    fn a_refused_purchase_shows_its_figures() {
        let problem = body(Error::CreditLimitExceeded {
            credit_limit: Money::try_from(100).unwrap(),
            balance: Balance::try_from(80).unwrap(),
            required: Money::try_from(21).unwrap(),
        });
        assert_eq!(
            (&problem["credit_limit"], &problem["balance"], &problem["required"]),
            (&100.into(), &80.into(), &21.into())
        );
    }

    #[test]
    fn every_fault_names_its_part_of_the_request() {
        let problem = body(Error::InvalidRequest(vec![Fault::query("/limit", "must be less")]));
        assert_eq!(
            problem["errors"],
            serde_json::json!([{"in": "query", "pointer": "/limit", "detail": "must be less"}])
        );
    }

    #[test]
    fn the_cause_of_an_internal_error_is_never_rendered() {
        for error in [
            Error::Internal(anyhow::anyhow!("password=hunter2")),
            Error::DatabaseUnavailable(anyhow::anyhow!("password=hunter2")),
        ] {
            assert!(!body(error).to_string().contains("hunter2"));
        }
    }

    #[test]
    fn waiting_is_rounded_up_to_whole_seconds() {
        let retry_after = std::time::Duration::from_millis(1_001);
        let response = render(&HttpError::RateLimited { retry_after }, "req-1");
        assert_eq!(response.headers()["retry-after"], "2");
    }
}
