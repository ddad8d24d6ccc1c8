//! `/v1/businesses`: the platform's tenants. Admin token only.

use axum::{extract::State, response::Response};

use super::movement_response;
use crate::{
    domain::{Business, IdempotencyKey, NewBusiness},
    error::Result,
    http::{
        extract::{Admin, Json},
        openapi::problems::{BODY, COMMON, ONCE, PLATFORM, problems},
        state::AppState,
    },
};

problems!(CreateProblems: COMMON, PLATFORM, BODY, ONCE);

/// Create a business
#[utoipa::path(
    post,
    path = "/v1/businesses",
    operation_id = "createBusiness",
    tag = "platform",
    security(("admin" = [])),
    params(super::OptionalIdempotencyHeader),
    request_body = NewBusiness,
    responses(
        (status = 201, description = "Created; or created before with this key, as it was answered then", body = Business,
            headers(("Idempotent-Replayed" = bool, description = "`true` if this is the answer to an earlier request; else absent"))),
        CreateProblems,
    ),
)]
pub async fn create(
    State(state): State<AppState>,
    _: Admin,
    idempotency_key: Option<IdempotencyKey>,
    Json(new): Json<NewBusiness>,
) -> Result<Response> {
    Ok(movement_response(state.db.business_create(idempotency_key, new).await?))
}
