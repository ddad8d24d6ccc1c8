//! A setting that must not be shown.

use std::{convert::Infallible, fmt, str::FromStr};

/// Text that nothing prints: neither `{:?}`, nor `--help`, nor an error message, because reading it never fails.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The secret itself, for the code that compares or sends it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// An empty setting counts as not set: files of settings often list names without values.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl FromStr for Secret {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.is_empty() { "Secret()" } else { "Secret(…)" })
    }
}
