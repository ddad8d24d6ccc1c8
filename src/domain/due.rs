//! The time or the day on which a charge is due, if the request brings it; the day on which a payment came in; and for how long a
//! customer who is overdue may buy on.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::Deserialize;

use super::{quantity::whole_number, timestamp};

const YEARS: &str = "must be in the years 0001 to 9998";
const DATE: &str = "must be a date, such as 2026-01-31";

/// The moment at which a charge is due, in whole microseconds. The answer shows it, so it has a year of four digits in every
/// time zone. Whether it is too early, the database says when it makes the charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct DueTime(DateTime<Utc>);

impl TryFrom<String> for DueTime {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let time = timestamp::parse(&text)?;
        if (1..=9998).contains(&time.year()) { Ok(Self(time)) } else { Err(YEARS) }
    }
}

impl std::fmt::Display for DueTime {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.format("%Y-%m-%dT%H:%M:%S%.6fZ").fmt(formatter)
    }
}

whole_number!(
    /// For how many times 24 hours a customer who is overdue may buy on. 0 to 3650.
    OverdueHoldDays, min = 0, max = 3_650, example = 14
);

impl TryFrom<i32> for OverdueHoldDays {
    type Error = String;

    fn try_from(value: i32) -> Result<Self, Self::Error> {
        i64::from(value).try_into()
    }
}

/// A day of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Day(NaiveDate);

impl Day {
    /// The day, for SQL.
    #[must_use]
    pub const fn get(self) -> NaiveDate {
        self.0
    }
}

impl TryFrom<String> for Day {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        // chrono takes fewer digits, signs and spaces as well.
        let date =
            NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok().filter(|date| date.to_string() == text).ok_or(DATE)?;
        if (1..=9998).contains(&date.year()) { Ok(Self(date)) } else { Err(YEARS) }
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::{DATE, Day, DueTime, YEARS};

    #[test]
    fn a_due_time_is_rfc_3339_in_years_that_every_answer_can_show() {
        let read = |text: &str| DueTime::try_from(text.to_owned()).map(|time| time.to_string());
        assert_eq!(read("2026-01-31T12:00:00+05:30").as_deref(), Ok("2026-01-31T06:30:00.000000Z"));
        assert_eq!(read("0001-01-01T00:00:00.1234567Z").as_deref(), Ok("0001-01-01T00:00:00.123456Z"));
        assert_eq!(read("9998-12-31T23:59:59Z").as_deref(), Ok("9998-12-31T23:59:59.000000Z"));
        assert_eq!(read("9999-01-01T00:00:00Z"), Err(YEARS));
        assert!(read("2026-01-31").is_err());
    }

    #[test]
    fn a_due_date_is_a_day_that_exists() {
        let read = |text: &str| Day::try_from(text.to_owned()).map(|date| date.to_string());
        for day in ["0001-01-01", "2028-02-29", "9998-12-31"] {
            assert_eq!(read(day).as_deref(), Ok(day));
        }
        for wrong in
            ["2026-02-29", "2026-1-31", "+2026-01-31", " 2026-01-31", "2026-01-31T00:00:00Z", "31.01.2026", "today", ""]
        {
            assert_eq!(read(wrong), Err(DATE), "{wrong}");
        }
        assert_eq!(read("9999-01-01"), Err(YEARS));
        assert_eq!(read("0000-01-01"), Err(YEARS));
    }
}
