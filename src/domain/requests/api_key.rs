//! An API key to be created.

use chrono::{DateTime, Datelike, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::{KeyName, Scope, timestamp};

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
    #[schema(value_type = Vec<Scope>, min_items = 1, max_items = 4)]
    pub scopes: KeyScopes,
    /// When it stops working, a moment to come; without it, never.
    #[serde(default)]
    #[schema(value_type = Option<DateTime<Utc>>)]
    pub expires_at: Option<FutureTime>,
}

const YEARS: &str = "must be in the years 0001 to 9999 in UTC";

/// The scopes of one key: 1 to 3, each once, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Vec<Scope>")]
pub struct KeyScopes(Vec<Scope>);

impl KeyScopes {
    /// The scopes `read` and `write`.
    #[must_use]
    pub fn usual() -> Self {
        Self(Scope::USUAL.to_vec())
    }
}

impl TryFrom<Vec<Scope>> for KeyScopes {
    type Error = &'static str;

    fn try_from(mut scopes: Vec<Scope>) -> Result<Self, Self::Error> {
        if !(1..=Scope::ALL.len()).contains(&scopes.len()) {
            return Err("must have 1 to 4 scopes");
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

/// A moment that had not come when it was read. Reading one looks at the clock. It has whole microseconds, as the database keeps
/// it, and a year of four digits in UTC, as RFC 3339 writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
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
        // A leap second becomes the first second of the next minute, as in PostgreSQL.
        let time = DateTime::from_timestamp_micros(time.timestamp_micros()).ok_or(YEARS)?;
        if !(1..=9999).contains(&time.year()) {
            return Err(YEARS);
        }
        if time > Utc::now() { Ok(Self(time)) } else { Err("must be in the future") }
    }
}

impl std::str::FromStr for FutureTime {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        timestamp::parse(text)?.try_into()
    }
}

impl TryFrom<String> for FutureTime {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const RFC_3339: &str = "must be an RFC 3339 date and time, such as 2026-01-31T12:00:00Z";

    #[test]
    fn a_key_has_1_to_4_scopes_each_once_and_in_order() {
        let scopes = |scopes: &[Scope]| KeyScopes::try_from(scopes.to_vec()).map(Vec::from);
        let [read, write, price, adjust] = Scope::ALL;
        assert_eq!(scopes(&[write, read]), Ok(vec![read, write]));
        assert_eq!(scopes(&[write, write]), Ok(vec![write]));
        assert_eq!(scopes(&[adjust, price, write, read]), Ok(vec![read, write, price, adjust]));
        assert_eq!(scopes(&[]), Err("must have 1 to 4 scopes"));
        assert_eq!(scopes(&[read, read, write, price, adjust]), Err("must have 1 to 4 scopes"));
    }

    #[test]
    fn an_expiry_is_in_the_future() {
        let now = Utc::now();
        assert!(FutureTime::try_from(now + Duration::from_mins(1)).is_ok());
        assert!(FutureTime::try_from(now).is_err(), "this moment has come");
        assert!("2020-01-31T00:00:00Z".parse::<FutureTime>().is_err());
        assert!("2099-01-31T00:00:00Z".parse::<FutureTime>().is_ok());
    }

    #[test]
    fn a_time_is_written_as_rfc_3339_says_and_in_no_other_way() {
        let read = |text: &str| text.parse::<FutureTime>().map(|time| time.get().to_rfc3339());
        for (written, meant) in [
            ("2099-01-31T12:00:00Z", "2099-01-31T12:00:00+00:00"),
            ("2099-01-31t12:00:00.5z", "2099-01-31T12:00:00.500+00:00"),
            ("2099-01-31T12:00:00.123456789+05:30", "2099-01-31T06:30:00.123456+00:00"),
            ("2099-06-30T23:59:60Z", "2099-07-01T00:00:00+00:00"),
            ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999+00:00"),
        ] {
            assert_eq!(read(written).as_deref(), Ok(meant), "{written}");
            assert!(serde_json::from_value::<FutureTime>(written.into()).is_ok(), "{written} in JSON");
        }
        for wrong in [
            "2099-01-31 12:00:00Z",
            "2099-01-31T12:00:00 Z",
            "2099-01-31T12:00:00",
            "2099-01-31T12:00:00+0530",
            "2099-01-31T12:00Z",
            "2099-1-31T12:00:00Z",
            "+2099-01-31T12:00:00Z",
            "12099-01-31T12:00:00Z",
            "2099-01-31T24:00:00Z",
            "2099-02-29T12:00:00Z",
            "2099-01-31T12:00:00UTC",
            "2099-01-31",
            "4072593600",
            "",
        ] {
            assert_eq!(read(wrong), Err(RFC_3339), "{wrong}");
            assert!(serde_json::from_value::<FutureTime>(wrong.into()).is_err(), "{wrong} in JSON");
        }
        assert_eq!(read("9999-12-31T23:59:59-00:01"), Err(YEARS));
    }
}
