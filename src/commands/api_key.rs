//! `tallystick api-key`: the keys of a business, from the command line.

use std::process::ExitCode;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{
    business::open,
    output::{self, explain},
};
use crate::{
    auth::GeneratedKey,
    cli::ApiKeyCommand,
    db::{Database, NewApiKey},
    domain::{ApiKey, ApiKeyId, BusinessId, Cursor, Name, PageLimit, Scope},
    error::Error,
};

/// A new key with the secret, printed this once.
#[derive(Serialize)]
struct Created {
    key: String,
    #[serde(flatten)]
    stored: ApiKey,
}

pub(super) async fn run(command: ApiKeyCommand) -> anyhow::Result<ExitCode> {
    match command {
        ApiKeyCommand::Create { business, name, scopes, expires_at, database } => {
            let created = create(&open(&database)?, business, name, scopes, expires_at).await;
            let Some(created) = found(created)? else { return Ok(ExitCode::FAILURE) };
            if database.json { output::json(&created)? } else { output::line(&created.key)? }
        }
        ApiKeyCommand::List { business, database } => {
            let Some(keys) = found(all(&open(&database)?, business).await)? else { return Ok(ExitCode::FAILURE) };
            if database.json { output::json(&keys)? } else { print(&keys)? }
        }
        ApiKeyCommand::Revoke { business, key, database } => {
            let revoked = open(&database)?.api_key_revoke(business, key).await;
            if found(revoked)?.is_none() {
                return Ok(ExitCode::FAILURE);
            }
            if database.json {
                output::json(&serde_json::json!({"id": key, "revoked": true}))?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn create(
    database: &Database,
    business: BusinessId,
    name: Name,
    mut scopes: Vec<Scope>,
    expires_at: Option<DateTime<Utc>>,
) -> Result<Created, Error> {
    scopes.sort_unstable();
    scopes.dedup();
    let generated = GeneratedKey::generate(business)?;
    let new = NewApiKey { name, prefix: generated.prefix, secret_hash: generated.hash, scopes, expires_at };
    Ok(Created { key: generated.plain, stored: database.api_key_create(business, new).await? })
}

async fn all(database: &Database, business: BusinessId) -> Result<Vec<ApiKey>, Error> {
    database.business_get(business).await?;
    let mut keys = Vec::new();
    let mut cursor: Option<Cursor<ApiKeyId>> = None;
    loop {
        let page = database.api_key_list(business, cursor, PageLimit::default()).await?;
        keys.extend(page.data);
        match page.next_cursor {
            Some(next) => cursor = Some(next.parse().map_err(|hint: &str| Error::internal(anyhow::anyhow!(hint)))?),
            None => return Ok(keys),
        }
    }
}

/// `None`, said on standard error, for what does not exist: the question was answered, with no.
fn found<T>(result: Result<T, Error>) -> anyhow::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error @ Error::NotFound(_)) => {
            eprintln!("{error}");
            Ok(None)
        }
        Err(error) => Err(explain(error)),
    }
}

fn print(keys: &[ApiKey]) -> std::io::Result<()> {
    let time = |time: Option<DateTime<Utc>>| time.map_or("-".to_owned(), |time| time.format("%F %T").to_string());
    output::table(
        ["ID", "PREFIX", "NAME", "SCOPES", "EXPIRES", "REVOKED", "CREATED"],
        keys.iter().map(|key| {
            [
                key.id.to_string(),
                key.prefix.clone(),
                key.name.clone(),
                key.scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(","),
                time(key.expires_at),
                time(key.revoked_at),
                time(Some(key.created_at)),
            ]
        }),
    )
}
