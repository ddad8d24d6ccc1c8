//! Who asked for a change, as the records keep it.

use std::sync::Arc;

use super::ApiKeyId;

/// `key:<id of an API key>` or `sub:<subject of a token>`, at most 300 characters. Clones share the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor(Arc<str>);

impl Actor {
    /// The longest one, in characters.
    pub const MAX_CHARS: usize = 300;

    /// Who has an API key.
    #[must_use]
    pub fn of_api_key(id: ApiKeyId) -> Self {
        Self(format!("key:{id}").into())
    }

    /// Who has a token with this subject; empty for a token that names none. Fails for a subject that no record can hold. It is
    /// not cut, because two subjects would then look like one.
    pub fn of_subject(subject: &str) -> Result<Self, &'static str> {
        let actor = format!("sub:{subject}");
        if actor.chars().count() > Self::MAX_CHARS || subject.contains('\0') {
            return Err("must have at most 296 characters, none of them U+0000");
        }
        Ok(Self(actor.into()))
    }

    /// Its text, for SQL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Actor;

    #[test]
    fn an_actor_says_whether_a_key_or_a_token_asked() {
        let id = "01a20c85-6f4e-7c3a-9d2b-0a1b2c3d4e5f";
        assert_eq!(Actor::of_api_key(id.parse().unwrap()).as_str(), format!("key:{id}"));
        assert_eq!(Actor::of_subject("ada@example.org").unwrap().as_str(), "sub:ada@example.org");
        assert_eq!(Actor::of_subject("").unwrap().as_str(), "sub:");
    }

    #[test]
    fn a_subject_that_no_record_can_hold_is_refused_and_not_cut() {
        assert!(Actor::of_subject(&"é".repeat(296)).is_ok());
        assert!(Actor::of_subject(&"é".repeat(297)).is_err());
        assert!(Actor::of_subject("a\0b").is_err());
    }
}
