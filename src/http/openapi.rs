//! What the OpenAPI document says beside the routes: its head, the ways to authenticate, and the error answers.
//!
//! The example of every error answer is made by the code that makes the answer, so it cannot be out of date.

use std::collections::BTreeMap;

use utoipa::{
    IntoResponses, Modify, OpenApi,
    openapi::{
        ContentBuilder, HeaderBuilder, Ref, RefOr, Response, ResponseBuilder,
        example::ExampleBuilder,
        schema::{ObjectBuilder, Type},
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use super::problem::{self, Problem};
use crate::{
    auth::UNAUTHENTICATED,
    error::{Error, Fault},
};

/// The security scheme of a business's routes.
pub const BUSINESS_CREDENTIALS: &str = "business";
/// The security scheme of the platform's routes.
pub const ADMIN_CREDENTIALS: &str = "admin";

/// The document that the routes add themselves to.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "tallystick",
        description = "Businesses sell products to their customers on credit. Every amount is a whole number of minor units of the \
            business's currency. Every error is `application/problem+json` with a stable `code`. Every request that moves money \
            or stock takes an `Idempotency-Key`, so that it can be sent again until it is answered.",
        license(name = "MIT OR Apache-2.0")
    ),
    components(schemas(Problem)),
    modifiers(&Credentials),
    tags((name = "operations", description = "For whoever runs the server"))
)]
pub struct Document;

struct Credentials;

impl Modify for Credentials {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let bearer = |description: &str| {
            let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(description));
            SecurityScheme::Http(bearer.build())
        };
        let components = document.components.get_or_insert_default();
        components.add_security_scheme(
            BUSINESS_CREDENTIALS,
            bearer(
                "An API key (`tally_…`) or a JSON Web Token that names the business, with the scope `read` or `write`.",
            ),
        );
        components.add_security_scheme(ADMIN_CREDENTIALS, bearer("The operator's `TALLYSTICK_ADMIN_TOKEN`."));
    }
}

/// The answers of a route to these errors: one per status, with an example per code.
#[must_use]
pub fn problems(errors: impl IntoIterator<Item = Error>) -> BTreeMap<String, RefOr<Response>> {
    let mut by_status = BTreeMap::<_, Vec<Error>>::new();
    for error in errors {
        by_status.entry(problem::status(&error).as_u16()).or_default().push(error);
    }
    by_status.into_iter().map(|(status, errors)| (status.to_string(), RefOr::T(answer(status, &errors)))).collect()
}

fn answer(status: u16, errors: &[Error]) -> Response {
    const REQUEST_ID: &str = "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c11";
    let examples = errors.iter().map(|error| {
        let value = serde_json::to_value(Problem::new(error, REQUEST_ID)).unwrap_or_default();
        (error.code(), ExampleBuilder::new().value(Some(value)).build())
    });
    let content =
        ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).examples_from_iter(examples).build();
    let mut codes = errors.iter().map(|error| format!("`{}`", error.code())).collect::<Vec<_>>();
    codes.dedup();
    let mut response = ResponseBuilder::new().description(codes.join(", ")).content(problem::MEDIA_TYPE, content);
    if matches!(status, 429 | 503) {
        let seconds = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).build();
        let header =
            HeaderBuilder::new().schema(Some(seconds)).description(Some("Seconds to wait before the next try")).build();
        response = response.header("Retry-After", header);
    }
    response.build()
}

/// What any route can answer.
fn anywhere() -> Vec<Error> {
    vec![
        Error::Overloaded,
        Error::DatabaseUnavailable(anyhow::anyhow!("an example")),
        Error::Internal(anyhow::anyhow!("an example")),
    ]
}

/// What a route can answer that takes a business's credentials: add the route's own errors to it.
#[must_use]
pub fn read_errors() -> Vec<Error> {
    let mut errors = anywhere();
    errors.extend([
        UNAUTHENTICATED,
        Error::Forbidden("these credentials lack the scope read"),
        Error::RateLimited { retry_after: std::time::Duration::from_secs(1) },
    ]);
    errors
}

/// What a route can answer that also takes query parameters.
#[must_use]
pub fn list_errors() -> Vec<Error> {
    let mut errors = read_errors();
    errors.push(Error::InvalidRequest(vec![Fault::query("/limit", "must be a whole number from 1 to 200")]));
    errors
}

/// What a route can answer that also takes a body.
#[must_use]
pub fn write_errors() -> Vec<Error> {
    let mut errors = read_errors();
    errors.extend(body_errors());
    errors
}

/// What a route can answer that also moves money or stock.
#[must_use]
pub fn movement_errors() -> Vec<Error> {
    let mut errors = write_errors();
    errors.extend([Error::IdempotencyKeyMissing, Error::IdempotencyKeyReused]);
    errors
}

/// What a platform route can answer.
#[must_use]
pub fn admin_errors() -> Vec<Error> {
    let mut errors = anywhere();
    errors.extend([UNAUTHENTICATED, Error::Forbidden("this route takes the admin token")]);
    errors
}

/// What reading a body can end in.
#[must_use]
pub fn body_errors() -> Vec<Error> {
    vec![
        Error::InvalidJson { detail: "EOF while parsing an object at line 1 column 1".to_owned() },
        Error::RequestTimeout,
        Error::BodyTooLarge { limit_bytes: 262_144 },
        Error::UnsupportedMediaType,
        Error::invalid_body("/name", "must have 1 to 200 characters"),
    ]
}

/// Defines a set of error answers to name in a route's `responses(...)`.
///
/// `problem_set!(CustomerProblems = read_errors(), Error::NotFound(Entity::Customer));`
#[macro_export]
macro_rules! problem_set {
    ($(#[$doc:meta])* $visibility:vis $name:ident = $base:expr $(, $error:expr)* $(,)?) => {
        $(#[$doc])*
        $visibility struct $name;

        impl utoipa::IntoResponses for $name {
            fn responses() -> std::collections::BTreeMap<String, utoipa::openapi::RefOr<utoipa::openapi::Response>> {
                let mut errors: Vec<$crate::error::Error> = $base;
                errors.extend([$($error),*]);
                $crate::http::openapi::problems(errors)
            }
        }
    };
}

/// The answers of a route that cannot fail in any way of its own.
pub struct AnyProblems;

impl IntoResponses for AnyProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        problems(anywhere())
    }
}
