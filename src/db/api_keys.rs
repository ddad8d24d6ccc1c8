//! API keys: how the server finds them, and how the platform makes and ends them.

use futures_util::future::BoxFuture;
use tokio_postgres::Row;

use super::{
    call::{Call, rows::FromRow, tenant_call, unknown_outcome},
    database::Database,
    gate::Class,
};
use crate::{
    auth::{KeyStore, StoredKey, api_key::KeyHash},
    domain::{ApiKey, ApiKeyId, BusinessId, Cursor, FutureTime, IdempotencyKey, NewApiKey, Page, PageLimit, Scope},
    error::{Entity, Error, Fault, Result},
};

const API_KEY_FIND: &str = tenant_call!("api_key_find(context::uuid, $2)");
const API_KEY_CREATE: &str = tenant_call!("api_key_create(context::uuid, $2, $3, $4, $5, $6, $7, $8)");
const API_KEY_LIST: &str = tenant_call!("api_key_list(context::uuid, $2, $3)");
const API_KEY_REVOKE: &str = tenant_call!("f AS found" from "api_key_revoke(context::uuid, $2)");

impl Database {
    /// Stores a new key by the public part of it and by the SHA-256 of the whole, or answers [`Entity::Business`] not found.
    /// The secret itself never gets here. So a second request with one idempotency key cannot have the first answer: it is
    /// told which key exists already.
    pub async fn api_key_create(
        &self,
        business_id: BusinessId,
        idempotency_key: Option<IdempotencyKey>,
        new: NewApiKey,
        prefix: String,
        hash: KeyHash,
    ) -> Result<ApiKey> {
        let id = ApiKeyId::new();
        let scopes = Vec::from(new.scopes);
        let expires_at = new.expires_at.map(FutureTime::get);
        let call = Call::of_platform("api_key_create", API_KEY_CREATE, business_id)
            .with(id)
            .with(new.name.clone())
            .with(prefix.clone())
            .with(hash.to_vec())
            .with(scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>())
            .with(expires_at)
            .with(idempotency_key);
        let answer = self.run(call).await?;
        match answer.outcome()? {
            "created" => Ok(ApiKey {
                id,
                name: new.name.into(),
                prefix,
                scopes,
                expires_at,
                revoked_at: None,
                created_at: answer.value("created_at")?,
            }),
            "already_created" => Err(already_created(answer.value("id")?)),
            "key_reused" => Err(Error::IdempotencyKeyReused),
            "business_not_found" => Err(Error::NotFound(Entity::Business)),
            other => Err(unknown_outcome(other)),
        }
    }

    /// A business's keys, newest first.
    pub async fn api_key_list(
        &self,
        business_id: BusinessId,
        before: Option<Cursor<ApiKeyId>>,
        limit: PageLimit,
    ) -> Result<Page<ApiKey>> {
        let call = Call::platform("api_key_list", API_KEY_LIST, Class::Heavy)
            .with(business_id.to_string())
            .with(before.map(|Cursor(id)| id))
            .with(limit);
        self.run(call).await?.page(limit, |key: &ApiKey| key.id)
    }

    /// Ends a key now, or answers [`Entity::ApiKey`] not found. Ending it twice changes nothing.
    pub async fn api_key_revoke(&self, business_id: BusinessId, id: ApiKeyId) -> Result<()> {
        let answer = self.run(Call::of_platform("api_key_revoke", API_KEY_REVOKE, business_id).with(id)).await?;
        if answer.value("found")? { Ok(()) } else { Err(Error::NotFound(Entity::ApiKey)) }
    }
}

/// The refusal of a second request with one idempotency key.
fn already_created(id: ApiKeyId) -> Error {
    let detail = format!(
        "the API key {id} was created with it, and its secret was shown then; if that answer was lost, revoke that API key \
         and create one with another Idempotency-Key"
    );
    Error::AlreadyExists { faults: vec![Fault::header("/idempotency-key", detail)], existing_id: Some(id.uuid()) }
}

impl KeyStore for Database {
    fn find<'a>(&'a self, business_id: BusinessId, prefix: &'a str) -> BoxFuture<'a, Result<Option<StoredKey>>> {
        let call = Call::aside("api_key_find", API_KEY_FIND, business_id).with(prefix.to_owned());
        Box::pin(async move { self.run(call).await?.optional() })
    }
}

impl FromRow for StoredKey {
    fn from_row(row: &Row) -> Result<Self, anyhow::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            hash: row.try_get::<_, &[u8]>("secret_hash")?.try_into()?,
            scopes: scopes_of(row)?,
            expires_at: row.try_get("expires_at")?,
        })
    }
}

impl FromRow for ApiKey {
    fn from_row(row: &Row) -> Result<Self, anyhow::Error> {
        Ok(Self {
            id: row.try_get("id")?,
            name: row.try_get("name")?,
            prefix: row.try_get("prefix")?,
            scopes: scopes_of(row)?,
            expires_at: row.try_get("expires_at")?,
            revoked_at: row.try_get("revoked_at")?,
            created_at: row.try_get("created_at")?,
        })
    }
}

fn scopes_of(row: &Row) -> Result<Vec<Scope>, anyhow::Error> {
    let names: Vec<&str> = row.try_get("scopes")?;
    names.into_iter().map(|name| name.parse().map_err(|hint: &str| anyhow::anyhow!(hint))).collect()
}
