//! No request may take too long, announce too large a body, or end the server with a panic.

use std::{any::Any, panic::AssertUnwindSafe};

use axum::{
    extract::Request,
    http::header,
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::FutureExt;

use crate::{
    error::Error,
    http::{error::HttpError, state::RequestLimits},
};

/// Runs the inner layers and the handler on a request, and answers in their place if they fail or take too long.
///
/// A request that takes too long is dropped. Its database call runs in a task of its own, and still takes effect whole or
/// not at all. The client learns which when it sends the same idempotency key again.
pub async fn run(limits: &RequestLimits, request: Request, next: Next) -> Response {
    if announces_more_than(limits.body_limit_bytes, &request) {
        return HttpError::BodyTooLarge { limit_bytes: limits.body_limit_bytes }.into_response();
    }
    // Only shared state outlives a panic, and that is changed under locks or atomically.
    let answer = AssertUnwindSafe(next.run(request)).catch_unwind();
    match tokio::time::timeout(limits.request_timeout, answer).await {
        Ok(Ok(response)) => response,
        Ok(Err(panic)) => Error::Internal(anyhow::anyhow!("panic: {}", message(&*panic))).into_response(),
        Err(_) => Error::Overloaded.into_response(),
    }
}

/// Whether `Content-Length` is above the limit: then the body need not be read. A body without it is counted while it is read.
fn announces_more_than(limit_bytes: usize, request: &Request) -> bool {
    let announced =
        request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    announced.is_some_and(|announced| announced > limit_bytes as u64)
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&'static str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}
