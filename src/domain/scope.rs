//! What credentials allow.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A right within one business. `write` does not include `read`, and `price` and `adjust` are of use only together with `write`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
// Without `try_from`, serde would read an enum from an object, too.
#[serde(rename_all = "lowercase", try_from = "String")]
pub enum Scope {
    /// May look at the business's data.
    Read,
    /// May buy, pay, and change the business's data.
    Write,
    /// May bring prices, discounts and taxes of its own to a purchase.
    Price,
    /// May correct what was recorded: adjustments, refunds and reversals, and purchases beyond the credit limit.
    Adjust,
}

impl Scope {
    /// Every scope there is, in their order.
    pub const ALL: [Self; 4] = [Self::Read, Self::Write, Self::Price, Self::Adjust];
    /// What is allowed if nobody says otherwise. Whoever sets prices or adjusts accounts is told so by name.
    pub const USUAL: [Self; 2] = [Self::Read, Self::Write];

    /// The name in JSON, SQL and tokens.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Price => "price",
            Self::Adjust => "adjust",
        }
    }
}

impl TryFrom<String> for Scope {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl std::str::FromStr for Scope {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "read" => Ok(Self::Read),
            "write" => Ok(Self::Write),
            "price" => Ok(Self::Price),
            "adjust" => Ok(Self::Adjust),
            _ => Err("must be read, write, price or adjust"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Scope;

    #[test]
    fn a_scope_has_one_name_everywhere() {
        for scope in Scope::ALL {
            assert_eq!(scope.as_str().parse(), Ok(scope));
            assert_eq!(serde_json::to_value(scope).unwrap(), scope.as_str());
        }
        assert!("admin".parse::<Scope>().is_err());
    }
}
