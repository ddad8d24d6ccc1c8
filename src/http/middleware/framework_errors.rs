//! Error answers that axum makes by itself: it refuses unknown routes and methods in plain text, or with an empty body.

use axum::{
    body::Body,
    http::{Method, StatusCode, header},
    response::Response,
};

use crate::{
    error::Error,
    http::{error::HttpError, problem},
};

/// Our own error for such an answer; `None` if the answer is no error, or is a problem already.
pub fn as_our_error(response: &Response) -> Option<HttpError> {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return None;
    }
    let content_type = response.headers().get(header::CONTENT_TYPE);
    if content_type.is_some_and(|value| value.as_bytes() == problem::MEDIA_TYPE.as_bytes()) {
        return None;
    }
    Some(match status {
        StatusCode::NOT_FOUND => HttpError::RouteNotFound,
        // The router adds `Allow` after this layer, because only the router knows the methods.
        StatusCode::METHOD_NOT_ALLOWED => HttpError::MethodNotAllowed,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => HttpError::UnsupportedMediaType,
        StatusCode::REQUEST_TIMEOUT => HttpError::RequestTimeout,
        StatusCode::SERVICE_UNAVAILABLE => Error::Overloaded.into(),
        status if status.is_client_error() => Error::InvalidRequest(Vec::new()).into(),
        status => Error::internal(anyhow::anyhow!("the framework answered {status}")).into(),
    })
}

/// `OPTIONS` asks a route for its methods. axum refuses it with 405; this makes it a 204, and the router adds `Allow`.
pub fn answer_options(method: &Method, response: Response) -> Response {
    if *method != Method::OPTIONS || response.status() != StatusCode::METHOD_NOT_ALLOWED {
        return response;
    }
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = StatusCode::NO_CONTENT;
    answer
}
