//! `tallystick api-key`: the keys of a business, from the command line.

use std::process::ExitCode;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{
    business::open,
    output::{self, explain},
    own_database::Target,
};
use crate::{
    auth::GeneratedKey,
    cli::ApiKeyCommand,
    db::Database,
    domain::{ApiKey, ApiKeyId, BusinessId, Cursor, KeyScopes, NewApiKey, PageLimit},
    error::Error,
};

/// A new key with its secret, which is printed only now.
#[derive(Serialize)]
struct Created {
    key: String,
    #[serde(flatten)]
    stored: ApiKey,
}

pub(super) async fn run(command: ApiKeyCommand) -> anyhow::Result<ExitCode> {
    match command {
        ApiKeyCommand::Create { business, name, scopes, expires_at, database } => {
            let scopes = KeyScopes::try_from(scopes).map_err(|hint| anyhow::anyhow!("--scope: {hint}"))?;
            let target = Target::of_server(&database).await?;
            let created = create(&open(&target)?, business, NewApiKey { name, scopes, expires_at }).await;
            let Some(created) = found(created)? else { return Ok(ExitCode::FAILURE) };
            if database.json { output::json(&created)? } else { output::line(&created.key)? }
        }
        ApiKeyCommand::List { business, database } => {
            let target = Target::of_server(&database).await?;
            let Some(keys) = found(all(&open(&target)?, business).await)? else { return Ok(ExitCode::FAILURE) };
            if database.json { output::json(&keys)? } else { print(&keys)? }
        }
        ApiKeyCommand::Revoke { business, key, database } => {
            let target = Target::of_server(&database).await?;
            let revoked = open(&target)?.api_key_revoke(business, key).await;
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

async fn create(database: &Database, business: BusinessId, new: NewApiKey) -> Result<Created, Error> {
    let generated = GeneratedKey::generate(business)?;
    let stored = database.api_key_create(business, None, new, generated.prefix, generated.hash).await?;
    Ok(Created { key: generated.plain, stored })
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

/// `None` for what does not exist, which is said on standard error: the command did its work, and the answer is no.
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
