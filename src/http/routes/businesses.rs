//! `/v1/businesses`: the platform's tenants, with the admin token only. `/v1/business`: the caller's own.

use axum::{extract::State, response::Response};

use super::movement_response;
use crate::{
    domain::{Business, IdempotencyKey, NewBusiness},
    error::Result,
    http::{
        extract::{Admin, Json, Reader},
        openapi::problems::{BODY, COMMON, Code, ONCE, PLATFORM, problems},
        state::AppState,
    },
};

problems!(CreateProblems: COMMON, PLATFORM, BODY, ONCE);
problems!(GetProblems: COMMON, &[Code::BusinessNotFound]);

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

/// Get your own business
#[utoipa::path(
    get,
    path = "/v1/business",
    operation_id = "getBusiness",
    tag = "business",
    security(("business" = [])),
    responses((status = 200, description = "The business that the credentials belong to", body = Business), GetProblems),
)]
pub async fn get(State(state): State<AppState>, Reader(caller): Reader) -> Result<Json<Business>> {
    Ok(Json(state.db.business_get(caller.business_id).await?))
}
