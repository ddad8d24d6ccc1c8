//! API keys: how the server finds them, and how the platform makes and ends them.

use futures_util::future::BoxFuture;
use tokio_postgres::Row;

use super::{
    Database,
    call::{Call, tenant_call},
};
use crate::{
    auth::{KeyStore, StoredKey, api_key::KeyHash},
    domain::{ApiKey, ApiKeyId, BusinessId, Cursor, FutureTime, NewApiKey, Page, PageLimit, Scope},
    error::{Entity, Error, Result},
};

pub(super) const API_KEY_FIND: &str = tenant_call!("api_key_find(context::uuid, $2)");
const API_KEY_CREATE: &str = tenant_call!("api_key_create(context::uuid, $2, $3, $4, $5, $6, $7)");
const API_KEY_LIST: &str = tenant_call!("api_key_list(context::uuid, $2, $3)");
const API_KEY_REVOKE: &str = tenant_call!("f AS found" from "api_key_revoke(context::uuid, $2)");

impl Database {
    /// Stores a new key by the public part of it and by the SHA-256 of the whole, or answers [`Entity::Business`] not found.
    /// The secret itself never gets here.
    pub async fn api_key_create(
        &self,
        business_id: BusinessId,
        new: NewApiKey,
        prefix: String,
        hash: KeyHash,
    ) -> Result<ApiKey> {
        let id = ApiKeyId::new();
        let scopes = Vec::from(new.scopes);
        let expires_at = new.expires_at.map(FutureTime::get);
        let call = Call::tenant("api_key_create", API_KEY_CREATE, business_id)
            .with(id)
            .with(new.name.clone())
            .with(prefix.clone())
            .with(hash.to_vec())
            .with(scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>())
            .with(expires_at);
        let row = self.run(call).await?.one()?;
        match row.try_get("outcome").map_err(Error::internal)? {
            "created" => Ok(ApiKey {
                id,
                name: new.name.into(),
                prefix,
                scopes,
                expires_at,
                revoked_at: None,
                created_at: row.try_get("created_at").map_err(Error::internal)?,
            }),
            "business_not_found" => Err(Error::NotFound(Entity::Business)),
            other => Err(super::unknown_outcome(other)),
        }
    }

    /// A business's keys, newest first.
    pub async fn api_key_list(
        &self,
        business_id: BusinessId,
        before: Option<Cursor<ApiKeyId>>,
        limit: PageLimit,
    ) -> Result<Page<ApiKey>> {
        let call =
            Call::tenant("api_key_list", API_KEY_LIST, business_id).with(before.map(|Cursor(id)| id)).with(limit);
        let rows = self.run(call).await?.rows.iter().map(api_key).collect::<Result<_>>()?;
        Ok(Page::cut(rows, limit, |row: &ApiKey| row.id))
    }

    /// Ends a key now, or answers [`Entity::ApiKey`] not found. Ending it twice changes nothing.
    pub async fn api_key_revoke(&self, business_id: BusinessId, id: ApiKeyId) -> Result<()> {
        let row = self.run(Call::tenant("api_key_revoke", API_KEY_REVOKE, business_id).with(id)).await?.one()?;
        if row.try_get("found").map_err(Error::internal)? { Ok(()) } else { Err(Error::NotFound(Entity::ApiKey)) }
    }
}

impl KeyStore for Database {
    fn find<'a>(&'a self, business_id: BusinessId, prefix: &'a str) -> BoxFuture<'a, Result<Option<StoredKey>>> {
        let call = Call::tenant("api_key_find", API_KEY_FIND, business_id).with(prefix.to_owned());
        Box::pin(async move { self.run(call).await?.rows.first().map(stored_key).transpose() })
    }
}

fn stored_key(row: &Row) -> Result<StoredKey> {
    let secret_hash: &[u8] = row.try_get("secret_hash").map_err(Error::internal)?;
    Ok(StoredKey {
        id: row.try_get("id").map_err(Error::internal)?,
        hash: secret_hash.try_into().map_err(Error::internal)?,
        scopes: scopes(row)?,
        expires_at: row.try_get("expires_at").map_err(Error::internal)?,
    })
}

fn api_key(row: &Row) -> Result<ApiKey> {
    let scopes = scopes(row)?;
    let read = || -> Result<ApiKey, tokio_postgres::Error> {
        Ok(ApiKey {
            id: row.try_get("id")?,
            name: row.try_get("name")?,
            prefix: row.try_get("prefix")?,
            scopes,
            expires_at: row.try_get("expires_at")?,
            revoked_at: row.try_get("revoked_at")?,
            created_at: row.try_get("created_at")?,
        })
    };
    read().map_err(Error::internal)
}

fn scopes(row: &Row) -> Result<Vec<Scope>> {
    let names: Vec<&str> = row.try_get("scopes").map_err(Error::internal)?;
    names.into_iter().map(|name| name.parse().map_err(|hint: &str| Error::internal(anyhow::anyhow!(hint)))).collect()
}
