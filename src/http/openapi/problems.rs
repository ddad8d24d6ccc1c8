//! The error answers of each route, for the OpenAPI document: by status, with an example of every code.

use std::{collections::BTreeMap, time::Duration};

use serde_json::json;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Content, HeaderBuilder, Ref, RefOr, Response, ResponseBuilder,
        example::{Example, ExampleBuilder},
    },
};

use crate::{
    domain::{Balance, Money, ProductId},
    error::{Entity, Error, Fault, Shortage},
    http::problem::{MEDIA_TYPE, Problem, status},
};

/// What any route can answer before it is even asked: a body may be announced where none is read.
pub const ANY: &[&str] = &["body_too_large", "internal_error", "overloaded"];
/// What any authenticated route adds.
pub const COMMON: &[&str] = &["unauthenticated", "forbidden", "rate_limited", "database_unavailable"];
/// What a platform route adds: it does not exist on a server without an admin token.
pub const PLATFORM: &[&str] = &["route_not_found"];
/// What a route with query parameters adds.
pub const QUERY: &[&str] = &["invalid_request"];
/// What a route with a body adds.
pub const BODY: &[&str] = &["invalid_json", "invalid_request", "request_timeout", "unsupported_media_type"];
/// What a route with an idempotency key adds.
pub const IDEMPOTENT: &[&str] = &["idempotency_key_missing", "idempotency_key_reused", "invalid_request"];

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
pub fn responses(sets: &[&[&str]]) -> BTreeMap<String, RefOr<Response>> {
    let mut by_status: BTreeMap<u16, Vec<Error>> = BTreeMap::new();
    for error in samples() {
        if ANY.contains(&error.code()) || sets.iter().any(|codes| codes.contains(&error.code())) {
            by_status.entry(status(&error).as_u16()).or_default().push(error);
        }
    }
    by_status.into_iter().map(|(status, errors)| (status.to_string(), response(&errors).into())).collect()
}

fn response(errors: &[Error]) -> Response {
    let codes: Vec<_> = errors.iter().map(|error| format!("`{}`", error.code())).collect();
    let mut content = Content::new(Some(Ref::from_schema_name(Problem::name())));
    content.examples = errors.iter().map(|error| (error.code().to_owned(), example(error).into())).collect();
    let mut response = ResponseBuilder::new().description(codes.join(", ")).content(MEDIA_TYPE, content);
    if errors.iter().any(|error| matches!(status(error).as_u16(), 429 | 503)) {
        let header = HeaderBuilder::new()
            .schema(Some(i32::schema()))
            .description(Some("Whole seconds after which the next try can succeed"))
            .build();
        response = response.header("Retry-After", header);
    }
    response.build()
}

fn example(error: &Error) -> Example {
    let problem = Problem::new(error, "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c11");
    ExampleBuilder::new().value(Some(json!(problem))).build()
}

/// One error of each code.
fn samples() -> Vec<Error> {
    let mut samples = vec![
        Error::InvalidJson { detail: "expected value at line 1 column 1".to_owned() },
        Error::IdempotencyKeyMissing,
        crate::auth::UNAUTHENTICATED,
        Error::Forbidden("these credentials lack the scope write"),
        Error::ProductsNotFound(vec![Fault::body("/items/0/product_id", "no such product")]),
        Error::RequestTimeout,
        Error::AlreadyExists(vec![Fault::body("/sku", "another product has this sku")]),
        Error::CustomerBlocked,
        Error::BodyTooLarge { limit_bytes: 256 * 1024 },
        Error::UnsupportedMediaType,
        Error::invalid_body("/name", "must have 1 to 200 characters"),
        Error::IdempotencyKeyReused,
        Error::RateLimited { retry_after: Duration::from_secs(1) },
        Error::Internal(anyhow::anyhow!("not shown")),
        Error::Overloaded,
        Error::DatabaseUnavailable(anyhow::anyhow!("not shown")),
        Error::InsufficientStock(vec![Shortage {
            product_id: ProductId::from(uuid::uuid!("0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c22")),
            requested: 12,
            available: 7,
        }]),
    ];
    samples.extend(
        [Entity::Business, Entity::ApiKey, Entity::Customer, Entity::Order, Entity::Route].map(Error::NotFound),
    );
    if let (Ok(credit_limit), Ok(balance), Ok(required)) =
        (Money::try_from(100_000), Balance::try_from(95_000), Money::try_from(12_500))
    {
        samples.push(Error::CreditLimitExceeded { credit_limit, balance, required });
    }
    samples
}

#[cfg(test)]
mod tests {
    use super::{BODY, COMMON, IDEMPOTENT, QUERY, responses};

    #[test]
    fn codes_of_one_status_share_a_response_with_an_example_each() {
        let responses = responses(&[COMMON, QUERY, BODY, IDEMPOTENT]);
        let statuses: Vec<_> = responses.keys().map(String::as_str).collect();
        assert_eq!(statuses, ["400", "401", "403", "408", "413", "415", "422", "429", "500", "503"]);
        let text = serde_json::to_value(&responses["422"]).unwrap();
        let examples = text["content"]["application/problem+json"]["examples"].as_object().unwrap();
        assert_eq!(examples.keys().collect::<Vec<_>>(), ["idempotency_key_reused", "invalid_request"]);
    }
}
