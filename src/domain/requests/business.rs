//! A business to be created.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::{Currency, Name};

/// A business to create.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(
    as = BusinessRequest,
    examples(json!({"name": "Corner Wholesale", "currency": "EUR", "overdue_after_days": 30}))
)]
pub struct NewBusiness {
    /// What it is called.
    pub name: Name,
    /// The currency whose minor units all its amounts will count. It cannot be changed later.
    pub currency: Currency,
    /// An unpaid charge older than this many days of 24 hours makes its customer overdue.
    #[serde(default)]
    #[schema(value_type = i32, minimum = 0, maximum = 3650, default = 30)]
    pub overdue_after_days: OverdueAfterDays,
}

/// After how many days of 24 hours an unpaid charge makes its customer overdue: 0 to 3650, usually 30.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "i32")]
pub struct OverdueAfterDays(i32);

impl OverdueAfterDays {
    /// The most days.
    pub const MAX: i32 = 3650;

    /// The bare number, for SQL.
    #[must_use]
    pub const fn get(self) -> i32 {
        self.0
    }
}

impl Default for OverdueAfterDays {
    fn default() -> Self {
        Self(30)
    }
}

impl TryFrom<i32> for OverdueAfterDays {
    type Error = String;

    fn try_from(days: i32) -> Result<Self, Self::Error> {
        if (0..=Self::MAX).contains(&days) { Ok(Self(days)) } else { Err(refusal()) }
    }
}

impl std::str::FromStr for OverdueAfterDays {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map_err(|_| refusal()).and_then(|days: i32| days.try_into())
    }
}

impl std::fmt::Display for OverdueAfterDays {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

fn refusal() -> String {
    format!("must be a whole number from 0 to {}", OverdueAfterDays::MAX)
}

#[cfg(test)]
mod tests {
    use super::OverdueAfterDays;

    #[test]
    fn a_charge_is_overdue_after_0_to_3650_days() {
        for (text, accepted) in [("-1", false), ("0", true), ("3650", true), ("3651", false)] {
            assert_eq!(serde_json::from_str::<OverdueAfterDays>(text).is_ok(), accepted, "{text} in JSON");
            assert_eq!(text.parse::<OverdueAfterDays>().is_ok(), accepted, "{text} on the command line");
        }
        assert!("soon".parse::<OverdueAfterDays>().is_err());
    }
}
