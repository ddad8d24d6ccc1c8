//! `/v1/businesses`: the platform's tenants. Admin token only.

use axum::{extract::State, http::StatusCode};

use crate::{
    domain::{Business, NewBusiness},
    error::Result,
    http::{
        extract::{Admin, Json},
        openapi::problems::{BODY, COMMON, PLATFORM, problems},
        state::AppState,
    },
};

problems!(CreateProblems: COMMON, PLATFORM, BODY);

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
