//! `/v1/businesses`: the platform's tenants. Admin token only.

use axum::{extract::State, http::StatusCode};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    db::NewBusiness,
    domain::{Business, Currency, Name},
    error::{Error, Result},
    http::{
        extract::{Admin, Json},
        openapi::problems::{BODY, COMMON, PLATFORM, problems},
        state::AppState,
    },
};

const MAX_OVERDUE_AFTER_DAYS: i32 = 3650;

/// A business to create.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"name": "Corner Wholesale", "currency": "EUR", "overdue_after_days": 30})))]
pub struct BusinessRequest {
    /// What it is called.
    name: Name,
    /// The currency whose minor units all its amounts will count. It cannot be changed later.
    currency: Currency,
    /// An unpaid charge older than this many days of 24 hours makes its customer overdue.
    #[serde(default = "thirty")]
    #[schema(minimum = 0, maximum = 3650, default = 30)]
    overdue_after_days: i32,
}

const fn thirty() -> i32 {
    30
}

problems!(CreateProblems: COMMON, PLATFORM, BODY);

/// Create a business
#[utoipa::path(
    post,
    path = "/v1/businesses",
    operation_id = "createBusiness",
    tag = "platform",
    security(("admin" = [])),
    request_body = BusinessRequest,
    responses((status = 201, description = "Created", body = Business), CreateProblems),
)]
pub async fn create(
    State(state): State<AppState>,
    _: Admin,
    Json(request): Json<BusinessRequest>,
) -> Result<(StatusCode, Json<Business>)> {
    if !(0..=MAX_OVERDUE_AFTER_DAYS).contains(&request.overdue_after_days) {
        let hint = format!("must be a whole number from 0 to {MAX_OVERDUE_AFTER_DAYS}");
        return Err(Error::invalid_body("/overdue_after_days", hint));
    }
    let new =
        NewBusiness { name: request.name, currency: request.currency, overdue_after_days: request.overdue_after_days };
    Ok((StatusCode::CREATED, Json(state.db.business_create(new).await?)))
}
