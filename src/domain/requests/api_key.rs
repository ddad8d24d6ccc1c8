//! An API key to be created.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::{KeyName, Scope};

/// An API key to create.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(
    as = ApiKeyRequest,
    examples(json!({"name": "checkout", "scopes": ["read", "write"], "expires_at": "2099-12-31T23:59:59Z"}))
)]
pub struct NewApiKey {
    /// What it is for.
    pub name: KeyName,
    /// What it will allow.
    #[schema(value_type = Vec<Scope>, min_items = 1, max_items = 2)]
    pub scopes: KeyScopes,
    /// When it stops working, a moment to come; without it, never.
    #[serde(default)]
    #[schema(value_type = Option<DateTime<Utc>>)]
    pub expires_at: Option<FutureTime>,
}

/// The scopes of one key: 1 or 2, each once, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Vec<Scope>")]
pub struct KeyScopes(Vec<Scope>);

impl KeyScopes {
    /// Both scopes.
    #[must_use]
    pub fn all() -> Self {
        Self(Scope::ALL.to_vec())
    }
}

impl TryFrom<Vec<Scope>> for KeyScopes {
    type Error = &'static str;

    fn try_from(mut scopes: Vec<Scope>) -> Result<Self, Self::Error> {
        if !(1..=Scope::ALL.len()).contains(&scopes.len()) {
            return Err("must have 1 or 2 scopes");
        }
        scopes.sort_unstable();
        scopes.dedup();
        Ok(Self(scopes))
    }
}

impl From<KeyScopes> for Vec<Scope> {
    fn from(scopes: KeyScopes) -> Self {
        scopes.0
    }
}

/// A moment that had not come when it was read. Reading one looks at the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "DateTime<Utc>")]
pub struct FutureTime(DateTime<Utc>);

impl FutureTime {
    /// The moment itself.
    #[must_use]
    pub const fn get(self) -> DateTime<Utc> {
        self.0
    }
}

impl TryFrom<DateTime<Utc>> for FutureTime {
    type Error = &'static str;

    fn try_from(time: DateTime<Utc>) -> Result<Self, Self::Error> {
        if time > Utc::now() { Ok(Self(time)) } else { Err("must be in the future") }
    }
}

impl std::str::FromStr for FutureTime {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let time: DateTime<Utc> = text.parse().map_err(|error: chrono::ParseError| error.to_string())?;
        Ok(time.try_into()?)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_key_has_1_or_2_scopes_each_once_and_in_order() {
        let scopes = |scopes: &[Scope]| KeyScopes::try_from(scopes.to_vec()).map(Vec::from);
        let (read, write) = (Scope::Read, Scope::Write);
        assert_eq!(scopes(&[write, read]), Ok(vec![read, write]));
        assert_eq!(scopes(&[write, write]), Ok(vec![write]));
        assert_eq!(scopes(&[]), Err("must have 1 or 2 scopes"));
        assert_eq!(scopes(&[read, read, write]), Err("must have 1 or 2 scopes"));
    }

    #[test]
    fn an_expiry_is_in_the_future() {
        let now = Utc::now();
        assert!(FutureTime::try_from(now + Duration::from_mins(1)).is_ok());
        assert!(FutureTime::try_from(now).is_err(), "this moment has come");
        assert!("2020-01-31T00:00:00Z".parse::<FutureTime>().is_err());
        assert!("2099-01-31T00:00:00Z".parse::<FutureTime>().is_ok());
    }
}
