//! Whether a history and the books can both be true.

use std::fmt;

use serde::Serialize;

use crate::{books::Books, history::History};

/// Something that cannot be true.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    /// Its kind.
    pub kind: &'static str,
    /// What.
    pub text: String,
}

impl Finding {
    /// What `verify` found.
    #[must_use]
    pub fn verify(text: &str) -> Self {
        Self { kind: "verify", text: text.to_owned() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.kind, self.text)
    }
}

/// What was held against what.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Summary {
    /// Requests.
    pub requests: u64,
}

impl Summary {
    /// Adds another chapter's.
    pub fn add(&mut self, other: &Self) {
        self.requests += other.requests;
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} requests checked", self.requests)
    }
}

/// Whether the two can both be true.
#[must_use]
pub fn check(history: &History, _books: &Books) -> (Vec<Finding>, Summary) {
    let findings = history
        .requests
        .iter()
        .filter(|r| matches!(r.answer, crate::history::Answer::Unexpected { .. }))
        .take(20)
        .map(|r| Finding { kind: "unexpected_answer", text: format!("{r:?}") });
    (findings.collect(), Summary { requests: history.requests.len() as u64 })
}
