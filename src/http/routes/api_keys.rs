//! `/v1/businesses/{business_id}/api-keys`: what a business's programs identify themselves with. Admin token only.

use axum::{extract::State, http::StatusCode};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::Paging;
use crate::{
    auth::GeneratedKey,
    domain::{ApiKey, ApiKeyId, BusinessId, IdempotencyKey, NewApiKey, Page, Scope},
    error::Result,
    http::{
        extract::{Admin, IdPath, Json, Query},
        openapi::problems::{BODY, COMMON, Code, ONCE, PLATFORM, QUERY, problems},
        state::AppState,
    },
};

/// A new API key with the secret, which is shown this once.
#[derive(Debug, Serialize, ToSchema)]
#[schema(examples(json!({
    "id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c12",
    "key": "tally_0198c5a07d3e7c1a9f273b1f0f6f2c11_k3J9xQ2mLp0Z_…",
    "name": "checkout", "prefix": "k3J9xQ2mLp0Z", "scopes": ["read", "write"],
    "expires_at": null, "created_at": "2026-03-14T09:26:53.589793Z"
})))]
pub struct CreatedApiKey {
    /// The key's id, for revoking it.
    id: ApiKeyId,
    /// The whole key, to be sent as `Authorization: Bearer`. It is not stored and cannot be shown again.
    #[schema(examples("tally_0198c5a07d3e7c1a9f273b1f0f6f2c11_k3J9xQ2mLp0Z_…"))]
    key: String,
    /// What it is for.
    name: String,
    /// The public part of the key, to recognise it by.
    #[schema(examples("k3J9xQ2mLp0Z"))]
    prefix: String,
    /// What it allows.
    scopes: Vec<Scope>,
    /// When it stops working; `null` for never.
    #[schema(required)]
    expires_at: Option<DateTime<Utc>>,
    /// When it was created.
    created_at: DateTime<Utc>,
}

type ApiKeyPage = Page<ApiKey>;

problems!(CreateProblems: COMMON, PLATFORM, BODY, ONCE, &[Code::BusinessNotFound, Code::AlreadyExists]);
problems!(ListProblems: COMMON, PLATFORM, QUERY, &[Code::BusinessNotFound]);
problems!(RevokeProblems: COMMON, PLATFORM, &[Code::BusinessNotFound, Code::ApiKeyNotFound]);

/// Create an API key
///
/// The secret is shown once. So a second request with one `Idempotency-Key` is refused with `already_exists`, and told which API
/// key the first one created.
#[utoipa::path(
    post,
    path = "/v1/businesses/{business_id}/api-keys",
    operation_id = "createApiKey",
    tag = "platform",
    security(("admin" = [])),
    params(("business_id" = BusinessId, Path, description = "The business"), super::OptionalIdempotencyHeader),
    request_body = NewApiKey,
    responses((status = 201, description = "Created", body = CreatedApiKey), CreateProblems),
)]
pub async fn create(
    State(state): State<AppState>,
    _: Admin,
    IdPath(business_id): IdPath<BusinessId>,
    idempotency_key: Option<IdempotencyKey>,
    Json(new): Json<NewApiKey>,
) -> Result<(StatusCode, Json<CreatedApiKey>)> {
    let generated = GeneratedKey::generate(business_id)?;
    let ApiKey { id, name, prefix, scopes, expires_at, created_at, .. } =
        state.db.api_key_create(business_id, idempotency_key, new, generated.prefix, generated.hash).await?;
    state.authenticator.key_was_created(generated.hash).await;
    let created = CreatedApiKey { id, key: generated.plain, name, prefix, scopes, expires_at, created_at };
    Ok((StatusCode::CREATED, Json(created)))
}

/// List a business's API keys
///
/// In the order of the keys' ids, the newest first. An id is made when the server begins to work on a request, so keys that were
/// created at the same time may stand in another order than that of `created_at`.
#[utoipa::path(
    get,
    path = "/v1/businesses/{business_id}/api-keys",
    operation_id = "listApiKeys",
    tag = "platform",
    security(("admin" = [])),
    params(("business_id" = BusinessId, Path, description = "The business"), super::PagingParams),
    responses((status = 200, description = "The keys, largest id first", body = ApiKeyPage), ListProblems),
)]
pub async fn list(
    State(state): State<AppState>,
    _: Admin,
    IdPath(business_id): IdPath<BusinessId>,
    Query(paging): Query<Paging<ApiKeyId>>,
) -> Result<Json<Page<ApiKey>>> {
    state.db.business_exists(business_id).await?;
    Ok(Json(state.db.api_key_list(business_id, paging.cursor, paging.limit).await?))
}

/// Revoke an API key
///
/// It stops working at once on this server, and on others as soon as their short-lived cache of keys forgets it.
#[utoipa::path(
    delete,
    path = "/v1/businesses/{business_id}/api-keys/{key_id}",
    operation_id = "revokeApiKey",
    tag = "platform",
    security(("admin" = [])),
    params(
        ("business_id" = BusinessId, Path, description = "The business"),
        ("key_id" = ApiKeyId, Path, description = "The key"),
    ),
    responses((status = 204, description = "Revoked, now or before"), RevokeProblems),
)]
pub async fn revoke(
    State(state): State<AppState>,
    _: Admin,
    IdPath(business_id): IdPath<BusinessId>,
    IdPath(key_id): IdPath<ApiKeyId>,
) -> Result<StatusCode> {
    state.db.business_exists(business_id).await?;
    state.db.api_key_revoke(business_id, key_id).await?;
    state.authenticator.key_was_revoked();
    Ok(StatusCode::NO_CONTENT)
}
