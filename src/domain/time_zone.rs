//! Where a business's days begin and end.

use serde::{Deserialize, Serialize};

/// The time zone of a business: UTC, or a place of the tz database. Whether the tz database has the place, the database says.
///
/// Other names of the tz database (`EST5EDT`, `Etc/GMT+3`, `US/Eastern`) and rules (`UTC+3`) are not taken: some mean the opposite of
/// what they seem to say, some know no summer time, and not every system has them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeZone(String);

const AREAS: [&str; 10] =
    ["Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"];
/// The most characters of a part of a name.
const MAX_CHARS: usize = 30;

impl TimeZone {
    /// The name, for SQL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What to say of a name that is none, or that the database does not know.
    pub const REFUSAL: &str = "must be UTC or a place of the tz database, such as Europe/Berlin";
}

impl Default for TimeZone {
    fn default() -> Self {
        Self("UTC".to_owned())
    }
}

impl TryFrom<String> for TimeZone {
    type Error = &'static str;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        let mut parts = name.split('/');
        let area = parts.next().unwrap_or_default();
        let places: Vec<&str> = parts.collect();
        let is_part = |part: &&str| {
            (1..=MAX_CHARS).contains(&part.len())
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+-".contains(&byte))
        };
        let is_place = AREAS.contains(&area) && (1..=2).contains(&places.len()) && places.iter().all(is_part);
        if is_place || name == "UTC" { Ok(Self(name)) } else { Err(Self::REFUSAL) }
    }
}

impl std::str::FromStr for TimeZone {
    type Err = &'static str;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        name.to_owned().try_into()
    }
}

impl From<TimeZone> for String {
    fn from(zone: TimeZone) -> Self {
        zone.0
    }
}

impl std::fmt::Display for TimeZone {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

/// The form of a name. SQL has the same.
fn pattern() -> String {
    let part = format!("[A-Za-z0-9_+-]{{1,{MAX_CHARS}}}");
    format!("^(UTC|({})/{part}(/{part})?)$", AREAS.join("|"))
}

impl utoipa::PartialSchema for TimeZone {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .pattern(Some(pattern()))
            .max_length(Some(72))
            .description(Some("A time zone: UTC, or a place of the tz database."))
            .examples(["Europe/Berlin"])
            .into()
    }
}

impl utoipa::ToSchema for TimeZone {}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::{TimeZone, pattern};

    #[test]
    fn a_time_zone_is_utc_or_a_place() {
        let form = Regex::new(&pattern()).unwrap();
        let long = format!("Asia/{}", "x".repeat(31));
        for name in ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "America/Port-au-Prince"] {
            assert!(name.parse::<TimeZone>().is_ok() && form.is_match(name), "{name}");
        }
        for name in [
            "",
            "utc",
            "GMT",
            "UTC+3",
            "Foo4",
            "EST5EDT",
            "CET",
            "Etc/GMT+3",
            "US/Eastern",
            "posix/Europe/Berlin",
            "Europe",
            "Europe/",
            "/Berlin",
            "europe/berlin",
            "Europe/Berlin ",
            "Europe/Ber lin",
            "Europe//Berlin",
            "Europe/a/b/c",
            "<+03>-3",
            &long,
        ] {
            assert!(name.parse::<TimeZone>().is_err() && !form.is_match(name), "{name}");
        }
    }

    #[test]
    fn the_table_has_the_same_form() {
        let table = include_str!("../../sql/migrations/0002_businesses.sql").replace("'\n        '", "");
        assert!(table.contains(&pattern()), "{}", pattern());
    }
}
