//! An id in a path. A malformed id cannot exist, so it is answered exactly as an id that does not exist.

use std::marker::PhantomData;

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};
use uuid::Uuid;

use crate::{
    domain::{AdjustmentId, ApiKeyId, BusinessId, CustomerId, OrderId, PaymentId, ProductId, RefundId, ReturnId},
    error::{Entity, Error, Result},
};

/// An id that stands in a path, under a fixed parameter name.
pub trait PathId: From<Uuid> {
    /// What it names, for the answer when there is none.
    const ENTITY: Entity;
    /// The path parameter that holds it, as in `/v1/customers/{customer_id}`.
    const PARAMETER: &'static str;
}

macro_rules! path_id {
    ($($type:ty: $entity:ident in $parameter:literal),+ $(,)?) => {
        $(impl PathId for $type {
            const ENTITY: Entity = Entity::$entity;
            const PARAMETER: &'static str = $parameter;
        })+
    };
}

path_id! {
    BusinessId: Business in "business_id",
    ApiKeyId: ApiKey in "key_id",
    CustomerId: Customer in "customer_id",
    ProductId: Product in "product_id",
    OrderId: Order in "order_id",
    PaymentId: Payment in "payment_id",
    AdjustmentId: Adjustment in "adjustment_id",
    RefundId: Refund in "refund_id",
    ReturnId: Return in "return_id",
}

/// The id that the path holds under [`PathId::PARAMETER`].
#[derive(Debug, Clone, Copy)]
pub struct IdPath<T>(pub T);

impl<T: PathId + Send, S: Send + Sync> FromRequestParts<S> for IdPath<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        // axum rejects the parameters only if the path is not UTF-8. That is an id that does not exist, too.
        let parameters =
            RawPathParams::from_request_parts(parts, state).await.map_err(|_| Error::NotFound(T::ENTITY))?;
        match parameters.iter().find(|(name, _)| *name == T::PARAMETER) {
            Some((_, text)) => parse::<T>(text).map(Self),
            None => Err(wrong_route(PhantomData::<T>)),
        }
    }
}

/// Accepts the hyphenated form only, so that every thing has one address.
pub(super) fn parse<T: PathId>(text: &str) -> Result<T> {
    const HYPHENATED_CHARS: usize = 36;
    match Uuid::try_parse(text) {
        Ok(id) if text.len() == HYPHENATED_CHARS => Ok(T::from(id)),
        _ => Err(Error::NotFound(T::ENTITY)),
    }
}

fn wrong_route<T: PathId>(_: PhantomData<T>) -> Error {
    Error::internal(anyhow::anyhow!("the route has no {{{}}} in its path", T::PARAMETER))
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::{
        domain::CustomerId,
        error::{Entity, Error},
    };

    #[test]
    fn a_malformed_id_is_an_id_that_does_not_exist() {
        let simple = CustomerId::new().uuid().simple().to_string();
        for wrong in ["", "1", "../etc", &simple, "{0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c11}"] {
            let refused = parse::<CustomerId>(wrong);
            assert!(matches!(refused, Err(Error::NotFound(Entity::Customer))), "{wrong:?} gave {refused:?}");
        }
        assert!(parse::<CustomerId>(&CustomerId::new().to_string()).is_ok());
    }
}
