//! The error answers of each route, for the OpenAPI document: by status, with an example of every code.
//!
//! A route lists its codes with `problems!`. A code that is misspelt there does not compile.

use std::collections::BTreeMap;

use serde_json::json;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Content, HeaderBuilder, Ref, RefOr, Response, ResponseBuilder,
        example::{Example, ExampleBuilder},
    },
};

use super::samples::sample;
pub use crate::code::Code;
use crate::http::{
    error::HttpError,
    problem::{MEDIA_TYPE, Problem},
};

/// What any route can answer before its handler runs. A client may announce a body where none is read.
///
/// It may send a query parameter that the route does not have, and that is `invalid_request`.
pub const ANY: &[Code] = &[Code::BodyTooLarge, Code::InvalidRequest, Code::InternalError, Code::Overloaded];
/// What any authenticated route adds.
pub const COMMON: &[Code] =
    &[Code::Unauthenticated, Code::Forbidden, Code::RateLimited, Code::TooManyAttempts, Code::DatabaseUnavailable];
/// What a platform route adds: it does not exist on a server without an admin token.
pub const PLATFORM: &[Code] = &[Code::RouteNotFound];
/// What a route with query parameters adds.
pub const QUERY: &[Code] = &[Code::InvalidRequest];
/// What a route with a body adds.
pub const BODY: &[Code] =
    &[Code::InvalidJson, Code::InvalidHttp, Code::InvalidRequest, Code::RequestTimeout, Code::UnsupportedMediaType];
/// What a route with an idempotency key adds.
pub const IDEMPOTENT: &[Code] = &[Code::IdempotencyKeyMissing, Code::IdempotencyKeyReused, Code::InvalidRequest];

/// What a route with an optional idempotency key adds.
pub const ONCE: &[Code] = &[Code::IdempotencyKeyReused, Code::InvalidRequest];
/// What a route that changes a record adds.
pub const CONDITIONAL: &[Code] = &[Code::PreconditionFailed, Code::InvalidRequest];

/// Names a route's error answers, for use in `responses(…)`.
macro_rules! problems {
    ($name:ident: $($codes:expr),+ $(,)?) => {
        struct $name;

        impl utoipa::IntoResponses for $name {
            fn responses() -> std::collections::BTreeMap<
                String,
                utoipa::openapi::RefOr<utoipa::openapi::Response>,
            > {
                $crate::http::openapi::problems::responses(&[$($codes),+])
            }
        }
    };
}
pub(crate) use problems;

/// The responses for some sets of codes, grouped by status.
#[must_use]
pub fn responses(sets: &[&[Code]]) -> BTreeMap<String, RefOr<Response>> {
    let mut by_status: BTreeMap<u16, Vec<HttpError>> = BTreeMap::new();
    for code in Code::ALL {
        let is_listed = ANY.contains(code) || sets.iter().any(|set| set.contains(code));
        // A test makes a sample of every code, so none is left out.
        if let (true, Ok(error)) = (is_listed, sample(*code)) {
            by_status.entry(code.status()).or_default().push(error);
        }
    }
    by_status.into_iter().map(|(status, errors)| (status.to_string(), response(&errors).into())).collect()
}

/// The response of one status.
fn response(errors: &[HttpError]) -> Response {
    let codes: Vec<_> = errors.iter().map(|error| format!("`{}`", error.code().name())).collect();
    let mut content = Content::new(Some(Ref::from_schema_name(Problem::name())));
    content.examples = errors.iter().map(|error| (error.code().name().to_owned(), example(error).into())).collect();
    let mut response = ResponseBuilder::new().description(codes.join(", ")).content(MEDIA_TYPE, content);
    if errors.iter().any(|error| error.retry_after().is_some()) {
        let header = HeaderBuilder::new()
            .schema(Some(i32::schema()))
            .description(Some("Whole seconds after which the next try can succeed"))
            .build();
        response = response.header("Retry-After", header);
    }
    response.build()
}

fn example(error: &HttpError) -> Example {
    let problem = Problem::new(error, "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c11");
    ExampleBuilder::new().value(Some(json!(problem))).build()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{BODY, COMMON, Code, IDEMPOTENT, MEDIA_TYPE, QUERY, responses};
    use crate::http::router::document;

    #[test]
    fn codes_of_one_status_share_a_response_with_an_example_each() {
        let responses = responses(&[COMMON, QUERY, BODY, IDEMPOTENT]);
        let statuses: Vec<_> = responses.keys().map(String::as_str).collect();
        assert_eq!(statuses, ["400", "401", "403", "408", "413", "415", "422", "429", "500", "503"]);
        let text = serde_json::to_value(&responses["422"]).unwrap();
        let examples = text["content"][MEDIA_TYPE]["examples"].as_object().unwrap();
        assert_eq!(examples.keys().collect::<Vec<_>>(), ["idempotency_key_reused", "invalid_request"]);
    }

    #[test]
    fn every_code_is_described_at_a_route_unless_no_route_answers_it() {
        const NO_ROUTE: [Code; 4] =
            [Code::MethodNotAllowed, Code::UriTooLong, Code::HeadersTooLarge, Code::HttpVersionNotSupported];
        let text = document().to_json().unwrap();
        let is_described = |code: &Code| text.contains(&format!("\"urn:tallystick:problem:{}\"", code.name()));
        let missing: BTreeSet<_> =
            Code::ALL.iter().filter(|code| !is_described(code)).map(|code| code.name()).collect();
        assert_eq!(missing, BTreeSet::from(NO_ROUTE.map(Code::name)));
    }
}
