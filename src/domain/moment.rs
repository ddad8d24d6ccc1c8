//! A moment that a request asks about.

use chrono::{DateTime, Datelike, Utc};

use super::timestamp;

/// A moment in whole microseconds, in the years 0001 to 9998, so that every answer can show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment(DateTime<Utc>);

impl Moment {
    /// The moment, for SQL.
    #[must_use]
    pub const fn get(self) -> DateTime<Utc> {
        self.0
    }
}

impl From<DateTime<Utc>> for Moment {
    fn from(time: DateTime<Utc>) -> Self {
        Self(time)
    }
}

impl std::str::FromStr for Moment {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let time = timestamp::parse(text)?;
        if (1..=9998).contains(&time.year()) { Ok(Self(time)) } else { Err("must be in the years 0001 to 9998") }
    }
}

#[cfg(test)]
mod tests {
    use super::Moment;

    #[test]
    fn a_moment_is_rfc_3339_in_years_that_every_answer_can_show() {
        let read = |text: &str| text.parse::<Moment>().map(|moment| moment.get().to_rfc3339());
        assert_eq!(read("2026-01-31T12:00:00+05:30").as_deref(), Ok("2026-01-31T06:30:00+00:00"));
        assert_eq!(read("9999-01-01T00:00:00Z"), Err("must be in the years 0001 to 9998"));
        for wrong in ["2026-01-31", "2026-01-31T12:00:00", "2026-01-31 12:00:00Z", "now", ""] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
