//! A key that a business's programs identify themselves with.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{ApiKeyId, Scope, timestamp};

/// An API key without its secret, which only its holder has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(examples(json!({
    "id": "0198c5a0-7d3e-7c1a-9f27-3b1f0f6f2c12", "name": "checkout", "prefix": "k3J9xQ2mLp0Z", "scopes": ["read", "write"],
    "expires_at": null, "revoked_at": null, "created_at": "2026-03-14T09:26:53.589793Z"
})))]
pub struct ApiKey {
    /// The key's id, for revoking it.
    pub id: ApiKeyId,
    /// What it is for.
    #[schema(examples("checkout"))]
    pub name: String,
    /// The public part of the key, to recognise it by.
    #[schema(examples("k3J9xQ2mLp0Z"))]
    pub prefix: String,
    /// What it allows.
    pub scopes: Vec<Scope>,
    /// When it stops working; `null` for never.
    #[schema(required)]
    #[serde(serialize_with = "timestamp::serialize_option")]
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was revoked; `null` if it was not.
    #[schema(required)]
    #[serde(serialize_with = "timestamp::serialize_option")]
    pub revoked_at: Option<DateTime<Utc>>,
    /// When it was created.
    #[serde(serialize_with = "timestamp::serialize")]
    pub created_at: DateTime<Utc>,
}
