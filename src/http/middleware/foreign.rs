//! Error answers that are not ours: axum refuses unknown routes and methods, in plain text or with nothing at all.

use axum::{
    body::Body,
    http::{Method, StatusCode, header},
    response::Response,
};

use super::super::problem;
use crate::error::{Entity, Error};

/// What our own error for such an answer is; `None` if it is no error, or is a problem already.
pub fn refusal(response: &Response) -> Option<Error> {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return None;
    }
    let content_type = response.headers().get(header::CONTENT_TYPE);
    if content_type.is_some_and(|value| value.as_bytes() == problem::MEDIA_TYPE.as_bytes()) {
        return None;
    }
    Some(match status {
        StatusCode::NOT_FOUND => Error::NotFound(Entity::Route),
        // The router adds `Allow` after us, because only it knows the methods.
        StatusCode::METHOD_NOT_ALLOWED => Error::MethodNotAllowed { allow: String::new() },
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Error::UnsupportedMediaType,
        StatusCode::REQUEST_TIMEOUT => Error::RequestTimeout,
        StatusCode::SERVICE_UNAVAILABLE => Error::Overloaded,
        status if status.is_client_error() => Error::InvalidRequest(Vec::new()),
        status => Error::Internal(anyhow::anyhow!("something beside the handlers answered {status}")),
    })
}

/// `OPTIONS` on a route that exists asks for its methods; the router tells them in `Allow` once the answer is no error.
pub fn answer_options(method: &Method, response: Response) -> Response {
    if *method != Method::OPTIONS || response.status() != StatusCode::METHOD_NOT_ALLOWED {
        return response;
    }
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = StatusCode::NO_CONTENT;
    answer
}
