//! [`Error`] to RFC 9457 `application/problem+json`: the last step of every refusal.
//!
//! - A handler returns [`Error`]; [`IntoResponse`] only attaches it to the response as a [`Refusal`].
//! - [`render`] writes the body, once, in the outer layer ([`super::stack`]), where the request id is known.
//!
//! The causes inside [`Error::Internal`] and [`Error::DatabaseUnavailable`] are never read here: they go to the log.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    domain::{Balance, Money, ProductId},
    error::{Error, Fault, Location, Shortage},
};

/// The media type of every error answer.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// Why a response is an error; the outer layer renders and logs it.
#[derive(Debug, Clone)]
pub struct Refusal(pub Arc<Error>);

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = status(&self).into_response();
        response.extensions_mut().insert(Refusal(Arc::new(self)));
        response
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
    /// `insufficient_stock`: every product that the request takes too many of, all its lines together.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub shortages: Vec<ProblemShortage>,
    /// `credit_limit_exceeded`: the customer's credit limit, in minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub credit_limit: Option<Money>,
    /// `credit_limit_exceeded`: the customer's balance, in minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub balance: Option<Balance>,
    /// `credit_limit_exceeded`: what the purchase would have cost, in minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub required: Option<Money>,
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
    /// How many there are.
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

impl Problem {
    /// What a client may know about an error.
    #[must_use]
    pub fn new(error: &Error, request_id: &str) -> Self {
        let code = error.code();
        let mut problem = Self {
            kind: format!("urn:tallystick:problem:{code}"),
            title: title(error),
            status: status(error).as_u16(),
            detail: error.to_string(),
            code,
            request_id: request_id.to_owned(),
            errors: Vec::new(),
            shortages: Vec::new(),
            credit_limit: None,
            balance: None,
            required: None,
        };
        match error {
            Error::InvalidRequest(faults) | Error::ProductsNotFound(faults) | Error::AlreadyExists(faults) => {
                problem.errors = faults.iter().map(ProblemFault::from).collect();
            }
            Error::InsufficientStock(shortages) => {
                problem.shortages = shortages.iter().map(ProblemShortage::from).collect();
            }
            Error::CreditLimitExceeded { credit_limit, balance, required } => {
                problem.credit_limit = Some(*credit_limit);
                problem.balance = Some(*balance);
                problem.required = Some(*required);
            }
            _ => {}
        }
        problem
    }
}

/// The whole answer to a refused request: status, headers and body.
#[must_use]
pub fn render(error: &Error, request_id: &str) -> Response {
    // A problem is plain strings and numbers, so writing it cannot fail; an empty body would still carry the status.
    let body = serde_json::to_vec(&Problem::new(error, request_id)).unwrap_or_default();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status(error);
    set_headers(error, response.headers_mut());
    response
}

fn set_headers(error: &Error, headers: &mut HeaderMap) {
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(wait) = retry_after(error) {
        // Whole seconds, rounded up: whoever waits exactly that long must not be too early.
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
    }
    match error {
        Error::Unauthenticated(_) => {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        Error::MethodNotAllowed { allow } => {
            // Without a list, the router that refused the method adds the header itself.
            if let Some(allow) = HeaderValue::from_str(allow).ok().filter(|allow| !allow.is_empty()) {
                headers.insert(header::ALLOW, allow);
            }
        }
        _ => {}
    }
}

/// How long a client had better wait, where waiting helps.
fn retry_after(error: &Error) -> Option<Duration> {
    match error {
        Error::RateLimited { retry_after } => Some(*retry_after),
        Error::Overloaded => Some(Duration::from_secs(1)),
        Error::DatabaseUnavailable(_) => Some(Duration::from_secs(2)),
        _ => None,
    }
}

/// The HTTP status of an error.
#[must_use]
pub const fn status(error: &Error) -> StatusCode {
    match error {
        Error::InvalidJson { .. } | Error::IdempotencyKeyMissing => StatusCode::BAD_REQUEST,
        Error::InvalidRequest(_) | Error::IdempotencyKeyReused => StatusCode::UNPROCESSABLE_ENTITY,
        Error::Unauthenticated(_) => StatusCode::UNAUTHORIZED,
        Error::Forbidden(_) => StatusCode::FORBIDDEN,
        Error::NotFound(_) | Error::ProductsNotFound(_) => StatusCode::NOT_FOUND,
        Error::MethodNotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
        Error::AlreadyExists(_)
        | Error::InsufficientStock(_)
        | Error::CreditLimitExceeded { .. }
        | Error::CustomerBlocked => StatusCode::CONFLICT,
        Error::BodyTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        Error::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Error::RequestTimeout => StatusCode::REQUEST_TIMEOUT,
        Error::RateLimited { .. } => StatusCode::TOO_MANY_REQUESTS,
        Error::Overloaded | Error::DatabaseUnavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

const fn title(error: &Error) -> &'static str {
    match error {
        Error::InvalidJson { .. } => "The body is not valid JSON",
        Error::InvalidRequest(_) => "The request is not acceptable",
        Error::IdempotencyKeyMissing => "An Idempotency-Key is required",
        Error::IdempotencyKeyReused => "The Idempotency-Key belongs to another request",
        Error::Unauthenticated(_) => "Not authenticated",
        Error::Forbidden(_) => "Not allowed",
        Error::NotFound(_) | Error::ProductsNotFound(_) => "Not found",
        Error::MethodNotAllowed { .. } => "Method not allowed",
        Error::AlreadyExists(_) => "Already exists",
        Error::InsufficientStock(_) => "Not enough stock",
        Error::CreditLimitExceeded { .. } => "Credit limit exceeded",
        Error::CustomerBlocked => "Customer blocked",
        Error::BodyTooLarge { .. } => "Body too large",
        Error::UnsupportedMediaType => "Unsupported media type",
        Error::RequestTimeout => "Request timeout",
        Error::RateLimited { .. } => "Too many requests",
        Error::Overloaded => "Overloaded",
        Error::DatabaseUnavailable(_) => "Database unavailable",
        Error::Internal(_) => "Internal error",
    }
}

#[cfg(test)]
mod tests {
    use super::{Problem, render};
    use crate::{
        domain::{Balance, Money},
        error::{Entity, Error, Fault},
    };

    fn body(error: &Error) -> serde_json::Value {
        serde_json::to_value(Problem::new(error, "req-1")).unwrap()
    }

    #[test]
    fn a_problem_names_its_type_code_status_and_request() {
        let problem = body(&Error::NotFound(Entity::Customer));
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
        let problem = body(&Error::CreditLimitExceeded {
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
        let problem = body(&Error::InvalidRequest(vec![Fault::query("/limit", "must be less")]));
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
            assert!(!body(&error).to_string().contains("hunter2"));
        }
    }

    #[test]
    fn waiting_is_rounded_up_to_whole_seconds() {
        let retry_after = std::time::Duration::from_millis(1_001);
        let response = render(&Error::RateLimited { retry_after }, "req-1");
        assert_eq!(response.headers()["retry-after"], "2");
    }
}
