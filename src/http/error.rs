//! What HTTP refuses, beside what the operations refuse.
//!
//! A handler returns [`Error`]: it says what the business refuses, or what failed. An extractor or a layer returns
//! [`HttpError`], which adds the refusals that only HTTP knows. Both end as one [`Problem`](super::problem::Problem).

use std::time::Duration;

use axum::http::StatusCode;

use crate::{code::Code, error::Error};

/// Why a request gets an error answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The operation refused the request, or failed.
    #[error(transparent)]
    Operation(#[from] Error),
    /// The request breaks the grammar of HTTP/1.1, or two servers could read it differently.
    #[error("the request is not HTTP/1.1: {detail}")]
    InvalidHttp {
        /// What is wrong with it.
        detail: &'static str,
    },
    /// The request is of another version of HTTP.
    #[error("this server speaks HTTP/1.1; a proxy in front of it can speak other versions")]
    VersionNotSupported,
    /// The request's target is longer than the server reads.
    #[error("the request's address is too long")]
    UriTooLong,
    /// The head of the request is larger, or has more headers, than the server reads.
    #[error("the request has too many or too large headers")]
    HeadersTooLarge,
    /// There is no such route.
    #[error("route not found")]
    RouteNotFound,
    /// There is no such route, and the path ends with a slash.
    #[error("route not found; the path of no route ends with a slash")]
    TrailingSlash,
    /// The route exists, but not for this method.
    #[error("the method is not allowed for this route")]
    MethodNotAllowed,
    /// The business sent more requests than its rate allows.
    #[error("too many requests for this business")]
    RateLimited {
        /// How long until the next request can succeed.
        retry_after: Duration,
    },
    /// A request that moves money or stock came without an idempotency key.
    #[error("this request moves money or stock and needs an Idempotency-Key header")]
    IdempotencyKeyMissing,
    /// The body is not declared as JSON.
    #[error("the body must be application/json")]
    UnsupportedMediaType,
    /// The body is compressed, or encoded in another way.
    #[error("the body must be sent as it is, without Content-Encoding")]
    ContentEncoded,
    /// The body is larger than the server reads.
    #[error("the body is larger than {limit_bytes} bytes")]
    BodyTooLarge {
        /// The largest body that the server reads, in bytes.
        limit_bytes: usize,
    },
    /// The body did not arrive in time.
    #[error("the request did not arrive in time")]
    RequestTimeout,
    /// The body is not JSON.
    #[error("the body is not valid JSON: {detail}")]
    InvalidJson {
        /// Where and why the parser stopped, in its own words.
        detail: String,
    },
    /// The server was told to stop. It still takes requests, but whoever asks whether it is ready must go elsewhere.
    #[error("the server is about to stop")]
    ShuttingDown,
}

impl HttpError {
    /// The stable, machine-readable name of this error.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self {
            Self::Operation(error) => error.code(),
            Self::InvalidHttp { .. } => Code::InvalidHttp,
            Self::VersionNotSupported => Code::HttpVersionNotSupported,
            Self::UriTooLong => Code::UriTooLong,
            Self::HeadersTooLarge => Code::HeadersTooLarge,
            Self::RouteNotFound | Self::TrailingSlash => Code::RouteNotFound,
            Self::MethodNotAllowed => Code::MethodNotAllowed,
            Self::RateLimited { .. } => Code::RateLimited,
            Self::IdempotencyKeyMissing => Code::IdempotencyKeyMissing,
            Self::UnsupportedMediaType | Self::ContentEncoded => Code::UnsupportedMediaType,
            Self::BodyTooLarge { .. } => Code::BodyTooLarge,
            Self::RequestTimeout => Code::RequestTimeout,
            Self::InvalidJson { .. } => Code::InvalidJson,
            Self::ShuttingDown => Code::ShuttingDown,
        }
    }

    /// The HTTP status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        // Every status of the table is valid, and a test says so.
        StatusCode::from_u16(self.code().status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// How long the client should wait before it tries again, where waiting helps.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after } | Self::Operation(Error::TooManyAttempts { retry_after }) => {
                Some(*retry_after)
            }
            Self::Operation(Error::Overloaded) | Self::ShuttingDown => Some(Duration::from_secs(1)),
            Self::Operation(Error::DatabaseUnavailable(_)) => Some(Duration::from_secs(2)),
            _ => None,
        }
    }

    /// What the operator must know about a failure of ours. It is for the log, never for a client.
    #[must_use]
    pub const fn cause(&self) -> Option<&anyhow::Error> {
        match self {
            Self::Operation(Error::Internal(cause) | Error::DatabaseUnavailable(cause)) => Some(cause),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use crate::code::Code;

    #[test]
    fn every_status_of_the_table_is_one_that_http_knows() {
        for code in Code::ALL {
            let status = StatusCode::from_u16(code.status()).unwrap();
            assert!(status.canonical_reason().is_some(), "{code:?}");
        }
    }
}
