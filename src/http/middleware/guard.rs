//! No request may run too long, bring too much, or take the server down.

use std::{any::Any, panic::AssertUnwindSafe};

use axum::{
    extract::Request,
    http::header,
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::FutureExt;

use crate::{error::Error, http::state::RequestLimits};

/// Runs the rest of the server on a request, and answers in its place where that fails.
///
/// A request that takes too long is dropped where it stands. What the database was asked to do goes on in a task of its
/// own and takes effect whole or not at all; the client learns which by sending the same idempotency key again.
pub async fn run(limits: &RequestLimits, request: Request, next: Next) -> Response {
    if announces_more_than(limits.body_limit_bytes, &request) {
        return Error::BodyTooLarge { limit_bytes: limits.body_limit_bytes }.into_response();
    }
    // Nothing outlives a panic but what is shared, and that is only changed under locks or atomically.
    let answer = AssertUnwindSafe(next.run(request)).catch_unwind();
    match tokio::time::timeout(limits.request_timeout, answer).await {
        Ok(Ok(response)) => response,
        Ok(Err(panic)) => Error::Internal(anyhow::anyhow!("panic: {}", message(&*panic))).into_response(),
        Err(_) => Error::Overloaded.into_response(),
    }
}

/// A body that says that it is too large need not be read to know it. One that does not say is counted while it is read.
fn announces_more_than(limit_bytes: usize, request: &Request) -> bool {
    let announced =
        request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    announced.is_some_and(|announced| announced > limit_bytes as u64)
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&'static str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}
