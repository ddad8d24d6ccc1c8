//! What an operation can refuse, and how it can fail. Free of HTTP and of SQL.
//!
//! - [`Error`] is what every operation returns. Each variant has one stable [`code`](Error::code) that clients may match on.
//! - [`Fault`] points at the part of the request that is wrong.
//! - What only HTTP refuses (a body that is not JSON, an unknown route …) is [`HttpError`](crate::http::error::HttpError).
//!   It also wraps an [`Error`], and becomes the status and the body of the answer in `http::problem`.
//!
//! [`Error::Internal`] and [`Error::DatabaseUnavailable`] carry the cause for the operator. The cause is logged. No client
//! can see it, because the conversion to an answer never reads it.

use std::time::Duration;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    code::Code,
    domain::{Amount, Balance, LedgerEntryId, Money, ProductId, Stock},
};

/// The outcome of every operation that a client can ask for.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why an operation was refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request can be read, but a part of it is not acceptable.
    #[error("the request is not acceptable")]
    InvalidRequest(Vec<Fault>),
    /// The idempotency key belongs to another, different request.
    #[error("the Idempotency-Key was used for a different request")]
    IdempotencyKeyReused,
    /// There are no credentials, or none that can be accepted.
    #[error("{0}")]
    Unauthenticated(&'static str),
    /// The request comes from where too many attempts to authenticate failed.
    #[error("too many attempts to authenticate from this address failed")]
    TooManyAttempts {
        /// How long until the next attempt may fail.
        retry_after: Duration,
    },
    /// The credentials are good, but do not allow this.
    #[error("{0}")]
    Forbidden(&'static str),
    /// The credentials are good, but do not allow these parts of a purchase: whoever sets prices needs the scope `price`, and
    /// whoever exceeds the credit limit `adjust`. The first says which scope is missing.
    #[error("{0}")]
    PartsForbidden(&'static str, Vec<Fault>),
    /// The thing does not exist, or belongs to another business: the two are not distinguishable.
    #[error("{} not found", .0.noun())]
    NotFound(Entity),
    /// Some products of a purchase do not exist in this business.
    #[error("product not found")]
    ProductsNotFound(Vec<Fault>),
    /// Something that must be unique within the business is taken.
    #[error("already exists")]
    AlreadyExists {
        /// Which part of the request is taken.
        faults: Vec<Fault>,
        /// What has it, in the same business. `None` if that was renamed in the meantime.
        existing_id: Option<Uuid>,
    },
    /// The record is not at a version that the request expects.
    #[error("the record was changed since; get it again, and decide anew")]
    VersionDiffers,
    /// At least one product has less stock than the request takes.
    #[error("not enough stock")]
    InsufficientStock(Vec<Shortage>),
    /// The product is a service, and has no stock.
    #[error("the product is a service: it has no stock")]
    StockNotTracked,
    /// A product becomes a service only while it has no stock and nothing is backordered.
    #[error("the product still has stock, or something is backordered")]
    StockNotZero {
        /// How many there are.
        stock: Stock,
        /// How many are owed.
        backordered: Stock,
    },
    /// More is backordered already than the new limit allows.
    #[error("more is backordered than that")]
    BackorderLimitTooLow {
        /// How many are owed.
        backordered: Stock,
    },
    /// The purchase, or another charge, would take the customer's balance above the credit limit.
    #[error("the customer's credit limit would be exceeded")]
    CreditLimitExceeded {
        /// The customer's credit limit, or the limit that somebody allowed if that is greater, in minor units.
        credit_limit: Money,
        /// The customer's balance before it, in minor units.
        balance: Balance,
        /// What it costs, in minor units.
        required: Money,
    },
    /// The customer is blocked from buying.
    #[error("the customer is blocked")]
    CustomerBlocked,
    /// The customer has been overdue for longer than its hold allows.
    #[error("the customer has been overdue for too long to buy")]
    CustomerOverdue {
        /// When the charge fell due that has been overdue for longest.
        due_at: DateTime<Utc>,
    },
    /// The request names what is no charge of the customer.
    #[error("no such charge")]
    ChargesNotFound(Vec<Fault>),
    /// The allocations of a request add up to more than its amount.
    #[error("the allocations add up to more than the amount")]
    AllocationsExceedAmount(Fault),
    /// More would be settled of some charges than no other credit settles by name.
    #[error("more than is open of a charge")]
    ChargeOpenAmountExceeded(Vec<ChargeExcess>),
    /// More would be taken back from some charges than is allocated to them.
    #[error("more than is allocated to a charge")]
    AllocatedAmountExceeded(Vec<ChargeExcess>),
    /// The request needs more credit that names no charge than there is.
    #[error("more than the customer's unapplied credit")]
    UnappliedCreditExceeded(Excess),
    /// The request pays out more than the customer has.
    #[error("more than the customer's credit balance")]
    CreditBalanceExceeded(Excess),
    /// The request gives up more than the customer owes.
    #[error("more than the customer owes")]
    BalanceExceeded(Excess),
    /// The entry is taken back already.
    #[error("it is reversed already")]
    AlreadyReversed {
        /// The entry that took it back.
        reversal_id: LedgerEntryId,
    },
    /// The entry is a charge: only payments, credits and write-offs are taken back.
    #[error("a charge cannot be reversed; record a credit that settles it")]
    NotReversible,
    /// More would be returned of some lines of an order than was bought and not returned yet.
    #[error("more than can be returned")]
    QuantityExceedsReturnable(Vec<LineExcess>),
    /// The server has more work than it can do now. The request may still take effect, so the client must send it again
    /// with the same idempotency key.
    #[error("the server is overloaded; try again later, with the same Idempotency-Key if the request has one")]
    Overloaded,
    /// PostgreSQL cannot be reached or cannot answer now.
    #[error("the database is not available; try again later, with the same Idempotency-Key if the request has one")]
    DatabaseUnavailable(#[source] anyhow::Error),
    /// A fault of this program.
    #[error("an internal error")]
    Internal(#[source] anyhow::Error),
}

impl Error {
    /// What is said to a caller without the scope `price`.
    pub const LACKS_PRICE: &'static str = "these credentials lack the scope price";
    /// What is said to a caller without the scope `adjust`.
    pub const LACKS_ADJUST: &'static str = "these credentials lack the scope adjust";

    /// The stable, machine-readable name of this error.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self {
            Self::InvalidRequest(_) => Code::InvalidRequest,
            Self::IdempotencyKeyReused => Code::IdempotencyKeyReused,
            Self::Unauthenticated(_) => Code::Unauthenticated,
            Self::TooManyAttempts { .. } => Code::TooManyAttempts,
            Self::Forbidden(_) | Self::PartsForbidden(..) => Code::Forbidden,
            Self::NotFound(entity) => entity.not_found_code(),
            Self::ProductsNotFound(_) => Code::ProductNotFound,
            Self::AlreadyExists { .. } => Code::AlreadyExists,
            Self::VersionDiffers => Code::PreconditionFailed,
            Self::InsufficientStock(_) => Code::InsufficientStock,
            Self::StockNotTracked => Code::StockNotTracked,
            Self::StockNotZero { .. } => Code::StockNotZero,
            Self::BackorderLimitTooLow { .. } => Code::BackorderLimitTooLow,
            Self::CreditLimitExceeded { .. } => Code::CreditLimitExceeded,
            Self::CustomerBlocked => Code::CustomerBlocked,
            Self::CustomerOverdue { .. } => Code::CustomerOverdue,
            Self::ChargesNotFound(_) => Code::ChargeNotFound,
            Self::AllocationsExceedAmount(_) => Code::AllocationsExceedAmount,
            Self::ChargeOpenAmountExceeded(_) => Code::ChargeOpenAmountExceeded,
            Self::AllocatedAmountExceeded(_) => Code::AllocatedAmountExceeded,
            Self::UnappliedCreditExceeded(_) => Code::UnappliedCreditExceeded,
            Self::CreditBalanceExceeded(_) => Code::CreditBalanceExceeded,
            Self::BalanceExceeded(_) => Code::BalanceExceeded,
            Self::AlreadyReversed { .. } => Code::AlreadyReversed,
            Self::NotReversible => Code::NotReversible,
            Self::QuantityExceedsReturnable(_) => Code::QuantityExceedsReturnable,
            Self::Overloaded => Code::Overloaded,
            Self::DatabaseUnavailable(_) => Code::DatabaseUnavailable,
            Self::Internal(_) => Code::InternalError,
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
    Payment,
    Adjustment,
    Refund,
    Return,
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
            Self::Payment => "payment",
            Self::Adjustment => "adjustment",
            Self::Refund => "refund",
            Self::Return => "return",
        }
    }

    /// The code of its absence.
    #[must_use]
    pub const fn not_found_code(self) -> Code {
        match self {
            Self::Business => Code::BusinessNotFound,
            Self::ApiKey => Code::ApiKeyNotFound,
            Self::Customer => Code::CustomerNotFound,
            Self::Product => Code::ProductNotFound,
            Self::Order => Code::OrderNotFound,
            Self::Payment => Code::PaymentNotFound,
            Self::Adjustment => Code::AdjustmentNotFound,
            Self::Refund => Code::RefundNotFound,
            Self::Return => Code::ReturnNotFound,
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

/// A product that has less stock than all lines of a request take together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortage {
    /// The product.
    pub product_id: ProductId,
    /// How many the request takes in all.
    pub requested: i64,
    /// How many can be sold: what there is, and what may still be backordered.
    pub available: i64,
}

/// More money than there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Excess {
    /// What the request needs, in minor units.
    pub requested: Amount,
    /// What there is, in minor units.
    pub available: Money,
}

/// A charge of which a request settles, or takes back, more than there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChargeExcess {
    /// The charge.
    pub charge_id: LedgerEntryId,
    /// How much money.
    pub excess: Excess,
}

/// A line of an order of which a request returns more than there is to return.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineExcess {
    /// The number of the line.
    pub line_no: i32,
    /// How many the request returns.
    pub requested: i64,
    /// How many were bought and not returned yet.
    pub available: i64,
}
