//! What can go wrong, free of HTTP and of SQL.
//!
//! - [`Error`] is what every operation returns. Each variant has one stable [`code`](Error::code) that clients may match on.
//! - [`Fault`] points at the part of the request that is wrong.
//! - Turning an [`Error`] into a status and a body is the last step, in `http::problem`.
//!
//! What an operator needs travels in [`Error::Internal`] and [`Error::DatabaseUnavailable`] and is logged; it can
//! not be rendered to a client, because the conversion never reads it.

use std::time::Duration;

use crate::domain::{Balance, Money, ProductId};

/// The outcome of every operation that a client can ask for.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why an operation was refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The body is not JSON at all.
    #[error("the body is not valid JSON: {detail}")]
    InvalidJson {
        /// Where the parser stopped, in its own words.
        detail: String,
    },
    /// The request is readable but a part of it is not acceptable.
    #[error("the request is not acceptable")]
    InvalidRequest(Vec<Fault>),
    /// A request that moves money or stock came without an idempotency key.
    #[error("this request moves money or stock and needs an Idempotency-Key header")]
    IdempotencyKeyMissing,
    /// The idempotency key belongs to another, different request.
    #[error("the Idempotency-Key was used for a different request")]
    IdempotencyKeyReused,
    /// No credentials, or none that can be accepted.
    #[error("{0}")]
    Unauthenticated(&'static str),
    /// Good credentials that do not allow this.
    #[error("{0}")]
    Forbidden(&'static str),
    /// The thing does not exist, or belongs to another business: the two are not distinguishable.
    #[error("{} not found", .0.noun())]
    NotFound(Entity),
    /// Some products of a purchase do not exist in this business.
    #[error("product not found")]
    ProductsNotFound(Vec<Fault>),
    /// The route exists, but not for this method.
    #[error("the method is not allowed for this route")]
    MethodNotAllowed {
        /// The methods that are, as for the `Allow` header.
        allow: String,
    },
    /// Something that must be unique within the business is taken.
    #[error("already exists")]
    AlreadyExists(Vec<Fault>),
    /// At least one product has less stock than the request takes.
    #[error("not enough stock")]
    InsufficientStock(Vec<Shortage>),
    /// The purchase would take the customer's balance above the credit limit.
    #[error("the purchase would exceed the customer's credit limit")]
    CreditLimitExceeded {
        /// The customer's credit limit, in minor units.
        credit_limit: Money,
        /// The customer's balance before the purchase, in minor units.
        balance: Balance,
        /// What the purchase costs, in minor units.
        required: Money,
    },
    /// The customer is blocked from buying.
    #[error("the customer is blocked")]
    CustomerBlocked,
    /// The body is larger than the server reads.
    #[error("the body is larger than {limit_bytes} bytes")]
    BodyTooLarge {
        /// The largest body accepted, in bytes.
        limit_bytes: usize,
    },
    /// The body is not declared as JSON.
    #[error("the body must be application/json")]
    UnsupportedMediaType,
    /// The body did not arrive in time.
    #[error("the request did not arrive in time")]
    RequestTimeout,
    /// The business sent more requests than its rate allows.
    #[error("too many requests for this business")]
    RateLimited {
        /// When the next request can succeed.
        retry_after: Duration,
    },
    /// More work than the server can take on now. A request that ran out of time may still take effect, so it is to be
    /// sent again under its own idempotency key.
    #[error("the server is overloaded; try again later, with the same Idempotency-Key if the request has one")]
    Overloaded,
    /// PostgreSQL cannot be reached or cannot answer now.
    #[error("the database is not available; try again later, with the same Idempotency-Key if the request has one")]
    DatabaseUnavailable(#[source] anyhow::Error),
    /// A fault of ours.
    #[error("an internal error")]
    Internal(#[source] anyhow::Error),
}

impl Error {
    /// The stable, machine-readable name of this error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidJson { .. } => "invalid_json",
            Self::InvalidRequest(_) => "invalid_request",
            Self::IdempotencyKeyMissing => "idempotency_key_missing",
            Self::IdempotencyKeyReused => "idempotency_key_reused",
            Self::Unauthenticated(_) => "unauthenticated",
            Self::Forbidden(_) => "forbidden",
            Self::NotFound(entity) => entity.not_found_code(),
            Self::ProductsNotFound(_) => Entity::Product.not_found_code(),
            Self::MethodNotAllowed { .. } => "method_not_allowed",
            Self::AlreadyExists(_) => "already_exists",
            Self::InsufficientStock(_) => "insufficient_stock",
            Self::CreditLimitExceeded { .. } => "credit_limit_exceeded",
            Self::CustomerBlocked => "customer_blocked",
            Self::BodyTooLarge { .. } => "body_too_large",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::RequestTimeout => "request_timeout",
            Self::RateLimited { .. } => "rate_limited",
            Self::Overloaded => "overloaded",
            Self::DatabaseUnavailable(_) => "database_unavailable",
            Self::Internal(_) => "internal_error",
        }
    }

    /// An internal error from anything that explains itself.
    pub fn internal(source: impl Into<anyhow::Error>) -> Self {
        Self::Internal(source.into())
    }

    /// An unacceptable request with one fault in its JSON body.
    pub fn invalid_body(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::InvalidRequest(vec![Fault::body(pointer, detail)])
    }
}

/// What a request can name and tallystick can fail to find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it all")]
pub enum Entity {
    Business,
    ApiKey,
    Customer,
    Product,
    Order,
    Route,
}

impl Entity {
    /// The word for it in a sentence.
    #[must_use]
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Business => "business",
            Self::ApiKey => "API key",
            Self::Customer => "customer",
            Self::Product => "product",
            Self::Order => "order",
            Self::Route => "route",
        }
    }

    /// The stable code of its absence.
    #[must_use]
    pub const fn not_found_code(self) -> &'static str {
        match self {
            Self::Business => "business_not_found",
            Self::ApiKey => "api_key_not_found",
            Self::Customer => "customer_not_found",
            Self::Product => "product_not_found",
            Self::Order => "order_not_found",
            Self::Route => "route_not_found",
        }
    }
}

/// One part of a request that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Which part of the request `pointer` points into.
    pub location: Location,
    /// A JSON Pointer (RFC 6901) to the fault: `/items/0/quantity` in a body, `/limit` in a query, `/idempotency-key` in the headers.
    pub pointer: String,
    /// What is wrong with it and what would be right.
    pub detail: String,
}

/// The part of a request that a [`Fault`] is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it all")]
pub enum Location {
    Body,
    Query,
    Header,
}

impl Fault {
    /// A fault in the JSON body.
    pub fn body(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { location: Location::Body, pointer: pointer.into(), detail: detail.into() }
    }

    /// A fault in a query parameter.
    pub fn query(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { location: Location::Query, pointer: pointer.into(), detail: detail.into() }
    }

    /// A fault in a header.
    pub fn header(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { location: Location::Header, pointer: pointer.into(), detail: detail.into() }
    }
}

/// A product that has less stock than a request takes, all lines of the request together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortage {
    /// The product.
    pub product_id: ProductId,
    /// How many the request takes in all.
    pub requested: i64,
    /// How many there are.
    pub available: i64,
}
