//! One error of each code, for the examples of the OpenAPI document.

use std::time::Duration;

use chrono::DateTime;

use crate::{
    auth::UNAUTHENTICATED,
    code::Code,
    domain::ProductId,
    error::{ChargeExcess, Entity, Error, Excess, Fault, LineExcess, Shortage},
    http::error::HttpError,
};

/// An error of that code. Fails only if one of the numbers here is out of its type's range.
pub fn sample(code: Code) -> Result<HttpError, String> {
    let excess = Excess { requested: 5_000.try_into()?, available: 3_750.try_into()? };
    let charge = ChargeExcess { charge_id: uuid::uuid!("0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c24").into(), excess };
    let refused_by_operation = match code {
        Code::Unauthenticated => UNAUTHENTICATED,
        Code::TooManyAttempts => Error::TooManyAttempts { retry_after: Duration::from_secs(1) },
        Code::Forbidden => Error::Forbidden("these credentials lack the scope write"),
        Code::ProductNotFound => Error::ProductsNotFound(vec![Fault::body("/items/0/product_id", "no such product")]),
        Code::BusinessNotFound => Error::NotFound(Entity::Business),
        Code::ApiKeyNotFound => Error::NotFound(Entity::ApiKey),
        Code::CustomerNotFound => Error::NotFound(Entity::Customer),
        Code::OrderNotFound => Error::NotFound(Entity::Order),
        Code::PaymentNotFound => Error::NotFound(Entity::Payment),
        Code::AdjustmentNotFound => Error::NotFound(Entity::Adjustment),
        Code::RefundNotFound => Error::NotFound(Entity::Refund),
        Code::ReturnNotFound => Error::NotFound(Entity::Return),
        Code::AlreadyExists => Error::AlreadyExists {
            faults: vec![Fault::body("/sku", "another product has this sku")],
            existing_id: Some(uuid::uuid!("0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c22")),
        },
        Code::PreconditionFailed => Error::VersionDiffers,
        Code::CustomerBlocked => Error::CustomerBlocked,
        Code::CustomerOverdue => Error::CustomerOverdue { due_at: DateTime::UNIX_EPOCH },
        Code::QuantityExceedsReturnable => {
            Error::QuantityExceedsReturnable(vec![LineExcess { line_no: 1, requested: 3, available: 2 }])
        }
        Code::ChargeOpenAmountExceeded => Error::ChargeOpenAmountExceeded(vec![charge]),
        Code::AllocatedAmountExceeded => Error::AllocatedAmountExceeded(vec![charge]),
        Code::UnappliedCreditExceeded => Error::UnappliedCreditExceeded(excess),
        Code::CreditBalanceExceeded => Error::CreditBalanceExceeded(excess),
        Code::BalanceExceeded => Error::BalanceExceeded(excess),
        Code::AlreadyReversed => {
            Error::AlreadyReversed { reversal_id: uuid::uuid!("0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c28").into() }
        }
        Code::NotReversible => Error::NotReversible,
        Code::ChargeNotFound => {
            Error::ChargesNotFound(vec![Fault::body("/allocations/0/charge_id", "no such charge of this customer")])
        }
        Code::AllocationsExceedAmount => {
            Error::AllocationsExceedAmount(Fault::body("/allocations", "add up to 6000, more than the amount"))
        }
        Code::InsufficientStock => Error::InsufficientStock(vec![Shortage {
            product_id: ProductId::from(uuid::uuid!("0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c22")),
            requested: 12,
            available: 7,
        }]),
        Code::StockNotTracked => Error::StockNotTracked,
        Code::StockNotZero => Error::StockNotZero { stock: 7.try_into()?, backordered: 0.try_into()? },
        Code::BackorderLimitTooLow => Error::BackorderLimitTooLow { backordered: 12.try_into()? },
        Code::CreditLimitExceeded => Error::CreditLimitExceeded {
            credit_limit: 100_000.try_into()?,
            balance: 95_000.try_into()?,
            required: 12_500.try_into()?,
        },
        Code::InvalidRequest => Error::invalid_body("/name", "must have 1 to 200 characters"),
        Code::IdempotencyKeyReused => Error::IdempotencyKeyReused,
        Code::InternalError => Error::Internal(anyhow::anyhow!("not shown")),
        Code::Overloaded => Error::Overloaded,
        Code::DatabaseUnavailable => Error::DatabaseUnavailable(anyhow::anyhow!("not shown")),
        Code::InvalidJson => {
            return Ok(HttpError::InvalidJson { detail: "expected value at line 1 column 1".to_owned() });
        }
        Code::IdempotencyKeyMissing => return Ok(HttpError::IdempotencyKeyMissing),
        Code::InvalidHttp => return Ok(HttpError::InvalidHttp { detail: "it has no Host header" }),
        Code::HttpVersionNotSupported => return Ok(HttpError::VersionNotSupported),
        Code::ShuttingDown => return Ok(HttpError::ShuttingDown),
        Code::RouteNotFound => return Ok(HttpError::RouteNotFound),
        Code::MethodNotAllowed => return Ok(HttpError::MethodNotAllowed),
        Code::RequestTimeout => return Ok(HttpError::RequestTimeout),
        Code::BodyTooLarge => return Ok(HttpError::BodyTooLarge { limit_bytes: 256 * 1024 }),
        Code::UriTooLong => return Ok(HttpError::UriTooLong),
        Code::UnsupportedMediaType => return Ok(HttpError::UnsupportedMediaType),
        Code::RateLimited => return Ok(HttpError::RateLimited { retry_after: Duration::from_secs(1) }),
        Code::HeadersTooLarge => return Ok(HttpError::HeadersTooLarge),
    };
    Ok(refused_by_operation.into())
}

#[cfg(test)]
mod tests {
    use std::{fmt::Write, fs, path::Path};

    use axum::{body::to_bytes, response::Response};

    use super::sample;
    use crate::{code::Code, http::problem::render};

    #[test]
    fn every_code_has_a_sample_of_its_own() {
        for code in Code::ALL {
            assert_eq!(sample(*code).unwrap().code(), *code);
        }
    }

    /// `problems.txt` has every problem as clients know it: status, headers and body. Any change but a new code changes the
    /// API.
    #[tokio::test]
    async fn every_problem_is_as_clients_know_it() {
        let mut written = String::new();
        for code in Code::ALL {
            let response = render(&sample(*code).unwrap(), "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c11");
            written += &as_text(response).await;
        }
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http/openapi/problems.txt");
        if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
            fs::write(&file, &written).unwrap();
        }
        let known = fs::read_to_string(&file).unwrap();
        assert_eq!(written, known, "after a new code: UPDATE_SNAPSHOTS=1 cargo test --lib every_problem");
    }

    async fn as_text(response: Response) -> String {
        let mut text = format!("{}\n", response.status());
        for (name, value) in response.headers() {
            writeln!(text, "{name}: {}", value.to_str().unwrap()).unwrap();
        }
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        text + std::str::from_utf8(&body).unwrap() + "\n\n"
    }
}
