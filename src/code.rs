//! The one table of error codes: the name, HTTP status and title of every problem that a client can get.
//!
//! Problem bodies, the OpenAPI document, the log and the metrics read this table. `docs/errors.md` is tested against it.
//! Programs match on a code, so a code keeps its name and its status for ever.

macro_rules! codes {
    ($($code:ident = $name:literal, $status:literal, $title:literal;)+) => {
        /// The stable, machine-readable name of an error.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code {
            $(#[doc = concat!("`", $name, "`: ", $title)] $code,)+
        }

        impl Code {
            /// Every code, in the order of the statuses.
            pub const ALL: &[Self] = &[$(Self::$code),+];

            /// The name that clients match on.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$code => $name,)+
                }
            }

            /// The HTTP status of an answer with this code.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self {
                    $(Self::$code => $status,)+
                }
            }

            /// The kind of problem in a few words, for people.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self {
                    $(Self::$code => $title,)+
                }
            }
        }
    };
}

codes! {
    InvalidJson = "invalid_json", 400, "The body is not valid JSON";
    IdempotencyKeyMissing = "idempotency_key_missing", 400, "An Idempotency-Key is required";
    InvalidHttp = "invalid_http", 400, "The request cannot be read";
    Unauthenticated = "unauthenticated", 401, "Not authenticated";
    Forbidden = "forbidden", 403, "Not allowed";
    ProductNotFound = "product_not_found", 404, "Not found";
    BusinessNotFound = "business_not_found", 404, "Not found";
    ApiKeyNotFound = "api_key_not_found", 404, "Not found";
    CustomerNotFound = "customer_not_found", 404, "Not found";
    OrderNotFound = "order_not_found", 404, "Not found";
    PaymentNotFound = "payment_not_found", 404, "Not found";
    AdjustmentNotFound = "adjustment_not_found", 404, "Not found";
    RefundNotFound = "refund_not_found", 404, "Not found";
    ReturnNotFound = "return_not_found", 404, "Not found";
    RouteNotFound = "route_not_found", 404, "Not found";
    MethodNotAllowed = "method_not_allowed", 405, "Method not allowed";
    RequestTimeout = "request_timeout", 408, "Request timeout";
    AlreadyExists = "already_exists", 409, "Already exists";
    CustomerBlocked = "customer_blocked", 409, "Customer blocked";
    CustomerOverdue = "customer_overdue", 409, "Customer overdue";
    InsufficientStock = "insufficient_stock", 409, "Not enough stock";
    StockNotTracked = "stock_not_tracked", 409, "The product is a service";
    StockNotZero = "stock_not_zero", 409, "There is stock";
    BackorderLimitTooLow = "backorder_limit_too_low", 409, "More is backordered";
    CreditLimitExceeded = "credit_limit_exceeded", 409, "Credit limit exceeded";
    QuantityExceedsReturnable = "quantity_exceeds_returnable", 409, "More than can be returned";
    ChargeOpenAmountExceeded = "charge_open_amount_exceeded", 409, "More than is open";
    AllocatedAmountExceeded = "allocated_amount_exceeded", 409, "More than is allocated";
    UnappliedCreditExceeded = "unapplied_credit_exceeded", 409, "More than the unapplied credit";
    CreditBalanceExceeded = "credit_balance_exceeded", 409, "More than the credit balance";
    BalanceExceeded = "balance_exceeded", 409, "More than is owed";
    AlreadyReversed = "already_reversed", 409, "Reversed already";
    NotReversible = "not_reversible", 409, "Cannot be reversed";
    PreconditionFailed = "precondition_failed", 412, "Changed since";
    BodyTooLarge = "body_too_large", 413, "Body too large";
    UriTooLong = "uri_too_long", 414, "The request cannot be read";
    UnsupportedMediaType = "unsupported_media_type", 415, "Unsupported media type";
    InvalidRequest = "invalid_request", 422, "The request is not acceptable";
    ChargeNotFound = "charge_not_found", 422, "No such charge";
    AllocationsExceedAmount = "allocations_exceed_amount", 422, "More is allocated than there is";
    IdempotencyKeyReused = "idempotency_key_reused", 422, "The Idempotency-Key belongs to another request";
    RateLimited = "rate_limited", 429, "Too many requests";
    TooManyAttempts = "too_many_attempts", 429, "Too many failed attempts to authenticate";
    HeadersTooLarge = "headers_too_large", 431, "The request cannot be read";
    InternalError = "internal_error", 500, "Internal error";
    Overloaded = "overloaded", 503, "Overloaded";
    DatabaseUnavailable = "database_unavailable", 503, "Database unavailable";
    ShuttingDown = "shutting_down", 503, "Shutting down";
    HttpVersionNotSupported = "http_version_not_supported", 505, "HTTP version not supported";
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::Code;

    #[test]
    fn no_two_codes_have_one_name() {
        let names: BTreeSet<_> = Code::ALL.iter().map(|code| code.name()).collect();
        assert_eq!(names.len(), Code::ALL.len());
    }

    #[test]
    fn codes_are_in_the_order_of_their_statuses_which_are_errors() {
        let statuses: Vec<_> = Code::ALL.iter().map(|code| code.status()).collect();
        assert!(statuses.is_sorted() && statuses.iter().all(|status| (400..600).contains(status)), "{statuses:?}");
    }

    #[test]
    fn the_document_lists_every_code_with_its_status_and_title_and_no_other() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/errors.md");
        let text = fs::read_to_string(file).unwrap();
        let is_row = |line: &&str| line.starts_with("| ") && line.contains('`');
        let listed: Vec<_> = text.lines().filter(is_row).map(first_cells).collect();
        let expected: Vec<_> = Code::ALL
            .iter()
            .map(|code| format!("| {} | `{}` | {} |", code.status(), code.name(), code.title()))
            .collect();
        assert_eq!(listed, expected, "docs/errors.md and src/code.rs differ");
    }

    /// A row of the document up to its last cell, which is free text.
    fn first_cells(row: &str) -> String {
        let cells: Vec<_> = row.split(" | ").take(3).collect();
        format!("{} |", cells.join(" | "))
    }
}
