//! `/v1/businesses`: the platform's tenants, with the admin token only. `/v1/business`: the caller's own.

use axum::{extract::State, http::StatusCode};

use crate::{
    domain::{Business, NewBusiness},
    error::Result,
    http::{
        extract::{Admin, Json, Reader},
        openapi::problems::{BODY, COMMON, Code, PLATFORM, problems},
        state::AppState,
    },
};

problems!(CreateProblems: COMMON, PLATFORM, BODY);
problems!(GetProblems: COMMON, &[Code::BusinessNotFound]);

/// Create a business
#[utoipa::path(
    post,
    path = "/v1/businesses",
    operation_id = "createBusiness",
    tag = "platform",
    security(("admin" = [])),
    request_body = NewBusiness,
    responses((status = 201, description = "Created", body = Business), CreateProblems),
)]
pub async fn create(
    State(state): State<AppState>,
    _: Admin,
    Json(new): Json<NewBusiness>,
) -> Result<(StatusCode, Json<Business>)> {
    Ok((StatusCode::CREATED, Json(state.db.business_create(new).await?)))
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
