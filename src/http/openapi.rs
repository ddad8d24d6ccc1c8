//! What the OpenAPI document says beside the routes: its head, the ways to authenticate, and the error answers.
//!
//! The code that makes an error answer also makes its example, so the example cannot be out of date.

pub mod problems;
mod samples;

use utoipa::{
    Modify, OpenApi,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};

use super::problem::Problem;
use crate::domain::{AdjustmentId, PaymentId, RefundId};

/// The security scheme of a business's routes.
const BUSINESS_CREDENTIALS: &str = "business";
/// The security scheme of the platform's routes.
const ADMIN_CREDENTIALS: &str = "admin";

/// The document that the routes add themselves to.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "tallystick",
        description = "Businesses sell products to their customers on credit. Every amount is a whole number of minor units of the \
            business's currency. Every number in a body is a whole one, in plain digits: `100`, neither `100.0` nor `1e2`. Every error is `application/problem+json` with a stable `code`. Every request that moves money \
            or stock takes an `Idempotency-Key`, so that it can be sent again until it is answered.",
        license(name = "MIT OR Apache-2.0")
    ),
    // What only paths name.
    components(schemas(Problem, PaymentId, AdjustmentId, RefundId)),
    modifiers(&Credentials),
    tags(
        (name = "purchases", description = "Buying on credit, and paying"),
        (name = "corrections", description = "Adjustments, refunds, and who may owe more than the credit limit"),
        (name = "customers", description = "Who buys, what they owe, and who is late"),
        (name = "products", description = "What is sold, and how much of it there is"),
        (name = "orders", description = "The records that purchases leave"),
        (name = "business", description = "What the credentials belong to"),
        (name = "platform", description = "Businesses and their API keys, with the admin token"),
        (name = "operations", description = "For whoever runs the server")
    )
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
                "An API key (`tally_…`) or a JSON Web Token that names the business, with the scope `read` or `write`; `price`, too, for a purchase with prices of the caller; `adjust`, too, for corrections and for a purchase beyond the credit limit.",
            ),
        );
        components.add_security_scheme(ADMIN_CREDENTIALS, bearer("The operator's `TALLYSTICK_ADMIN_TOKEN`."));
    }
}
